# busy: Qwen/Qwen2.5-7B-Instruct on ml.g5.2xlarge

resource "aws_cloudwatch_log_group" "busy" {
  # checkov:skip=CKV_AWS_158:Encrypted with AWS's key; a key of one's own costs money and is the owner's choice
  # checkov:skip=CKV_AWS_338:The owner says how long
  name              = "/aws/sagemaker/Endpoints/terrachat-office-busy"
  retention_in_days = var.log_retention_days
  tags              = local.tags
}

resource "aws_iam_role" "busy" {
  name_prefix = "terrachat-office-busy-"
  description = "Execution role of the SageMaker endpoint terrachat-office-busy"
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

resource "aws_iam_role_policy" "busy" {
  name = "run-container"
  role = aws_iam_role.busy.id

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
        Resource = "arn:${local.partition}:ecr:ap-southeast-1:763104351884:repository/vllm"
      },
      {
        Sid      = "WriteOwnLog"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"]
        Resource = "${aws_cloudwatch_log_group.busy.arn}:*"
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

resource "aws_sagemaker_model" "busy" {
  # checkov:skip=CKV_AWS_370:The container fetches the model from the Hugging Face Hub
  name               = "terrachat-office-busy-a52e58dc"
  execution_role_arn = aws_iam_role.busy.arn
  tags               = local.tags

  primary_container {
    image = "763104351884.dkr.ecr.ap-southeast-1.amazonaws.com/vllm:server-sagemaker-cuda-v2.3"

    environment = {
      SM_VLLM_HOST  = "0.0.0.0"
      SM_VLLM_MODEL = "Qwen/Qwen2.5-7B-Instruct"
    }
  }

  lifecycle {
    create_before_destroy = true
  }

  depends_on = [aws_iam_role_policy.busy]
}

# Nothing in an endpoint configuration can be changed: a new one, under a new name, takes the old one's place before
# that is deleted, and the endpoint is updated in place.
resource "aws_sagemaker_endpoint_configuration" "busy" {
  # checkov:skip=CKV_AWS_98:A key of one's own costs money, and does not cover the disks that GPU instances bring
  name_prefix = "terrachat-office-busy-"
  tags        = local.tags

  production_variants {
    variant_name           = "AllTraffic"
    model_name             = aws_sagemaker_model.busy.name
    instance_type          = "ml.g5.2xlarge"
    initial_instance_count = 2 # also after an update, whatever scaling had made of it
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

resource "aws_sagemaker_endpoint" "busy" {
  name                 = "terrachat-office-busy"
  endpoint_config_name = aws_sagemaker_endpoint_configuration.busy.name
  tags                 = local.tags

  deployment_config {
    # An update takes a few instances at a time, so that it needs little more quota than is in use.
    rolling_update_policy {
      wait_interval_in_seconds = 60

      maximum_batch_size {
        type  = "INSTANCE_COUNT"
        value = 1
      }
    }
  }

  depends_on = [aws_cloudwatch_log_group.busy]
}

# A variant cannot be changed while it is registered for scaling: both resources go before the endpoint is updated, and
# come back after it.
resource "aws_appautoscaling_target" "busy" {
  service_namespace  = "sagemaker"
  resource_id        = "endpoint/${aws_sagemaker_endpoint.busy.name}/variant/AllTraffic"
  scalable_dimension = "sagemaker:variant:DesiredInstanceCount"
  min_capacity       = 2
  max_capacity       = 6
  tags               = local.tags

  lifecycle {
    replace_triggered_by = [aws_sagemaker_endpoint_configuration.busy.id]
  }
}

resource "aws_appautoscaling_policy" "busy" {
  name               = "concurrent-requests"
  policy_type        = "TargetTrackingScaling"
  service_namespace  = aws_appautoscaling_target.busy.service_namespace
  resource_id        = aws_appautoscaling_target.busy.resource_id
  scalable_dimension = aws_appautoscaling_target.busy.scalable_dimension

  target_tracking_scaling_policy_configuration {
    # Requests that one instance works on at a time.
    target_value = 8

    predefined_metric_specification {
      predefined_metric_type = "SageMakerVariantConcurrentRequestsPerModelHighResolution"
    }
  }

  lifecycle {
    replace_triggered_by = [aws_sagemaker_endpoint_configuration.busy.id]
  }
}

resource "aws_cloudwatch_metric_alarm" "busy" {
  alarm_name          = "terrachat-office-busy-5xx"
  alarm_description   = "The container of the model busy failed at a request."
  namespace           = "AWS/SageMaker"
  metric_name         = "Invocation5XXErrors"
  dimensions          = { EndpointName = "terrachat-office-busy", VariantName = "AllTraffic" }
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
