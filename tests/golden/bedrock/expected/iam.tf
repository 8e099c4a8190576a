# The handler may read its own key secret and discovery parameters, write its own log, and call the models below.

resource "aws_iam_role" "handler" {
  name = "terrachat-bedrock-handler"
  tags = local.tags

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "lambda.amazonaws.com" }
    }]
  })
}

resource "aws_iam_role_policy" "handler" {
  name = "own-resources"
  role = aws_iam_role.handler.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "WriteOwnLog"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = "${aws_cloudwatch_log_group.handler.arn}:*"
      },
      {
        Sid      = "ReadApiKeys"
        Effect   = "Allow"
        Action   = "secretsmanager:GetSecretValue"
        Resource = aws_secretsmanager_secret.api_keys.arn
      },
      {
        Sid    = "ReadModelList"
        Effect = "Allow"
        Action = "ssm:GetParametersByPath"
        Resource = [
          "arn:${local.partition}:ssm:${local.region}:${local.account_id}:parameter/terrachat/bedrock/models",
          "arn:${local.partition}:ssm:${local.region}:${local.account_id}:parameter/terrachat/bedrock/models/*",
        ]
      },
    ]
  })
}

resource "aws_iam_role_policy" "handler_bedrock" {
  name = "invoke-bedrock-models"
  role = aws_iam_role.handler.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "InvokeModels"
        Effect = "Allow"
        Action = ["bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream"]
        Resource = [
          "arn:${local.partition}:bedrock:us-west-2::foundation-model/amazon.nova-micro-v1:0",
          "arn:${local.partition}:bedrock:us-west-2:123456789012:provisioned-model/abcdefghijkl",
        ]
      },
      {
        Sid      = "InvokeInferenceProfiles"
        Effect   = "Allow"
        Action   = ["bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream"]
        Resource = local.inference_profiles
      },
      # A profile passes a request on to its model in another region; the model is allowed on that way only.
      {
        Sid    = "InvokeModelsThroughInferenceProfiles"
        Effect = "Allow"
        Action = ["bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream"]
        Resource = [
          "arn:${local.partition}:bedrock:*::foundation-model/anthropic.claude-sonnet-4-5-20250929-v1:0",
          "arn:${local.partition}:bedrock:::foundation-model/anthropic.claude-sonnet-4-5-20250929-v1:0",
          "arn:${local.partition}:bedrock:*::foundation-model/mistral.pixtral-large-2502-v1:0",
          "arn:${local.partition}:bedrock:*::foundation-model/*",
        ]
        Condition = { StringLike = { "bedrock:InferenceProfileArn" = local.inference_profiles } }
      },
      {
        Sid    = "ApplyGuardrails"
        Effect = "Allow"
        Action = "bedrock:ApplyGuardrail"
        Resource = [
          "arn:${local.partition}:bedrock:us-west-2:${local.account_id}:guardrail/gr1a2b3c4d5e",
          "arn:${local.partition}:bedrock:eu-west-1:${local.account_id}:guardrail/gr1a2b3c4d5e",
          "arn:${local.partition}:bedrock:us-west-2:123456789012:guardrail/gr9z8y7x6w5v",
          # A guardrail may send what it checks on to other regions, through a profile that its id does not tell.
          "arn:${local.partition}:bedrock:*:${local.account_id}:guardrail-profile/*",
        ]
      },
      # Models of other accounts are called in the name of a role there, which says what it may call.
      {
        Sid    = "AssumeRoles"
        Effect = "Allow"
        Action = "sts:AssumeRole"
        Resource = [
          "arn:aws:iam::210987654321:role/bedrock-for-terrachat",
        ]
      },
    ]
  })
}

locals {
  inference_profiles = [
    "arn:${local.partition}:bedrock:us-west-2:${local.account_id}:inference-profile/us.anthropic.claude-sonnet-4-5-20250929-v1:0",
    "arn:${local.partition}:bedrock:us-west-2:${local.account_id}:inference-profile/global.anthropic.claude-sonnet-4-5-20250929-v1:0",
    "arn:${local.partition}:bedrock:eu-west-1:${local.account_id}:inference-profile/eu.mistral.pixtral-large-2502-v1:0",
    "arn:${local.partition}:bedrock:us-west-2:123456789012:application-inference-profile/a1b2c3d4e5f6",
  ]
}
