"""The Lambda that the handler runs on: Python version, architecture and the Lambda Web Adapter layer.

The AWS provider 5.100 knows runtimes up to python3.13 (its enum, read 2026-11-22). Amazon Linux 2023, which that
runtime stands on, has glibc 2.34.
"""

from __future__ import annotations

import platform
import sys
from dataclasses import dataclass
from typing import Literal

Architecture = Literal["x86_64", "arm64"]


@dataclass(frozen=True)
class LambdaRuntime:
    """For what a zip is built, in the words of Lambda (`identifier`, `architecture`) and of uv (`platform`).

    `platform` None is the machine that this runs on.
    """

    python_version: str
    architecture: Architecture
    platform: str | None
    identifier: str


ON_AWS = LambdaRuntime(
    python_version="3.13", architecture="x86_64", platform="x86_64-manylinux_2_34", identifier="python3.13"
)
ON_AWS_ARM = LambdaRuntime(
    python_version="3.13", architecture="arm64", platform="aarch64-manylinux_2_34", identifier="python3.13"
)

# Lambda Web Adapter: the layer's accounts and version, aws/aws-lambda-web-adapter README, read at 1.0.0. It names the
# commercial regions (one account) and mainland China's two (x86_64 only), as does its documentation of zip packages;
# no others.
_ADAPTER_VERSION = 27
_ADAPTER_ACCOUNT = "753240598075"
_ADAPTER_ACCOUNTS_IN_CHINA = {"cn-north-1": "041581134020", "cn-northwest-1": "069767869989"}
_ADAPTER_NAMES: dict[Architecture, str] = {"x86_64": "LambdaAdapterLayerX86", "arm64": "LambdaAdapterLayerArm64"}
_NOT_COMMERCIAL = ("cn-", "us-gov-", "us-iso", "eu-iso", "eusc-")


def on_aws(architecture: Architecture) -> LambdaRuntime:
    """What a function of AWS Lambda runs on."""
    return ON_AWS_ARM if architecture == "arm64" else ON_AWS


def on_this_machine() -> LambdaRuntime:
    """The interpreter that runs now, for the local target's function host.

    The provider's enum ends at python3.13: a newer interpreter is called that towards Terraform.
    """
    minor = sys.version_info.minor
    return LambdaRuntime(
        python_version=f"3.{minor}",
        architecture="arm64" if platform.machine().lower() in {"arm64", "aarch64"} else "x86_64",
        platform=None,
        identifier=f"python3.{min(minor, 13)}",
    )


def web_adapter_layer_arn(region: str, architecture: Architecture = "x86_64") -> str | None:
    """The ARN of the Lambda Web Adapter layer in `region`, or None where it is not published."""
    if account := _ADAPTER_ACCOUNTS_IN_CHINA.get(region):
        return _layer_arn("aws-cn", region, account, architecture) if architecture == "x86_64" else None
    if region.startswith(_NOT_COMMERCIAL):
        return None
    return _layer_arn("aws", region, _ADAPTER_ACCOUNT, architecture)


def _layer_arn(partition: str, region: str, account: str, architecture: Architecture) -> str:
    return f"arn:{partition}:lambda:{region}:{account}:layer:{_ADAPTER_NAMES[architecture]}:{_ADAPTER_VERSION}"
