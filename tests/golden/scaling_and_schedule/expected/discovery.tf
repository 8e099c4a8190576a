# What the chat page and the handler find. An entry's parameter depends on its resources: what is listed exists.

resource "aws_ssm_parameter" "handler" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/office/handler"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version             = 1
    deployment          = "office"
    region              = local.region
    handler_url         = aws_lambda_function_url.handler.function_url
    conversations_table = aws_dynamodb_table.conversations.name
    api_keys_secret     = aws_secretsmanager_secret.api_keys.name
  })
}

resource "aws_ssm_parameter" "model_busy" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/office/models/busy"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version  = 1
    id       = "busy"
    provider = "sagemaker"
    region   = "ap-southeast-1"
    endpoint = "terrachat-office-busy"
    wire     = "messages"
    defaults = {}
  })

  depends_on = [aws_sagemaker_endpoint.busy, aws_iam_role_policy.handler_sagemaker]
}

resource "aws_ssm_parameter" "model_daytime" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/office/models/Daytime"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version  = 1
    id       = "Daytime"
    provider = "sagemaker"
    region   = "ap-southeast-1"
    endpoint = "terrachat-office-Daytime"
    wire     = "messages"
    schedule = {
      start    = "0 8 ? * MON-FRI *"
      stop     = "0 18 ? * MON-FRI *"
      timezone = "Asia/Ho_Chi_Minh"
    }
    defaults = {}
    start = {
      endpoint_config = aws_sagemaker_endpoint_configuration.daytime.name
      tags            = local.tags
    }
  })

  depends_on = [aws_scheduler_schedule.daytime_start, aws_scheduler_schedule.daytime_stop, aws_iam_role_policy.handler_sagemaker]
}

resource "aws_ssm_parameter" "model_resting" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/office/models/resting"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version  = 1
    id       = "resting"
    provider = "sagemaker"
    region   = "ap-southeast-1"
    endpoint = "terrachat-office-resting"
    wire     = "messages"
    stopped  = true
    defaults = {}
  })

  depends_on = [aws_sagemaker_endpoint_configuration.resting, aws_iam_role_policy.handler_sagemaker]
}
