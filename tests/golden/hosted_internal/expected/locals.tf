data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

locals {
  region     = "cn-north-1"
  account_id = data.aws_caller_identity.current.account_id
  partition  = data.aws_partition.current.partition
  tags       = merge(var.tags, { "terrachat:deployment" = "internal" })
}
