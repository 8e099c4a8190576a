"""Which checks are asked: all, the cheap ones, or those whose findings were named."""

from __future__ import annotations

import pytest

from generator.errors import TerrachatError
from generator.preflight.all_checks import chosen, kept
from generator.preflight.examining import Answered
from generator.preflight.findings import Check, Finding, Verdict


def check(name: str) -> Check:
    return Check(name, name, lambda: [Finding(name, name, Verdict.OK, "said")])


CHECKS = [
    check("quota/ml.g5.xlarge"),
    check("quota/ml.g6.xlarge"),
    check("huggingface/secret"),
    check("api-keys/secret"),
]


@pytest.mark.parametrize(
    ("prefixes", "expected"),
    [
        ((), ["quota/ml.g5.xlarge", "quota/ml.g6.xlarge", "huggingface/secret", "api-keys/secret"]),
        (("quota",), ["quota/ml.g5.xlarge", "quota/ml.g6.xlarge"]),
        (("quota/ml.g6", "api-keys"), ["quota/ml.g6.xlarge", "api-keys/secret"]),
        (("api-keys/secret/deeper",), ["api-keys/secret"]),
    ],
    ids=["all", "a kind", "two", "a finding below its check"],
)
def test_checks_are_chosen_by_how_their_ids_begin(prefixes: tuple[str, ...], expected: list[str]) -> None:
    assert [each.id for each in chosen(CHECKS, prefixes)] == expected


def test_a_prefix_of_nothing_names_what_there_is() -> None:
    with pytest.raises(TerrachatError) as raised:
        chosen(CHECKS, ("quotas",))

    assert raised.value.message == "there is no check 'quotas' for this catalog"
    assert raised.value.hint == "There are: quota, huggingface, api-keys"


def test_findings_that_were_not_asked_for_are_left_out() -> None:
    findings = tuple(Finding(each, each, Verdict.OK, "said") for each in ("api-keys/A", "api-keys/B", "azure/models"))
    answered = Answered(check("api-keys"), findings)

    assert [each.id for each in kept(answered, ("api-keys/B",)).findings] == ["api-keys/B"]
    assert kept(answered, ()) == answered


def test_a_check_without_an_answer_is_kept_for_each_of_its_findings() -> None:
    answered = Answered(check("quota"), (Finding("quota", "quotas", Verdict.UNKNOWN, "said"),))

    assert kept(answered, ("quota/ml.g5.xlarge",)) == answered
    assert kept(answered, ("quo",)) == answered
    assert kept(answered, ("image",)).findings == ()
