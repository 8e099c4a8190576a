# own-image-alone: 123456789012.dkr.ecr.us-east-1.amazonaws.com/llm@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef on ml.p3.2xlarge

resource "aws_cloudwatch_log_group" "own_image_alone" {
  # checkov:skip=CKV_AWS_158:Encrypted with AWS's key; a key of one's own costs money and is the owner's choice
  # checkov:skip=CKV_AWS_338:The owner says how long
  name              = "/aws/sagemaker/Endpoints/terrachat-sources-own-image-alone"
  retention_in_days = var.log_retention_days
  tags              = local.tags
}

resource "aws_iam_role" "own_image_alone" {
  name_prefix = "terrachat-sources-own-image-alone-"
  description = "Execution role of the SageMaker endpoint terrachat-sources-own-image-alone"
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

resource "aws_iam_role_policy" "own_image_alone" {
  name = "run-container"
  role = aws_iam_role.own_image_alone.id

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
        Resource = "arn:${local.partition}:ecr:us-east-1:123456789012:repository/llm"
      },
      {
        Sid      = "WriteOwnLog"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"]
        Resource = "${aws_cloudwatch_log_group.own_image_alone.arn}:*"
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

resource "aws_sagemaker_model" "own_image_alone" {
  # checkov:skip=CKV_AWS_370:Only the image's owner knows whether it needs the network
  name               = "terrachat-sources-own-image-alone-720952ff"
  execution_role_arn = aws_iam_role.own_image_alone.arn
  tags               = local.tags

  primary_container {
    image = "123456789012.dkr.ecr.us-east-1.amazonaws.com/llm@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
  }

  lifecycle {
    create_before_destroy = true
  }

  depends_on = [aws_iam_role_policy.own_image_alone]
}

# Nothing in an endpoint configuration can be changed: a new one, under a new name, takes the old one's place before
# that is deleted, and the endpoint is updated in place.
resource "aws_sagemaker_endpoint_configuration" "own_image_alone" {
  # checkov:skip=CKV_AWS_98:A key of one's own costs money, and does not cover the disks that GPU instances bring
  name_prefix = "terrachat-sources-own-image-alone-"
  tags        = local.tags

  production_variants {
    variant_name           = "AllTraffic"
    model_name             = aws_sagemaker_model.own_image_alone.name
    instance_type          = "ml.p3.2xlarge"
    initial_instance_count = 1
    initial_variant_weight = 1

    # The machine image whose driver starts this container; with the default one it may fail without a log.
    inference_ami_version = "al2-ami-sagemaker-inference-gpu-2"

    # The instance has no disk of its own: the image and the weights lie on this one.
    volume_size_in_gb = 200

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

resource "aws_sagemaker_endpoint" "own_image_alone" {
  name                 = "terrachat-sources-own-image-alone"
  endpoint_config_name = aws_sagemaker_endpoint_configuration.own_image_alone.name
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

  depends_on = [aws_cloudwatch_log_group.own_image_alone]
}

resource "aws_cloudwatch_metric_alarm" "own_image_alone" {
  alarm_name          = "terrachat-sources-own-image-alone-5xx"
  alarm_description   = "The container of the model own-image-alone failed at a request."
  namespace           = "AWS/SageMaker"
  metric_name         = "Invocation5XXErrors"
  dimensions          = { EndpointName = "terrachat-sources-own-image-alone", VariantName = "AllTraffic" }
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
