# gemma: google/gemma-2-9b-it on ml.g6.2xlarge

resource "aws_cloudwatch_log_group" "gemma" {
  # checkov:skip=CKV_AWS_158:Encrypted with AWS's key; a key of one's own costs money and is the owner's choice
  # checkov:skip=CKV_AWS_338:The owner says how long
  name              = "/aws/sagemaker/Endpoints/terrachat-gated-gemma"
  retention_in_days = var.log_retention_days
  tags              = local.tags
}

resource "aws_iam_role" "gemma" {
  name_prefix = "terrachat-gated-gemma-"
  description = "Execution role of the SageMaker endpoint terrachat-gated-gemma"
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

resource "aws_iam_role_policy" "gemma" {
  name = "run-container"
  role = aws_iam_role.gemma.id

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
        Resource = "arn:${local.partition}:ecr:us-east-1:763104351884:repository/huggingface-pytorch-tgi-inference"
      },
      {
        Sid      = "WriteOwnLog"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"]
        Resource = "${aws_cloudwatch_log_group.gemma.arn}:*"
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

# CloudFormation makes the model, for one thing that Terraform cannot do: it puts the Hugging Face token into the
# container's environment by itself, so that the token is in no plan and no state. The stack is called like its model.
resource "aws_cloudformation_stack" "gemma" {
  # checkov:skip=CKV_AWS_124:Terraform waits for the stack itself; nobody else needs to hear of it
  name = "terrachat-gated-gemma-3d8153e1"
  tags = local.tags

  # A stack that could not be created must not keep its name.
  on_failure = "DELETE"

  template_body = jsonencode({
    Resources = {
      Model = {
        Type = "AWS::SageMaker::Model"
        Properties = {
          ModelName        = "terrachat-gated-gemma-3d8153e1"
          ExecutionRoleArn = aws_iam_role.gemma.arn
          PrimaryContainer = {
            Image = "763104351884.dkr.ecr.us-east-1.amazonaws.com/huggingface-pytorch-tgi-inference:2.7.0-tgi3.3.6-gpu-py311-cu124-ubuntu22.04"
            Environment = {
              HF_MODEL_ID            = "google/gemma-2-9b-it"
              HF_TOKEN               = local.huggingface_token
              HUGGING_FACE_HUB_TOKEN = local.huggingface_token
            }
          }
        }
      }
    }
    Outputs = { ModelName = { Value = { "Fn::GetAtt" = ["Model", "ModelName"] } } }
  })

  lifecycle {
    create_before_destroy = true
  }

  depends_on = [aws_iam_role_policy.gemma]
}

# Nothing in an endpoint configuration can be changed: a new one, under a new name, takes the old one's place before
# that is deleted, and the endpoint is updated in place.
resource "aws_sagemaker_endpoint_configuration" "gemma" {
  # checkov:skip=CKV_AWS_98:A key of one's own costs money, and does not cover the disks that GPU instances bring
  name_prefix = "terrachat-gated-gemma-"
  tags        = local.tags

  production_variants {
    variant_name           = "AllTraffic"
    model_name             = aws_cloudformation_stack.gemma.name
    instance_type          = "ml.g6.2xlarge"
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

resource "aws_sagemaker_endpoint" "gemma" {
  name                 = "terrachat-gated-gemma"
  endpoint_config_name = aws_sagemaker_endpoint_configuration.gemma.name
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

  depends_on = [aws_cloudwatch_log_group.gemma]
}

resource "aws_cloudwatch_metric_alarm" "gemma" {
  alarm_name          = "terrachat-gated-gemma-5xx"
  alarm_description   = "The container of the model gemma failed at a request."
  namespace           = "AWS/SageMaker"
  metric_name         = "Invocation5XXErrors"
  dimensions          = { EndpointName = "terrachat-gated-gemma", VariantName = "AllTraffic" }
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
