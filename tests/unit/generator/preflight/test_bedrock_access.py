"""Whether the account may use its models on Bedrock, and accepting their terms where it may not yet."""

from __future__ import annotations

import pytest

from generator.errors import AwsError
from generator.preflight.bedrock_access import checks
from generator.preflight.findings import Finding, Offer, Verdict
from tests.unit.generator.aws_answers import Answer
from tests.unit.generator.preflight.bedrock_scenes import (
    ACCOUNT,
    REFUSED,
    ROLE,
    all_found,
    bedrock,
    entry,
    found,
    got_profile,
    profile,
    refusing_role,
    scene,
)
from tests.unit.generator.preflight.examined import examine

NOVA = "amazon.nova-micro-v1:0"
COMMAND = "cohere.command-r-plus-v1:0"
EULA = "https://s3.amazonaws.com/EULA/cohere.pdf"
APPLICATION = f"arn:aws:bedrock:us-east-1:{ACCOUNT}:application-inference-profile/s529qz7ddy06"
THROUGHPUT = f"arn:aws:bedrock:us-east-1:{ACCOUNT}:provisioned-model/abcdefghijkl"


def available(
    model: str = NOVA,
    *,
    agreement: str = "AVAILABLE",
    error: str | None = None,
    authorized: bool = True,
    entitled: bool = True,
    in_region: bool = True,
) -> Answer:
    """GetFoundationModelAvailability says this."""
    document = {
        "modelId": model,
        "agreementAvailability": {"status": agreement} | ({"errorMessage": error} if error else {}),
        "authorizationStatus": "AUTHORIZED" if authorized else "NOT_AUTHORIZED",
        "entitlementAvailability": "AVAILABLE" if entitled else "NOT_AVAILABLE",
        "regionAvailability": "AVAILABLE" if in_region else "NOT_AVAILABLE",
    }
    return Answer("get_foundation_model_availability", document, given={"modelId": model})


def offered(*tokens: str, url: str | None = EULA) -> Answer:
    """ListFoundationModelAgreementOffers lists offers with these tokens."""
    legal = {"url": url} if url else {}
    terms = {"usageBasedPricingTerm": {"rateCard": []}, "legalTerm": legal, "supportTerm": {}}
    offers = [{"offerToken": token, "termDetails": terms} for token in tokens]
    return Answer("list_foundation_model_agreement_offers", {"modelId": COMMAND, "offers": offers})


NOT_SOLD = Answer(
    "list_foundation_model_agreement_offers",
    error=("ValidationException", "Agreement not supported for this model"),
)
MISSING = available(COMMAND, agreement="NOT_AVAILABLE", entitled=False)
ACCEPTED = Answer(
    "create_foundation_model_agreement", {"modelId": COMMAND}, given={"modelId": COMMAND, "offerToken": "t-1"}
)


def judged(name: str, *answers: Answer, is_local: bool = False) -> Finding:
    return found(checks, scene(entry(name, "m"), made=bedrock(*answers), is_local=is_local))


def offer_of(finding: Finding) -> Offer:
    assert finding.offer is not None
    return finding.offer


def test_all_four_in_order_is_ok() -> None:
    finding = judged(NOVA, available())

    assert (finding.id, finding.verdict) == ("bedrock-access/m", Verdict.OK)
    assert finding.reason == f"Bedrock says that '{NOVA}' may be used in us-east-1."
    assert finding.value == "agreement AVAILABLE, AUTHORIZED, entitlement AVAILABLE, region AVAILABLE"
    assert finding.asked == "bedrock GetFoundationModelAvailability, us-east-1"
    assert finding.models == ("m",)


def test_profile_is_asked_for_by_its_model() -> None:
    assert judged(f"us.{NOVA}", available(NOVA)).verdict is Verdict.OK


def test_profile_is_not_held_back_by_the_region_that_it_is_called_from() -> None:
    assert judged(f"us.{NOVA}", available(NOVA, in_region=False)).verdict is Verdict.OK


def test_arn_that_does_not_say_its_model_is_looked_up() -> None:
    document = profile("s529qz7ddy06", "us-east-1", "us-west-2", base=NOVA, arn=APPLICATION)
    finding = judged(APPLICATION, got_profile(APPLICATION, document), available(NOVA))

    assert finding.verdict is Verdict.OK
    assert finding.subject == f"access to {NOVA} in us-east-1"


def test_throughput_is_looked_up() -> None:
    arn = f"arn:aws:bedrock:us-east-1::foundation-model/{NOVA}"
    document = {
        "modelUnits": 1,
        "desiredModelUnits": 1,
        "provisionedModelName": "mine",
        "provisionedModelArn": THROUGHPUT,
        "modelArn": arn,
        "desiredModelArn": arn,
        "foundationModelArn": arn,
        "status": "InService",
        "creationTime": "2026-11-22T00:00:00Z",
        "lastModifiedTime": "2026-11-22T00:00:00Z",
    }
    finding = judged(THROUGHPUT, Answer("get_provisioned_model_throughput", document), available(NOVA))

    assert finding.verdict is Verdict.OK


