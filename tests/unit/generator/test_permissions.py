"""What the handler may invoke: as narrow as routing allows, and never more than a role can hold."""

from __future__ import annotations

import pytest

from generator.errors import PlanningError
from generator.permissions import BedrockPermission, bedrock_permission, permissions

CLAUDE = "anthropic.claude-sonnet-4-5-20250929-v1:0"


@pytest.mark.parametrize(
    ("model", "region", "expected"),
    [
        (
            "amazon.titan-text-lite-v1",
            "us-east-1",
            BedrockPermission("m", "us-east-1", ("us-east-1::foundation-model/amazon.titan-text-lite-v1",)),
        ),
        (
            "us.amazon.nova-micro-v1:0",
            "us-west-2",
            BedrockPermission(
                "m", "us-west-2", ("*::foundation-model/amazon.nova-micro-v1:0",), "us.amazon.nova-micro-v1:0"
            ),
        ),
        (
            f"global.{CLAUDE}",
            "us-east-1",
            BedrockPermission(
                "m",
                "us-east-1",
                (f"*::foundation-model/{CLAUDE}", f"::foundation-model/{CLAUDE}"),
                f"global.{CLAUDE}",
            ),
        ),
    ],
    ids=["on demand", "geographic profile", "global profile"],
)
def test_bedrock_permission_is_as_narrow_as_routing_allows(
    model: str, region: str, expected: BedrockPermission
) -> None:
    assert bedrock_permission("m", model, region) == expected


def test_what_two_entries_ask_for_is_listed_once() -> None:
    twice = [bedrock_permission(name, f"us.{CLAUDE}", "us-east-1") for name in ("warm", "cold")]

    found = permissions((), twice)

    assert (found.profiles, found.profile_models) == (
        (("us-east-1", f"us.{CLAUDE}"),),
        (f"*::foundation-model/{CLAUDE}",),
    )


def test_endpoints_are_also_listed_as_their_arns_spell_them() -> None:
    assert permissions(["terrachat-demo-Phi-4", "terrachat-demo-b"], ()).endpoints == (
        "terrachat-demo-Phi-4",
        "terrachat-demo-phi-4",
        "terrachat-demo-b",
    )


def test_more_than_a_role_holds_is_an_error_that_says_what_to_do() -> None:
    def entries(number: int) -> list[BedrockPermission]:
        return [bedrock_permission(f"m{n}", f"us.{CLAUDE}{n}", "us-east-1") for n in range(number)]

    assert len(permissions((), entries(20)).profiles) == 20
    with pytest.raises(PlanningError, match="60 inference profiles are more than one IAM role may list") as caught:
        permissions((), entries(60))
    assert caught.value.hint == "Split the catalog into two deployments."
