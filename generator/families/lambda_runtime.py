"""The Lambda that the handler runs on: Python version, architecture and the Lambda Web Adapter layer.

The AWS provider 5.100 knows runtimes up to python3.13 (its enum, read 2026-11-22). Amazon Linux 2023, which that
runtime stands on, has glibc 2.34.
"""

from __future__ import annotations

import platform
import sys
from dataclasses import dataclass


@dataclass(frozen=True)
class LambdaRuntime:
    """For what a zip is built, in the words of Lambda (`identifier`, `architecture`) and of uv (`platform`).

    `platform` None is the machine that this runs on.
    """

    python_version: str
    architecture: str
    platform: str | None
    identifier: str


ON_AWS = LambdaRuntime(
    python_version="3.13", architecture="x86_64", platform="x86_64-manylinux_2_34", identifier="python3.13"
)

# Lambda Web Adapter: the layer's accounts and version, aws/aws-lambda-web-adapter README, read at 1.0.0. It names the
# commercial regions (one account) and mainland China's two, as does its documentation of zip packages; no others.
_ADAPTER_VERSION = 27
_ADAPTER_ACCOUNT = "753240598075"
_ADAPTER_ACCOUNTS_IN_CHINA = {"cn-north-1": "041581134020", "cn-northwest-1": "069767869989"}
_NOT_COMMERCIAL = ("cn-", "us-gov-", "us-iso", "eu-iso", "eusc-")


def web_adapter_layer_arn(region: str) -> str | None:
    """The ARN of the x86_64 Lambda Web Adapter layer in `region`, or None where it is not published."""
    if account := _ADAPTER_ACCOUNTS_IN_CHINA.get(region):
        return f"arn:aws-cn:lambda:{region}:{account}:layer:LambdaAdapterLayerX86:{_ADAPTER_VERSION}"
    if region.startswith(_NOT_COMMERCIAL):
        return None
    return f"arn:aws:lambda:{region}:{_ADAPTER_ACCOUNT}:layer:LambdaAdapterLayerX86:{_ADAPTER_VERSION}"


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
