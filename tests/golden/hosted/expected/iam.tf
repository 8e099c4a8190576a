# The handler may read its own key secret and discovery parameters, write its own log, and call the models below.

resource "aws_iam_role" "handler" {
  name = "terrachat-hosted-handler"
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
          "arn:${local.partition}:ssm:${local.region}:${local.account_id}:parameter/terrachat/hosted/models",
          "arn:${local.partition}:ssm:${local.region}:${local.account_id}:parameter/terrachat/hosted/models/*",
        ]
      },
    ]
  })
}

resource "aws_iam_role_policy" "handler_sagemaker" {
  name = "invoke-endpoints"
  role = aws_iam_role.handler.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid    = "InvokeEndpoints"
      Effect = "Allow"
      Action = [
        "sagemaker:DescribeEndpoint",
        "sagemaker:InvokeEndpoint",
        "sagemaker:InvokeEndpointWithResponseStream",
      ]
      # By name, not by reference: an endpoint that cannot be created must not keep the others from being invoked.
      Resource = [
        "arn:${local.partition}:sagemaker:${local.region}:${local.account_id}:endpoint/terrachat-hosted-daytime",
      ]
    }]
  })
}
