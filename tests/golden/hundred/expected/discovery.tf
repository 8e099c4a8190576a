# What the chat page and the handler find. An entry's parameter depends on its resources: what is listed exists.

resource "aws_ssm_parameter" "handler" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/hundred/handler"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version             = 1
    deployment          = "hundred"
    region              = local.region
    handler_url         = aws_lambda_function_url.handler.function_url
    conversations_table = aws_dynamodb_table.conversations.name
    api_keys_secret     = aws_secretsmanager_secret.api_keys.name
  })
}

resource "aws_ssm_parameter" "model_model_001" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/hundred/models/model-001"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version  = 1
    id       = "model-001"
    provider = "sagemaker"
    region   = "us-west-2"
    endpoint = "terrachat-hundred-model-001"
    wire     = "messages"
    defaults = {}
  })

  depends_on = [aws_sagemaker_endpoint.model_001, aws_iam_role_policy.handler_sagemaker]
}

resource "aws_ssm_parameter" "model_model_002" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/hundred/models/model-002"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version  = 1
    id       = "model-002"
    provider = "bedrock"
    region   = "us-west-2"
    model    = "amazon.nova-micro-v1:0"
    defaults = {}
  })

  depends_on = [aws_iam_role_policy.handler_bedrock]
}

resource "aws_ssm_parameter" "model_model_003" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/hundred/models/model-003"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version  = 1
    id       = "model-003"
    provider = "openai"
    model    = "gpt-4o"
    defaults = {}
  })
}

resource "aws_ssm_parameter" "model_model_004" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/hundred/models/model-004"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version  = 1
    id       = "model-004"
    provider = "anthropic"
    model    = "claude-sonnet-4-5"
    defaults = {}
  })
}

resource "aws_ssm_parameter" "model_model_005" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/hundred/models/model-005"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version  = 1
    id       = "model-005"
    provider = "azure_openai"
    model    = "Model5"
    defaults = {}
  })
}

resource "aws_ssm_parameter" "model_model_006" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/hundred/models/model-006"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version  = 1
    id       = "model-006"
    provider = "sagemaker"
    region   = "us-west-2"
    endpoint = "terrachat-hundred-model-006"
    wire     = "messages"
    defaults = {}
  })

  depends_on = [aws_sagemaker_endpoint.model_006, aws_iam_role_policy.handler_sagemaker]
}

resource "aws_ssm_parameter" "model_model_007" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/hundred/models/model-007"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version  = 1
    id       = "model-007"
    provider = "bedrock"
    region   = "us-west-2"
    model    = "us.amazon.nova-lite-v1:0"
    defaults = {}
  })

  depends_on = [aws_iam_role_policy.handler_bedrock]
}

resource "aws_ssm_parameter" "model_model_008" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/hundred/models/model-008"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version  = 1
    id       = "model-008"
    provider = "openai"
    model    = "gpt-4o-mini"
    defaults = {}
  })
}

resource "aws_ssm_parameter" "model_model_009" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/hundred/models/model-009"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version  = 1
    id       = "model-009"
    provider = "cohere"
    model    = "command-r-plus"
    defaults = {}
  })
}

resource "aws_ssm_parameter" "model_model_010" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/hundred/models/model-010"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version  = 1
    id       = "model-010"
    provider = "azure_openai"
    model    = "Model10"
    defaults = {}
  })
}

resource "aws_ssm_parameter" "model_model_011" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/hundred/models/model-011"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version  = 1
    id       = "model-011"
    provider = "sagemaker"
    region   = "us-west-2"
    endpoint = "terrachat-hundred-model-011"
    wire     = "messages"
    defaults = {}
  })

  depends_on = [aws_sagemaker_endpoint.model_011, aws_iam_role_policy.handler_sagemaker]
}

resource "aws_ssm_parameter" "model_model_012" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/hundred/models/model-012"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version  = 1
    id       = "model-012"
    provider = "bedrock"
    region   = "us-west-2"
    model    = "us.anthropic.claude-sonnet-4-5-20250929-v1:0"
    defaults = {}
  })

  depends_on = [aws_iam_role_policy.handler_bedrock]
}

