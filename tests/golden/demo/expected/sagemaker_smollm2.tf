# smollm2: HuggingFaceTB/SmolLM2-135M-Instruct on ml.g5.xlarge

resource "aws_cloudwatch_log_group" "smollm2" {
  name              = "/aws/sagemaker/Endpoints/terrachat-demo-smollm2"
  retention_in_days = var.log_retention_days
  tags              = var.tags
}

resource "aws_iam_role" "smollm2" {
  name_prefix = "terrachat-demo-smollm2-"
  description = "Execution role of the SageMaker endpoint terrachat-demo-smollm2"
  tags        = var.tags

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "sagemaker.amazonaws.com" }
    }]
  })
}

resource "aws_iam_role_policy" "smollm2" {
  name = "run-container"
  role = aws_iam_role.smollm2.id

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
        Resource = "arn:${local.partition}:ecr:${local.region}:763104351884:repository/vllm"
      },
      {
        Sid      = "WriteOwnLog"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"]
        Resource = "${aws_cloudwatch_log_group.smollm2.arn}:*"
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

resource "aws_sagemaker_model" "smollm2" {
  name               = "terrachat-demo-smollm2-6ee051d0"
  execution_role_arn = aws_iam_role.smollm2.arn
  tags               = var.tags

  primary_container {
    image = "763104351884.dkr.ecr.us-east-1.amazonaws.com/vllm:server-sagemaker-cuda-v2.3"

    environment = {
      SM_VLLM_HOST          = "0.0.0.0"
      SM_VLLM_MAX_MODEL_LEN = "8192"
      SM_VLLM_MODEL         = "HuggingFaceTB/SmolLM2-135M-Instruct"
    }
  }

  lifecycle {
    create_before_destroy = true
  }

  depends_on = [aws_iam_role_policy.smollm2]
}

# Nothing in an endpoint configuration can be changed: a new one, under a new name, takes the old one's place before
# that is deleted, and the endpoint is updated in place.
resource "aws_sagemaker_endpoint_configuration" "smollm2" {
  name_prefix = "terrachat-demo-smollm2-"
  tags        = var.tags

  production_variants {
    variant_name           = "AllTraffic"
    model_name             = aws_sagemaker_model.smollm2.name
    instance_type          = "ml.g5.xlarge"
    initial_instance_count = 1
    initial_variant_weight = 1
    inference_ami_version  = "al2-ami-sagemaker-inference-gpu-3-1"

    # Download, load and warm-up; SageMaker's own default is far too short for a language model.
    container_startup_health_check_timeout_in_seconds = 900

    # Answers differ in length: the least busy instance, not a random one.
    routing_config {
      routing_strategy = "LEAST_OUTSTANDING_REQUESTS"
    }
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_sagemaker_endpoint" "smollm2" {
  name                 = "terrachat-demo-smollm2"
  endpoint_config_name = aws_sagemaker_endpoint_configuration.smollm2.name
  tags                 = var.tags

  depends_on = [aws_cloudwatch_log_group.smollm2]
}
