# What the chat page and the handler find. An entry's parameter depends on its resources: what is listed exists.

resource "aws_ssm_parameter" "handler" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/unmonitored/handler"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version             = 1
    deployment          = "unmonitored"
    region              = local.region
    handler_url         = aws_lambda_function_url.handler.function_url
    conversations_table = aws_dynamodb_table.conversations.name
    api_keys_secret     = aws_secretsmanager_secret.api_keys.name
  })
}

resource "aws_ssm_parameter" "model_mistral_7b" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/unmonitored/models/mistral-7b"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version  = 1
    id       = "mistral-7b"
    provider = "sagemaker"
    region   = "us-east-1"
    endpoint = "terrachat-unmonitored-mistral-7b"
    wire     = "messages"
    defaults = {}
  })

  depends_on = [aws_sagemaker_endpoint.mistral_7b, aws_iam_role_policy.handler_sagemaker]
}
