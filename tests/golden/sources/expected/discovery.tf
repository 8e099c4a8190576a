# What the chat page and the handler find. An entry's parameter depends on its resources: what is listed exists.

resource "aws_ssm_parameter" "handler" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/sources/handler"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version             = 1
    deployment          = "sources"
    region              = local.region
    handler_url         = aws_lambda_function_url.handler.function_url
    conversations_table = aws_dynamodb_table.conversations.name
    api_keys_secret     = aws_secretsmanager_secret.api_keys.name
  })
}

resource "aws_ssm_parameter" "model_hub_vllm" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/sources/models/hub-vllm"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version  = 1
    id       = "hub-vllm"
    provider = "sagemaker"
    region   = "us-east-1"
    endpoint = "terrachat-sources-hub-vllm"
    wire     = "messages"
    defaults = {}
  })

  depends_on = [aws_sagemaker_endpoint.hub_vllm, aws_iam_role_policy.handler_sagemaker]
}

resource "aws_ssm_parameter" "model_hub_lmi" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/sources/models/hub-lmi"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version  = 1
    id       = "hub-lmi"
    provider = "sagemaker"
    region   = "us-east-1"
    endpoint = "terrachat-sources-hub-lmi"
    wire     = "messages"
    defaults = {}
  })

  depends_on = [aws_sagemaker_endpoint.hub_lmi, aws_iam_role_policy.handler_sagemaker]
}

resource "aws_ssm_parameter" "model_hub_sglang" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/sources/models/hub-sglang"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version  = 1
    id       = "hub-sglang"
    provider = "sagemaker"
    region   = "us-east-1"
    endpoint = "terrachat-sources-hub-sglang"
    wire     = "messages"
    defaults = {}
  })

  depends_on = [aws_sagemaker_endpoint.hub_sglang, aws_iam_role_policy.handler_sagemaker]
}

resource "aws_ssm_parameter" "model_hub_tgi" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/sources/models/hub-tgi"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version  = 1
    id       = "hub-tgi"
    provider = "sagemaker"
    region   = "us-east-1"
    endpoint = "terrachat-sources-hub-tgi"
    wire     = "messages"
    defaults = {}
  })

  depends_on = [aws_sagemaker_endpoint.hub_tgi, aws_iam_role_policy.handler_sagemaker]
}

resource "aws_ssm_parameter" "model_s3_files" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/sources/models/s3-files"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version  = 1
    id       = "s3-files"
    provider = "sagemaker"
    region   = "us-east-1"
    endpoint = "terrachat-sources-s3-files"
    wire     = "messages"
    defaults = {}
  })

  depends_on = [aws_sagemaker_endpoint.s3_files, aws_iam_role_policy.handler_sagemaker]
}

resource "aws_ssm_parameter" "model_s3_archive" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/sources/models/s3-archive"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version  = 1
    id       = "s3-archive"
    provider = "sagemaker"
    region   = "us-east-1"
    endpoint = "terrachat-sources-s3-archive"
    wire     = "messages"
    defaults = {}
  })

  depends_on = [aws_sagemaker_endpoint.s3_archive, aws_iam_role_policy.handler_sagemaker]
}

resource "aws_ssm_parameter" "model_own_image" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/sources/models/own-image"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version  = 1
    id       = "own-image"
    provider = "sagemaker"
    region   = "us-east-1"
    endpoint = "terrachat-sources-own-image"
    wire     = "messages"
    defaults = {}
  })

  depends_on = [aws_sagemaker_endpoint.own_image, aws_iam_role_policy.handler_sagemaker]
}

resource "aws_ssm_parameter" "model_own_image_alone" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/sources/models/own-image-alone"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version  = 1
    id       = "own-image-alone"
    provider = "sagemaker"
    region   = "us-east-1"
    endpoint = "terrachat-sources-own-image-alone"
    wire     = "generate"
    defaults = {}
  })

  depends_on = [aws_sagemaker_endpoint.own_image_alone, aws_iam_role_policy.handler_sagemaker]
}

resource "aws_ssm_parameter" "model_jumpstart" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/sources/models/jumpstart"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version  = 1
    id       = "jumpstart"
    provider = "sagemaker"
    region   = "us-east-1"
    endpoint = "terrachat-sources-jumpstart"
    wire     = "generate"
    defaults = {}
  })

  depends_on = [aws_sagemaker_endpoint.jumpstart, aws_iam_role_policy.handler_sagemaker]
}

resource "aws_ssm_parameter" "model_jumpstart_licensed" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/sources/models/jumpstart-licensed"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version  = 1
    id       = "jumpstart-licensed"
    provider = "sagemaker"
    region   = "us-east-1"
    endpoint = "terrachat-sources-jumpstart-licensed"
    wire     = "messages"
    defaults = {}
  })

  depends_on = [aws_sagemaker_endpoint.jumpstart_licensed, aws_iam_role_policy.handler_sagemaker]
}

resource "aws_ssm_parameter" "model_in_house" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/sources/models/in-house"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version  = 1
    id       = "in-house"
    provider = "sagemaker"
    region   = "eu-west-1"
    endpoint = "Search-Rewriter"
    wire     = "generate"
    defaults = {}
  })

  depends_on = [aws_iam_role_policy.handler_sagemaker]
}
