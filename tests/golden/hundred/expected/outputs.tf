output "handler_url" {
  description = "Base URL of the chat handler; OpenAI's API is below v1. Requests are signed with SigV4 (service lambda)."
  value       = aws_lambda_function_url.handler.function_url
}

output "handler_function_name" {
  description = "Name of the chat handler Lambda."
  value       = aws_lambda_function.handler.function_name
}

output "handler_function_arn" {
  description = "ARN of the chat handler Lambda: who may invoke it needs lambda:InvokeFunctionUrl and lambda:InvokeFunction on it."
  value       = aws_lambda_function.handler.arn
}

output "api_keys_secret" {
  description = "Name of the secret that holds third-party API keys."
  value       = aws_secretsmanager_secret.api_keys.name
}

output "conversations_table" {
  description = "Name of the DynamoDB table that holds the conversations."
  value       = aws_dynamodb_table.conversations.name
}

output "endpoints" {
  description = "Name of the SageMaker endpoint of each self-hosted model, by model id. One that is stopped or scheduled may not exist now."
  value = {
    "model-001" = aws_sagemaker_endpoint.model_001.name
    "model-006" = aws_sagemaker_endpoint.model_006.name
    "model-011" = aws_sagemaker_endpoint.model_011.name
    "model-016" = aws_sagemaker_endpoint.model_016.name
    "model-021" = aws_sagemaker_endpoint.model_021.name
    "model-026" = aws_sagemaker_endpoint.model_026.name
    "model-031" = aws_sagemaker_endpoint.model_031.name
    "model-036" = aws_sagemaker_endpoint.model_036.name
    "model-041" = aws_sagemaker_endpoint.model_041.name
    "model-046" = aws_sagemaker_endpoint.model_046.name
    "model-051" = aws_sagemaker_endpoint.model_051.name
    "model-056" = aws_sagemaker_endpoint.model_056.name
    "model-061" = aws_sagemaker_endpoint.model_061.name
    "model-066" = aws_sagemaker_endpoint.model_066.name
    "model-071" = aws_sagemaker_endpoint.model_071.name
    "model-076" = aws_sagemaker_endpoint.model_076.name
    "model-081" = aws_sagemaker_endpoint.model_081.name
    "model-086" = aws_sagemaker_endpoint.model_086.name
    "model-091" = aws_sagemaker_endpoint.model_091.name
    "model-096" = aws_sagemaker_endpoint.model_096.name
  }
}
