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
  value = {
    "mistral-7b" = aws_sagemaker_endpoint.mistral_7b.name
    daytime      = "terrachat-everything-daytime"
  }
}

output "chat_url" {
  description = "Where people open the chat page."
  value       = "https://chat.example.com"
}

output "chat_redirect_uri" {
  description = "The address to register with the sign-in provider: it sends people back there."
  value       = "https://chat.example.com/oauth2callback"
}

output "chat_load_balancer" {
  description = "DNS name of the load balancer; the page's host name must be an alias or a CNAME of it."
  value       = aws_lb.chat_page.dns_name
}

output "chat_load_balancer_zone" {
  description = "Id of the load balancer's own hosted zone, for an alias record in Route 53."
  value       = aws_lb.chat_page.zone_id
}
