"""Guardrails: there, in the version that the catalog says, and ready; asked where the model is called."""

from __future__ import annotations

from typing import Any

import pytest

from generator.preflight.findings import Finding, Verdict
from generator.preflight.guardrails import checks
from tests.unit.generator.aws_answers import Answer
from tests.unit.generator.preflight.bedrock_scenes import (
    REFUSED,
    ROLE,
    all_found,
    bedrock,
    entry,
    found,
    refusing_role,
    scene,
)

NOVA = "amazon.nova-micro-v1:0"
GUARDRAIL = {"id": "gr1a2b3c4d5e", "version": "2"}
GIVEN = {"guardrailIdentifier": "gr1a2b3c4d5e", "guardrailVersion": "2"}
SETTINGS = {"guardrail": GUARDRAIL}


def guardrail(status: str, **more: Any) -> Answer:
    document = {
        "name": "house-rules",
        "guardrailId": "gr1a2b3c4d5e",
        "guardrailArn": "arn:aws:bedrock:us-east-1:123456789012:guardrail/gr1a2b3c4d5e",
        "version": "2",
        "status": status,
        "createdAt": "2026-11-22T00:00:00Z",
        "updatedAt": "2026-11-22T00:00:00Z",
        "blockedInputMessaging": "no",
        "blockedOutputsMessaging": "no",
        **more,
    }
    return Answer("get_guardrail", document, given=GIVEN)


def missing(code: str = "ResourceNotFoundException") -> Answer:
    return Answer("get_guardrail", error=(code, "The guardrail does not exist."), given=GIVEN)


def versions(*names: str) -> Answer:
    listed = [
        {
            "id": "gr1a2b3c4d5e",
            "arn": "arn:aws:bedrock:us-east-1:123456789012:guardrail/gr1a2b3c4d5e",
            "status": "READY",
            "name": "house-rules",
            "version": name,
            "createdAt": "2026-11-22T00:00:00Z",
            "updatedAt": "2026-11-22T00:00:00Z",
        }
        for name in names
    ]
    return Answer("list_guardrails", {"guardrails": listed}, given={"guardrailIdentifier": "gr1a2b3c4d5e"})


def judged(*answers: Answer) -> Finding:
    return found(checks, scene(entry(NOVA), made=bedrock(*answers), settings=SETTINGS))


@pytest.mark.parametrize(
    ("status", "verdict"),
    [
        ("READY", Verdict.OK),
        ("CREATING", Verdict.WARN),
        ("UPDATING", Verdict.WARN),
        ("VERSIONING", Verdict.WARN),
        ("DELETING", Verdict.BLOCKED),
        ("FAILED", Verdict.BLOCKED),
    ],
)
def test_guardrail_is_judged_by_its_status(status: str, verdict: Verdict) -> None:
    finding = judged(guardrail(status))

    assert (finding.id, finding.verdict, finding.value) == ("guardrail/nova", verdict, status)
    assert finding.reason == f"The guardrail 'house-rules', version 2, is {status}."
    assert bool(finding.fix) == (verdict is not Verdict.OK)
    assert finding.blocks == "answers"
    assert finding.asked == "bedrock GetGuardrail, us-east-1"
    assert finding.subject == "guardrail gr1a2b3c4d5e, version 2, in us-east-1"


def test_reasons_of_a_failure_are_told() -> None:
    finding = judged(guardrail("FAILED", statusReasons=["Out of words."], failureRecommendations=["Use fewer."]))

    assert "AWS says: Out of words. Use fewer." in finding.reason


@pytest.mark.parametrize("code", ["ResourceNotFoundException", "ValidationException"])
def test_version_that_is_not_there_blocks_and_names_those_that_are(code: str) -> None:
    finding = judged(missing(code), versions("DRAFT", "1"))

    assert (finding.verdict, finding.value) == (Verdict.BLOCKED, "no such version")
    assert finding.reason == "The guardrail 'gr1a2b3c4d5e' in us-east-1 has no version 2."
    assert finding.fix.startswith("Write a version that it has (DRAFT, 1)")


@pytest.mark.parametrize(
    "listing",
    [Answer("list_guardrails", error=("ResourceNotFoundException", "no")), versions()],
    ids=["refused", "none"],
)
def test_guardrail_that_is_not_there_blocks(listing: Answer) -> None:
    finding = judged(missing(), listing)

    assert (finding.verdict, finding.blocks, finding.value) == (Verdict.BLOCKED, "answers", "not found")
    assert "The guardrail does not exist." in finding.reason
    assert "'guardrail' of 'nova', or of 'bedrock'" in finding.fix


def test_refusal_is_unknown() -> None:
    finding = judged(Answer("get_guardrail", error=REFUSED))

    assert finding.verdict is Verdict.UNKNOWN
    assert "AccessDeniedException" in finding.reason


def test_entries_of_one_guardrail_ask_once() -> None:
    entries = (entry(NOVA, "a"), entry(NOVA, "b"))
    findings = all_found(checks, scene(*entries, made=bedrock(guardrail("READY")), settings=SETTINGS))

    assert [(each.id, str(each.verdict)) for each in findings] == [("guardrail/a", "ok"), ("guardrail/b", "ok")]


def test_guardrail_is_asked_for_where_its_model_is_called_and_in_whose_name() -> None:
    made = bedrock(guardrail("READY"), region="us-west-2", role=ROLE)
    of = scene(entry(NOVA, region="us-west-2", role_arn=ROLE, guardrail=GUARDRAIL), made=made)

    assert found(checks, of).asked == f"bedrock GetGuardrail, us-west-2 as {ROLE}"


def test_guardrail_of_a_role_that_may_not_be_assumed_is_unknown() -> None:
    finding = found(checks, scene(entry(NOVA, role_arn=ROLE), made=refusing_role(), settings=SETTINGS))

    assert finding.verdict is Verdict.UNKNOWN
    assert finding.fix == f"See what is said of that role: bedrock-role/{ROLE}"


def test_entries_without_a_guardrail_have_no_check_and_none_keeps_a_deployment() -> None:
    of = scene(entry(NOVA, "with", guardrail=GUARDRAIL), entry(NOVA, "without"))

    assert [(check.id, check.is_cheap) for check in checks(of)] == [("guardrail/with", False)]
