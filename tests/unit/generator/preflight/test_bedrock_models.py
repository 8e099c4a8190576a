"""Whether Bedrock has a model, by the name and in the place that the catalog says, and what to write if it has not."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from botocore.config import Config

from generator.preflight.bedrock_models import checks
from generator.preflight.findings import Finding, Verdict
from tests.unit.generator.aws_answers import Answer, client
from tests.unit.generator.preflight.bedrock_scenes import (
    ACCOUNT,
    REFUSED,
    ROLE,
    Made,
    all_found,
    bedrock,
    entry,
    found,
    got_profile,
    listed,
    listed_profiles,
    model,
    no_profile,
    profile,
    refusing_role,
    scene,
)
from tests.unit.generator.preflight.examined import examine

NOVA = "amazon.nova-micro-v1:0"
CLAUDE = "anthropic.claude-sonnet-4-5-20250929-v1:0"
APPLICATION = f"arn:aws:bedrock:us-east-1:{ACCOUNT}:application-inference-profile/s529qz7ddy06"
THROUGHPUT = f"arn:aws:bedrock:us-east-1:{ACCOUNT}:provisioned-model/abcdefghijkl"
BY_PROFILE = {"inferenceTypesSupported": ["INFERENCE_PROFILE"]}

NO_MODEL = Answer("get_foundation_model", error=("ResourceNotFoundException", "Could not resolve the foundation model"))


def judged(name: str, *answers: Answer) -> Finding:
    return found(checks, scene(entry(name), made=bedrock(*answers)))


def test_model_on_demand_is_ok() -> None:
    finding = judged(NOVA, listed(model(NOVA)))

    assert finding.verdict is Verdict.OK
    assert finding.document() == {
        "id": "bedrock-model/nova",
        "subject": f"{NOVA} in us-east-1",
        "verdict": "ok",
        "reason": f"Bedrock has '{NOVA}' in us-east-1, on demand.",
        "asked": "bedrock ListFoundationModels, us-east-1",
        "value": "on demand",
        "fix": "",
        "fixable": False,
        "models": ["nova"],
        "blocks": None,
    }


def test_nothing_of_it_keeps_a_deployment() -> None:
    assert [check.is_cheap for check in checks(scene(entry(NOVA)))] == [False]


def test_model_that_is_not_there_is_blocked_and_the_nearest_is_named() -> None:
    finding = judged("amazon.nova-mirco-v1:0", listed(model(NOVA), model(CLAUDE)), listed_profiles(), NO_MODEL)

    assert (finding.verdict, finding.blocks) == (Verdict.BLOCKED, "answers")
    assert finding.reason == (f"Bedrock has no model 'amazon.nova-mirco-v1:0' in us-east-1. Is '{NOVA}' meant?")
    assert "models[0].model" in finding.fix
    assert "https://docs.aws.amazon.com/bedrock/latest/userguide/models-regions.html" in finding.fix


def test_model_that_the_list_leaves_out_is_looked_up() -> None:
    details = Answer("get_foundation_model", {"modelDetails": model(NOVA)}, given={"modelIdentifier": NOVA})

    assert judged(NOVA, listed(model(CLAUDE)), listed_profiles(), details).verdict is Verdict.OK


def test_a_profile_may_be_what_is_nearest() -> None:
    finding = judged("ua.amazon.nova-micro-v1:0", listed(), listed_profiles(profile(f"us.{NOVA}")), NO_MODEL)

    assert f"Is 'us.{NOVA}' meant?" in finding.reason


def test_model_that_is_not_there_is_blocked_though_profiles_may_not_be_listed() -> None:
    refusals = (Answer("list_inference_profiles", error=REFUSED), Answer("get_foundation_model", error=REFUSED))
    finding = judged("amazon.gone-v1:0", listed(model(CLAUDE)), *refusals)

    assert finding.verdict is Verdict.BLOCKED
    assert finding.reason == "Bedrock has no model 'amazon.gone-v1:0' in us-east-1."


def test_model_that_needs_a_profile_is_blocked_and_the_profile_of_the_geography_is_named() -> None:
    finding = judged(
        CLAUDE,
        listed(model(CLAUDE, **BY_PROFILE)),
        listed_profiles(
            profile(f"global.{CLAUDE}", "us-east-1", ""),
            profile(f"us.{CLAUDE}", "us-east-1", "us-west-2"),
            profile(f"us.{NOVA}", "us-east-1"),
        ),
    )

    assert (finding.verdict, finding.value) == (Verdict.BLOCKED, "no on-demand inference")
    assert finding.reason == f"'{CLAUDE}' cannot be called on demand in us-east-1: it needs an inference profile."
    assert finding.fix == (
        f"Write 'model: us.{CLAUDE}' for the entry 'nova' (models[0].model in the catalog); "
        f"global.{CLAUDE} would do too."
    )


def test_model_that_needs_a_profile_and_has_none_here_is_blocked() -> None:
    finding = judged(CLAUDE, listed(model(CLAUDE, **BY_PROFILE)), listed_profiles())

    assert finding.fix.startswith(f"Nothing routes to '{CLAUDE}' from us-east-1: write another model")


def test_profile_to_write_is_left_to_be_looked_up_where_profiles_may_not_be_listed() -> None:
    refusal = Answer("list_inference_profiles", error=REFUSED)
    finding = judged(CLAUDE, listed(model(CLAUDE, **BY_PROFILE)), refusal)

    assert finding.verdict is Verdict.BLOCKED
    assert finding.fix.endswith("aws bedrock list-inference-profiles --region us-east-1")


def test_model_for_provisioned_throughput_only_is_blocked() -> None:
    provisioned = model(f"{NOVA}:24k", inferenceTypesSupported=["PROVISIONED"])
    finding = judged(f"{NOVA}:24k", listed(provisioned), listed_profiles())

    assert (finding.verdict, finding.value) == (Verdict.BLOCKED, "provisioned only")
    assert "the ARN of throughput that you bought for it" in finding.fix


@pytest.mark.parametrize(
    ("more", "verdict", "value", "words"),
    [
        (
            {"modelLifecycle": {"status": "LEGACY", "endOfLifeTime": datetime(2999, 3, 1, tzinfo=UTC)}},
            Verdict.WARN,
            "LEGACY",
            "is a legacy model and ends on 2999-03-01",
        ),
        ({"modelLifecycle": {"status": "LEGACY"}}, Verdict.WARN, "LEGACY", "AWS has not said yet when it ends"),
        (
            {"modelLifecycle": {"status": "LEGACY", "endOfLifeTime": datetime(2024, 3, 1, tzinfo=UTC)}},
            Verdict.BLOCKED,
            "end of life",
            "out of service on 2024-03-01",
        ),
        ({"responseStreamingSupported": False}, Verdict.WARN, "no streaming", "does not stream"),
        ({"outputModalities": ["EMBEDDING"]}, Verdict.BLOCKED, "no text", "does not take text and answer with text"),
        ({"inputModalities": ["SPEECH"]}, Verdict.BLOCKED, "no text", "does not take text and answer with text"),
    ],
    ids=["legacy with its end", "legacy", "ended", "no streams", "embeddings", "speech"],
)
def test_what_there_is_to_know_of_a_model_is_said_by_either_name(
    more: dict[str, Any], verdict: Verdict, value: str, words: str
) -> None:
    by_its_own = judged(NOVA, listed(model(NOVA, **more)))
    by_profile = judged(f"us.{NOVA}", got_profile(f"us.{NOVA}", profile(f"us.{NOVA}")), listed(model(NOVA, **more)))

    for finding in (by_its_own, by_profile):
        assert (finding.verdict, finding.value) == (verdict, value)
        assert words in finding.reason
        assert "models[0].model" in finding.fix


def test_profile_is_ok_where_it_is_active() -> None:
    document = profile(f"us.{NOVA}", "us-east-1", "us-west-2")
    finding = judged(f"us.{NOVA}", got_profile(f"us.{NOVA}", document), listed(model(NOVA)))

    assert (finding.verdict, finding.value) == (Verdict.OK, "inference profile, ACTIVE")
    assert finding.reason == (
        f"The inference profile 'us.{NOVA}' is active in us-east-1; it routes to us-east-1, us-west-2."
    )
    assert finding.asked == "bedrock GetInferenceProfile, us-east-1"


def test_profile_is_ok_where_its_model_is_elsewhere_or_may_not_be_listed() -> None:
    document = profile(f"us.{NOVA}", "us-west-2")
    elsewhere = judged(f"us.{NOVA}", got_profile(f"us.{NOVA}", document), listed())
    unlisted = judged(
        f"us.{NOVA}", got_profile(f"us.{NOVA}", document), Answer("list_foundation_models", error=REFUSED)
    )

    assert (elsewhere.verdict, unlisted.verdict) == (Verdict.OK, Verdict.OK)


@pytest.mark.parametrize("code", ["ResourceNotFoundException", "ValidationException"])
def test_profile_of_another_geography_is_blocked_and_the_right_one_is_named(code: str) -> None:
    finding = judged(
        f"au.{CLAUDE}",
        no_profile(f"au.{CLAUDE}", code),
        listed_profiles(profile(f"us.{CLAUDE}", "us-east-1")),
        listed(model(CLAUDE, **BY_PROFILE)),
    )

    assert (finding.verdict, finding.blocks, finding.value) == (Verdict.BLOCKED, "answers", "not found")
    assert finding.reason.startswith(f"There is no inference profile 'au.{CLAUDE}' in us-east-1. ")
    assert finding.fix == f"Write 'model: us.{CLAUDE}' for the entry 'nova' (models[0].model in the catalog)."


def test_model_itself_is_named_where_a_profile_is_not_there_and_not_needed() -> None:
    finding = judged(f"jp.{NOVA}", no_profile(f"jp.{NOVA}"), listed_profiles(), listed(model(NOVA)))

    assert finding.fix.startswith(f"Write 'model: {NOVA}'")


def test_profile_of_a_geography_that_is_new_is_asked_for_as_such() -> None:
    new = profile(f"mars.{NOVA}")
    finding = judged(f"mars.{NOVA}", listed(model(NOVA)), listed_profiles(new), got_profile(f"mars.{NOVA}", new))

    assert (finding.verdict, finding.value) == (Verdict.OK, "inference profile, ACTIVE")


def test_application_profile_is_asked_for_by_its_arn() -> None:
    document = profile("s529qz7ddy06", base=NOVA, arn=APPLICATION)
    finding = judged(APPLICATION, got_profile(APPLICATION, document), listed(model(NOVA)))

    assert finding.verdict is Verdict.OK


def test_application_profile_that_is_not_there_is_blocked() -> None:
    finding = judged(APPLICATION, no_profile(APPLICATION))

    assert finding.verdict is Verdict.BLOCKED
    assert finding.fix == "Write the ARN of a profile that there is (models[0].model in the catalog)."


def throughput(status: str, **more: Any) -> Answer:
    now = datetime(2026, 11, 22, tzinfo=UTC)
    arn = f"arn:aws:bedrock:us-east-1::foundation-model/{NOVA}"
    document = {
        "modelUnits": 1,
        "desiredModelUnits": 1,
        "provisionedModelName": "mine",
        "provisionedModelArn": THROUGHPUT,
        "modelArn": arn,
        "desiredModelArn": arn,
        "foundationModelArn": arn,
        "status": status,
        "creationTime": now,
        "lastModifiedTime": now,
        **more,
    }
    return Answer("get_provisioned_model_throughput", document, given={"provisionedModelId": THROUGHPUT})


@pytest.mark.parametrize(
    ("status", "verdict"),
    [
        ("InService", Verdict.OK),
        ("Updating", Verdict.OK),
        ("Creating", Verdict.WARN),
        ("Failed", Verdict.BLOCKED),
    ],
)
def test_throughput_is_judged_by_its_status(status: str, verdict: Verdict) -> None:
    finding = judged(THROUGHPUT, throughput(status, failureMessage="no capacity"))

    assert (finding.verdict, finding.value) == (verdict, status)
    assert ("no capacity" in finding.reason) == (verdict is Verdict.BLOCKED)


def test_end_of_a_commitment_is_told() -> None:
    finding = judged(THROUGHPUT, throughput("InService", commitmentExpirationTime=datetime(2027, 1, 2, tzinfo=UTC)))

    assert "Its commitment ends on 2027-01-02." in finding.reason


def test_throughput_that_is_not_there_is_blocked() -> None:
    missing = Answer("get_provisioned_model_throughput", error=("ResourceNotFoundException", "not found"))
    finding = judged(THROUGHPUT, missing)

    assert (finding.verdict, finding.blocks) == (Verdict.BLOCKED, "answers")
    assert "models[0].model" in finding.fix


@pytest.mark.parametrize(
    ("name", "operation"),
    [
        (NOVA, "list_foundation_models"),
        (f"us.{NOVA}", "get_inference_profile"),
        (APPLICATION, "get_inference_profile"),
        (THROUGHPUT, "get_provisioned_model_throughput"),
    ],
)
def test_refusal_is_unknown_with_its_reason(name: str, operation: str) -> None:
    finding = judged(name, Answer(operation, error=REFUSED))

    assert finding.verdict is Verdict.UNKNOWN
    assert "AccessDeniedException: You are not authorized" in finding.reason
    assert finding.fix


def test_models_of_one_region_share_a_list_and_those_of_others_do_not() -> None:
    here = bedrock(listed(model(NOVA), model(CLAUDE, **BY_PROFILE)), listed_profiles())
    there = bedrock(listed(), listed_profiles(), NO_MODEL, region="eu-west-1")
    entries = [entry(NOVA), entry(NOVA, "again"), entry(CLAUDE, "claude"), entry(NOVA, "eu", region="eu-west-1")]

    findings = all_found(checks, scene(*entries, made=here | there))

    assert [(each.id, str(each.verdict)) for each in findings] == [
        ("bedrock-model/nova", "ok"),
        ("bedrock-model/again", "ok"),
        ("bedrock-model/claude", "blocked"),
        ("bedrock-model/eu", "blocked"),
    ]


def test_refusal_of_one_question_leaves_the_others_their_answers() -> None:
    answers = bedrock(Answer("list_foundation_models", error=REFUSED), got_profile(f"us.{NOVA}", profile(f"us.{NOVA}")))
    checked = list(checks(scene(entry(NOVA), entry(f"us.{NOVA}", "by-profile"), made=answers)))

    # One after the other: the answers are prepared in an order.
    assert [str(examine([check]).verdict) for check in checked] == ["unknown", "ok"]


def test_model_of_a_role_is_asked_for_in_its_name() -> None:
    answers = bedrock(listed(model(NOVA)), region="us-west-2", role=ROLE)
    finding = found(checks, scene(entry(NOVA), made=answers, settings={"region": "us-west-2", "role_arn": ROLE}))

    assert finding.verdict is Verdict.OK
    assert finding.asked == f"bedrock ListFoundationModels, us-west-2 as {ROLE}"


def test_models_of_a_role_that_may_not_be_assumed_are_unknown_and_sts_is_asked_once() -> None:
    entries = (entry(NOVA), entry(f"us.{NOVA}", "other"), entry(NOVA, "third", region="us-west-2"))
    findings = all_found(checks, scene(*entries, made=refusing_role(), settings={"role_arn": ROLE}))

    assert [str(each.verdict) for each in findings] == ["unknown"] * 3
    for each in findings:
        assert each.reason == f"only {ROLE} can be asked this, and whoever runs this may not assume that role"
        assert each.fix == f"See what is said of that role: bedrock-role/{ROLE}"


def test_role_that_cannot_be_asked_for_is_unknown_with_the_cause() -> None:
    made = refusing_role(code="RegionDisabledException")
    finding = found(checks, scene(entry(NOVA, role_arn=ROLE), made=made))

    assert finding.verdict is Verdict.UNKNOWN
    assert "RegionDisabledException" in finding.reason


def test_region_without_bedrock_is_named_as_such() -> None:
    """With a connection that is really refused, as is that to a name that nobody has."""
    config = Config(retries={"total_max_attempts": 1}, connect_timeout=2)
    session = boto3.Session(aws_access_key_id="testing", aws_secret_access_key="testing")
    nowhere = session.client("bedrock", "ap-east-1", endpoint_url="http://127.0.0.1:9", config=config)
    made: Made = {("bedrock", "ap-east-1", None): nowhere}
    finding = found(checks, scene(entry(NOVA, region="ap-east-1"), made=made))

    assert finding.verdict is Verdict.UNKNOWN
    assert finding.reason == "Amazon Bedrock cannot be reached in ap-east-1, and is not known to be there"
    assert "us-east-1" in finding.fix


def test_catalog_without_bedrock_has_no_checks() -> None:
    assert list(checks(scene({"id": "gpt", "provider": "openai", "model": "gpt-4o"}))) == []


def test_building_the_checks_asks_nothing() -> None:
    silent: Made = {("bedrock", "us-east-1", None): client("bedrock")}

    assert len(list(checks(scene(entry(NOVA), entry(THROUGHPUT, "bought"), made=silent)))) == 2