resource "aws_ssm_parameter" "model_model_013" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/hundred/models/model-013"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version  = 1
    id       = "model-013"
    provider = "openai"
    model    = "gpt-4o"
    defaults = {}
  })
}

resource "aws_ssm_parameter" "model_model_014" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/hundred/models/model-014"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version  = 1
    id       = "model-014"
    provider = "mistralai"
    model    = "mistral-large-latest"
    defaults = {}
  })
}

resource "aws_ssm_parameter" "model_model_015" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/hundred/models/model-015"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version  = 1
    id       = "model-015"
    provider = "azure_openai"
    model    = "Model15"
    defaults = {}
  })
}

resource "aws_ssm_parameter" "model_model_016" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/hundred/models/model-016"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version  = 1
    id       = "model-016"
    provider = "sagemaker"
    region   = "us-west-2"
    endpoint = "terrachat-hundred-model-016"
    wire     = "messages"
    defaults = {}
  })

  depends_on = [aws_sagemaker_endpoint.model_016, aws_iam_role_policy.handler_sagemaker]
}

resource "aws_ssm_parameter" "model_model_017" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/hundred/models/model-017"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version  = 1
    id       = "model-017"
    provider = "bedrock"
    region   = "us-west-2"
    model    = "amazon.nova-micro-v1:0"
    defaults = {}
  })

  depends_on = [aws_iam_role_policy.handler_bedrock]
}

resource "aws_ssm_parameter" "model_model_018" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/hundred/models/model-018"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version  = 1
    id       = "model-018"
    provider = "openai"
    model    = "gpt-4o-mini"
    defaults = {}
  })
}

resource "aws_ssm_parameter" "model_model_019" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/hundred/models/model-019"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version  = 1
    id       = "model-019"
    provider = "groq"
    model    = "llama-3.3-70b-versatile"
    defaults = {}
  })
}

resource "aws_ssm_parameter" "model_model_020" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/hundred/models/model-020"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version  = 1
    id       = "model-020"
    provider = "azure_openai"
    model    = "Model20"
    defaults = {}
  })
}

resource "aws_ssm_parameter" "model_model_021" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/hundred/models/model-021"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version  = 1
    id       = "model-021"
    provider = "sagemaker"
    region   = "us-west-2"
    endpoint = "terrachat-hundred-model-021"
    wire     = "messages"
    defaults = {}
  })

  depends_on = [aws_sagemaker_endpoint.model_021, aws_iam_role_policy.handler_sagemaker]
}

resource "aws_ssm_parameter" "model_model_022" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/hundred/models/model-022"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version  = 1
    id       = "model-022"
    provider = "bedrock"
    region   = "us-west-2"
    model    = "us.amazon.nova-lite-v1:0"
    defaults = {}
  })

  depends_on = [aws_iam_role_policy.handler_bedrock]
}

resource "aws_ssm_parameter" "model_model_023" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/hundred/models/model-023"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version  = 1
    id       = "model-023"
    provider = "openai"
    model    = "gpt-4o"
    defaults = {}
  })
}

resource "aws_ssm_parameter" "model_model_024" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/hundred/models/model-024"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version  = 1
    id       = "model-024"
    provider = "anthropic"
    model    = "claude-sonnet-4-5"
    defaults = {}
  })
}

resource "aws_ssm_parameter" "model_model_025" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/hundred/models/model-025"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version  = 1
    id       = "model-025"
    provider = "azure_openai"
    model    = "Model25"
    defaults = {}
  })
}

resource "aws_ssm_parameter" "model_model_026" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/hundred/models/model-026"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version  = 1
    id       = "model-026"
    provider = "sagemaker"
    region   = "us-west-2"
    endpoint = "terrachat-hundred-model-026"
    wire     = "messages"
    defaults = {}
  })

  depends_on = [aws_sagemaker_endpoint.model_026, aws_iam_role_policy.handler_sagemaker]
}

resource "aws_ssm_parameter" "model_model_027" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/hundred/models/model-027"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version  = 1
    id       = "model-027"
    provider = "bedrock"
    region   = "us-west-2"
    model    = "us.anthropic.claude-sonnet-4-5-20250929-v1:0"
    defaults = {}
  })

  depends_on = [aws_iam_role_policy.handler_bedrock]
}

