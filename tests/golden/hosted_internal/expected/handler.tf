# The chat handler: OpenAI's HTTP API on a function URL, streaming through the Lambda Web Adapter layer.

resource "aws_cloudwatch_log_group" "handler" {
  # checkov:skip=CKV_AWS_158:Encrypted with AWS's key; a key of one's own costs money and is the owner's choice
  # checkov:skip=CKV_AWS_338:The owner says how long
  name              = "/aws/lambda/terrachat-internal-handler"
  retention_in_days = var.log_retention_days
  tags              = local.tags
}

resource "aws_lambda_function" "handler" {
  # checkov:skip=CKV_AWS_115:Reserved concurrency takes from the account's other functions; the owner's choice
  # checkov:skip=CKV_AWS_116:Called synchronously: there is no event that a dead-letter queue could keep
  # checkov:skip=CKV_AWS_117:Function URLs do not stream in a VPC
  # checkov:skip=CKV_AWS_173:The environment holds names and no secrets
  # checkov:skip=CKV_AWS_272:The zip is built where the module is generated, and its hash is in this module
  function_name = "terrachat-internal-handler"
  description   = "Chat handler of the Terrachat deployment internal"
  role          = aws_iam_role.handler.arn
  tags          = local.tags

  runtime          = "python3.13"
  architectures    = ["x86_64"]
  layers           = ["arn:aws-cn:lambda:cn-north-1:041581134020:layer:LambdaAdapterLayerX86:27"]
  handler          = "run.sh"
  filename         = "${path.module}/chat_handler.zip"
  source_code_hash = filebase64sha256("${path.module}/chat_handler.zip")

  memory_size = var.handler_memory_mib
  timeout     = var.handler_timeout_s

  # Ahead of requests Lambda starts published versions only: each change of code or settings makes one.
  publish = true

  environment {
    variables = {
      TERRACHAT_DEPLOYMENT          = "internal"
      TERRACHAT_API_KEYS_SECRET_ARN = aws_secretsmanager_secret.api_keys.arn

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

# The version that answers: the newest one.
resource "aws_lambda_alias" "handler" {
  name             = "live"
  function_name    = aws_lambda_function.handler.function_name
  function_version = aws_lambda_function.handler.version
}

# These instances are kept started and paid for, whether anybody asks or not.
resource "aws_lambda_provisioned_concurrency_config" "handler" {
  function_name                     = aws_lambda_alias.handler.function_name
  qualifier                         = aws_lambda_alias.handler.name
  provisioned_concurrent_executions = 1
}

resource "aws_lambda_function_url" "handler" {
  function_name      = aws_lambda_function.handler.function_name
  qualifier          = aws_lambda_alias.handler.name
  authorization_type = "AWS_IAM"
  invoke_mode        = "RESPONSE_STREAM"
}
