# What the chat page and the handler find. An entry's parameter depends on its resources: what is listed exists.

resource "aws_ssm_parameter" "handler" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/third-party/handler"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version             = 1
    deployment          = "third-party"
    region              = local.region
    handler_url         = aws_lambda_function_url.handler.function_url
    conversations_table = aws_dynamodb_table.conversations.name
    api_keys_secret     = aws_secretsmanager_secret.api_keys.name
  })
}

resource "aws_ssm_parameter" "model_gpt" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/third-party/models/gpt"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version  = 1
    id       = "gpt"
    provider = "openai"
    model    = "gpt-4o"
    defaults = {
      max_tokens = 1024
    }
  })
}

resource "aws_ssm_parameter" "model_claude" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/third-party/models/claude"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version  = 1
    id       = "claude"
    provider = "anthropic"
    model    = "claude-sonnet-4-5"
    defaults = {
      max_tokens = 1024
    }
  })
}

resource "aws_ssm_parameter" "model_command" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/third-party/models/command"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version  = 1
    id       = "command"
    provider = "cohere"
    model    = "command-r-plus"
    defaults = {
      max_tokens  = 1024
      temperature = 0.3
    }
  })
}

resource "aws_ssm_parameter" "model_jamba" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/third-party/models/jamba"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version  = 1
    id       = "jamba"
    provider = "ai21"
    model    = "jamba-large"
    defaults = {
      max_tokens = 1024
    }
  })
}

resource "aws_ssm_parameter" "model_gemini" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/third-party/models/gemini"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version  = 1
    id       = "gemini"
    provider = "google_genai"
    model    = "gemini-2.5-flash"
    defaults = {
      max_tokens = 1024
    }
  })
}

resource "aws_ssm_parameter" "model_gateway" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/third-party/models/gateway"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version  = 1
    id       = "gateway"
    provider = "openai"
    model    = "llama-3.3-70b"
    base_url = "https://llm.example.com/v1"
    key_name = "GATEWAY_API_KEY"
    defaults = {
      max_tokens = 1024
    }
  })
}

resource "aws_ssm_parameter" "model_lab" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/third-party/models/lab"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version  = 1
    id       = "lab"
    provider = "openai"
    model    = "qwen3"
    base_url = "http://10.0.4.7:8000/v1"
    key_name = null
    defaults = {
      max_tokens = 1024
    }
  })
}
