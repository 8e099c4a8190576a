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
  value       = aws_lambda_alias.handler.arn
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
  value       = {}
}