resource "aws_ssm_parameter" "model_model_028" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/hundred/models/model-028"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version  = 1
    id       = "model-028"
    provider = "openai"
    model    = "gpt-4o-mini"
    defaults = {}
  })
}

resource "aws_ssm_parameter" "model_model_029" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/hundred/models/model-029"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version  = 1
    id       = "model-029"
    provider = "cohere"
    model    = "command-r-plus"
    defaults = {}
  })
}

resource "aws_ssm_parameter" "model_model_030" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/hundred/models/model-030"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version  = 1
    id       = "model-030"
    provider = "azure_openai"
    model    = "Model30"
    defaults = {}
  })
}

resource "aws_ssm_parameter" "model_model_031" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/hundred/models/model-031"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version  = 1
    id       = "model-031"
    provider = "sagemaker"
    region   = "us-west-2"
    endpoint = "terrachat-hundred-model-031"
    wire     = "messages"
    defaults = {}
  })

  depends_on = [aws_sagemaker_endpoint.model_031, aws_iam_role_policy.handler_sagemaker]
}

resource "aws_ssm_parameter" "model_model_032" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/hundred/models/model-032"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version  = 1
    id       = "model-032"
    provider = "bedrock"
    region   = "us-west-2"
    model    = "amazon.nova-micro-v1:0"
    defaults = {}
  })

  depends_on = [aws_iam_role_policy.handler_bedrock]
}

resource "aws_ssm_parameter" "model_model_033" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/hundred/models/model-033"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version  = 1
    id       = "model-033"
    provider = "openai"
    model    = "gpt-4o"
    defaults = {}
  })
}

resource "aws_ssm_parameter" "model_model_034" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/hundred/models/model-034"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version  = 1
    id       = "model-034"
    provider = "mistralai"
    model    = "mistral-large-latest"
    defaults = {}
  })
}

resource "aws_ssm_parameter" "model_model_035" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/hundred/models/model-035"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version  = 1
    id       = "model-035"
    provider = "azure_openai"
    model    = "Model35"
    defaults = {}
  })
}

resource "aws_ssm_parameter" "model_model_036" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/hundred/models/model-036"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version  = 1
    id       = "model-036"
    provider = "sagemaker"
    region   = "us-west-2"
    endpoint = "terrachat-hundred-model-036"
    wire     = "messages"
    defaults = {}
  })

  depends_on = [aws_sagemaker_endpoint.model_036, aws_iam_role_policy.handler_sagemaker]
}

resource "aws_ssm_parameter" "model_model_037" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/hundred/models/model-037"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version  = 1
    id       = "model-037"
    provider = "bedrock"
    region   = "us-west-2"
    model    = "us.amazon.nova-lite-v1:0"
    defaults = {}
  })

  depends_on = [aws_iam_role_policy.handler_bedrock]
}

resource "aws_ssm_parameter" "model_model_038" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/hundred/models/model-038"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version  = 1
    id       = "model-038"
    provider = "openai"
    model    = "gpt-4o-mini"
    defaults = {}
  })
}

resource "aws_ssm_parameter" "model_model_039" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/hundred/models/model-039"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version  = 1
    id       = "model-039"
    provider = "groq"
    model    = "llama-3.3-70b-versatile"
    defaults = {}
  })
}

resource "aws_ssm_parameter" "model_model_040" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/hundred/models/model-040"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version  = 1
    id       = "model-040"
    provider = "azure_openai"
    model    = "Model40"
    defaults = {}
  })
}

resource "aws_ssm_parameter" "model_model_041" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/hundred/models/model-041"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version  = 1
    id       = "model-041"
    provider = "sagemaker"
    region   = "us-west-2"
    endpoint = "terrachat-hundred-model-041"
    wire     = "messages"
    defaults = {}
  })

  depends_on = [aws_sagemaker_endpoint.model_041, aws_iam_role_policy.handler_sagemaker]
}

