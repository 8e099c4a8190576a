# Third-party API keys. Terraform creates the secret as an empty JSON object and never reads or writes a key.

resource "aws_secretsmanager_secret" "api_keys" {
  # checkov:skip=CKV_AWS_149:Encrypted with AWS's key; a key of one's own costs money and is the owner's choice
  # checkov:skip=CKV2_AWS_57:The keys are other companies'; only their owner can make new ones
  name        = "terrachat/internal/api-keys"
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
