"""Ids are short, say what the model is, and are no other's."""

from __future__ import annotations

import pytest

from generator.naming import MODEL_ID
from generator.wizard.ids import bedrock_stem, id_for


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("mistralai/mistral-7b-instruct-v0.3", "mistral-7b-instruct-v0.3"),
        ("gpt-4o-mini", "gpt-4o-mini"),
        ("accounts/fireworks/models/llama-v3p1", "llama-v3p1"),
        ("some model!", "some-model"),
        ("7up", "up"),
        ("777", "model"),
        ("a" * 40, "a" * 32),
        ("my_override", "my_override-model"),
        ("x" * 20 + "-override", "x" * 20 + "-overr-model"),
    ],
)
def test_id_is_what_is_left_of_the_name(name: str, expected: str) -> None:
    assert id_for(name, ()) == expected
    assert MODEL_ID.fullmatch(expected)


@pytest.mark.parametrize(
    ("taken", "expected"),
    [
        (["gpt"], "gpt-2"),
        (["GPT"], "gpt-2"),
        (["gpt", "gpt-2"], "gpt-3"),
        (["gpt_2", "gpt"], "gpt-3"),
        (["other"], "gpt"),
    ],
)
def test_id_is_no_others_on_aws_either(taken: list[str], expected: str) -> None:
    assert id_for("gpt", taken) == expected


def test_number_has_room_in_a_long_name() -> None:
    assert id_for("a" * 32, ["a" * 32]) == "a" * 30 + "-2"


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        ("us.amazon.nova-micro-v1:0", "nova-micro"),
        ("amazon.nova-micro-v1:0", "nova-micro"),
        ("global.anthropic.claude-haiku-4-5-20251001-v1:0", "claude-haiku-4-5"),
        ("anthropic.claude-sonnet-4-6", "claude-sonnet-4-6"),
        ("meta.llama3-1-8b-instruct-v1:0:128k", "llama3-1-8b-instruct"),
        ("arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc123", "abc123"),
    ],
)
def test_bedrocks_names_lose_geography_owner_date_and_version(model: str, expected: str) -> None:
    assert bedrock_stem(model) == expected
