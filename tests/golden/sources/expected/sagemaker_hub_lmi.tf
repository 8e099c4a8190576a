# hub-lmi: Qwen/Qwen2.5-32B-Instruct on ml.g5.12xlarge

resource "aws_cloudwatch_log_group" "hub_lmi" {
  # checkov:skip=CKV_AWS_158:Encrypted with AWS's key; a key of one's own costs money and is the owner's choice
  # checkov:skip=CKV_AWS_338:The owner says how long
  name              = "/aws/sagemaker/Endpoints/terrachat-sources-hub-lmi"
  retention_in_days = var.log_retention_days
  tags              = local.tags
}

resource "aws_iam_role" "hub_lmi" {
  name_prefix = "terrachat-sources-hub-lmi-"
  description = "Execution role of the SageMaker endpoint terrachat-sources-hub-lmi"
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

resource "aws_iam_role_policy" "hub_lmi" {
  name = "run-container"
  role = aws_iam_role.hub_lmi.id

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
        Resource = "arn:${local.partition}:ecr:us-east-1:763104351884:repository/djl-inference"
      },
      {
        Sid      = "WriteOwnLog"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"]
        Resource = "${aws_cloudwatch_log_group.hub_lmi.arn}:*"
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

resource "aws_sagemaker_model" "hub_lmi" {
  # checkov:skip=CKV_AWS_370:The container fetches the model from the Hugging Face Hub
  name               = "terrachat-sources-hub-lmi-624ae35a"
  execution_role_arn = aws_iam_role.hub_lmi.arn
  tags               = local.tags

  primary_container {
    image = "763104351884.dkr.ecr.us-east-1.amazonaws.com/djl-inference:0.36.0-lmi28.0.0-cu130"

    environment = {
      HF_MODEL_ID            = "Qwen/Qwen2.5-32B-Instruct"
      TENSOR_PARALLEL_DEGREE = "max"
    }
  }

  lifecycle {
    create_before_destroy = true
  }

  depends_on = [aws_iam_role_policy.hub_lmi]
}

# Nothing in an endpoint configuration can be changed: a new one, under a new name, takes the old one's place before
# that is deleted, and the endpoint is updated in place.
resource "aws_sagemaker_endpoint_configuration" "hub_lmi" {
  # checkov:skip=CKV_AWS_98:A key of one's own costs money, and does not cover the disks that GPU instances bring
  name_prefix = "terrachat-sources-hub-lmi-"
  tags        = local.tags

  production_variants {
    variant_name           = "AllTraffic"
    model_name             = aws_sagemaker_model.hub_lmi.name
    instance_type          = "ml.g5.12xlarge"
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

resource "aws_sagemaker_endpoint" "hub_lmi" {
  name                 = "terrachat-sources-hub-lmi"
  endpoint_config_name = aws_sagemaker_endpoint_configuration.hub_lmi.name
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

  depends_on = [aws_cloudwatch_log_group.hub_lmi]
}

resource "aws_cloudwatch_metric_alarm" "hub_lmi" {
  alarm_name          = "terrachat-sources-hub-lmi-5xx"
  alarm_description   = "The container of the model hub-lmi failed at a request."
  namespace           = "AWS/SageMaker"
  metric_name         = "Invocation5XXErrors"
  dimensions          = { EndpointName = "terrachat-sources-hub-lmi", VariantName = "AllTraffic" }
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
