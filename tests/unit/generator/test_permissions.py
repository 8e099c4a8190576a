"""What the handler and the scheduler may do: as narrow as routing allows, and never more than a role can hold."""

from __future__ import annotations

import pytest

from generator.errors import PlanningError
from generator.permissions import (
    Arn,
    BedrockPermission,
    Permissions,
    SchedulingPermissions,
    bedrock_permission,
    endpoint_arns,
    permissions,
    scheduling_permissions,
)

CLAUDE = "anthropic.claude-sonnet-4-5-20250929-v1:0"
PREFIX = "terrachat-demo-"
ROLE = "arn:aws:iam::210987654321:role/bedrock"


def model(name: str, region: str = "*") -> Arn:
    return Arn("bedrock", f"foundation-model/{name}", region, "")


@pytest.mark.parametrize(
    ("name", "region", "expected"),
    [
        (
            "amazon.titan-text-lite-v1",
            "us-east-1",
            BedrockPermission((model("amazon.titan-text-lite-v1", "us-east-1"),)),
        ),
        (
            "us.amazon.nova-micro-v1:0",
            "us-west-2",
            BedrockPermission(
                (model("amazon.nova-micro-v1:0"),),
                Arn("bedrock", "inference-profile/us.amazon.nova-micro-v1:0", "us-west-2"),
            ),
        ),
        (
            f"global.{CLAUDE}",
            "us-east-1",
            BedrockPermission(
                (model(CLAUDE), model(CLAUDE, "")), Arn("bedrock", f"inference-profile/global.{CLAUDE}", "us-east-1")
            ),
        ),
        (
            f"arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.{CLAUDE}",
            "us-east-1",
            BedrockPermission(
                (model(CLAUDE),), Arn("bedrock", f"inference-profile/us.{CLAUDE}", "us-east-1", "123456789012")
            ),
        ),
        (
            "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/a1b2c3",
            "us-east-1",
            BedrockPermission(
                (model("*"),), Arn("bedrock", "application-inference-profile/a1b2c3", "us-east-1", "123456789012")
            ),
        ),
        (
            "arn:aws:bedrock:us-east-1:123456789012:provisioned-model/abc",
            "us-east-1",
            BedrockPermission((Arn("bedrock", "provisioned-model/abc", "us-east-1", "123456789012"),)),
        ),
    ],
    ids=["on demand", "geographic profile", "global profile", "profile's ARN", "application profile", "provisioned"],
)
def test_bedrock_permission_is_as_narrow_as_routing_allows(name: str, region: str, expected: BedrockPermission) -> None:
    assert bedrock_permission(name, region) == expected


def test_a_call_in_the_name_of_a_role_takes_that_role_and_nothing_else() -> None:
    assert bedrock_permission(CLAUDE, "us-east-1", guardrail="gr1", role=ROLE) == BedrockPermission(role=ROLE)


@pytest.mark.parametrize(
    ("guardrail", "expected"),
    [
        ("gr1", Arn("bedrock", "guardrail/gr1", "us-east-1")),
        (
            "arn:aws:bedrock:eu-west-1:123456789012:guardrail/gr1",
            Arn("bedrock", "guardrail/gr1", "eu-west-1", "123456789012"),
        ),
    ],
    ids=["id", "ARN"],
)
def test_guardrail_is_applied_where_it_is(guardrail: str, expected: Arn) -> None:
    assert bedrock_permission(CLAUDE, "us-east-1", guardrail=guardrail).guardrail == expected


def test_what_two_entries_ask_for_is_listed_once() -> None:
    twice = [bedrock_permission(f"us.{CLAUDE}", "us-east-1", guardrail="gr1") for _ in range(2)]
    role = bedrock_permission(CLAUDE, "us-east-1", role=ROLE)

    assert permissions(PREFIX, (), (), [*twice, role, role]) == Permissions(
        profiles=(Arn("bedrock", f"inference-profile/us.{CLAUDE}", "us-east-1"),),
        profile_models=(model(CLAUDE),),
        guardrails=(Arn("bedrock", "guardrail/gr1", "us-east-1"),),
        roles=(ROLE,),
    )


