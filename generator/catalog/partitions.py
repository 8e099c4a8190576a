"""AWS's partitions: which one a region is of, how its hosts end, and what an ARN says of both. Pure.

Separate because the types of ARNs and images need it and so do the conflicts between them: nothing of one partition can
be named in another.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

# Source: botocore 1.44.5, partitions.json: id, dnsSuffix, and the prefixes that its regionRegex begins with; read on
# 2026-11-22. The first prefix that fits is taken.
_PREFIXES: tuple[tuple[str, str], ...] = (
    ("cn-", "aws-cn"),
    ("eusc-", "aws-eusc"),
    ("us-isob-", "aws-iso-b"),
    ("us-isof-", "aws-iso-f"),
    ("us-iso-", "aws-iso"),
    ("eu-isoe-", "aws-iso-e"),
    ("us-gov-", "aws-us-gov"),
)
DNS_SUFFIXES: Mapping[str, str] = {
    "aws": "amazonaws.com",
    "aws-cn": "amazonaws.com.cn",
    "aws-eusc": "amazonaws.eu",
    "aws-iso": "c2s.ic.gov",
    "aws-iso-b": "sc2s.sgov.gov",
    "aws-iso-e": "cloud.adc-e.uk",
    "aws-iso-f": "csp.hci.ic.gov",
    "aws-us-gov": "amazonaws.com",
}

_ARN = re.compile(r"arn:(aws[a-z-]*):([a-z0-9-]+):([a-z0-9-]*):([0-9]*):(.+)")


def partition_of(region: str) -> str:
    """The partition of `region`: `aws-cn` of `cn-north-1`."""
    return next((partition for prefix, partition in _PREFIXES if region.startswith(prefix)), "aws")


@dataclass(frozen=True)
class Arn:
    """An ARN taken apart. `region` and `account` are empty where the service has none."""

    partition: str
    service: str
    region: str
    account: str
    resource: str


def parsed_arn(text: str | None) -> Arn | None:
    """`text` taken apart, or None where it is no ARN."""
    found = _ARN.fullmatch(text or "")
    return Arn(*found.groups()) if found else None
