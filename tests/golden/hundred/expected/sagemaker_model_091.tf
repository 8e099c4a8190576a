# model-091: HuggingFaceTB/SmolLM2-1.7B-Instruct on ml.g6.xlarge

resource "aws_cloudwatch_log_group" "model_091" {
  # checkov:skip=CKV_AWS_158:Encrypted with AWS's key; a key of one's own costs money and is the owner's choice
  # checkov:skip=CKV_AWS_338:The owner says how long
  name              = "/aws/sagemaker/Endpoints/terrachat-hundred-model-091"
  retention_in_days = var.log_retention_days
  tags              = local.tags
}

resource "aws_iam_role" "model_091" {
  name_prefix = "terrachat-hundred-model-091-"
  description = "Execution role of the SageMaker endpoint terrachat-hundred-model-091"
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

resource "aws_iam_role_policy" "model_091" {
  name = "run-container"
  role = aws_iam_role.model_091.id

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
        Resource = "${aws_cloudwatch_log_group.model_091.arn}:*"
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

resource "aws_sagemaker_model" "model_091" {
  # checkov:skip=CKV_AWS_370:The container fetches the model from the Hugging Face Hub
  name               = "terrachat-hundred-model-091-c1e02152"
  execution_role_arn = aws_iam_role.model_091.arn
  tags               = local.tags

  primary_container {
    image = "763104351884.dkr.ecr.us-west-2.amazonaws.com/vllm:server-sagemaker-cuda-v2.3"

    environment = {
      SM_VLLM_HOST  = "0.0.0.0"
      SM_VLLM_MODEL = "HuggingFaceTB/SmolLM2-1.7B-Instruct"
    }
  }

  lifecycle {
    create_before_destroy = true
  }

  depends_on = [aws_iam_role_policy.model_091]
}

# Nothing in an endpoint configuration can be changed: a new one, under a new name, takes the old one's place before
# that is deleted, and the endpoint is updated in place.
resource "aws_sagemaker_endpoint_configuration" "model_091" {
  # checkov:skip=CKV_AWS_98:A key of one's own costs money, and does not cover the disks that GPU instances bring
  name_prefix = "terrachat-hundred-model-091-"
  tags        = local.tags

  production_variants {
    variant_name           = "AllTraffic"
    model_name             = aws_sagemaker_model.model_091.name
    instance_type          = "ml.g6.xlarge"
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

resource "aws_sagemaker_endpoint" "model_091" {
  name                 = "terrachat-hundred-model-091"
  endpoint_config_name = aws_sagemaker_endpoint_configuration.model_091.name
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

  depends_on = [aws_cloudwatch_log_group.model_091]
}

resource "aws_cloudwatch_metric_alarm" "model_091" {
  alarm_name          = "terrachat-hundred-model-091-5xx"
  alarm_description   = "The container of the model model-091 failed at a request."
  namespace           = "AWS/SageMaker"
  metric_name         = "Invocation5XXErrors"
  dimensions          = { EndpointName = "terrachat-hundred-model-091", VariantName = "AllTraffic" }
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
