# Endpoints that exist at certain hours only. EventBridge Scheduler creates and deletes them, by itself.

resource "aws_scheduler_schedule_group" "endpoints" {
  name = "terrachat-hosted"
  tags = local.tags
}

resource "aws_iam_role" "scheduler" {
  name = "terrachat-hosted-scheduler"
  tags = local.tags

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "scheduler.amazonaws.com" }
      Condition = {
        StringEquals = {
          "aws:SourceAccount" = local.account_id
          "aws:SourceArn"     = aws_scheduler_schedule_group.endpoints.arn
        }
      }
    }]
  })
}

resource "aws_iam_role_policy" "scheduler" {
  name = "create-and-delete-endpoints"
  role = aws_iam_role.scheduler.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "CreateEndpoints"
        Effect = "Allow"
        Action = ["sagemaker:AddTags", "sagemaker:CreateEndpoint"]
        Resource = [
          "arn:${local.partition}:sagemaker:${local.region}:${local.account_id}:endpoint/terrachat-hosted-daytime",
          "arn:${local.partition}:sagemaker:${local.region}:${local.account_id}:endpoint-config/terrachat-hosted-daytime-*",
        ]
      },
      {
        Sid    = "DeleteEndpoints"
        Effect = "Allow"
        Action = "sagemaker:DeleteEndpoint"
        Resource = [
          "arn:${local.partition}:sagemaker:${local.region}:${local.account_id}:endpoint/terrachat-hosted-daytime",
        ]
      },
    ]
  })
}
