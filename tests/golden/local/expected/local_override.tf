# Added by the local target, and the only difference from the module for AWS: where the provider finds AWS, credentials
# that mean nothing, and the Lambda runtime of the interpreter on this machine.

provider "aws" {
  access_key = "local"
  secret_key = "local"

  # A local AWS that answers with an error is broken, not busy: say so instead of trying again for minutes.
  max_retries                 = 2
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_region_validation      = true
  s3_use_path_style           = true

  # Every service that the provider may call; for one that is missing here it would wait for the real AWS.
  endpoints {
    appautoscaling = "http://127.0.0.1:4566"
    cloudformation = "http://127.0.0.1:4566"
    cloudwatch     = "http://127.0.0.1:4566"
    cloudwatchlogs = "http://127.0.0.1:4566"
    dynamodb       = "http://127.0.0.1:4566"
    ec2            = "http://127.0.0.1:4566"
    ecs            = "http://127.0.0.1:4566"
    elbv2          = "http://127.0.0.1:4566"
    iam            = "http://127.0.0.1:4566"
    kms            = "http://127.0.0.1:4566"
    lambda         = "http://127.0.0.1:4566"
    s3             = "http://127.0.0.1:4566"
    sagemaker      = "http://127.0.0.1:4566"
    scheduler      = "http://127.0.0.1:4566"
    secretsmanager = "http://127.0.0.1:4566"
    ssm            = "http://127.0.0.1:4566"
    sts            = "http://127.0.0.1:4566"
  }
}

resource "aws_lambda_function" "handler" {
  runtime = "python3.13"
}