def test_profile_that_does_not_say_its_model_is_unknown() -> None:
    document = profile("s529qz7ddy06", arn=APPLICATION) | {"models": [{}]}
    finding = judged(APPLICATION, got_profile(APPLICATION, document))

    assert finding.verdict is Verdict.UNKNOWN
    assert finding.reason == f"Bedrock does not say which model '{APPLICATION}' routes to"


def test_agreement_that_is_being_made_is_a_warning_with_the_time_that_aws_names() -> None:
    finding = judged(COMMAND, available(COMMAND, agreement="PENDING"))

    assert finding.verdict is Verdict.WARN
    assert "AWS says that this takes up to 15 minutes" in finding.reason


def test_terms_that_nobody_accepted_block_since_the_handler_cannot_accept_them() -> None:
    finding = judged(COMMAND, MISSING, offered("t-1"))

    assert (finding.verdict, finding.blocks) == (Verdict.BLOCKED, "answers")
    assert "Nobody has accepted the terms" in finding.reason
    assert "aws-marketplace:Subscribe" in finding.reason
    assert "the chat handler may not" in finding.reason
    assert finding.fix.startswith(f"Read the terms ({EULA}) and accept them: terrachat doctor --fix, or open")


def test_next_step_on_the_local_target_is_for_the_local_target() -> None:
    finding = judged(COMMAND, MISSING, offered("t-1"), is_local=True)

    assert "terrachat doctor --local --fix" in finding.fix


def test_offer_to_accept_names_licence_marketplace_cost_and_delay() -> None:
    offer = offer_of(judged(COMMAND, MISSING, offered("t-1", "t-2")))

    assert offer.title == f"Accept the terms of {COMMAND} in us-east-1"
    for words in (EULA, "AWS Marketplace", "charged as the terms say", "up to 15 minutes", "this account"):
        assert words in offer.consequence
    assert (offer.inputs, offer.by_hand) == ((), False)


def test_offer_without_a_licence_of_its_own_names_the_list_of_all() -> None:
    offer = offer_of(judged(COMMAND, MISSING, offered("t-1", url=None)))

    assert "https://aws.amazon.com/legal/bedrock/third-party-models/" in offer.consequence


def test_accepting_makes_the_agreement_and_the_finding_is_ok_afterwards() -> None:
    pending = available(COMMAND, agreement="PENDING")
    made = bedrock(MISSING, offered("t-1"), ACCEPTED, pending, available(COMMAND))
    of = scene(entry(COMMAND, "m"), made=made)
    offer = offer_of(found(checks, of))

    assert offer.make({}) == (
        f"The terms of {COMMAND} are accepted. AWS says that it takes up to 15 minutes until the model answers."
    )
    # The checks are made anew each time, and Bedrock is asked again.
    assert [found(checks, of).verdict, found(checks, of).verdict] == [Verdict.WARN, Verdict.OK]


def test_terms_that_were_accepted_in_the_meantime_are_no_failure() -> None:
    conflict = Answer("create_foundation_model_agreement", error=("ConflictException", "Agreement already exists"))
    offer = offer_of(judged(COMMAND, MISSING, offered("t-1"), conflict))

    assert offer.make({}) == f"The terms of {COMMAND} were accepted already."


@pytest.mark.parametrize("code", ["AccessDeniedException", "ResourceNotFoundException"])
def test_refusal_to_accept_names_the_permissions_and_the_form(code: str) -> None:
    form = (code, "You have not filled out the request form.")
    offer = offer_of(judged(COMMAND, MISSING, offered("t-1"), Answer("create_foundation_model_agreement", error=form)))

    with pytest.raises(AwsError, match="You have not filled out the request form") as raised:
        offer.make({})

    assert "bedrock:CreateFoundationModelAgreement, aws-marketplace:Subscribe" in str(raised.value.hint)
    assert "the use-case form must be sent first" in str(raised.value.hint)


def test_other_failure_to_accept_is_told_as_it_is() -> None:
    gone = Answer("create_foundation_model_agreement", error=("ValidationException", "the token has expired"))
    offer = offer_of(judged(COMMAND, MISSING, offered("t-1"), gone))

    with pytest.raises(AwsError, match="the token has expired"):
        offer.make({})


def test_terms_that_may_not_be_listed_block_without_an_offer() -> None:
    finding = judged(COMMAND, MISSING, Answer("list_foundation_model_agreement_offers", error=REFUSED))

    assert (finding.verdict, finding.offer) == (Verdict.BLOCKED, None)
    assert "You are not authorized" in finding.fix
    assert "#/model-catalog" in finding.fix


def test_model_that_is_offered_to_nobody_here_blocks_without_an_offer() -> None:
    finding = judged(COMMAND, MISSING, offered())

    assert (finding.verdict, finding.offer) == (Verdict.BLOCKED, None)
    assert finding.fix.startswith("AWS offers no terms to this account.")


