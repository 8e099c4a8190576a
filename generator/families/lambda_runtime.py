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

# Lambda Web Adapter: the layer's accounts, aws/aws-lambda-web-adapter, README and documentation of zip packages, which
# name the commercial regions (one account) and mainland China's two (x86_64 only), no others. Version 30 is release
# 1.1.0, the first that takes part in SnapStart; it is what AWS's example of SnapStart in a zip names, and others report
# it from ten commercial regions. In China the newest that is known is 27, release 1.0.0. Read on 2026-11-22.
_ADAPTER_VERSION = 30
_ADAPTER_VERSION_IN_CHINA = 27
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
        is_there = architecture == "x86_64"
        return _layer_arn("aws-cn", region, account, architecture, _ADAPTER_VERSION_IN_CHINA) if is_there else None
    if region.startswith(_NOT_COMMERCIAL):
        return None
    return _layer_arn("aws", region, _ADAPTER_ACCOUNT, architecture, _ADAPTER_VERSION)


def _layer_arn(partition: str, region: str, account: str, architecture: Architecture, version: int) -> str:
    return f"arn:{partition}:lambda:{region}:{account}:layer:{_ADAPTER_NAMES[architecture]}:{version}"


def why_no_snap_start(region: str) -> str | None:
    """Say why the handler cannot have SnapStart in `region`, or None where it can.

    Source: Lambda developer guide, "Improving startup performance with Lambda SnapStart": Python 3.12 and newer, in all
    commercial regions but New Zealand and Taipei; read on 2026-11-22.
    """
    if region in ("ap-southeast-6", "ap-east-2") or region.startswith(_NOT_COMMERCIAL):
        return f"Lambda has no SnapStart for the handler in {region!r}"
    return None
