"""What is known of a serving container, and where AWS keeps its image.

Facts only: planning asks, and nothing here decides.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class ContainerFamily:
    """A serving container: its image, and the environment that it reads."""

    name: str
    repository: str
    tag: str
    inference_ami_version: str
    wire: Literal["messages"]
    model_variable: str
    revision_variable: str
    environment: Mapping[str, str]

    def image(self, region: str) -> str | None:
        """The image's URI in `region`, or None where AWS does not offer it (or we do not know the account)."""
        account = REGISTRY_ACCOUNTS.get(region)
        if account is None:
            return None
        suffix = "amazonaws.com.cn" if region.startswith("cn-") else "amazonaws.com"
        return f"{account}.dkr.ecr.{region}.{suffix}/{self.repository}:{self.tag}"


# The registry account of the Deep Learning Containers in each region.
# Source: aws/deep-learning-containers, docs/reference/region_availability.md, read 2026-08-21; the SageMaker Python
# SDK's image_uri_config agrees.
_COMMON = "763104351884"
REGISTRY_ACCOUNTS: Mapping[str, str] = {
    **dict.fromkeys(
        (
            "us-east-1",
            "us-east-2",
            "us-west-1",
            "us-west-2",
            "ap-south-1",
            "ap-northeast-1",
            "ap-northeast-2",
            "ap-southeast-1",
            "ap-southeast-2",
            "ca-central-1",
            "eu-central-1",
            "eu-north-1",
            "eu-west-1",
            "eu-west-2",
            "eu-west-3",
            "sa-east-1",
        ),
        _COMMON,
    ),
    "af-south-1": "626614931356",
    "ap-east-1": "871362719292",
    "ap-east-2": "975050140332",
    "ap-northeast-3": "364406365360",
    "ap-south-2": "772153158452",
    "ap-southeast-3": "907027046896",
    "ap-southeast-4": "457447274322",
    "ap-southeast-5": "550225433462",
    "ap-southeast-6": "633930458069",
    "ap-southeast-7": "590183813437",
    "ca-west-1": "204538143572",
    "eu-central-2": "380420809688",
    "eu-south-1": "692866216735",
    "eu-south-2": "503227376785",
    "il-central-1": "780543022126",
    "me-central-1": "914824155844",
    "me-south-1": "217643126080",
    "mx-central-1": "637423239942",
    "cn-north-1": "727897471807",
    "cn-northwest-1": "727897471807",
    "us-gov-east-1": "446045086412",
    "us-gov-west-1": "442386744353",
}
