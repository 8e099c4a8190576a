# The third-party API keys are in a secret that is not of this module. One that was, before the catalog named another,
# stays as it is, with its keys: Terraform only forgets it.

removed {
  from = aws_secretsmanager_secret.api_keys

  lifecycle {
    destroy = false
  }
}

removed {
  from = aws_secretsmanager_secret_version.api_keys

  lifecycle {
    destroy = false
  }
}
