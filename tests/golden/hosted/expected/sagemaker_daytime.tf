# daytime: s3://acme-models/qwen2.5-7b/ on ml.g5.2xlarge

resource "aws_cloudwatch_log_group" "daytime" {
  # checkov:skip=CKV_AWS_158:Encrypted with AWS's key; a key of one's own costs money and is the owner's choice
  # checkov:skip=CKV_AWS_338:The owner says how long
  name              = "/aws/sagemaker/Endpoints/terrachat-hosted-daytime"
  retention_in_days = var.log_retention_days
  tags              = local.tags
}

resource "aws_iam_role" "daytime" {
  name_prefix = "terrachat-hosted-daytime-"
  description = "Execution role of the SageMaker endpoint terrachat-hosted-daytime"
  tags        = local.tags

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "sagemaker.amazonaws.com" }
    }]
  })
}

resource "aws_iam_role_policy" "daytime" {
  name = "run-container"
  role = aws_iam_role.daytime.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "LogInToRegistry"
        Effect   = "Allow"
        Action   = "ecr:GetAuthorizationToken"
        Resource = "*"
      },
      {
        Sid      = "PullImage"
        Effect   = "Allow"
        Action   = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
        Resource = "arn:${local.partition}:ecr:eu-central-1:763104351884:repository/vllm"
      },
      {
        Sid      = "ReadWeights"
        Effect   = "Allow"
        Action   = "s3:GetObject"
        Resource = "arn:${local.partition}:s3:::acme-models/qwen2.5-7b/*"
      },
      {
        Sid       = "ListWeights"
        Effect    = "Allow"
        Action    = "s3:ListBucket"
        Resource  = "arn:${local.partition}:s3:::acme-models"
        Condition = { StringLike = { "s3:prefix" = "qwen2.5-7b/*" } }
      },
      {
        Sid      = "WriteOwnLog"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"]
        Resource = "${aws_cloudwatch_log_group.daytime.arn}:*"
      },
      {
        Sid       = "WriteMetrics"
        Effect    = "Allow"
        Action    = "cloudwatch:PutMetricData"
        Resource  = "*"
        Condition = { StringEquals = { "cloudwatch:namespace" = "/aws/sagemaker/Endpoints" } }
      },
    ]
  })
}

resource "aws_sagemaker_model" "daytime" {
  name               = "terrachat-hosted-daytime-460f8dd4"
  execution_role_arn = aws_iam_role.daytime.arn
  tags               = local.tags

  # The image and the weights are all that the container needs.
  enable_network_isolation = true

  primary_container {
    image = "763104351884.dkr.ecr.eu-central-1.amazonaws.com/vllm:server-sagemaker-cuda-v2.3"

    environment = {
      SM_VLLM_HOST  = "0.0.0.0"
      SM_VLLM_MODEL = "/opt/ml/model"
    }

    model_data_source {
      s3_data_source {
        s3_uri           = "s3://acme-models/qwen2.5-7b/"
        s3_data_type     = "S3Prefix"
        compression_type = "None"
      }
    }
  }

  lifecycle {
    create_before_destroy = true
  }

  depends_on = [aws_iam_role_policy.daytime]
}

# Nothing in an endpoint configuration can be changed: a new one, under a new name, takes the old one's place before
# that is deleted, and the endpoint is updated in place.
resource "aws_sagemaker_endpoint_configuration" "daytime" {
  # checkov:skip=CKV_AWS_98:A key of one's own costs money, and does not cover the disks that GPU instances bring
  name_prefix = "terrachat-hosted-daytime-"
  tags        = local.tags

  production_variants {
    variant_name           = "AllTraffic"
    model_name             = aws_sagemaker_model.daytime.name
    instance_type          = "ml.g5.2xlarge"
    initial_instance_count = 1
    initial_variant_weight = 1

    # The machine image whose driver starts this container; with the default one it may fail without a log.
    inference_ami_version = "al2-ami-sagemaker-inference-gpu-3-1"

    # Weights from S3; they are there before the container starts.
    model_data_download_timeout_in_seconds = 1800

    # Fetching, loading and warming up takes minutes; SageMaker's own default is far too short for a language model.
    container_startup_health_check_timeout_in_seconds = 1800

    # Answers differ in length: the least busy instance, not a random one.
    routing_config {
      routing_strategy = "LEAST_OUTSTANDING_REQUESTS"
    }
  }

  lifecycle {
    create_before_destroy = true
  }
}

# The endpoint belongs to its schedule and not to Terraform, so that a plan is empty by day and by night.
resource "aws_scheduler_schedule" "daytime_start" {
  # checkov:skip=CKV_AWS_297:Encrypted with AWS's key; a schedule holds names and no secrets
  name       = "daytime-start"
  group_name = aws_scheduler_schedule_group.endpoints.name

  schedule_expression          = "cron(0 8 ? * MON-FRI *)"
  schedule_expression_timezone = "Europe/Berlin"

  flexible_time_window {
    mode = "OFF"
  }

  target {
    arn      = "arn:${local.partition}:scheduler:::aws-sdk:sagemaker:createEndpoint"
    role_arn = aws_iam_role.scheduler.arn

    input = jsonencode({
      EndpointName       = "terrachat-hosted-daytime"
      EndpointConfigName = aws_sagemaker_endpoint_configuration.daytime.name
      Tags               = [for key, value in local.tags : { Key = key, Value = value }]
    })

    # Not for a day, as is the default: an endpoint that is started late would run past its stop.
    retry_policy {
      maximum_event_age_in_seconds = 3600
      maximum_retry_attempts       = 20
    }
  }

  depends_on = [aws_cloudwatch_log_group.daytime, aws_iam_role_policy.scheduler]
}

resource "aws_scheduler_schedule" "daytime_stop" {
  # checkov:skip=CKV_AWS_297:Encrypted with AWS's key; a schedule holds names and no secrets
  name       = "daytime-stop"
  group_name = aws_scheduler_schedule_group.endpoints.name

  schedule_expression          = "cron(0 18 ? * MON-FRI *)"
  schedule_expression_timezone = "Europe/Berlin"

  flexible_time_window {
    mode = "OFF"
  }

  target {
    arn      = "arn:${local.partition}:scheduler:::aws-sdk:sagemaker:deleteEndpoint"
    role_arn = aws_iam_role.scheduler.arn
    input    = jsonencode({ EndpointName = "terrachat-hosted-daytime" })

    # An endpoint cannot be deleted while it is created or updated, which takes less than an hour.
    retry_policy {
      maximum_event_age_in_seconds = 3600
      maximum_retry_attempts       = 20
    }
  }

  depends_on = [aws_iam_role_policy.scheduler]
}

resource "aws_cloudwatch_metric_alarm" "daytime" {
  alarm_name          = "terrachat-hosted-daytime-5xx"
  alarm_description   = "The container of the model daytime failed at a request."
  namespace           = "AWS/SageMaker"
  metric_name         = "Invocation5XXErrors"
  dimensions          = { EndpointName = "terrachat-hosted-daytime", VariantName = "AllTraffic" }
  statistic           = "Sum"
  period              = 300
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  evaluation_periods  = 3
  datapoints_to_alarm = 2
  treat_missing_data  = "notBreaching"
  alarm_actions       = local.alarm_topics
  ok_actions          = local.alarm_topics
  tags                = local.tags
}
