"""The types of the keys of `hosting`: what the chat page's container runs in, and who may sign in to it.

Separate from aws_types.py because all of them are about one thing, the page on ECS Fargate behind a load balancer. What
two of them have to do with each other is in hosting_conflicts.py.
"""

from __future__ import annotations

import ipaddress
import re
from typing import Annotated

from pydantic import AfterValidator

from generator.catalog.arn_types import ARN
from generator.catalog.aws_types import ECR_IMAGE
from generator.catalog.echoing import kind_of, quoted
from generator.catalog.fields import NOT_A_BARE_BOOLEAN, ValueRule, broken_rule, free_text, pattern, whole_number

_ID = r"(?:[0-9a-f]{8}|[0-9a-f]{17})"
_METADATA = "/.well-known/openid-configuration"

# Memory that Fargate takes with each share of a processor: least, most and step, in MiB. Source: ECS developer guide,
# "Fargate task definition differences", task CPU and memory; read on 2026-11-22.
FARGATE_MEMORY_MIB = {
    256: (512, 2048, None),
    512: (1024, 4096, 1024),
    1024: (2048, 8192, 1024),
    2048: (4096, 16_384, 1024),
    4096: (8192, 30_720, 1024),
}


def fargate_memories(cpu: int) -> tuple[int, ...]:
    """The sizes of memory that Fargate takes with `cpu` units of a processor; none where it has no such share."""
    if cpu not in FARGATE_MEMORY_MIB:
        return ()
    least, most, step = FARGATE_MEMORY_MIB[cpu]
    return tuple(range(least, most + 1, step)) if step else (512, 1024, 2048)


def _check_cpu(units: int) -> int:
    if units not in FARGATE_MEMORY_MIB:
        raise broken_rule(
            f"Fargate has no share of {units} units; write one of {', '.join(map(str, FARGATE_MEMORY_MIB))}"
        )
    return units


def _list_of(least: int, most: int, what: str, example: str) -> ValueRule:
    """Accept lists of `least` to `most` different texts."""

    def check(value: object) -> object:
        if not isinstance(value, list | tuple):
            raise broken_rule(f"expected a list of {what} such as [{example}], got {kind_of(value)}")
        if not least <= len(value) <= most:
            raise broken_rule(f"expected {least} to {most} {what}, got {len(value)}")
        doubled = next((each for each in value if list(value).count(each) > 1), None)
        if doubled is not None:
            raise broken_rule(f"{quoted(str(doubled))} stands twice in the list; remove one")
        return value

    return ValueRule(check, schema={"minItems": least, "maxItems": most, "uniqueItems": True})


def _check_cidr(text: str) -> str:
    try:
        network = ipaddress.IPv4Network(text, strict=False)
    except ValueError:
        raise broken_rule(f"expected a range of IPv4 addresses such as '203.0.113.0/24', got {quoted(text)}") from None
    if str(network) != text:
        raise broken_rule(f"expected a range of IPv4 addresses, got {quoted(text)}; write {str(network)!r}")
    return text


def _as_domain(text: str) -> str:
    return re.sub(r"^[a-z]+://|[/:].*$", "", text.lower())


def _as_metadata(text: str) -> str:
    return f"https://{text.removeprefix('https://').rstrip('/').removesuffix(_METADATA)}{_METADATA}"


# Source of the form: ECS API reference, ContainerDefinition.image; a private ECR repository only, for which alone the
# module writes the permission to fetch from.
PageImage = Annotated[
    str,
    pattern(
        ECR_IMAGE,
        "the URI of the page's image in a private ECR repository, with its tag or its digest",
        suggest=lambda text: text.removeprefix("https://"),
    ),
]

Domain = Annotated[
    str,
    NOT_A_BARE_BOOLEAN,
    pattern(
        r"(?=.{4,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?",
        "the page's host name, such as 'chat.example.com', in lower case",
        suggest=_as_domain,
    ),
]

# Source: botocore 1.44.5, elbv2, Certificate.CertificateArn, and acm, Arn; read on 2026-11-22.
CertificateArn = Annotated[
    str,
    pattern(
        rf"{ARN}acm:[a-z0-9-]+:[0-9]{{12}}:certificate/[0-9a-z-]{{8,64}}",
        "the ARN of a certificate in ACM, such as "
        "'arn:aws:acm:us-east-1:123456789012:certificate/1234abcd-12ab-34cd-56ef-1234567890ab'",
    ),
]

VpcId = Annotated[str, pattern(rf"vpc-{_ID}", "a VPC's id, such as 'vpc-0123456789abcdef0'")]
SubnetId = Annotated[str, pattern(rf"subnet-{_ID}", "a subnet's id, such as 'subnet-0123456789abcdef0'")]

# "You must specify subnets from at least two Availability Zones." Source: botocore 1.44.5, elbv2, CreateLoadBalancer,
# Subnets; read on 2026-11-22. ECS takes 16 of them: ecs, AwsVpcConfiguration.subnets.
LoadBalancerSubnets = Annotated[tuple[SubnetId, ...], _list_of(2, 16, "subnets", "subnet-0123456789abcdef0")]
TaskSubnets = Annotated[tuple[SubnetId, ...], _list_of(1, 16, "subnets", "subnet-0123456789abcdef0")]

# A security group takes 60 rules, and each range needs two, for the ports 443 and 80. Source: VPC user guide, quotas;
# read on 2026-11-22.
Cidr = Annotated[str, AfterValidator(_check_cidr)]
AllowedCidrs = Annotated[tuple[Cidr, ...], _list_of(1, 30, "address ranges", '"203.0.113.0/24"')]

# The page's container reaches the port 443 only.
MetadataUrl = Annotated[
    str,
    pattern(
        rf"https://(?:[A-Za-z0-9-]+\.)+[A-Za-z0-9-]+(?:/[A-Za-z0-9._~!$&'()+,;=%-]+)*{re.escape(_METADATA)}",
        f"the address of the provider's OpenID configuration, 'https://HOST/...{_METADATA}' without a port",
        suggest=_as_metadata,
    ),
]
ClientId = Annotated[str, NOT_A_BARE_BOOLEAN, free_text(256, at_least=1)]
SessionHours = Annotated[int, whole_number(1, 720, "hours")]

TaskCpu = Annotated[int, whole_number(256, 4096, "units"), AfterValidator(_check_cpu)]
TaskMemoryMib = Annotated[int, whole_number(512, 30_720, "MiB")]
TaskCount = Annotated[int, whole_number(1, 20, "tasks")]
RetentionDays = Annotated[int, whole_number(1, 3650, "days")]