def test_terms_that_cannot_be_asked_for_are_unknown() -> None:
    throttled = Answer("list_foundation_model_agreement_offers", error=("ThrottlingException", "slow down"))

    assert judged(COMMAND, MISSING, throttled).verdict is Verdict.UNKNOWN


def test_model_without_terms_is_ok_without_an_agreement() -> None:
    assert judged(NOVA, available(agreement="NOT_AVAILABLE"), NOT_SOLD).verdict is Verdict.OK


def test_agreement_that_failed_blocks_with_the_cause_and_can_be_made_again() -> None:
    failed = available(COMMAND, agreement="ERROR", error="INVALID_PAYMENT_INSTRUMENT")
    finding = judged(COMMAND, failed, offered("t-1"))

    assert (finding.verdict, finding.blocks) == (Verdict.BLOCKED, "answers")
    assert "INVALID_PAYMENT_INSTRUMENT" in finding.reason
    assert finding.fix.startswith("Mend the cause (often the account's means of payment")
    assert offer_of(finding).title.startswith("Accept the terms")


def test_terms_that_nobody_accepted_in_a_role_s_account_are_a_warning() -> None:
    """Whether the role may accept them by its first call, nobody here can know."""
    answers = bedrock(MISSING, offered("t-1"), ACCEPTED, role=ROLE)
    finding = found(checks, scene(entry(COMMAND, "m", role_arn=ROLE), made=answers))

    assert finding.verdict is Verdict.WARN
    assert f"in the account of {ROLE}" in finding.reason
    assert f"for the account of {ROLE}" in offer_of(finding).consequence
    assert "are accepted" in offer_of(finding).make({})


def test_model_that_is_not_in_the_region_blocks() -> None:
    finding = judged(NOVA, available(in_region=False))

    assert (finding.verdict, finding.blocks) == (Verdict.BLOCKED, "answers")
    assert finding.reason == f"Bedrock says that '{NOVA}' is not available in us-east-1 for this account."
    assert "Write a 'region' that has it" in finding.fix


def test_account_that_is_not_authorised_blocks_with_what_it_needs() -> None:
    finding = judged(NOVA, available(authorized=False))

    assert (finding.verdict, finding.blocks) == (Verdict.BLOCKED, "answers")
    assert finding.reason == f"Bedrock says that this account is not authorised to use '{NOVA}' in us-east-1."
    assert "bedrock:InvokeModel" in finding.fix
    assert "aws-marketplace:Subscribe" in finding.fix
    assert "AWS Support" in finding.fix
    assert "NOT_AUTHORIZED" in finding.value


def test_account_that_is_not_entitled_blocks() -> None:
    finding = judged(NOVA, available(entitled=False))

    assert (finding.verdict, finding.blocks) == (Verdict.BLOCKED, "answers")
    assert finding.reason == f"Bedrock says that this account is not entitled to '{NOVA}' in us-east-1."


@pytest.mark.parametrize("code", ["AccessDeniedException", "ThrottlingException", "ExpiredTokenException"])
def test_refusal_is_unknown(code: str) -> None:
    finding = judged(NOVA, Answer("get_foundation_model_availability", error=(code, "no")))

    assert finding.verdict is Verdict.UNKNOWN
    assert code in finding.reason


def test_model_that_bedrock_does_not_know_is_left_to_the_other_check() -> None:
    missing = Answer("get_foundation_model_availability", error=("ResourceNotFoundException", "no such model"))
    finding = judged(NOVA, missing)

    assert finding.verdict is Verdict.UNKNOWN
    assert finding.fix == "See what is said of the model itself: bedrock-model/m"


def test_two_entries_of_one_model_ask_once() -> None:
    findings = all_found(checks, scene(entry(NOVA, "a"), entry(f"us.{NOVA}", "b"), made=bedrock(available())))

    assert [(each.id, str(each.verdict)) for each in findings] == [
        ("bedrock-access/a", "ok"),
        ("bedrock-access/b", "ok"),
    ]


def test_refusal_of_one_model_leaves_the_others_their_answers() -> None:
    answers = bedrock(Answer("get_foundation_model_availability", error=REFUSED), available(COMMAND))
    checked = list(checks(scene(entry(NOVA, "a"), entry(COMMAND, "b"), made=answers)))

    # One after the other: the answers are prepared in an order.
    assert [str(examine([check]).verdict) for check in checked] == ["unknown", "ok"]


def test_role_that_may_not_be_assumed_makes_access_unknown() -> None:
    finding = found(checks, scene(entry(NOVA, "m", role_arn=ROLE), made=refusing_role()))

    assert finding.verdict is Verdict.UNKNOWN
    assert finding.fix == f"See what is said of that role: bedrock-role/{ROLE}"


def test_nothing_of_it_keeps_a_deployment() -> None:
    assert not any(check.is_cheap for check in checks(scene(entry(NOVA), entry("anthropic.claude-v2", "claude"))))