def test_endpoints_are_also_listed_as_their_arns_spell_them() -> None:
    found = permissions(PREFIX, ["terrachat-demo-Phi-4", "terrachat-demo-b"], endpoint_arns("Search", "eu-west-1"), ())

    assert found.endpoints == (
        Arn("sagemaker", "endpoint/terrachat-demo-Phi-4"),
        Arn("sagemaker", "endpoint/terrachat-demo-phi-4"),
        Arn("sagemaker", "endpoint/terrachat-demo-b"),
        Arn("sagemaker", "endpoint/Search", "eu-west-1"),
        Arn("sagemaker", "endpoint/search", "eu-west-1"),
    )


def test_more_endpoints_than_a_role_can_list_are_named_by_their_prefix() -> None:
    few, many = ([f"{PREFIX}m{n}" for n in range(number)] for number in (50, 1000))
    other = endpoint_arns("search")

    assert len(permissions(PREFIX, few, other, ()).endpoints) == 51
    assert permissions(PREFIX, many, other, ()).endpoints == (Arn("sagemaker", "endpoint/terrachat-demo-*"), *other)


def test_more_bedrock_models_than_a_role_can_list_are_named_by_their_vendors() -> None:
    profiles = [bedrock_permission(f"us.{CLAUDE}{n}", "us-east-1") for n in range(200)]
    models = [bedrock_permission(f"meta.llama{n}", "us-east-1") for n in range(200)]
    own = bedrock_permission("arn:aws:bedrock:us-east-1:123456789012:provisioned-model/abc", "us-east-1")

    found = permissions(PREFIX, [f"{PREFIX}m"], (), [*profiles, *models, own])

    assert found == Permissions(
        endpoints=(Arn("sagemaker", f"endpoint/{PREFIX}m"),),
        models=(
            model("meta.*", "us-east-1"),
            Arn("bedrock", "provisioned-model/abc", "us-east-1", "123456789012"),
        ),
        profiles=(Arn("bedrock", "inference-profile/us.anthropic.*", "us-east-1"),),
        profile_models=(model("anthropic.*"),),
    )


def test_more_than_a_role_holds_in_any_form_is_an_error_that_says_what_to_do() -> None:
    roles = [bedrock_permission(CLAUDE, "us-east-1", role=f"{ROLE}-{n}") for n in range(250)]

    with pytest.raises(PlanningError, match=r"0 guardrails and 250 roles, more than one IAM role may list") as caught:
        permissions(PREFIX, (), (), roles)
    assert caught.value.hint == "Split the catalog into two deployments."


def test_scheduler_may_touch_the_scheduled_endpoints_only() -> None:
    assert scheduling_permissions(PREFIX, {"terrachat-demo-Day": "terrachat-demo-Day-"}) == SchedulingPermissions(
        endpoints=endpoint_arns("terrachat-demo-Day"),
        configurations=(
            Arn("sagemaker", "endpoint-config/terrachat-demo-Day-*"),
            Arn("sagemaker", "endpoint-config/terrachat-demo-day-*"),
        ),
    )


def test_more_schedules_than_a_role_can_list_are_named_by_their_prefix() -> None:
    many = {f"{PREFIX}m{n}": f"{PREFIX}m{n}-" for n in range(200)}

    assert scheduling_permissions(PREFIX, many) == SchedulingPermissions(
        endpoints=(Arn("sagemaker", "endpoint/terrachat-demo-*"),),
        configurations=(Arn("sagemaker", "endpoint-config/terrachat-demo-*"),),
    )


def test_another_secret_leaves_less_of_the_role_for_models() -> None:
    roles = [f"arn:aws:iam::123456789012:role/{number:064}" for number in range(80)]
    asked = [BedrockPermission(role=role) for role in roles]

    assert permissions(PREFIX, (), (), asked).roles == tuple(roles)
    with pytest.raises(PlanningError, match=r"80 roles, more than .* 7,640 fit"):
        permissions(PREFIX, (), (), asked, taken=600)
