# The chat page for a team: containers on ECS Fargate, in which the page signs people in itself. What is in front of
# them, and who reaches what, is in hosting_network.tf.

resource "aws_ecs_cluster" "chat_page" {
  # checkov:skip=CKV_AWS_65:Container Insights costs by the metric and is the owner's choice
  name = "terrachat-hosted"
  tags = local.tags
}

resource "aws_cloudwatch_log_group" "chat_page" {
  # checkov:skip=CKV_AWS_158:Encrypted with AWS's key; a key of one's own costs money and is the owner's choice
  # checkov:skip=CKV_AWS_338:The owner says how long
  name              = "/ecs/terrachat-hosted-chat-page"
  retention_in_days = var.log_retention_days
  tags              = local.tags
}

resource "aws_ecs_task_definition" "chat_page" {
  family                   = "terrachat-hosted-chat-page"
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = 512
  memory                   = 1024
  execution_role_arn       = aws_iam_role.chat_page_start.arn
  task_role_arn            = aws_iam_role.chat_page.arn
  tags                     = local.tags

  runtime_platform {
    operating_system_family = "LINUX"
    cpu_architecture        = "ARM64"
  }

  container_definitions = jsonencode([{
    name      = "page"
    image     = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/chat-page:1.4.0"
    essential = true
    user      = "1000:1000"

    portMappings = [{ containerPort = 8501, hostPort = 8501, protocol = "tcp" }]

    environment = [
      { name = "AWS_REGION", value = local.region },
      { name = "TERRACHAT_DEPLOYMENT", value = "hosted" },
      { name = "TERRACHAT_MAY_START", value = "true" },
      { name = "TERRACHAT_OIDC_CLIENT_ID", value = "terrachat" },
      { name = "TERRACHAT_OIDC_METADATA_URL", value = "https://login.example.com/realms/team/.well-known/openid-configuration" },
      { name = "TERRACHAT_OIDC_REDIRECT_URI", value = "https://chat.example.com/oauth2callback" },
      { name = "TERRACHAT_OIDC_SESSION_HOURS", value = "12" },
    ]

    # ECS reads them when it starts a task: they are in no plan, no state and no task definition.
    secrets = [
      { name = "TERRACHAT_OIDC_CLIENT_SECRET", valueFrom = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:chat-page-a1b2c3:client_secret::" },
      { name = "TERRACHAT_OIDC_COOKIE_SECRET", valueFrom = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:chat-page-a1b2c3:cookie_secret::" },
    ]

    # Nothing in the image can be changed at run time; pictures that are too large for memory wait in /tmp.
    readonlyRootFilesystem = true
    mountPoints            = [{ sourceVolume = "tmp", containerPath = "/tmp", readOnly = false }]

    linuxParameters = {
      initProcessEnabled = true
      capabilities       = { drop = ["ALL"] }
    }

    healthCheck = {
      command     = ["CMD", "python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8501/_stcore/health', timeout=4)"]
      interval    = 15
      timeout     = 5
      retries     = 3
      startPeriod = 30
    }

    # The longest that Fargate gives a task between asking it to end and ending it, for answers that are being written.
    stopTimeout = 120

    logConfiguration = {
      logDriver = "awslogs"
      options = {
        awslogs-group         = aws_cloudwatch_log_group.chat_page.name
        awslogs-region        = local.region
        awslogs-stream-prefix = "page"
      }
    }
  }])

  volume {
    name = "tmp"
  }
}

resource "aws_ecs_service" "chat_page" {
  name            = "chat-page"
  cluster         = aws_ecs_cluster.chat_page.id
  task_definition = aws_ecs_task_definition.chat_page.arn
  desired_count   = 1
  launch_type     = "FARGATE"
  propagate_tags  = "SERVICE"
  tags            = local.tags

  network_configuration {
    subnets          = ["subnet-0123456789abcdef2", "subnet-0123456789abcdef3"]
    security_groups  = [aws_security_group.chat_page.id]
    assign_public_ip = false
  }

  load_balancer {
    target_group_arn = aws_lb_target_group.chat_page.arn
    container_name   = "page"
    container_port   = 8501
  }

  # New tasks are healthy before old ones end; where they never are, ECS goes back to those that were.
  deployment_minimum_healthy_percent = 100
  deployment_maximum_percent         = 200
  health_check_grace_period_seconds  = 60

  # A task that moves to another zone takes the pages with it that are open in it.
  availability_zone_rebalancing = "DISABLED"

  deployment_circuit_breaker {
    enable   = true
    rollback = true
  }

  # An apply is over when the page answers, and fails where it does not.
  wait_for_steady_state = true

  # How many there are is for scaling to say.
  lifecycle {
    ignore_changes = [desired_count]
  }

  # Tasks can log, read their secrets and be reached as soon as they start.
  depends_on = [
    aws_iam_role_policy.chat_page,
    aws_iam_role_policy.chat_page_start,
    aws_lb_listener_rule.chat_page,
    aws_vpc_security_group_ingress_rule.https_from_0_0_0_0_0,
    aws_vpc_security_group_ingress_rule.chat_page,
    aws_vpc_security_group_egress_rule.chat_page,
  ]
}

resource "aws_appautoscaling_target" "chat_page" {
  service_namespace  = "ecs"
  resource_id        = "service/${aws_ecs_cluster.chat_page.name}/${aws_ecs_service.chat_page.name}"
  scalable_dimension = "ecs:service:DesiredCount"
  min_capacity       = 1
  max_capacity       = 3
  tags               = local.tags
}

# Each person's page is drawn by the processor, and again for every piece of an answer.
resource "aws_appautoscaling_policy" "chat_page_processor" {
  name               = "processor"
  policy_type        = "TargetTrackingScaling"
  service_namespace  = aws_appautoscaling_target.chat_page.service_namespace
  resource_id        = aws_appautoscaling_target.chat_page.resource_id
  scalable_dimension = aws_appautoscaling_target.chat_page.scalable_dimension

  target_tracking_scaling_policy_configuration {
    # In per cent of what the tasks have. Open pages stay with their task, so that there must be room before a task is full.
    target_value = 50

    predefined_metric_specification {
      predefined_metric_type = "ECSServiceAverageCPUUtilization"
    }
  }
}

# Many people who open the page at once, before its processors are busy with their answers.
resource "aws_appautoscaling_policy" "chat_page_requests" {
  name               = "requests"
  policy_type        = "TargetTrackingScaling"
  service_namespace  = aws_appautoscaling_target.chat_page.service_namespace
  resource_id        = aws_appautoscaling_target.chat_page.resource_id
  scalable_dimension = aws_appautoscaling_target.chat_page.scalable_dimension

  target_tracking_scaling_policy_configuration {
    # Requests a minute to each task; to open the page takes some fifty.
    target_value = 1500

    predefined_metric_specification {
      predefined_metric_type = "ALBRequestCountPerTarget"
      resource_label         = "${aws_lb.chat_page.arn_suffix}/${aws_lb_target_group.chat_page.arn_suffix}"
    }
  }
}

# What ECS needs to start a task: its image, its log, and the two secrets.
resource "aws_iam_role" "chat_page_start" {
  name = "terrachat-hosted-chat-page-start"
  tags = local.tags

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "ecs-tasks.amazonaws.com" }
      Condition = { StringEquals = { "aws:SourceAccount" = local.account_id } }
    }]
  })
}

