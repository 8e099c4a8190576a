# What is in front of the chat page: a load balancer with the host name's certificate, and who reaches what.

resource "aws_lb" "chat_page" {
  # checkov:skip=CKV_AWS_91:Access logs need a bucket of their own and hold people's addresses; the owner's choice
  # checkov:skip=CKV_AWS_150:A deployment that is destroyed takes its load balancer with it
  # checkov:skip=CKV2_AWS_28:A firewall costs money by the month and the request; nobody gets further than the sign-in
  name               = "terrachat-hosted"
  load_balancer_type = "application"
  internal           = false
  subnets            = ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"]
  security_groups    = [aws_security_group.load_balancer.id]
  tags               = local.tags

  # An open page is one connection. Longer than any model may be silent in the middle of it: no answer takes longer.
  idle_timeout = 900

  # Headers that are none may be an attack on whoever reads them differently.
  drop_invalid_header_fields = true
}

resource "aws_lb_target_group" "chat_page" {
  # checkov:skip=CKV_AWS_378:Between load balancer and task, in the VPC; only the load balancer may speak to the tasks
  name        = "terrachat-hosted"
  target_type = "ip"
  vpc_id      = "vpc-0123456789abcdef0"
  port        = 8501
  protocol    = "HTTP"
  tags        = local.tags

  # A page's session lives in one task's memory.
  stickiness {
    type            = "lb_cookie"
    cookie_duration = 86400
  }

  health_check {
    path                = "/_stcore/health"
    matcher             = "200"
    interval            = 15
    timeout             = 5
    healthy_threshold   = 2
    unhealthy_threshold = 3
  }

  # A task that is replaced may end the answers that it has begun.
  deregistration_delay = 300
}

resource "aws_lb_listener" "https" {
  load_balancer_arn = aws_lb.chat_page.arn
  port              = 443
  protocol          = "HTTPS"
  certificate_arn   = "arn:aws:acm:eu-central-1:123456789012:certificate/1234abcd-12ab-34cd-56ef-1234567890ab"
  ssl_policy        = "ELBSecurityPolicy-TLS13-1-2-2021-06"
  tags              = local.tags

  # What is asked for by another name than the page's, such as by the load balancer's own, gets no further.
  default_action {
    type = "fixed-response"

    fixed_response {
      status_code  = "404"
      content_type = "text/plain"
      message_body = "Not found"
    }
  }
}

resource "aws_lb_listener_rule" "chat_page" {
  listener_arn = aws_lb_listener.https.arn
  priority     = 1
  tags         = local.tags

  condition {
    host_header {
      values = ["chat.example.com"]
    }
  }

  action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.chat_page.arn
  }
}

resource "aws_lb_listener" "http" {
  load_balancer_arn = aws_lb.chat_page.arn
  port              = 80
  protocol          = "HTTP"
  tags              = local.tags

  default_action {
    type = "redirect"

    redirect {
      host        = "chat.example.com"
      port        = "443"
      protocol    = "HTTPS"
      status_code = "HTTP_301"
    }
  }
}

resource "aws_security_group" "load_balancer" {
  name        = "terrachat-hosted-chat-page-load-balancer"
  description = "Load balancer of the chat page of hosted"
  vpc_id      = "vpc-0123456789abcdef0"
  tags        = local.tags
}

resource "aws_vpc_security_group_ingress_rule" "https_from_0_0_0_0_0" {
  security_group_id = aws_security_group.load_balancer.id
  description       = "The chat page"
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
  tags              = local.tags
}

resource "aws_vpc_security_group_ingress_rule" "http_from_0_0_0_0_0" {
  # checkov:skip=CKV_AWS_260:The port 80 only sends people on to 443
  security_group_id = aws_security_group.load_balancer.id
  description       = "Sent on to the port 443"
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "tcp"
  from_port         = 80
  to_port           = 80
  tags              = local.tags
}

resource "aws_vpc_security_group_egress_rule" "load_balancer" {
  security_group_id            = aws_security_group.load_balancer.id
  description                  = "The tasks that run the page"
  referenced_security_group_id = aws_security_group.chat_page.id
  ip_protocol                  = "tcp"
  from_port                    = 8501
  to_port                      = 8501
  tags                         = local.tags
}

resource "aws_security_group" "chat_page" {
  name        = "terrachat-hosted-chat-page"
  description = "Tasks that run the chat page of hosted"
  vpc_id      = "vpc-0123456789abcdef0"
  tags        = local.tags
}

resource "aws_vpc_security_group_ingress_rule" "chat_page" {
  security_group_id            = aws_security_group.chat_page.id
  description                  = "The load balancer, and nobody else"
  referenced_security_group_id = aws_security_group.load_balancer.id
  ip_protocol                  = "tcp"
  from_port                    = 8501
  to_port                      = 8501
  tags                         = local.tags
}

resource "aws_vpc_security_group_egress_rule" "chat_page" {
  security_group_id = aws_security_group.chat_page.id
  description       = "AWS, the URL of the handler, the sign-in provider"
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
  tags              = local.tags
}
