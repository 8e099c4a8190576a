# What the chat page and the handler find. An entry's parameter depends on its resources: what is listed exists.

resource "aws_ssm_parameter" "handler" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/internal/handler"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version             = 1
    deployment          = "internal"
    region              = local.region
    handler_url         = aws_lambda_function_url.handler.function_url
    conversations_table = aws_dynamodb_table.conversations.name
    api_keys_secret     = aws_secretsmanager_secret.api_keys.name
  })
}

resource "aws_ssm_parameter" "model_gpt" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/internal/models/gpt"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version  = 1
    id       = "gpt"
    provider = "openai"
    model    = "gpt-4o"
    defaults = {}
  })
}
