"""The machine that is proposed holds the model and leaves room for chats."""

from __future__ import annotations

import pytest

from generator.wizard.sizing import objection, proposed_type


@pytest.mark.parametrize(
    ("name", "size_gb", "expected"),
    [
        ("org/model-7B", None, "ml.g5.2xlarge"),
        ("org/model-13B", None, "ml.g6e.2xlarge"),
        ("org/model-70B", None, "ml.g6e.12xlarge"),
        ("org/model-70B-AWQ", None, "ml.g5.12xlarge"),
        ("org/model-70B", 15, "ml.g5.2xlarge"),
        ("org/model", 300, "ml.g6e.48xlarge"),
        ("org/model", 500, "ml.p5.48xlarge"),
        ("org/model", 900, "ml.p5en.48xlarge"),
        ("org/model", 2000, None),
        ("org/model", None, None),
    ],
)
def test_smallest_machine_with_room(name: str, size_gb: int | None, expected: str | None) -> None:
    assert proposed_type(name, size_gb * 10**9 if size_gb else None) == expected


@pytest.mark.parametrize("name", ["org/model-1B", "org/model-30B", "org/model-70B"])
def test_nothing_is_against_what_is_proposed(name: str) -> None:
    proposed = proposed_type(name)

    assert proposed
    assert objection(name, proposed) is None


@pytest.mark.parametrize(
    ("name", "instance_type", "size_gb", "words"),
    [
        ("org/model-70B", "ml.g5.xlarge", None, "needs about 140 GB for its weights in 16 bits"),
        ("org/model", "ml.g5.xlarge", 40, "'org/model' has 40.0 GB of weights, and ml.g5.xlarge has 24 GB"),
        ("org/model", "ml.m5.xlarge", 1, "ml.m5.xlarge has no GPU"),
        ("org/model", "ml.p3.2xlarge", None, "ml.p3.2xlarge has the older V100"),
    ],
)
def test_what_is_against_a_machine(name: str, instance_type: str, size_gb: int | None, words: str) -> None:
    assert words in (objection(name, instance_type, size_gb * 10**9 if size_gb else None) or "")


def test_what_the_hub_says_counts_before_the_name() -> None:
    assert objection("org/model-70B", "ml.g5.xlarge", 12 * 10**9) is None
