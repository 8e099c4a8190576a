# What the chat page and the handler find. An entry's parameter depends on its resources: what is listed exists.

resource "aws_ssm_parameter" "handler" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/bedrock/handler"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version             = 1
    deployment          = "bedrock"
    region              = local.region
    handler_url         = aws_lambda_function_url.handler.function_url
    conversations_table = aws_dynamodb_table.conversations.name
    api_keys_secret     = aws_secretsmanager_secret.api_keys.name
  })
}

resource "aws_ssm_parameter" "model_on_demand" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/bedrock/models/on-demand"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version  = 1
    id       = "on-demand"
    provider = "bedrock"
    region   = "us-west-2"
    model    = "amazon.nova-micro-v1:0"
    guardrail = {
      id      = "gr1a2b3c4d5e"
      version = "1"
    }
    defaults = {}
  })

  depends_on = [aws_iam_role_policy.handler_bedrock]
}

resource "aws_ssm_parameter" "model_profile" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/bedrock/models/profile"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version  = 1
    id       = "profile"
    provider = "bedrock"
    region   = "us-west-2"
    model    = "us.anthropic.claude-sonnet-4-5-20250929-v1:0"
    guardrail = {
      id      = "gr1a2b3c4d5e"
      version = "1"
    }
    defaults = {}
  })

  depends_on = [aws_iam_role_policy.handler_bedrock]
}

resource "aws_ssm_parameter" "model_profile_again" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/bedrock/models/profile-again"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version  = 1
    id       = "profile-again"
    provider = "bedrock"
    region   = "us-west-2"
    model    = "us.anthropic.claude-sonnet-4-5-20250929-v1:0"
    guardrail = {
      id      = "gr1a2b3c4d5e"
      version = "1"
    }
    defaults = {
      temperature = 0.0
    }
  })

  depends_on = [aws_iam_role_policy.handler_bedrock]
}

resource "aws_ssm_parameter" "model_global_profile" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/bedrock/models/global-profile"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version  = 1
    id       = "global-profile"
    provider = "bedrock"
    region   = "us-west-2"
    model    = "global.anthropic.claude-sonnet-4-5-20250929-v1:0"
    guardrail = {
      id      = "gr1a2b3c4d5e"
      version = "1"
    }
    defaults = {}
  })

  depends_on = [aws_iam_role_policy.handler_bedrock]
}

resource "aws_ssm_parameter" "model_other_region" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/bedrock/models/other-region"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version  = 1
    id       = "other-region"
    provider = "bedrock"
    region   = "eu-west-1"
    model    = "eu.mistral.pixtral-large-2502-v1:0"
    guardrail = {
      id      = "gr1a2b3c4d5e"
      version = "1"
    }
    defaults = {}
  })

  depends_on = [aws_iam_role_policy.handler_bedrock]
}

resource "aws_ssm_parameter" "model_application_profile" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/bedrock/models/application-profile"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version  = 1
    id       = "application-profile"
    provider = "bedrock"
    region   = "us-west-2"
    model    = "arn:aws:bedrock:us-west-2:123456789012:application-inference-profile/a1b2c3d4e5f6"
    guardrail = {
      id      = "gr1a2b3c4d5e"
      version = "1"
    }
    defaults = {}
  })

  depends_on = [aws_iam_role_policy.handler_bedrock]
}

resource "aws_ssm_parameter" "model_provisioned" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/bedrock/models/provisioned"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version  = 1
    id       = "provisioned"
    provider = "bedrock"
    region   = "us-west-2"
    model    = "arn:aws:bedrock:us-west-2:123456789012:provisioned-model/abcdefghijkl"
    guardrail = {
      id      = "arn:aws:bedrock:us-west-2:123456789012:guardrail/gr9z8y7x6w5v"
      version = "DRAFT"
    }
    defaults = {}
  })

  depends_on = [aws_iam_role_policy.handler_bedrock]
}

resource "aws_ssm_parameter" "model_other_account" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/bedrock/models/other-account"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version  = 1
    id       = "other-account"
    provider = "bedrock"
    region   = "us-west-2"
    model    = "amazon.nova-pro-v1:0"
    role_arn = "arn:aws:iam::210987654321:role/bedrock-for-terrachat"
    guardrail = {
      id      = "gr1a2b3c4d5e"
      version = "1"
    }
    defaults = {}
  })

  depends_on = [aws_iam_role_policy.handler_bedrock]
}