resource "aws_iam_role_policy" "chat_page_start" {
  name = "start-tasks"
  role = aws_iam_role.chat_page_start.id

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
        Resource = "arn:${local.partition}:ecr:eu-central-1:123456789012:repository/chat-page"
      },
      {
        Sid      = "WriteOwnLog"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = "${aws_cloudwatch_log_group.chat_page.arn}:*"
      },
      {
        Sid      = "ReadSignInSecrets"
        Effect   = "Allow"
        Action   = "secretsmanager:GetSecretValue"
        Resource = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:chat-page-a1b2c3"
      },
    ]
  })
}

# What the page itself may do: find the deployment, keep conversations, and ask the handler.
resource "aws_iam_role" "chat_page" {
  name = "terrachat-hosted-chat-page"
  tags = local.tags

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "ecs-tasks.amazonaws.com" }
      Condition = { StringEquals = { "aws:SourceAccount" = local.account_id } }
    }]
  })
}

resource "aws_iam_role_policy" "chat_page" {
  name = "chat"
  role = aws_iam_role.chat_page.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "FindDeployment"
        Effect   = "Allow"
        Action   = ["ssm:GetParameter", "ssm:GetParametersByPath"]
        Resource = "arn:${local.partition}:ssm:${local.region}:${local.account_id}:parameter/terrachat/hosted/*"
      },
      {
        Sid    = "KeepConversations"
        Effect = "Allow"
        Action = [
          "dynamodb:BatchWriteItem",
          "dynamodb:GetItem",
          "dynamodb:PutItem",
          "dynamodb:Query",
          "dynamodb:UpdateItem",
        ]
        Resource = aws_dynamodb_table.conversations.arn
      },
      {
        Sid      = "AskHandler"
        Effect   = "Allow"
        Action   = "lambda:InvokeFunctionUrl"
        Resource = aws_lambda_function.handler.arn
      },
      # A function URL asks for both since October 2025; this one is of no use without the URL.
      {
        Sid       = "InvokeHandlerByItsUrl"
        Effect    = "Allow"
        Action    = "lambda:InvokeFunction"
        Resource  = aws_lambda_function.handler.arn
        Condition = { Bool = { "lambda:InvokedViaFunctionUrl" = "true" } }
      },
      {
        Sid    = "StartScheduledEndpoints"
        Effect = "Allow"
        Action = ["sagemaker:AddTags", "sagemaker:CreateEndpoint", "sagemaker:DescribeEndpoint"]
        Resource = [
          "arn:${local.partition}:sagemaker:${local.region}:${local.account_id}:endpoint/terrachat-hosted-daytime",
          "arn:${local.partition}:sagemaker:${local.region}:${local.account_id}:endpoint-config/terrachat-hosted-daytime-*",
        ]
      },
    ]
  })
}
