# What the chat page and the handler find. An entry's parameter depends on its resources: what is listed exists.

resource "aws_ssm_parameter" "handler" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/demo/handler"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version             = 1
    deployment          = "demo"
    region              = local.region
    handler_url         = aws_lambda_function_url.handler.function_url
    conversations_table = aws_dynamodb_table.conversations.name
    api_keys_secret     = aws_secretsmanager_secret.api_keys.name
  })
}

resource "aws_ssm_parameter" "model_smollm2" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/demo/models/smollm2"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version  = 1
    id       = "smollm2"
    provider = "sagemaker"
    region   = "us-east-1"
    endpoint = "terrachat-demo-smollm2"
    wire     = "messages"
    defaults = {
      temperature = 0.2
      top_p       = 0.9
      max_tokens  = 512
    }
  })

  depends_on = [aws_sagemaker_endpoint.smollm2, aws_iam_role_policy.handler_sagemaker]
}

resource "aws_ssm_parameter" "model_nova_micro" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/demo/models/nova-micro"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version  = 1
    id       = "nova-micro"
    provider = "bedrock"
    region   = "us-west-2"
    model    = "us.amazon.nova-micro-v1:0"
    defaults = {
      temperature = 0.2
      top_p       = 0.9
      max_tokens  = 512
    }
  })

  depends_on = [aws_iam_role_policy.handler_bedrock]
}

resource "aws_ssm_parameter" "model_gpt" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/demo/models/gpt"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version  = 1
    id       = "gpt"
    provider = "openai"
    model    = "gpt-4o-mini"
    defaults = {
      temperature = 0.2
      top_p       = 0.9
      max_tokens  = 512
    }
  })
}
