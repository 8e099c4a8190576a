"""What is asked about the chat page on AWS as a whole: when, by whom, and what a refusal says."""

from __future__ import annotations

import jsonschema
import pytest

from generator.doctor_schema import doctor_schema
from generator.preflight.all_checks import all_checks, cheap_checks
from generator.preflight.findings import Check, Report, Verdict
from generator.preflight.hosting_checks import checks
from tests.unit.generator.aws_answers import Answer
from tests.unit.generator.preflight.hosting_scenes import found, hosted
from tests.unit.generator.preflight.played_scenes import THIRD_PARTY, findings, refused, scene

PARTS = ("certificate", "network", "image", "secret", "sign-in")
REFUSED = (
    ("certificate", "acm", "describe_certificate", "acm:DescribeCertificate"),
    ("network", "ec2", "describe_vpcs", "ec2:DescribeVpcs, ec2:DescribeSubnets, ec2:DescribeRouteTables"),
    ("image", "ecr", "batch_get_image", "ecr:BatchGetImage"),
    ("secret", "secretsmanager", "get_secret_value", "secretsmanager:GetSecretValue"),
)


def test_a_page_that_nobody_hosts_needs_nothing() -> None:
    assert list(checks(scene(THIRD_PARTY))) == []


def test_each_thing_is_asked_about_and_apply_asks_what_is_one_call_or_two() -> None:
    def of(asked: tuple[Check, ...]) -> list[str]:
        return [each.id for each in asked if each.id.startswith("hosting/")]

    here = hosted()

    assert of(all_checks(here)) == [f"hosting/{part}" for part in PARTS]
    assert of(cheap_checks(here)) == [f"hosting/{part}" for part in PARTS if part != "sign-in"]


@pytest.mark.parametrize(("part", "service", "operation", "action"), REFUSED, ids=[each[0] for each in REFUSED])
def test_what_may_not_be_asked_is_unknown_and_says_what_to_allow(
    part: str, service: str, operation: str, action: str
) -> None:
    code = "UnauthorizedOperation" if service == "ec2" else "AccessDeniedException"

    told = found(part, hosted({service: (refused(operation, code),)}))

    assert told.verdict is Verdict.UNKNOWN
    assert code in told.reason
    assert action in told.fix
    assert "Deploy all the same" in told.fix


@pytest.mark.parametrize(("part", "service", "operation", "_"), REFUSED, ids=[each[0] for each in REFUSED])
def test_an_aws_that_asks_for_patience_is_unknown(part: str, service: str, operation: str, _: str) -> None:
    told = found(part, hosted({service: (refused(operation, "ThrottlingException"),)}))

    assert (told.verdict, told.fix[:21]) == (Verdict.UNKNOWN, "AWS asks for patience")


def test_local_target_takes_what_it_does_not_have_as_it_is_named() -> None:
    """Nobody is asked: a client without answers would refuse."""
    image = Answer("batch_get_image", {"images": [{"imageManifest": "{}"}], "failures": []})

    told = findings(checks, hosted({"ecr": (image,)}, is_local=True))

    assert [(each.id, each.verdict) for each in told] == [(f"hosting/{part}", Verdict.OK) for part in PARTS]
    assert [each.value for each in told] == ["not asked on the local target"] * 2 + ["found"] + [
        "not asked on the local target"
    ] * 2


def test_image_that_the_played_account_lacks_is_missed_and_stops_no_apply_there() -> None:
    missing = {"images": [], "failures": [{"failureCode": "ImageNotFound", "failureReason": "not found"}]}

    told = found("image", hosted({"ecr": (Answer("batch_get_image", missing),)}, is_local=True))

    assert (told.verdict, told.value) == (Verdict.WARN, "missing")
    assert told.reason.startswith("The local target does without. On AWS: The registry of 123456789012")


def test_findings_are_of_the_schema_and_stop_an_apply() -> None:
    told = found("certificate", hosted({"acm": (refused("describe_certificate", "ResourceNotFoundException"),)}))
    document = Report((told,)).document()

    jsonschema.validate(document, doctor_schema())
    assert (document["verdict"], Report((told,)).deployment_blockers) == ("blocked", (told,))
