# Third-party API keys. Terraform creates the secret as an empty JSON object and never reads or writes a key.

resource "aws_secretsmanager_secret" "api_keys" {
  # checkov:skip=CKV_AWS_149:Encrypted with AWS's key; a key of one's own costs money and is the owner's choice
  # checkov:skip=CKV2_AWS_57:The keys are other companies'; only their owner can make new ones
  name        = "terrachat/everything/api-keys"
  description = "API keys of third-party model providers, a JSON object of strings. Empty is {}, not an empty string."
  tags        = local.tags

  # Without a recovery window, so that a destroyed deployment can be created again under the same name.
  recovery_window_in_days = 0
}

resource "aws_secretsmanager_secret_version" "api_keys" {
  secret_id     = aws_secretsmanager_secret.api_keys.id
  secret_string = "{}"

  # The label of our own keeps this first version alive for good. Versions without a label are deleted by AWS sooner
  # or later; Terraform would then create this one again, and so replace the keys that were put in since.
  version_stages = ["AWSCURRENT", "TERRACHAT_CREATED"]

  lifecycle {
    ignore_changes = [secret_string, version_stages]
  }
}

# The Hugging Face token. A write-only argument: the value goes to Secrets Manager and into no plan and no state.
resource "aws_secretsmanager_secret" "huggingface_token" {
  # checkov:skip=CKV_AWS_149:Encrypted with AWS's key; a key of one's own costs money and is the owner's choice
  # checkov:skip=CKV2_AWS_57:Only Hugging Face makes new tokens
  name        = "terrachat/everything/huggingface-token"
  description = "Hugging Face token that the endpoints fetch their models with."
  tags        = local.tags

  recovery_window_in_days = 0
}

resource "aws_secretsmanager_secret_version" "huggingface_token" {
  secret_id                = aws_secretsmanager_secret.huggingface_token.id
  secret_string_wo         = var.huggingface_token
  secret_string_wo_version = 1
}

locals {
  huggingface_token_secret = aws_secretsmanager_secret_version.huggingface_token.secret_id

  # Not the token: an instruction to CloudFormation to look it up, when it creates a model.
  huggingface_token = "{{resolve:secretsmanager:${local.huggingface_token_secret}:SecretString}}"
}
