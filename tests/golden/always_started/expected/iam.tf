# The handler may read its own key secret and discovery parameters, write its own log, and call the models below.

resource "aws_iam_role" "handler" {
  name = "terrachat-always-started-handler"
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
          "arn:${local.partition}:ssm:${local.region}:${local.account_id}:parameter/terrachat/always-started/models",
          "arn:${local.partition}:ssm:${local.region}:${local.account_id}:parameter/terrachat/always-started/models/*",
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
          "arn:${local.partition}:bedrock:*::foundation-model/amazon.nova-micro-v1:0",
        ]
        Condition = { StringLike = { "bedrock:InferenceProfileArn" = local.inference_profiles } }
      },
    ]
  })
}

locals {
  inference_profiles = [
    "arn:${local.partition}:bedrock:us-west-2:${local.account_id}:inference-profile/us.amazon.nova-micro-v1:0",
  ]
}
