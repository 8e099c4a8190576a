# What CloudWatch shows and watches. The handler writes its metrics into its log, and CloudWatch takes them from there.

locals {
  # A graph finds its models by itself: one that is added to the catalog appears in it, and nothing changes here.
  graphs_by_model = [
    { title = "Requests", metric = "Requests", stat = "Sum" },
    { title = "Errors", metric = "Errors", stat = "Sum" },
    { title = "Throttled by the provider", metric = "Throttles", stat = "Sum" },
    { title = "Milliseconds until the first token, half of all", metric = "FirstTokenLatency", stat = "p50" },
    { title = "Milliseconds until the first token, nine of ten", metric = "FirstTokenLatency", stat = "p90" },
    { title = "Milliseconds until the end, nine of ten", metric = "Latency", stat = "p90" },
    { title = "Tokens of prompts", metric = "InputTokens", stat = "Sum" },
    { title = "Tokens of answers", metric = "OutputTokens", stat = "Sum" },
    { title = "Answered by a fallback", metric = "Fallbacks", stat = "Sum" },
  ]

  models = "{Terrachat,Deployment,Model} Deployment=\"hosted\""

  graphs = concat(
    [for graph in local.graphs_by_model : {
      title = graph.title
      metrics = [[{
        expression = "SEARCH('${local.models} MetricName=\"${graph.metric}\"', '${graph.stat}', 300)"
        label      = "$${PROP('Dim.Model')}"
        id         = "models"
      }]]
    }],
    [{
      title = "The handler Lambda"
      metrics = [
        for metric, stat in { ConcurrentExecutions = "Maximum", Errors = "Sum", Throttles = "Sum" } :
        ["AWS/Lambda", metric, "FunctionName", "terrachat-hosted-handler", { stat = stat }]
      ]
    }],
  )
}

resource "aws_cloudwatch_dashboard" "handler" {
  # Dashboards of all regions share their names.
  dashboard_name = "terrachat-hosted-eu-central-1"

  dashboard_body = jsonencode({
    widgets = [for number, graph in local.graphs : {
      type   = "metric"
      x      = 8 * (number % 3)
      y      = 6 * floor(number / 3)
      width  = 8
      height = 6
      properties = {
        title   = graph.title
        region  = local.region
        period  = 300
        stat    = "Sum"
        metrics = graph.metrics
      }
    }]
  })
}

locals {
  # Whom an alarm tells when it goes off, and when it is over.
  alarm_topics = []
}

# Of all requests, not of the caller's own faults. Less than five in five minutes say nothing.
resource "aws_cloudwatch_metric_alarm" "handler_errors" {
  alarm_name          = "terrachat-hosted-handler-errors"
  alarm_description   = "More than ${var.alarm_error_percent} % of the requests to the Terrachat deployment hosted failed."
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
      dimensions  = { Deployment = "hosted" }
      period      = 300
      stat        = "Sum"
    }
  }

  metric_query {
    id = "requests"

    metric {
      namespace   = "Terrachat"
      metric_name = "Requests"
      dimensions  = { Deployment = "hosted" }
      period      = 300
      stat        = "Sum"
    }
  }
}

# A handler that cannot start, or that Lambda ends, counts no request and no error: Lambda does.
resource "aws_cloudwatch_metric_alarm" "handler_crashes" {
  alarm_name          = "terrachat-hosted-handler-crashes"
  alarm_description   = "The handler of the Terrachat deployment hosted ended in the middle of its work, or could not start."
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
  alarm_name          = "terrachat-hosted-handler-throttles"
  alarm_description   = "Providers asked the Terrachat deployment hosted more than ${var.alarm_throttles} times in five minutes to slow down."
  namespace           = "Terrachat"
  metric_name         = "Throttles"
  dimensions          = { Deployment = "hosted" }
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
  alarm_name          = "terrachat-hosted-handler-first-token"
  alarm_description   = "One answer in ten of the Terrachat deployment hosted began later than after ${var.alarm_first_token_s} s."
  namespace           = "Terrachat"
  metric_name         = "FirstTokenLatency"
  dimensions          = { Deployment = "hosted" }
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
