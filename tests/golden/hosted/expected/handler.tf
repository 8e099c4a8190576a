# The chat handler: OpenAI's HTTP API on a function URL, streaming through the Lambda Web Adapter layer.

resource "aws_cloudwatch_log_group" "handler" {
  # checkov:skip=CKV_AWS_158:Encrypted with AWS's key; a key of one's own costs money and is the owner's choice
  # checkov:skip=CKV_AWS_338:The owner says how long
  name              = "/aws/lambda/terrachat-hosted-handler"
  retention_in_days = var.log_retention_days
  tags              = local.tags
}

resource "aws_lambda_function" "handler" {
  # checkov:skip=CKV_AWS_115:Reserved concurrency takes from the account's other functions; the owner's choice
  # checkov:skip=CKV_AWS_116:Called synchronously: there is no event that a dead-letter queue could keep
  # checkov:skip=CKV_AWS_117:Function URLs do not stream in a VPC
  # checkov:skip=CKV_AWS_173:The environment holds names and no secrets
  # checkov:skip=CKV_AWS_272:The zip is built where the module is generated, and its hash is in this module
  function_name = "terrachat-hosted-handler"
  description   = "Chat handler of the Terrachat deployment hosted"
  role          = aws_iam_role.handler.arn
  tags          = local.tags

  runtime          = "python3.13"
  architectures    = ["x86_64"]
  layers           = ["arn:aws:lambda:eu-central-1:753240598075:layer:LambdaAdapterLayerX86:30"]
  handler          = "run.sh"
  filename         = "${path.module}/chat_handler.zip"
  source_code_hash = filebase64sha256("${path.module}/chat_handler.zip")

  memory_size = var.handler_memory_mib
  timeout     = var.handler_timeout_s

  environment {
    variables = {
      TERRACHAT_DEPLOYMENT          = "hosted"
      TERRACHAT_API_KEYS_SECRET_ARN = aws_secretsmanager_secret.api_keys.arn
      TERRACHAT_METRICS_NAMESPACE   = "Terrachat"

      # Lambda Web Adapter. Any other invoke mode, a misspelt one too, silently means a buffered reply.
      AWS_LAMBDA_EXEC_WRAPPER      = "/opt/bootstrap"
      AWS_LWA_INVOKE_MODE          = "response_stream"
      AWS_LWA_READINESS_CHECK_PATH = "/ready"
    }
  }

  # Tracing is the caller's to switch on.
  tracing_config {
    mode = "PassThrough"
  }

  # The first request may come as soon as the URL exists: by then the role can write its log and read its keys.
  depends_on = [aws_cloudwatch_log_group.handler, aws_iam_role_policy.handler]
}

resource "aws_lambda_function_url" "handler" {
  function_name      = aws_lambda_function.handler.function_name
  authorization_type = "AWS_IAM"
  invoke_mode        = "RESPONSE_STREAM"
}
