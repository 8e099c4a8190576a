"""The mappings under `hosting`: the chat page on ECS Fargate, for a team. Frozen pydantic models. No IO.

As in sections.py every key has a description, and a required key an example. Separate from it because all of this is
one switch: without `hosting` everybody starts the page on a machine of their own.
"""

from __future__ import annotations

from pydantic import Field

from generator.catalog import arn_types as arns
from generator.catalog import aws_types as aws
from generator.catalog import hosting_types as hosts
from generator.catalog import value_types as types
from generator.catalog.sections import Section


class HostingSubnets(Section):
    """Where in the VPC the page is."""

    load_balancer: hosts.LoadBalancerSubnets = Field(
        description="the subnets of the load balancer, in two zones or more: public ones, but for an internal page",
        examples=["[subnet-0123456789abcdef0, subnet-0123456789abcdef1]"],
    )
    tasks: hosts.TaskSubnets = Field(
        description="the subnets of the page's tasks, from which AWS and the sign-in provider must be reached",
        examples=["[subnet-0123456789abcdef2]"],
    )


class HostingOidc(Section):
    """Who signs people in: an OpenID Connect provider and the page's client there."""

    metadata_url: hosts.MetadataUrl = Field(
        description="the address of the provider's OpenID configuration",
        examples=["https://login.example.com/.well-known/openid-configuration"],
    )
    client_id: hosts.ClientId = Field(description="the id of the page's client at the provider", examples=["terrachat"])
    secret: arns.SecretArn = Field(
        description="the ARN of a secret that holds client_secret and cookie_secret, a JSON object of strings",
        examples=["arn:aws:secretsmanager:us-east-1:123456789012:secret:chat-page-a1b2c3"],
    )
    kms_key: arns.KmsKeyArn | None = Field(
        default=None, description="the ARN of the KMS key that encrypts the secret; null means AWS's own key"
    )
    session_hours: hosts.SessionHours = Field(default=12, description="how long a sign-in lasts, in hours")


class HostingTasks(Section):
    """How many containers run the page, and of what size."""

    min: hosts.TaskCount = Field(default=1, description="the number of tasks, or the least while they are scaled")
    max: hosts.TaskCount | None = Field(
        default=None, description="the most tasks that load may bring; null means that nothing is scaled"
    )
    cpu: hosts.TaskCpu = Field(default=512, description="each task's share of a processor; 1024 is a whole one")
    memory_mib: hosts.TaskMemoryMib = Field(default=1024, description="each task's memory in MiB")
    architecture: aws.Architecture = Field(
        default="x86_64", description="the processor that the image is built for; arm64 costs less"
    )
    public_ip: types.Flag = Field(
        default=False, description="true: tasks have public addresses, as public subnets without a NAT gateway need"
    )


class HostingSettings(Section):
    """The chat page on AWS, for a team that signs in."""

    image: hosts.PageImage = Field(
        description="the URI of the page's image in ECR",
        examples=["123456789012.dkr.ecr.us-east-1.amazonaws.com/chat-page:1.0"],
    )
    domain: hosts.Domain = Field(description="the page's host name", examples=["chat.example.com"])
    certificate: hosts.CertificateArn = Field(
        description="the ARN of the host name's certificate in ACM",
        examples=["arn:aws:acm:us-east-1:123456789012:certificate/1234abcd-12ab-34cd-56ef-1234567890ab"],
    )
    vpc: hosts.VpcId = Field(description="the VPC that the page is in", examples=["vpc-0123456789abcdef0"])
    subnets: HostingSubnets = Field(
        description="where in the VPC the page is", examples=["{load_balancer: [...], tasks: [...]}"]
    )
    oidc: HostingOidc = Field(
        description="who signs people in", examples=["{metadata_url: ..., client_id: ..., secret: ...}"]
    )
    tasks: HostingTasks = Field(default=HostingTasks(), description="how many containers run the page")
    internal: types.Flag = Field(
        default=False, description="true: the load balancer is reached from inside the VPC and its networks only"
    )
    allowed_cidrs: hosts.AllowedCidrs | None = Field(
        default=None, description="the IPv4 ranges that may open the page; null means every address"
    )
    allow_start: types.Flag = Field(
        default=False,
        description="true: whoever is signed in may start a scheduled endpoint outside its hours, which costs money",
    )
