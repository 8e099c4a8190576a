# The handler may read its own key secret and discovery parameters, write its own log, and call the models below.

resource "aws_iam_role" "handler" {
  name = "terrachat-sources-handler"
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
          "arn:${local.partition}:ssm:${local.region}:${local.account_id}:parameter/terrachat/sources/models",
          "arn:${local.partition}:ssm:${local.region}:${local.account_id}:parameter/terrachat/sources/models/*",
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
        "arn:${local.partition}:sagemaker:${local.region}:${local.account_id}:endpoint/terrachat-sources-hub-vllm",
        "arn:${local.partition}:sagemaker:${local.region}:${local.account_id}:endpoint/terrachat-sources-hub-lmi",
        "arn:${local.partition}:sagemaker:${local.region}:${local.account_id}:endpoint/terrachat-sources-hub-sglang",
        "arn:${local.partition}:sagemaker:${local.region}:${local.account_id}:endpoint/terrachat-sources-hub-tgi",
        "arn:${local.partition}:sagemaker:${local.region}:${local.account_id}:endpoint/terrachat-sources-s3-files",
        "arn:${local.partition}:sagemaker:${local.region}:${local.account_id}:endpoint/terrachat-sources-s3-archive",
        "arn:${local.partition}:sagemaker:${local.region}:${local.account_id}:endpoint/terrachat-sources-own-image",
        "arn:${local.partition}:sagemaker:${local.region}:${local.account_id}:endpoint/terrachat-sources-own-image-alone",
        "arn:${local.partition}:sagemaker:${local.region}:${local.account_id}:endpoint/terrachat-sources-jumpstart",
        "arn:${local.partition}:sagemaker:${local.region}:${local.account_id}:endpoint/terrachat-sources-jumpstart-licensed",
        "arn:${local.partition}:sagemaker:eu-west-1:${local.account_id}:endpoint/Search-Rewriter",
        "arn:${local.partition}:sagemaker:eu-west-1:${local.account_id}:endpoint/search-rewriter",
      ]
    }]
  })
}