resource "aws_ssm_parameter" "model_model_042" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/hundred/models/model-042"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version  = 1
    id       = "model-042"
    provider = "bedrock"
    region   = "us-west-2"
    model    = "us.anthropic.claude-sonnet-4-5-20250929-v1:0"
    defaults = {}
  })

  depends_on = [aws_iam_role_policy.handler_bedrock]
}

resource "aws_ssm_parameter" "model_model_043" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/hundred/models/model-043"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version  = 1
    id       = "model-043"
    provider = "openai"
    model    = "gpt-4o"
    defaults = {}
  })
}

resource "aws_ssm_parameter" "model_model_044" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/hundred/models/model-044"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version  = 1
    id       = "model-044"
    provider = "anthropic"
    model    = "claude-sonnet-4-5"
    defaults = {}
  })
}

resource "aws_ssm_parameter" "model_model_045" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/hundred/models/model-045"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version  = 1
    id       = "model-045"
    provider = "azure_openai"
    model    = "Model45"
    defaults = {}
  })
}

resource "aws_ssm_parameter" "model_model_046" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/hundred/models/model-046"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version  = 1
    id       = "model-046"
    provider = "sagemaker"
    region   = "us-west-2"
    endpoint = "terrachat-hundred-model-046"
    wire     = "messages"
    defaults = {}
  })

  depends_on = [aws_sagemaker_endpoint.model_046, aws_iam_role_policy.handler_sagemaker]
}

resource "aws_ssm_parameter" "model_model_047" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/hundred/models/model-047"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version  = 1
    id       = "model-047"
    provider = "bedrock"
    region   = "us-west-2"
    model    = "amazon.nova-micro-v1:0"
    defaults = {}
  })

  depends_on = [aws_iam_role_policy.handler_bedrock]
}

resource "aws_ssm_parameter" "model_model_048" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/hundred/models/model-048"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version  = 1
    id       = "model-048"
    provider = "openai"
    model    = "gpt-4o-mini"
    defaults = {}
  })
}

resource "aws_ssm_parameter" "model_model_049" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/hundred/models/model-049"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version  = 1
    id       = "model-049"
    provider = "cohere"
    model    = "command-r-plus"
    defaults = {}
  })
}

resource "aws_ssm_parameter" "model_model_050" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/hundred/models/model-050"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version  = 1
    id       = "model-050"
    provider = "azure_openai"
    model    = "Model50"
    defaults = {}
  })
}

resource "aws_ssm_parameter" "model_model_051" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/hundred/models/model-051"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version  = 1
    id       = "model-051"
    provider = "sagemaker"
    region   = "us-west-2"
    endpoint = "terrachat-hundred-model-051"
    wire     = "messages"
    defaults = {}
  })

  depends_on = [aws_sagemaker_endpoint.model_051, aws_iam_role_policy.handler_sagemaker]
}

resource "aws_ssm_parameter" "model_model_052" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/hundred/models/model-052"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version  = 1
    id       = "model-052"
    provider = "bedrock"
    region   = "us-west-2"
    model    = "us.amazon.nova-lite-v1:0"
    defaults = {}
  })

  depends_on = [aws_iam_role_policy.handler_bedrock]
}

resource "aws_ssm_parameter" "model_model_053" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/hundred/models/model-053"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version  = 1
    id       = "model-053"
    provider = "openai"
    model    = "gpt-4o"
    defaults = {}
  })
}

resource "aws_ssm_parameter" "model_model_054" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/hundred/models/model-054"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version  = 1
    id       = "model-054"
    provider = "mistralai"
    model    = "mistral-large-latest"
    defaults = {}
  })
}

resource "aws_ssm_parameter" "model_model_055" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/hundred/models/model-055"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version  = 1
    id       = "model-055"
    provider = "azure_openai"
    model    = "Model55"
    defaults = {}
  })
}

resource "aws_ssm_parameter" "model_model_056" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/hundred/models/model-056"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version  = 1
    id       = "model-056"
    provider = "sagemaker"
    region   = "us-west-2"
    endpoint = "terrachat-hundred-model-056"
    wire     = "messages"
    defaults = {}
  })

  depends_on = [aws_sagemaker_endpoint.model_056, aws_iam_role_policy.handler_sagemaker]
}

