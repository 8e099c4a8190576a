# Conversations of the chat page, one item a turn.

resource "aws_dynamodb_table" "conversations" {
  # checkov:skip=CKV_AWS_28:Continuous backups cost money and are the owner's choice; turns expire by themselves
  # checkov:skip=CKV_AWS_119:Encrypted with AWS's key; a key of one's own costs money and is the owner's choice
  name         = "terrachat-hosted-conversations"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "pk"
  range_key    = "sk"
  tags         = local.tags

  attribute {
    name = "pk"
    type = "S"
  }

  attribute {
    name = "sk"
    type = "S"
  }

  ttl {
    attribute_name = "expires_at"
    enabled        = true
  }

  server_side_encryption {
    enabled = true
  }
}
