"""The facts about the Lambda that the handler runs on."""

from __future__ import annotations

import pytest

from generator.families.lambda_runtime import (
    Architecture,
    LambdaRuntime,
    on_aws,
    web_adapter_layer_arn,
    why_no_snap_start,
)


@pytest.mark.parametrize(
    ("region", "architecture", "arn"),
    [
        ("us-east-1", "x86_64", "arn:aws:lambda:us-east-1:753240598075:layer:LambdaAdapterLayerX86:30"),
        ("eu-west-1", "arm64", "arn:aws:lambda:eu-west-1:753240598075:layer:LambdaAdapterLayerArm64:30"),
        ("cn-north-1", "x86_64", "arn:aws-cn:lambda:cn-north-1:041581134020:layer:LambdaAdapterLayerX86:27"),
        ("cn-north-1", "arm64", None),
        ("us-gov-west-1", "x86_64", None),
    ],
)
def test_the_web_adapters_layer(region: str, architecture: Architecture, arn: str | None) -> None:
    assert web_adapter_layer_arn(region, architecture) == arn


@pytest.mark.parametrize(
    ("region", "is_there"), [("us-east-1", True), ("eu-south-2", True), ("ap-east-2", False), ("cn-north-1", False)]
)
def test_regions_with_snap_start(region: str, is_there: bool) -> None:
    assert (why_no_snap_start(region) is None) == is_there


@pytest.mark.parametrize(
    ("architecture", "runtime"),
    [
        ("x86_64", LambdaRuntime("3.13", "x86_64", "x86_64-manylinux_2_34", "python3.13")),
        ("arm64", LambdaRuntime("3.13", "arm64", "aarch64-manylinux_2_34", "python3.13")),
    ],
)
def test_the_runtime_of_an_architecture(architecture: Architecture, runtime: LambdaRuntime) -> None:
    assert on_aws(architecture) == runtime
