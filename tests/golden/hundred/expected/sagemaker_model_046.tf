# model-046: Qwen/Qwen2.5-7B-Instruct on ml.g5.2xlarge

resource "aws_cloudwatch_log_group" "model_046" {
  # checkov:skip=CKV_AWS_158:Encrypted with AWS's key; a key of one's own costs money and is the owner's choice
  # checkov:skip=CKV_AWS_338:The owner says how long
  name              = "/aws/sagemaker/Endpoints/terrachat-hundred-model-046"
  retention_in_days = var.log_retention_days
  tags              = local.tags
}

resource "aws_iam_role" "model_046" {
  name_prefix = "terrachat-hundred-model-046-"
  description = "Execution role of the SageMaker endpoint terrachat-hundred-model-046"
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

resource "aws_iam_role_policy" "model_046" {
  name = "run-container"
  role = aws_iam_role.model_046.id

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
        Resource = "arn:${local.partition}:ecr:us-west-2:763104351884:repository/vllm"
      },
      {
        Sid      = "WriteOwnLog"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"]
        Resource = "${aws_cloudwatch_log_group.model_046.arn}:*"
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

resource "aws_sagemaker_model" "model_046" {
  # checkov:skip=CKV_AWS_370:The container fetches the model from the Hugging Face Hub
  name               = "terrachat-hundred-model-046-38eb4ba0"
  execution_role_arn = aws_iam_role.model_046.arn
  tags               = local.tags

  primary_container {
    image = "763104351884.dkr.ecr.us-west-2.amazonaws.com/vllm:server-sagemaker-cuda-v2.3"

    environment = {
      SM_VLLM_HOST  = "0.0.0.0"
      SM_VLLM_MODEL = "Qwen/Qwen2.5-7B-Instruct"
    }
  }

  lifecycle {
    create_before_destroy = true
  }

  depends_on = [aws_iam_role_policy.model_046]
}

# Nothing in an endpoint configuration can be changed: a new one, under a new name, takes the old one's place before
# that is deleted, and the endpoint is updated in place.
resource "aws_sagemaker_endpoint_configuration" "model_046" {
  # checkov:skip=CKV_AWS_98:A key of one's own costs money, and does not cover the disks that GPU instances bring
  name_prefix = "terrachat-hundred-model-046-"
  tags        = local.tags

  production_variants {
    variant_name           = "AllTraffic"
    model_name             = aws_sagemaker_model.model_046.name
    instance_type          = "ml.g5.2xlarge"
    initial_instance_count = 1
    initial_variant_weight = 1

    # The machine image whose driver starts this container; with the default one it may fail without a log.
    inference_ami_version = "al2-ami-sagemaker-inference-gpu-3-1"

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

resource "aws_sagemaker_endpoint" "model_046" {
  name                 = "terrachat-hundred-model-046"
  endpoint_config_name = aws_sagemaker_endpoint_configuration.model_046.name
  tags                 = local.tags

  deployment_config {
    # An update needs twice the instances for a while: new ones beside the old ones, then all requests at once to the
    # new. The old ones stay for as long as an answer may stream, 8 minutes.
    blue_green_update_policy {
      termination_wait_in_seconds = 480

      traffic_routing_configuration {
        type                     = "ALL_AT_ONCE"
        wait_interval_in_seconds = 0
      }
    }
  }

  depends_on = [aws_cloudwatch_log_group.model_046]
}

resource "aws_cloudwatch_metric_alarm" "model_046" {
  alarm_name          = "terrachat-hundred-model-046-5xx"
  alarm_description   = "The container of the model model-046 failed at a request."
  namespace           = "AWS/SageMaker"
  metric_name         = "Invocation5XXErrors"
  dimensions          = { EndpointName = "terrachat-hundred-model-046", VariantName = "AllTraffic" }
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
