# The handler may read its own key secret and discovery parameters, write its own log, and call the models below.

resource "aws_iam_role" "handler" {
  name = "terrachat-internal-handler"
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
          "arn:${local.partition}:ssm:${local.region}:${local.account_id}:parameter/terrachat/internal/models",
          "arn:${local.partition}:ssm:${local.region}:${local.account_id}:parameter/terrachat/internal/models/*",
        ]
      },
    ]
  })
}
