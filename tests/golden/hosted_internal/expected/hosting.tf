# The chat page for a team: containers on ECS Fargate, in which the page signs people in itself. What is in front of
# them, and who reaches what, is in hosting_network.tf.

resource "aws_ecs_cluster" "chat_page" {
  # checkov:skip=CKV_AWS_65:Container Insights costs by the metric and is the owner's choice
  name = "terrachat-internal"
  tags = local.tags
}

resource "aws_cloudwatch_log_group" "chat_page" {
  # checkov:skip=CKV_AWS_158:Encrypted with AWS's key; a key of one's own costs money and is the owner's choice
  # checkov:skip=CKV_AWS_338:The owner says how long
  name              = "/ecs/terrachat-internal-chat-page"
  retention_in_days = var.log_retention_days
  tags              = local.tags
}

resource "aws_ecs_task_definition" "chat_page" {
  family                   = "terrachat-internal-chat-page"
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = 1024
  memory                   = 2048
  execution_role_arn       = aws_iam_role.chat_page_start.arn
  task_role_arn            = aws_iam_role.chat_page.arn
  tags                     = local.tags

  runtime_platform {
    operating_system_family = "LINUX"
    cpu_architecture        = "X86_64"
  }

  container_definitions = jsonencode([{
    name      = "page"
    image     = "123456789012.dkr.ecr.cn-northwest-1.amazonaws.com.cn/team/chat-page@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
    essential = true
    user      = "1000:1000"

    portMappings = [{ containerPort = 8501, hostPort = 8501, protocol = "tcp" }]

    environment = [
      { name = "AWS_REGION", value = local.region },
      { name = "TERRACHAT_DEPLOYMENT", value = "internal" },
      { name = "TERRACHAT_MAY_START", value = "false" },
      { name = "TERRACHAT_OIDC_CLIENT_ID", value = "chat \"page\" $${x}" },
      { name = "TERRACHAT_OIDC_METADATA_URL", value = "https://login.example.com.cn/.well-known/openid-configuration" },
      { name = "TERRACHAT_OIDC_REDIRECT_URI", value = "https://chat.example.com.cn/oauth2callback" },
      { name = "TERRACHAT_OIDC_SESSION_HOURS", value = "8" },
    ]

    # ECS reads them when it starts a task: they are in no plan, no state and no task definition.
    secrets = [
      { name = "TERRACHAT_OIDC_CLIENT_SECRET", valueFrom = "arn:aws-cn:secretsmanager:cn-north-1:123456789012:secret:chat-page-a1b2c3:client_secret::" },
      { name = "TERRACHAT_OIDC_COOKIE_SECRET", valueFrom = "arn:aws-cn:secretsmanager:cn-north-1:123456789012:secret:chat-page-a1b2c3:cookie_secret::" },
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
  # checkov:skip=CKV_AWS_333:The catalog says that these subnets reach AWS by public addresses; nobody is let in by them
  name            = "chat-page"
  cluster         = aws_ecs_cluster.chat_page.id
  task_definition = aws_ecs_task_definition.chat_page.arn
  desired_count   = 2
  launch_type     = "FARGATE"
  propagate_tags  = "SERVICE"
  tags            = local.tags

  network_configuration {
    subnets          = ["subnet-01234567"]
    security_groups  = [aws_security_group.chat_page.id]
    assign_public_ip = true
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

  # Tasks can log, read their secrets and be reached as soon as they start.
  depends_on = [
    aws_iam_role_policy.chat_page,
    aws_iam_role_policy.chat_page_start,
    aws_lb_listener_rule.chat_page,
    aws_vpc_security_group_ingress_rule.https_from_10_0_0_0_8,
    aws_vpc_security_group_ingress_rule.https_from_192_0_2_7_32,
    aws_vpc_security_group_ingress_rule.chat_page,
    aws_vpc_security_group_egress_rule.chat_page,
  ]
}

# What ECS needs to start a task: its image, its log, and the two secrets.
resource "aws_iam_role" "chat_page_start" {
  name = "terrachat-internal-chat-page-start"
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
        Resource = "arn:${local.partition}:ecr:cn-northwest-1:123456789012:repository/team/chat-page"
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
        Resource = "arn:aws-cn:secretsmanager:cn-north-1:123456789012:secret:chat-page-a1b2c3"
      },
      {
        Sid      = "DecryptSignInSecrets"
        Effect   = "Allow"
        Action   = "kms:Decrypt"
        Resource = "arn:aws-cn:kms:cn-north-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"

        # Not what else the key encrypts: only what Secrets Manager asks it for.
        Condition = { StringLike = { "kms:ViaService" = "secretsmanager.${local.region}.amazonaws.com*" } }
      },
    ]
  })
}

# What the page itself may do: find the deployment, keep conversations, and ask the handler.
resource "aws_iam_role" "chat_page" {
  name = "terrachat-internal-chat-page"
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
        Resource = "arn:${local.partition}:ssm:${local.region}:${local.account_id}:parameter/terrachat/internal/*"
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
        Resource = aws_lambda_alias.handler.arn
      },
      # A function URL asks for both since October 2025; this one is of no use without the URL.
      {
        Sid       = "InvokeHandlerByItsUrl"
        Effect    = "Allow"
        Action    = "lambda:InvokeFunction"
        Resource  = aws_lambda_alias.handler.arn
        Condition = { Bool = { "lambda:InvokedViaFunctionUrl" = "true" } }
      },
    ]
  })
}
