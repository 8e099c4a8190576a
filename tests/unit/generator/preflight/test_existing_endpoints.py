"""Whether the endpoints that entries name are there and answer."""

from __future__ import annotations

from typing import Any

import pytest

from generator.preflight.existing_endpoints import checks
from generator.preflight.findings import Finding, Verdict
from tests.unit.generator.aws_answers import Answer, endpoint, no_endpoint
from tests.unit.generator.preflight.played_scenes import SELF_HOSTED, finding, refused, scene

ENTRY = {"id": "in-house", "provider": "sagemaker", "endpoint": "theirs"}


def examined(answer: Answer, entry: dict[str, Any] = ENTRY) -> Finding:
    region = entry.get("region", "us-east-1")
    return finding(checks, scene(entry, aws={("sagemaker", region): (answer,)}))


@pytest.mark.parametrize("status", ["InService", "Updating", "SystemUpdating"])
def test_endpoint_that_answers_is_ok(status: str) -> None:
    found = examined(endpoint("theirs", status))

    assert (found.id, found.verdict, found.models) == ("endpoint/in-house", Verdict.OK, ("in-house",))
    assert found.reason == f"The endpoint 'theirs' in us-east-1 is {status}, and answers."


def test_endpoint_is_looked_for_in_the_entrys_region() -> None:
    found = examined(endpoint("theirs"), {**ENTRY, "region": "eu-west-1"})

    assert (found.verdict, found.asked) == (Verdict.OK, "sagemaker DescribeEndpoint, eu-west-1")


@pytest.mark.parametrize("status", ["Creating", "RollingBack"])
def test_endpoint_that_is_coming_is_a_warning(status: str) -> None:
    found = examined(endpoint("theirs", status))

    assert (found.verdict, found.value, found.fix) == (Verdict.WARN, status, "Wait for it.")


def test_endpoint_that_failed_blocks_the_models_answers() -> None:
    found = examined(endpoint("theirs", "Failed", failure="CUDA out of memory"))

    assert (found.verdict, found.blocks) == (Verdict.BLOCKED, "answers")
    assert found.reason == "The endpoint 'theirs' in us-east-1 is Failed: CUDA out of memory."


def test_endpoint_on_its_way_out_blocks_the_models_answers() -> None:
    found = examined(endpoint("theirs", "Deleting"))

    assert (found.verdict, found.reason) == (Verdict.BLOCKED, "The endpoint 'theirs' in us-east-1 is Deleting.")


def test_endpoint_that_is_not_there_blocks_the_models_answers() -> None:
    found = examined(no_endpoint("theirs"))

    assert (found.verdict, found.blocks, found.value) == (Verdict.BLOCKED, "answers", "none")
    assert found.reason == "There is no endpoint 'theirs' in us-east-1."
    assert "'region' in the catalog" in found.fix


def test_sagemaker_that_refuses_is_unknown() -> None:
    found = examined(refused("describe_endpoint"))

    assert (found.id, found.verdict) == ("endpoint/in-house", Verdict.UNKNOWN)


def test_own_endpoints_are_not_asked_about() -> None:
    assert list(checks(scene(SELF_HOSTED))) == []