resource "aws_ssm_parameter" "model_model_057" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/hundred/models/model-057"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version  = 1
    id       = "model-057"
    provider = "bedrock"
    region   = "us-west-2"
    model    = "us.anthropic.claude-sonnet-4-5-20250929-v1:0"
    defaults = {}
  })

  depends_on = [aws_iam_role_policy.handler_bedrock]
}

resource "aws_ssm_parameter" "model_model_058" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/hundred/models/model-058"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version  = 1
    id       = "model-058"
    provider = "openai"
    model    = "gpt-4o-mini"
    defaults = {}
  })
}

resource "aws_ssm_parameter" "model_model_059" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/hundred/models/model-059"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version  = 1
    id       = "model-059"
    provider = "groq"
    model    = "llama-3.3-70b-versatile"
    defaults = {}
  })
}

resource "aws_ssm_parameter" "model_model_060" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/hundred/models/model-060"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version  = 1
    id       = "model-060"
    provider = "azure_openai"
    model    = "Model60"
    defaults = {}
  })
}

resource "aws_ssm_parameter" "model_model_061" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/hundred/models/model-061"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version  = 1
    id       = "model-061"
    provider = "sagemaker"
    region   = "us-west-2"
    endpoint = "terrachat-hundred-model-061"
    wire     = "messages"
    defaults = {}
  })

  depends_on = [aws_sagemaker_endpoint.model_061, aws_iam_role_policy.handler_sagemaker]
}

resource "aws_ssm_parameter" "model_model_062" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/hundred/models/model-062"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version  = 1
    id       = "model-062"
    provider = "bedrock"
    region   = "us-west-2"
    model    = "amazon.nova-micro-v1:0"
    defaults = {}
  })

  depends_on = [aws_iam_role_policy.handler_bedrock]
}

resource "aws_ssm_parameter" "model_model_063" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/hundred/models/model-063"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version  = 1
    id       = "model-063"
    provider = "openai"
    model    = "gpt-4o"
    defaults = {}
  })
}

resource "aws_ssm_parameter" "model_model_064" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/hundred/models/model-064"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version  = 1
    id       = "model-064"
    provider = "anthropic"
    model    = "claude-sonnet-4-5"
    defaults = {}
  })
}

resource "aws_ssm_parameter" "model_model_065" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/hundred/models/model-065"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version  = 1
    id       = "model-065"
    provider = "azure_openai"
    model    = "Model65"
    defaults = {}
  })
}

resource "aws_ssm_parameter" "model_model_066" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/hundred/models/model-066"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version  = 1
    id       = "model-066"
    provider = "sagemaker"
    region   = "us-west-2"
    endpoint = "terrachat-hundred-model-066"
    wire     = "messages"
    defaults = {}
  })

  depends_on = [aws_sagemaker_endpoint.model_066, aws_iam_role_policy.handler_sagemaker]
}

resource "aws_ssm_parameter" "model_model_067" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/hundred/models/model-067"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version  = 1
    id       = "model-067"
    provider = "bedrock"
    region   = "us-west-2"
    model    = "us.amazon.nova-lite-v1:0"
    defaults = {}
  })

  depends_on = [aws_iam_role_policy.handler_bedrock]
}

resource "aws_ssm_parameter" "model_model_068" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/hundred/models/model-068"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version  = 1
    id       = "model-068"
    provider = "openai"
    model    = "gpt-4o-mini"
    defaults = {}
  })
}

resource "aws_ssm_parameter" "model_model_069" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/hundred/models/model-069"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version  = 1
    id       = "model-069"
    provider = "cohere"
    model    = "command-r-plus"
    defaults = {}
  })
}

resource "aws_ssm_parameter" "model_model_070" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/hundred/models/model-070"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version  = 1
    id       = "model-070"
    provider = "azure_openai"
    model    = "Model70"
    defaults = {}
  })
}

resource "aws_ssm_parameter" "model_model_071" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/hundred/models/model-071"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version  = 1
    id       = "model-071"
    provider = "sagemaker"
    region   = "us-west-2"
    endpoint = "terrachat-hundred-model-071"
    wire     = "messages"
    defaults = {}
  })

  depends_on = [aws_sagemaker_endpoint.model_071, aws_iam_role_policy.handler_sagemaker]
}

