# What the chat page and the handler find. An entry's parameter depends on its resources: what is listed exists.

resource "aws_ssm_parameter" "handler" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/hostile/handler"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version             = 1
    deployment          = "hostile"
    region              = local.region
    handler_url         = aws_lambda_function_url.handler.function_url
    conversations_table = aws_dynamodb_table.conversations.name
    api_keys_secret     = aws_secretsmanager_secret.api_keys.name
  })
}

resource "aws_ssm_parameter" "model_mixed_case_id" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/hostile/models/Mixed.Case_id"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version  = 1
    id       = "Mixed.Case_id"
    provider = "sagemaker"
    region   = "us-east-1"
    endpoint = "terrachat-hostile-Mixed-Case-id"
    wire     = "messages"
    defaults = {}
  })

  depends_on = [aws_sagemaker_endpoint.mixed_case_id, aws_iam_role_policy.handler_sagemaker]
}

resource "aws_ssm_parameter" "model_titan" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/hostile/models/titan"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version  = 1
    id       = "titan"
    provider = "bedrock"
    region   = "us-east-1"
    model    = "amazon.titan-text-lite-v1"
    defaults = {}
  })

  depends_on = [aws_iam_role_policy.handler_bedrock]
}
