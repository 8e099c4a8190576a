"""Whether the region has the instance types of the catalog."""

from __future__ import annotations

import pytest

from generator.preflight.findings import Finding, Verdict
from generator.preflight.instance_offers import checks
from tests.unit.generator.aws_answers import Answer
from tests.unit.generator.preflight.played_scenes import SELF_HOSTED, THIRD_PARTY, finding, refused, scene

OPERATION = "describe_instance_type_offerings"


def offers(*types: str, asked: tuple[str, ...] = ()) -> Answer:
    found = [{"InstanceType": type_, "LocationType": "region", "Location": "us-east-1"} for type_ in types]
    filters = [{"Name": "instance-type", "Values": list(asked)}]
    return Answer(
        OPERATION,
        {"InstanceTypeOfferings": found},
        given={"LocationType": "region", "Filters": filters} if asked else None,
    )


def examined(*answers: Answer, instance_type: str = "ml.g5.xlarge") -> Finding:
    return finding(checks, scene({**SELF_HOSTED, "instance_type": instance_type}, aws={"ec2": answers}))


def test_type_that_is_there_is_ok() -> None:
    """EC2 knows it without `ml.`."""
    found = examined(offers("g5.xlarge", asked=("g5.xlarge",)))

    assert (found.id, found.verdict, found.value, found.models) == (
        "offered/ml.g5.xlarge",
        Verdict.OK,
        "offered",
        ("m",),
    )
    assert found.asked == "ec2 DescribeInstanceTypeOfferings, us-east-1"


def test_type_that_is_not_there_blocks_and_the_nearest_are_named() -> None:
    """Nearest: at least the accelerator memory, as little more as possible, and what is not there is not named."""
    found = examined(offers(), offers("g5.12xlarge", "g6.16xlarge", "g5.2xlarge", "p5.48xlarge", "g6.4xlarge"))

    assert (found.verdict, found.blocks, found.value) == (Verdict.BLOCKED, "deployment", "not offered")
    assert found.reason == "us-east-1 has no ml.g5.xlarge."
    assert found.fix == (
        "Choose ml.g5.2xlarge, ml.g6.4xlarge or ml.g6.16xlarge, which us-east-1 has, or another region, in the catalog."
    )


def test_nothing_smaller_and_nothing_of_another_vendor_is_named() -> None:
    found = examined(
        offers(), offers("g5.xlarge", "inf2.48xlarge", "p4d.24xlarge", "p5.48xlarge"), instance_type="ml.p4de.24xlarge"
    )

    assert found.fix == "Choose ml.p5.48xlarge, which us-east-1 has, or another region, in the catalog."


def test_type_without_an_accelerator_has_its_size_elsewhere() -> None:
    found = examined(offers(), offers("m6i.4xlarge", "m6i.xlarge"), instance_type="ml.c5.4xlarge")

    assert found.fix.startswith("Choose ml.m6i.4xlarge, which")


def test_nothing_near_names_nothing() -> None:
    found = examined(offers(), instance_type="ml.trn2.48xlarge")

    assert found.fix == "Choose another instance type, or another region, in the catalog."


@pytest.mark.parametrize("code", ["UnauthorizedOperation", "RequestLimitExceeded"])
def test_ec2_that_refuses_is_unknown(code: str) -> None:
    found = examined(refused(OPERATION, code))

    assert (found.id, found.verdict) == ("offered/ml.g5.xlarge", Verdict.UNKNOWN)
    assert found.reason == f"DescribeInstanceTypeOfferings failed: {code}: no"


def test_each_type_is_asked_once() -> None:
    models = (SELF_HOSTED, {**SELF_HOSTED, "id": "n"}, {**SELF_HOSTED, "id": "o", "stopped": True}, THIRD_PARTY)

    assert [(check.id, check.models) for check in checks(scene(*models))] == [("offered/ml.g5.xlarge", ("m", "n"))]
