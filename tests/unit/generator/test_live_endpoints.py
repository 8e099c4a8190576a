"""What is asked of SageMaker and its logs, and what comes of each answer; AWS's refusals become words."""

from __future__ import annotations

import pytest

from generator.deployment.live_endpoints import EndpointConfig, LiveEndpoint, is_generated
from generator.errors import AwsError
from tests.unit.generator.aws_answers import NO_LOG, Answer, endpoint, live, log_of, no_endpoint

NAME = "terrachat-demo-m"


def test_endpoint_is_found_with_what_it_runs() -> None:
    found = live(endpoint(NAME, "Failed", "c-7", "no capacity")).find(NAME)

    arn = f"arn:aws:sagemaker:us-east-1:123456789012:endpoint/{NAME}"
    assert found == LiveEndpoint(NAME, "Failed", "c-7", "no capacity", arn)
    assert not found.serves


def test_missing_endpoint_is_none() -> None:
    assert live(no_endpoint(NAME)).find(NAME) is None


@pytest.mark.parametrize(
    ("code", "hint"),
    [
        ("AccessDeniedException", "Let the identity"),
        ("ExpiredTokenException", "Sign in to AWS"),
        ("ValidationException", "None"),
    ],
)
def test_refusal_is_told_with_a_way_out(code: str, hint: str) -> None:
    with pytest.raises(AwsError, match=rf"DescribeEndpoint of '{NAME}' failed: {code}: not now") as caught:
        live(Answer("describe_endpoint", error=(code, "not now"))).find(NAME)

    assert hint in str(caught.value.hint)


def test_log_tail_is_cut_and_cannot_move_the_cursor() -> None:
    aws = live(logs=log_of(NAME, "short\n", "\x1b[2Jcleared\ttab", "x" * 400))

    assert aws.log_tail(NAME) == ("short", " [2Jcleared tab", "x" * 299 + "…")


def test_log_tail_shows_no_token_that_a_container_printed() -> None:
    planted = "hf_" + "planted5b1f8e27d3aa"
    aws = live(logs=log_of(NAME, f"{'x' * 290} HF_TOKEN={planted}", f"env: {{'HF_TOKEN': '{planted}'}}"))

    first, second = aws.log_tail(NAME)

    assert first.startswith("x" * 290) and "planted" not in first
    assert second == "env: {'HF_TOKEN': '(a Hugging Face token, hidden)'}"


def test_endpoint_without_a_log_has_no_tail() -> None:
    assert live(logs=NO_LOG).log_tail(NAME) == ()


def test_configuration_tells_model_and_machine() -> None:
    variant = {
        "VariantName": "AllTraffic",
        "ModelName": "m-1",
        "InstanceType": "ml.g5.xlarge",
        "InitialInstanceCount": 2,
    }
    found = {
        "EndpointConfigName": "c-1",
        "EndpointConfigArn": "arn:aws:sagemaker:us-east-1:123456789012:endpoint-config/c-1",
        "ProductionVariants": [variant],
        "CreationTime": "2026-11-22T00:00:00Z",
    }

    assert live(Answer("describe_endpoint_config", found)).config("c-1") == EndpointConfig(
        "c-1", "m-1", "ml.g5.xlarge", 2
    )


def test_configurations_are_listed_newest_first() -> None:
    configs = [
        {
            "EndpointConfigName": name,
            "EndpointConfigArn": f"arn:aws:sagemaker:us-east-1:123456789012:endpoint-config/{name}",
            "CreationTime": f"2026-11-{day}T00:00:00Z",
        }
        for name, day in (("old", "01"), ("new", "22"), ("middle", "10"))
    ]

    aws = live(Answer("list_endpoint_configs", {"EndpointConfigs": configs}))

    assert aws.configs_named("m") == ("new", "middle", "old")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("terrachat-demo-m-20261122141622113400000004", True),
        ("terrachat-demo-m-2026112214162211340000000f", True),
        ("terrachat-demo-m-two-20261122141622113400000004", False),
        ("terrachat-demo-m-", False),
    ],
)
def test_generated_names_are_told_from_longer_ones(name: str, expected: bool) -> None:
    assert is_generated(name, "terrachat-demo-m-") is expected
