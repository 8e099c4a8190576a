# What the chat page and the handler find. An entry's parameter depends on its resources: what is listed exists.

resource "aws_ssm_parameter" "handler" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/everything/handler"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version             = 1
    deployment          = "everything"
    region              = local.region
    handler_url         = aws_lambda_function_url.handler.function_url
    conversations_table = aws_dynamodb_table.conversations.name
    api_keys_secret     = aws_secretsmanager_secret.api_keys.name
    conversation_days   = 30
  })
}

resource "aws_ssm_parameter" "model_mistral_7b" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/everything/models/mistral-7b"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version                = 1
    id                     = "mistral-7b"
    provider               = "sagemaker"
    region                 = "eu-west-1"
    endpoint               = "terrachat-everything-mistral-7b"
    wire                   = "messages"
    fallback               = ["daytime", "gpt"]
    unsupported_parameters = "drop"
    context_tokens         = 8192
    timeouts = {
      first_token_s    = 60
      between_tokens_s = 30
    }
    defaults = {
      temperature = 0.6
      top_p       = 0.9
      max_tokens  = 512
    }
  })

  depends_on = [aws_sagemaker_endpoint.mistral_7b, aws_iam_role_policy.handler_sagemaker]
}

resource "aws_ssm_parameter" "model_daytime" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/everything/models/daytime"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version  = 1
    id       = "daytime"
    provider = "sagemaker"
    region   = "eu-west-1"
    endpoint = "terrachat-everything-daytime"
    wire     = "messages"
    schedule = {
      start    = "0 8 ? * MON-FRI *"
      stop     = "0 18 ? * MON-FRI *"
      timezone = "Europe/Dublin"
    }
    defaults = {
      temperature = 0.6
      top_p       = 0.9
      max_tokens  = 512
    }
    start = {
      endpoint_config = aws_sagemaker_endpoint_configuration.daytime.name
      tags            = local.tags
    }
  })

  depends_on = [aws_scheduler_schedule.daytime_start, aws_scheduler_schedule.daytime_stop, aws_iam_role_policy.handler_sagemaker]
}

resource "aws_ssm_parameter" "model_in_house" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/everything/models/in-house"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version  = 1
    id       = "in-house"
    provider = "sagemaker"
    region   = "eu-west-1"
    endpoint = "search-rewriter"
    wire     = "messages"
    defaults = {
      temperature = 0.6
      top_p       = 0.9
      max_tokens  = 512
    }
  })

  depends_on = [aws_iam_role_policy.handler_sagemaker]
}

resource "aws_ssm_parameter" "model_nova_micro" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/everything/models/nova-micro"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version  = 1
    id       = "nova-micro"
    provider = "bedrock"
    region   = "eu-west-1"
    model    = "eu.amazon.nova-micro-v1:0"
    guardrail = {
      id      = "gr1a2b3c4d5e"
      version = "3"
    }
    defaults = {
      temperature = 0.6
      top_p       = 0.9
      max_tokens  = 512
    }
  })

  depends_on = [aws_iam_role_policy.handler_bedrock]
}

resource "aws_ssm_parameter" "model_gpt" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/everything/models/gpt"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version    = 1
    id         = "gpt"
    provider   = "openai"
    model      = "gpt-4o"
    fallback   = ["Model1"]
    modalities = ["text", "image"]
    price = {
      input  = 2.5
      output = 10.0
    }
    defaults = {
      temperature = 0.6
      top_p       = 0.9
      max_tokens  = 512
    }
  })
}

resource "aws_ssm_parameter" "model_command_r" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/everything/models/command-r"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version  = 1
    id       = "command-r"
    provider = "cohere"
    model    = "command-r-plus"
    defaults = {
      temperature = 0.6
      top_p       = 0.9
      max_tokens  = 512
    }
  })
}

resource "aws_ssm_parameter" "model_model1" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/everything/models/Model1"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version  = 1
    id       = "Model1"
    provider = "azure_openai"
    model    = "Model1"
    defaults = {
      temperature = 0.6
      top_p       = 0.9
      max_tokens  = 512
    }
  })
}
