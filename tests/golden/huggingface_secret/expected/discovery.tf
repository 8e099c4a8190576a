# What the chat page and the handler find. An entry's parameter depends on its resources: what is listed exists.

resource "aws_ssm_parameter" "handler" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/gated/handler"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version             = 1
    deployment          = "gated"
    region              = local.region
    handler_url         = aws_lambda_function_url.handler.function_url
    conversations_table = aws_dynamodb_table.conversations.name
    api_keys_secret     = aws_secretsmanager_secret.api_keys.name
  })
}

resource "aws_ssm_parameter" "model_llama" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/gated/models/llama"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version  = 1
    id       = "llama"
    provider = "sagemaker"
    region   = "us-east-1"
    endpoint = "terrachat-gated-llama"
    wire     = "messages"
    defaults = {}
  })

  depends_on = [aws_sagemaker_endpoint.llama, aws_iam_role_policy.handler_sagemaker]
}

resource "aws_ssm_parameter" "model_gemma" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/gated/models/gemma"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version  = 1
    id       = "gemma"
    provider = "sagemaker"
    region   = "us-east-1"
    endpoint = "terrachat-gated-gemma"
    wire     = "messages"
    defaults = {}
  })

  depends_on = [aws_sagemaker_endpoint.gemma, aws_iam_role_policy.handler_sagemaker]
}
