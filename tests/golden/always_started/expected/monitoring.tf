# What CloudWatch shows and watches. The handler writes its metrics into its log, and CloudWatch takes them from there.

locals {
  # Whom an alarm tells when it goes off, and when it is over.
  alarm_topics = []
}

# Of all requests, not of the caller's own faults. Less than five in five minutes say nothing.
resource "aws_cloudwatch_metric_alarm" "handler_errors" {
  alarm_name          = "terrachat-always-started-handler-errors"
  alarm_description   = "More than ${var.alarm_error_percent} % of the requests to the Terrachat deployment always-started failed."
  comparison_operator = "GreaterThanThreshold"
  threshold           = var.alarm_error_percent
  evaluation_periods  = 3
  datapoints_to_alarm = 2
  treat_missing_data  = "notBreaching"
  alarm_actions       = local.alarm_topics
  ok_actions          = local.alarm_topics
  tags                = local.tags

  metric_query {
    id          = "percent"
    expression  = "IF(requests >= 5, 100 * errors / requests, 0)"
    label       = "Failed requests in per cent"
    return_data = true
  }

  metric_query {
    id = "errors"

    metric {
      namespace   = "Terrachat"
      metric_name = "Errors"
      dimensions  = { Deployment = "always-started" }
      period      = 300
      stat        = "Sum"
    }
  }

  metric_query {
    id = "requests"

    metric {
      namespace   = "Terrachat"
      metric_name = "Requests"
      dimensions  = { Deployment = "always-started" }
      period      = 300
      stat        = "Sum"
    }
  }
}

# A handler that cannot start, or that Lambda ends, counts no request and no error: Lambda does.
resource "aws_cloudwatch_metric_alarm" "handler_crashes" {
  alarm_name          = "terrachat-always-started-handler-crashes"
  alarm_description   = "The handler of the Terrachat deployment always-started ended in the middle of its work, or could not start."
  namespace           = "AWS/Lambda"
  metric_name         = "Errors"
  dimensions          = { FunctionName = aws_lambda_function.handler.function_name }
  statistic           = "Sum"
  period              = 300
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  evaluation_periods  = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = local.alarm_topics
  ok_actions          = local.alarm_topics
  tags                = local.tags
}

resource "aws_cloudwatch_metric_alarm" "handler_throttles" {
  alarm_name          = "terrachat-always-started-handler-throttles"
  alarm_description   = "Providers asked the Terrachat deployment always-started more than ${var.alarm_throttles} times in five minutes to slow down."
  namespace           = "Terrachat"
  metric_name         = "Throttles"
  dimensions          = { Deployment = "always-started" }
  statistic           = "Sum"
  period              = 300
  comparison_operator = "GreaterThanThreshold"
  threshold           = var.alarm_throttles
  evaluation_periods  = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = local.alarm_topics
  ok_actions          = local.alarm_topics
  tags                = local.tags
}

resource "aws_cloudwatch_metric_alarm" "handler_first_token" {
  alarm_name          = "terrachat-always-started-handler-first-token"
  alarm_description   = "One answer in ten of the Terrachat deployment always-started began later than after ${var.alarm_first_token_s} s."
  namespace           = "Terrachat"
  metric_name         = "FirstTokenLatency"
  dimensions          = { Deployment = "always-started" }
  extended_statistic  = "p90"
  period              = 300
  comparison_operator = "GreaterThanThreshold"
  threshold           = 1000 * var.alarm_first_token_s
  evaluation_periods  = 3
  datapoints_to_alarm = 2
  treat_missing_data  = "notBreaching"
  alarm_actions       = local.alarm_topics
  ok_actions          = local.alarm_topics
  tags                = local.tags
}
