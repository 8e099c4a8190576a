"""What doctor asks IAM about covers what Terraform's AWS provider calls: an apply and a destruction are recorded.

Between them stands the whole of a deployment, the hosted page too, and a second plan finds nothing to do.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from generator import module_dir, packaging
from generator.families.lambda_runtime import on_this_machine
from generator.loading import load_catalog
from generator.module_dir import Archive
from generator.module_dir.identity import ModuleIdentity
from generator.planning import plan_deployment
from generator.preflight.permission_needs import needs
from generator.rendering import render
from generator.terraform import Terraform
from tests.functional.recorded_calls import recording
from tests.functional.stage import Stage, endpoint_entry

pytestmark = [pytest.mark.local, pytest.mark.timeout(600)]

IN_S3: dict[str, Any] = {"source": {"s3": "s3://some-bucket/weights/"}}
HOURS = {"start": "0 8 ? * MON-FRI *", "stop": "0 18 ? * MON-FRI *"}

# Its VPC, its subnets, its certificate and its secret are the owner's: here nobody made them.
HOSTING: dict[str, Any] = {
    "image": "123456789012.dkr.ecr.us-east-1.amazonaws.com/chat-page:1.0",
    "domain": "chat.example.com",
    "certificate": "arn:aws:acm:us-east-1:123456789012:certificate/1234abcd-12ab-34cd-56ef-1234567890ab",
    "vpc": "vpc-0123456789abcdef0",
    "subnets": {
        "load_balancer": ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"],
        "tasks": ["subnet-0123456789abcdef2"],
    },
    "oidc": {
        "metadata_url": "https://login.example.com/.well-known/openid-configuration",
        "client_id": "terrachat",
        "secret": "arn:aws:secretsmanager:us-east-1:123456789012:secret:chat-page-a1b2c3",
    },
    "tasks": {"min": 1, "max": 3},
    "allow_start": True,
}

# Operations that are called otherwise in IAM. Source: botocore 1.44.5, s3, what each operation's description asks for;
# of parts of an upload and of GetObjectLockConfiguration it names none. CloudWatch's requests are signed as monitoring.
CALLED_IN_IAM = {
    "monitoring:DeleteAlarms": "cloudwatch:DeleteAlarms",
    "monitoring:DeleteDashboards": "cloudwatch:DeleteDashboards",
    "monitoring:DescribeAlarms": "cloudwatch:DescribeAlarms",
    "monitoring:GetDashboard": "cloudwatch:GetDashboard",
    "monitoring:ListTagsForResource": "cloudwatch:ListTagsForResource",
    "monitoring:PutDashboard": "cloudwatch:PutDashboard",
    "monitoring:PutMetricAlarm": "cloudwatch:PutMetricAlarm",
    "s3:CompleteMultipartUpload": "s3:PutObject",
    "s3:CreateMultipartUpload": "s3:PutObject",
    "s3:DeleteBucketEncryption": "s3:PutEncryptionConfiguration",
    "s3:DeletePublicAccessBlock": "s3:PutBucketPublicAccessBlock",
    "s3:GetBucketAccelerateConfiguration": "s3:GetAccelerateConfiguration",
    "s3:GetBucketCors": "s3:GetBucketCORS",
    "s3:GetBucketEncryption": "s3:GetEncryptionConfiguration",
    "s3:GetBucketLifecycleConfiguration": "s3:GetLifecycleConfiguration",
    "s3:GetBucketReplication": "s3:GetReplicationConfiguration",
    "s3:GetObjectLockConfiguration": "s3:GetBucketObjectLockConfiguration",
    "s3:GetPublicAccessBlock": "s3:GetBucketPublicAccessBlock",
    "s3:HeadBucket": "s3:ListBucket",
    "s3:HeadObject": "s3:GetObject",
    "s3:ListObjectVersions": "s3:ListBucketVersions",
    "s3:PutBucketEncryption": "s3:PutEncryptionConfiguration",
    "s3:PutPublicAccessBlock": "s3:PutBucketPublicAccessBlock",
    "s3:UploadPart": "s3:PutObject",
    "s3:UploadPartCopy": "s3:PutObject",  # of the same path as UploadPart
}
# The first needs no permission; by the second the provider looks for the account's id, and does without.
NEED_NO_PERMISSION = {"sts:GetCallerIdentity", "iam:GetUser"}
EACH_PART = {
    "application-autoscaling:RegisterScalableTarget",
    "cloudformation:CreateStack",
    "cloudwatch:PutDashboard",
    "cloudwatch:PutMetricAlarm",
    "ec2:AuthorizeSecurityGroupIngress",
    "ecs:CreateService",
    "elasticloadbalancing:CreateRule",
    "iam:PutRolePolicy",
    "lambda:CreateFunctionUrlConfig",
    "lambda:PutProvisionedConcurrencyConfig",
    "s3:CreateBucket",
    "sagemaker:CreateEndpoint",
    "sagemaker:DeleteModel",
    "scheduler:DeleteSchedule",
    "secretsmanager:DeleteSecret",
}


def test_every_call_of_the_provider_is_among_what_is_simulated(stage: Stage, zips: Path) -> None:
    story = stage.deployment("acts")
    story.write(
        endpoint_entry("gated", instances={"min": 1, "max": 2}),
        endpoint_entry("weights", **IN_S3),
        endpoint_entry("hours", **IN_S3, schedule=HOURS),
        endpoint_entry("off", **IN_S3, stopped=True),
        {"id": "nova", "provider": "bedrock", "model": "us.amazon.nova-micro-v1:0"},
        huggingface={"create_secret": True},
        handler={"provisioned_concurrency": 1},
        history={"retention_days": 90},
        hosting=HOSTING,
    )
    catalog, runtime = load_catalog(story.catalog), on_this_machine()
    archive = packaging.build(runtime, zips, packages=packaging.packages_for(catalog))

    with recording(stage.target["control_url"]) as calls:
        plan = plan_deployment(catalog, runtime, local_endpoint=calls.url, upload="s3")
        identity = ModuleIdentity(catalog.deployment, catalog.region, "local")
        module_dir.write(story.module, render(plan), Archive(archive.path.name, "s3", archive.path), identity)
        environment = {"AWS_ENDPOINT_URL": calls.url, "AWS_EC2_METADATA_DISABLED": "true"}
        environment.update(stage.terrachat.provider.for_module(story.module))
        cli_folder = stage.terrachat.folder / ".terrachat/terraform"
        terraform = Terraform(story.module, cli_folder=cli_folder, environment=environment)
        terraform.init()
        terraform.apply_unasked()
        again = terraform.plan()
        told = {name: json.loads(_parameter(stage, name)) for name in ("handler", "models/hours", "models/off")}
        terraform.apply(terraform.plan(destroy=True))

    simulated = {action for need in needs(plan, "123456789012", is_uploaded=True) for action in need.actions}
    called = {CALLED_IN_IAM.get(operation, operation) for operation in calls.operations}
    assert called >= EACH_PART
    assert called - simulated - NEED_NO_PERMISSION == set()
    assert again.changes == ()
    assert told["handler"]["conversation_days"] == 90
    assert told["models/hours"]["start"]["endpoint_config"].startswith("terrachat-acts-hours-")
    assert told["models/hours"]["start"]["tags"] == {"terrachat:deployment": "acts"}
    assert "start" not in told["models/off"]


def _parameter(stage: Stage, name: str) -> str:
    found = stage.client("ssm").get_parameter(Name=f"/terrachat/acts/{name}")
    return str(found["Parameter"]["Value"])