resource "aws_ssm_parameter" "model_model_072" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/hundred/models/model-072"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version  = 1
    id       = "model-072"
    provider = "bedrock"
    region   = "us-west-2"
    model    = "us.anthropic.claude-sonnet-4-5-20250929-v1:0"
    defaults = {}
  })

  depends_on = [aws_iam_role_policy.handler_bedrock]
}

resource "aws_ssm_parameter" "model_model_073" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/hundred/models/model-073"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version  = 1
    id       = "model-073"
    provider = "openai"
    model    = "gpt-4o"
    defaults = {}
  })
}

resource "aws_ssm_parameter" "model_model_074" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/hundred/models/model-074"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version  = 1
    id       = "model-074"
    provider = "mistralai"
    model    = "mistral-large-latest"
    defaults = {}
  })
}

resource "aws_ssm_parameter" "model_model_075" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/hundred/models/model-075"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version  = 1
    id       = "model-075"
    provider = "azure_openai"
    model    = "Model75"
    defaults = {}
  })
}

resource "aws_ssm_parameter" "model_model_076" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/hundred/models/model-076"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version  = 1
    id       = "model-076"
    provider = "sagemaker"
    region   = "us-west-2"
    endpoint = "terrachat-hundred-model-076"
    wire     = "messages"
    defaults = {}
  })

  depends_on = [aws_sagemaker_endpoint.model_076, aws_iam_role_policy.handler_sagemaker]
}

resource "aws_ssm_parameter" "model_model_077" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/hundred/models/model-077"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version  = 1
    id       = "model-077"
    provider = "bedrock"
    region   = "us-west-2"
    model    = "amazon.nova-micro-v1:0"
    defaults = {}
  })

  depends_on = [aws_iam_role_policy.handler_bedrock]
}

resource "aws_ssm_parameter" "model_model_078" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/hundred/models/model-078"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version  = 1
    id       = "model-078"
    provider = "openai"
    model    = "gpt-4o-mini"
    defaults = {}
  })
}

resource "aws_ssm_parameter" "model_model_079" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/hundred/models/model-079"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version  = 1
    id       = "model-079"
    provider = "groq"
    model    = "llama-3.3-70b-versatile"
    defaults = {}
  })
}

resource "aws_ssm_parameter" "model_model_080" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/hundred/models/model-080"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version  = 1
    id       = "model-080"
    provider = "azure_openai"
    model    = "Model80"
    defaults = {}
  })
}

resource "aws_ssm_parameter" "model_model_081" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/hundred/models/model-081"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version  = 1
    id       = "model-081"
    provider = "sagemaker"
    region   = "us-west-2"
    endpoint = "terrachat-hundred-model-081"
    wire     = "messages"
    defaults = {}
  })

  depends_on = [aws_sagemaker_endpoint.model_081, aws_iam_role_policy.handler_sagemaker]
}

resource "aws_ssm_parameter" "model_model_082" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/hundred/models/model-082"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version  = 1
    id       = "model-082"
    provider = "bedrock"
    region   = "us-west-2"
    model    = "us.amazon.nova-lite-v1:0"
    defaults = {}
  })

  depends_on = [aws_iam_role_policy.handler_bedrock]
}

resource "aws_ssm_parameter" "model_model_083" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/hundred/models/model-083"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version  = 1
    id       = "model-083"
    provider = "openai"
    model    = "gpt-4o"
    defaults = {}
  })
}

resource "aws_ssm_parameter" "model_model_084" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/hundred/models/model-084"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version  = 1
    id       = "model-084"
    provider = "anthropic"
    model    = "claude-sonnet-4-5"
    defaults = {}
  })
}

resource "aws_ssm_parameter" "model_model_085" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/hundred/models/model-085"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version  = 1
    id       = "model-085"
    provider = "azure_openai"
    model    = "Model85"
    defaults = {}
  })
}

resource "aws_ssm_parameter" "model_model_086" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/hundred/models/model-086"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version  = 1
    id       = "model-086"
    provider = "sagemaker"
    region   = "us-west-2"
    endpoint = "terrachat-hundred-model-086"
    wire     = "messages"
    defaults = {}
  })

  depends_on = [aws_sagemaker_endpoint.model_086, aws_iam_role_policy.handler_sagemaker]
}

