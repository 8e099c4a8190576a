# The handler's zip is too large to be sent to Lambda in a request, so it goes by way of a bucket.

resource "aws_s3_bucket" "package" {
  # checkov:skip=CKV_AWS_18:Only Lambda reads the zip, which is no secret; an access log would need a bucket of its own
  # checkov:skip=CKV_AWS_144:The zip is built from the catalog; a copy in another region would serve nobody
  # checkov:skip=CKV_AWS_145:Encrypted with AWS's key; a key of one's own costs money and is the owner's choice
  # checkov:skip=CKV2_AWS_62:Nothing waits for a new zip but this module
  # checkov:skip=CKV2_AWS_61:A former zip costs a twentieth of a cent a month; a rule takes the provider a minute to make
  bucket_prefix = "terrachat-everything-"
  tags          = local.tags

  # Former versions of the zip would keep the deployment from being destroyed.
  force_destroy = true
}

resource "aws_s3_bucket_public_access_block" "package" {
  bucket = aws_s3_bucket.package.id

  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_server_side_encryption_configuration" "package" {
  bucket = aws_s3_bucket.package.id

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "AES256"
    }
  }
}

resource "aws_s3_bucket_versioning" "package" {
  bucket = aws_s3_bucket.package.id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_object" "handler" {
  bucket      = aws_s3_bucket.package.id
  key         = "chat_handler.zip"
  source      = "${path.module}/chat_handler.zip"
  source_hash = filebase64sha256("${path.module}/chat_handler.zip")

  # An object takes ten tags, which the owner's may exceed: one of ours, and none of the provider's default tags.
  tags = { "terrachat:deployment" = "everything" }

  override_provider {
    default_tags {
      tags = {}
    }
  }

  # Versioned and encrypted from the first zip on.
  depends_on = [
    aws_s3_bucket_public_access_block.package,
    aws_s3_bucket_server_side_encryption_configuration.package,
    aws_s3_bucket_versioning.package,
  ]
}
