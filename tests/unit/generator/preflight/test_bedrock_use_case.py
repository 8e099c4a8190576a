"""Anthropic's form: whether it was sent, and sending it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from generator.errors import AwsError
from generator.preflight.bedrock_access import checks
from generator.preflight.findings import Check, Finding, Offer, Verdict
from generator.preflight.scene import Scene
from tests.unit.generator.aws_answers import Answer
from tests.unit.generator.preflight.bedrock_scenes import ACCOUNT, REFUSED, ROLE, bedrock, entry, refusing_role, scene
from tests.unit.generator.preflight.examined import examine

CLAUDE = "anthropic.claude-sonnet-4-5-20250929-v1:0"
SENT = Answer("get_use_case_for_model_access", {"formData": b'{"companyName": "a secret of theirs"}'})
NOT_SENT = Answer(
    "get_use_case_for_model_access", error=("ResourceNotFoundException", "You have not filled out the request form.")
)
VALUES = {
    "companyName": " Công ty Ví dụ ",
    "companyWebsite": "https://www.example.com",
    "intendedUsers": "0",
    "industryOption": "Education",
    "useCases": "An internal chat for students.",
}


def forms(of: Scene) -> list[Check]:
    """The checks of the form, among those of access."""
    return [check for check in checks(of) if check.id.startswith("bedrock-use-case/")]


def judged(*answers: Answer) -> Finding:
    return examine(forms(scene(entry(f"us.{CLAUDE}", "claude"), made=bedrock(*answers)))).findings[0]


def offer_of(finding: Finding) -> Offer:
    assert finding.offer is not None
    return finding.offer


def test_form_that_was_sent_is_ok_and_not_repeated() -> None:
    finding = judged(SENT)

    assert (finding.id, finding.verdict, finding.value) == ("bedrock-use-case/us-east-1", Verdict.OK, "sent")
    assert finding.models == ("claude",)
    assert "a secret of theirs" not in str(finding.document())


def test_form_that_was_not_sent_blocks_answers() -> None:
    finding = judged(NOT_SENT)

    assert (finding.verdict, finding.blocks, finding.value) == (Verdict.BLOCKED, "answers", "not sent")
    assert "its organisation's management account" in finding.reason
    assert finding.fix.startswith("Send it: terrachat doctor --fix, or open a model of Anthropic's in the console: ")
    assert finding.asked == "bedrock GetUseCaseForModelAccess, us-east-1"


def test_offer_says_what_the_form_is_and_asks_for_its_fields() -> None:
    offer = offer_of(judged(NOT_SENT))

    assert offer.title == "Send Anthropic's use-case form for this account"
    for words in ("go to AWS, for Anthropic", "whole account", "cannot be changed", "at once"):
        assert words in offer.consequence
    assert {each.name: each.variable for each in offer.inputs} == {
        "companyName": "TERRACHAT_USE_CASE_COMPANY_NAME",
        "companyWebsite": "TERRACHAT_USE_CASE_COMPANY_WEBSITE",
        "intendedUsers": "TERRACHAT_USE_CASE_INTENDED_USERS",
        "industryOption": "TERRACHAT_USE_CASE_INDUSTRY",
        "useCases": "TERRACHAT_USE_CASE_PURPOSE",
    }
    assert all(each.problem(VALUES[each.name]) is None for each in offer.inputs)


@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
        ("companyName", " ", "it is empty"),
        ("companyName", "x" * 129, "it is longer than 128 bytes"),
        ("companyName", "ế" * 43, "it is longer than 128 bytes"),
        ("companyWebsite", "", "it must begin with https:// or http://"),
        ("companyWebsite", "www.example.com", "it must begin with https:// or http://"),
        ("companyWebsite", "https://" + "x" * 128, "it is longer than 128 bytes"),
        ("intendedUsers", "internal", "it must be 0, 1 or 2"),
        ("industryOption", "", "it is empty"),
        ("useCases", "x" * 8193, "it is longer than 8,192 bytes"),
    ],
)
def test_value_that_aws_would_refuse_is_refused_before(name: str, value: str, problem: str) -> None:
    wanted = next(each for each in offer_of(judged(NOT_SENT)).inputs if each.name == name)

    assert wanted.problem(value) == problem


def test_sending_puts_the_form_and_the_finding_is_ok_afterwards() -> None:
    sent: list[dict[str, Any]] = []
    made = bedrock(NOT_SENT, Answer("put_use_case_for_model_access"), SENT)
    client = made[("bedrock", "us-east-1", None)]
    client.meta.events.register(
        "provide-client-params.bedrock.PutUseCaseForModelAccess", lambda params, **_: sent.append(params)
    )
    of = scene(entry(CLAUDE, "claude"), made=made)
    offer = offer_of(examine(forms(of)).findings[0])

    said = offer.make(VALUES)

    assert said == (
        "The form is sent. AWS says that access is granted at once; a model may still be refused for 15 minutes."
    )
    assert json.loads(sent[0]["formData"]) == {
        "companyName": "Công ty Ví dụ",
        "companyWebsite": "https://www.example.com",
        "intendedUsers": "0",
        "industryOption": "Education",
        "otherIndustryOption": "",
        "useCases": "An internal chat for students.",
    }
    assert examine(forms(of)).findings[0].verdict is Verdict.OK


def test_form_that_aws_refuses_is_told_without_its_contents() -> None:
    refused = Answer("put_use_case_for_model_access", error=("ValidationException", "Invalid form data"))
    offer = offer_of(judged(NOT_SENT, refused))

    with pytest.raises(AwsError, match="Invalid form data") as raised:
        offer.make(VALUES)

    assert "Ví dụ" not in raised.value.message


@pytest.mark.parametrize("code", ["AccessDeniedException", "ThrottlingException"])
def test_refusal_is_unknown(code: str) -> None:
    finding = judged(Answer("get_use_case_for_model_access", error=(code, "no")))

    assert finding.verdict is Verdict.UNKNOWN
    assert code in finding.reason


def test_form_is_asked_for_once_in_each_place_and_for_anthropic_only() -> None:
    of = scene(
        entry(f"us.{CLAUDE}", "a"),
        entry(CLAUDE, "b"),
        entry("amazon.nova-micro-v1:0", "nova"),
        entry(f"eu.{CLAUDE}", "eu", region="eu-west-1"),
        entry(CLAUDE, "other", role_arn=ROLE),
        entry(f"arn:aws:bedrock:us-east-1:{ACCOUNT}:inference-profile/us.{CLAUDE}", "arn"),
        entry(f"arn:aws:bedrock:us-east-1:{ACCOUNT}:application-inference-profile/s529qz7ddy06", "application"),
    )

    assert {check.id: check.models for check in forms(of)} == {
        "bedrock-use-case/us-east-1": ("a", "b", "arn"),
        "bedrock-use-case/eu-west-1": ("eu",),
        "bedrock-use-case/210987654321/us-east-1": ("other",),
    }


def test_form_comes_before_the_agreements_that_need_it() -> None:
    assert [check.id for check in checks(scene(entry(CLAUDE, "a")))] == [
        "bedrock-use-case/us-east-1",
        "bedrock-access/a",
    ]


def test_form_of_a_role_s_account_is_sent_in_its_name() -> None:
    made = bedrock(NOT_SENT, Answer("put_use_case_for_model_access"), role=ROLE)
    finding = examine(forms(scene(entry(CLAUDE, "a", role_arn=ROLE), made=made))).findings[0]

    assert offer_of(finding).title == f"Send Anthropic's use-case form for the account of {ROLE}"
    assert "is sent" in offer_of(finding).make(VALUES)


def test_form_of_a_role_that_may_not_be_assumed_is_unknown() -> None:
    finding = examine(forms(scene(entry(CLAUDE, "a", role_arn=ROLE), made=refusing_role()))).findings[0]

    assert finding.verdict is Verdict.UNKNOWN
    assert "may not assume that role" in finding.reason


def test_govcloud_has_no_form_of_its_own() -> None:
    of = scene(entry(CLAUDE, "a"), region="us-gov-west-1")

    assert forms(of) == []


def test_refusal_of_the_form_leaves_access_its_answer() -> None:
    allowed = {
        "modelId": CLAUDE,
        "agreementAvailability": {"status": "AVAILABLE"},
        "authorizationStatus": "AUTHORIZED",
        "entitlementAvailability": "AVAILABLE",
        "regionAvailability": "AVAILABLE",
    }
    made = bedrock(
        Answer("get_use_case_for_model_access", error=REFUSED), Answer("get_foundation_model_availability", allowed)
    )
    checked = list(checks(scene(entry(CLAUDE, "a"), made=made)))

    # One after the other: the answers are prepared in an order.
    assert [str(examine([check]).verdict) for check in checked] == ["unknown", "ok"]
