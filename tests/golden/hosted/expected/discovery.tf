# What the chat page and the handler find. An entry's parameter depends on its resources: what is listed exists.

resource "aws_ssm_parameter" "handler" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/hosted/handler"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version             = 1
    deployment          = "hosted"
    region              = local.region
    handler_url         = aws_lambda_function_url.handler.function_url
    conversations_table = aws_dynamodb_table.conversations.name
    api_keys_secret     = aws_secretsmanager_secret.api_keys.name
    conversation_days   = 90
  })
}

resource "aws_ssm_parameter" "model_gpt" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/hosted/models/gpt"
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

resource "aws_ssm_parameter" "model_daytime" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/hosted/models/daytime"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version  = 1
    id       = "daytime"
    provider = "sagemaker"
    region   = "eu-central-1"
    endpoint = "terrachat-hosted-daytime"
    wire     = "messages"
    schedule = {
      start    = "0 8 ? * MON-FRI *"
      stop     = "0 18 ? * MON-FRI *"
      timezone = "Europe/Berlin"
    }
    defaults = {}
    start = {
      endpoint_config = aws_sagemaker_endpoint_configuration.daytime.name
      tags            = local.tags
    }
  })

  depends_on = [aws_scheduler_schedule.daytime_start, aws_scheduler_schedule.daytime_stop, aws_iam_role_policy.handler_sagemaker]
}