resource "aws_ssm_parameter" "model_model_087" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/hundred/models/model-087"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version  = 1
    id       = "model-087"
    provider = "bedrock"
    region   = "us-west-2"
    model    = "us.anthropic.claude-sonnet-4-5-20250929-v1:0"
    defaults = {}
  })

  depends_on = [aws_iam_role_policy.handler_bedrock]
}

resource "aws_ssm_parameter" "model_model_088" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/hundred/models/model-088"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version  = 1
    id       = "model-088"
    provider = "openai"
    model    = "gpt-4o-mini"
    defaults = {}
  })
}

resource "aws_ssm_parameter" "model_model_089" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/hundred/models/model-089"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version  = 1
    id       = "model-089"
    provider = "cohere"
    model    = "command-r-plus"
    defaults = {}
  })
}

resource "aws_ssm_parameter" "model_model_090" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/hundred/models/model-090"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version  = 1
    id       = "model-090"
    provider = "azure_openai"
    model    = "Model90"
    defaults = {}
  })
}

resource "aws_ssm_parameter" "model_model_091" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/hundred/models/model-091"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version  = 1
    id       = "model-091"
    provider = "sagemaker"
    region   = "us-west-2"
    endpoint = "terrachat-hundred-model-091"
    wire     = "messages"
    defaults = {}
  })

  depends_on = [aws_sagemaker_endpoint.model_091, aws_iam_role_policy.handler_sagemaker]
}

resource "aws_ssm_parameter" "model_model_092" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/hundred/models/model-092"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version  = 1
    id       = "model-092"
    provider = "bedrock"
    region   = "us-west-2"
    model    = "amazon.nova-micro-v1:0"
    defaults = {}
  })

  depends_on = [aws_iam_role_policy.handler_bedrock]
}

resource "aws_ssm_parameter" "model_model_093" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/hundred/models/model-093"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version  = 1
    id       = "model-093"
    provider = "openai"
    model    = "gpt-4o"
    defaults = {}
  })
}

resource "aws_ssm_parameter" "model_model_094" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/hundred/models/model-094"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version  = 1
    id       = "model-094"
    provider = "mistralai"
    model    = "mistral-large-latest"
    defaults = {}
  })
}

resource "aws_ssm_parameter" "model_model_095" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/hundred/models/model-095"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version  = 1
    id       = "model-095"
    provider = "azure_openai"
    model    = "Model95"
    defaults = {}
  })
}

resource "aws_ssm_parameter" "model_model_096" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/hundred/models/model-096"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version  = 1
    id       = "model-096"
    provider = "sagemaker"
    region   = "us-west-2"
    endpoint = "terrachat-hundred-model-096"
    wire     = "messages"
    defaults = {}
  })

  depends_on = [aws_sagemaker_endpoint.model_096, aws_iam_role_policy.handler_sagemaker]
}

resource "aws_ssm_parameter" "model_model_097" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/hundred/models/model-097"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version  = 1
    id       = "model-097"
    provider = "bedrock"
    region   = "us-west-2"
    model    = "us.amazon.nova-lite-v1:0"
    defaults = {}
  })

  depends_on = [aws_iam_role_policy.handler_bedrock]
}

resource "aws_ssm_parameter" "model_model_098" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/hundred/models/model-098"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version  = 1
    id       = "model-098"
    provider = "openai"
    model    = "gpt-4o-mini"
    defaults = {}
  })
}

resource "aws_ssm_parameter" "model_model_099" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/hundred/models/model-099"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version  = 1
    id       = "model-099"
    provider = "groq"
    model    = "llama-3.3-70b-versatile"
    defaults = {}
  })
}

resource "aws_ssm_parameter" "model_model_100" {
  # checkov:skip=CKV2_AWS_34:Names and places, no secrets
  name = "/terrachat/hundred/models/model-100"
  type = "String"
  tags = local.tags

  value = jsonencode({
    version  = 1
    id       = "model-100"
    provider = "azure_openai"
    model    = "Model100"
    defaults = {}
  })
}
