"""What a region has to choose from: models for chatting, by the name that a catalog writes."""

from __future__ import annotations

import pytest

from generator.aws_clients import AwsClients
from generator.bedrock_offers import BedrockOffer, bedrock_regions, offers
from generator.errors import AwsError
from tests.unit.generator.aws_answers import Answer
from tests.unit.generator.preflight.bedrock_scenes import (
    REFUSED,
    bedrock,
    listed,
    listed_profiles,
    model,
    profile,
)

NOVA = "amazon.nova-micro-v1:0"
CLAUDE = "anthropic.claude-sonnet-4-5-20250929-v1:0"
BY_PROFILE = {"inferenceTypesSupported": ["INFERENCE_PROFILE"]}


def offered(*answers: Answer) -> tuple[BedrockOffer, ...]:
    return offers(AwsClients(bedrock(*answers)), "us-east-1")


def test_model_on_demand_is_offered_by_its_own_id() -> None:
    found = offered(listed(model(NOVA, modelName="Nova Micro")), listed_profiles(profile(f"us.{NOVA}")))

    assert found == (BedrockOffer(NOVA, "Nova Micro", "Amazon", "ACTIVE"),)


def test_model_that_needs_a_profile_is_offered_by_that_of_the_geography() -> None:
    profiles = listed_profiles(
        profile(f"global.{CLAUDE}", "us-east-1"),
        profile(f"us.{CLAUDE}", "us-east-1", "us-east-2", "us-west-2"),
    )
    found = offered(listed(model(CLAUDE, modelName="Claude", **BY_PROFILE)), profiles)

    assert found == (BedrockOffer(f"us.{CLAUDE}", "Claude", "Anthropic", "ACTIVE"),)


@pytest.mark.parametrize(
    ("profiles", "expected"),
    [
        ((profile(f"apac.{CLAUDE}", "a", "b", "c"), profile(f"jp.{CLAUDE}", "a", "b")), f"jp.{CLAUDE}"),
        ((profile(f"global.{CLAUDE}", "a"),), f"global.{CLAUDE}"),
        ((profile(f"us.{CLAUDE}", "a", status="INACTIVE"), profile(f"global.{CLAUDE}", "a")), f"global.{CLAUDE}"),
    ],
    ids=["the fewest regions", "global where there is no other", "active ones only"],
)
def test_which_profile_is_offered(profiles: tuple[dict[str, object], ...], expected: str) -> None:
    found = offered(listed(model(CLAUDE, **BY_PROFILE)), listed_profiles(*profiles))

    assert [each.model for each in found] == [expected]


def test_what_cannot_be_chatted_with_or_not_be_called_is_not_offered() -> None:
    found = offered(
        listed(
            model("amazon.titan-embed-text-v2:0", outputModalities=["EMBEDDING"], responseStreamingSupported=False),
            model("amazon.nova-canvas-v1:0", outputModalities=["IMAGE"]),
            model("amazon.nova-sonic-v1:0", inputModalities=["SPEECH"]),
            model("amazon.rerank-v1:0", responseStreamingSupported=False),
            model(f"{NOVA}:24k", inferenceTypesSupported=["PROVISIONED"]),
            model(CLAUDE, **BY_PROFILE),
        ),
        listed_profiles(),
    )

    assert found == ()


def test_offers_are_sorted_by_provider_and_name() -> None:
    found = offered(
        listed(
            model("mistral.b", modelName="B"),
            model("ai21.z", modelName="z", providerName="AI21 Labs"),
            model("mistral.a", modelName="a"),
        ),
        listed_profiles(),
    )

    assert [(each.provider, each.name) for each in found] == [("AI21 Labs", "z"), ("Mistral", "a"), ("Mistral", "B")]


def test_legacy_models_are_offered_as_such() -> None:
    found = offered(listed(model(NOVA, modelLifecycle={"status": "LEGACY"})), listed_profiles())

    assert [each.lifecycle for each in found] == ["LEGACY"]


def test_all_pages_of_profiles_are_read() -> None:
    first = {"inferenceProfileSummaries": [], "nextToken": "more"}
    given = {"typeEquals": "SYSTEM_DEFINED"}
    second = {"inferenceProfileSummaries": [profile(f"us.{CLAUDE}")]}
    found = offered(
        listed(model(CLAUDE, **BY_PROFILE)),
        Answer("list_inference_profiles", first, given=given),
        Answer("list_inference_profiles", second, given=given | {"nextToken": "more"}),
    )

    assert [each.model for each in found] == [f"us.{CLAUDE}"]


@pytest.mark.parametrize("operation", ["list_foundation_models", "list_inference_profiles"])
def test_refusal_is_an_error(operation: str) -> None:
    answers = (listed(model(CLAUDE)),) if operation == "list_inference_profiles" else ()

    with pytest.raises(AwsError, match="AccessDeniedException: You are not authorized") as raised:
        offered(*answers, Answer(operation, error=REFUSED))

    assert raised.value.code == "AccessDeniedException"


def test_regions_of_bedrock_are_of_all_partitions() -> None:
    assert {"us-east-1", "ap-southeast-1", "us-gov-west-1"} <= set(bedrock_regions())
    assert "ap-east-1" not in bedrock_regions()
