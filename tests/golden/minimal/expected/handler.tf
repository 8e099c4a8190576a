# The chat handler: OpenAI's HTTP API on a function URL, streaming through the Lambda Web Adapter layer.

resource "aws_cloudwatch_log_group" "handler" {
  name              = "/aws/lambda/terrachat-tiny-handler"
  retention_in_days = var.log_retention_days
  tags              = var.tags
}

resource "aws_lambda_function" "handler" {
  function_name = "terrachat-tiny-handler"
  description   = "Chat handler of the Terrachat deployment tiny"
  role          = aws_iam_role.handler.arn
  tags          = var.tags

  runtime          = "python3.13"
  architectures    = ["x86_64"]
  layers           = ["arn:aws:lambda:eu-central-1:753240598075:layer:LambdaAdapterLayerX86:27"]
  handler          = "run.sh"
  filename         = "${path.module}/chat_handler.zip"
  source_code_hash = filebase64sha256("${path.module}/chat_handler.zip")

  memory_size = var.handler_memory_mib
  timeout     = var.handler_timeout_s

  environment {
    variables = {
      TERRACHAT_DEPLOYMENT          = "tiny"
      TERRACHAT_API_KEYS_SECRET_ARN = aws_secretsmanager_secret.api_keys.arn

      # Lambda Web Adapter. Any other invoke mode, a misspelt one too, silently means a buffered reply.
      AWS_LAMBDA_EXEC_WRAPPER      = "/opt/bootstrap"
      AWS_LWA_INVOKE_MODE          = "response_stream"
      AWS_LWA_READINESS_CHECK_PATH = "/health"
    }
  }

  # The first request may come as soon as the URL exists: by then the role can write its log and read its keys.
  depends_on = [aws_cloudwatch_log_group.handler, aws_iam_role_policy.handler]
}

resource "aws_lambda_function_url" "handler" {
  function_name      = aws_lambda_function.handler.function_name
  authorization_type = "AWS_IAM"
  invoke_mode        = "RESPONSE_STREAM"
}
