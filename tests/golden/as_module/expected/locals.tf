data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

# Images, layers and names are those of one region; the provider that is passed to this module decides where it works.
data "aws_region" "current" {
  lifecycle {
    postcondition {
      condition     = self.id == "us-east-1"
      error_message = "This module is for us-east-1: pass it a provider of that region, or change the region in the catalog."
    }
  }
}

locals {
  region     = "us-east-1"
  account_id = data.aws_caller_identity.current.account_id
  partition  = data.aws_partition.current.partition
  tags       = merge(var.tags, { "terrachat:deployment" = "demo" })
}
