"""Languages and settings."""

from __future__ import annotations

import re
from pathlib import Path
from string import Formatter

import pytest

from frontend import i18n
from frontend.settings import Settings, from_environment
from frontend.wire import RETRYABLE_HERE
from tests.browser.fake_models import STATUS_OF_CODE

CONTRACTS = Path(__file__).parents[3] / "docs" / "contracts.md"
ENGLISH, VIETNAMESE = i18n.translator("en").texts, i18n.translator("vi").texts


def test_both_languages_have_the_same_keys() -> None:
    assert set(VIETNAMESE) == set(ENGLISH)


def test_a_text_takes_the_same_variables_and_commands_in_both_languages() -> None:
    def parts(text: str) -> tuple[set[str], set[str]]:
        variables = {name for _, name, _, _ in Formatter().parse(text) if name}
        return variables, set(re.findall(r"`[^`]+`", text))

    differing = [key for key, text in ENGLISH.items() if parts(VIETNAMESE[key]) != parts(text)]
    assert differing == []
    assert [key for key, text in VIETNAMESE.items() if not text.strip()] == []


def test_every_error_of_the_contract_can_be_played_and_has_words_of_its_own() -> None:
    section = CONTRACTS.read_text(encoding="utf-8").split("\n### Errors\n")[1].split("\n### ")[0]
    codes = dict(re.findall(r"^\| `(\w+)` \| (\S+) \|", section, re.MULTILINE))

    assert {code: str(status) for code, status in STATUS_OF_CODE.items()} == codes | {"stream_truncated": "502"}
    for texts in (ENGLISH, VIETNAMESE):
        said = [(texts[f"error.{code}.title"], texts[f"error.{code}.hint"]) for code in codes.keys() | RETRYABLE_HERE]
        assert len(set(said)) == len(said)


def test_a_text_that_counts_has_both_forms() -> None:
    forms = {
        key.rpartition(".")[0] for key, text in ENGLISH.items() if key.endswith((".one", ".other")) and "{n}" in text
    }

    assert {f"{form}.{number}" for form in forms for number in ("one", "other")} <= set(ENGLISH)


def test_a_number_of_things_is_said_in_the_form_that_the_language_has() -> None:
    texts = {"things.one": "{n} thing", "things.other": "{n} things"}

    assert [i18n.Translator("en", texts).count("things", n) for n in (0, 1, 1200)] == [
        "0 things",
        "1 thing",
        "1,200 things",
    ]
    assert i18n.Translator("vi", texts).count("things", 1) == "1 things"


def test_streamlits_own_words_are_told_apart_in_every_language() -> None:
    for texts in (ENGLISH, VIETNAMESE):
        words = [text for key, text in texts.items() if key.startswith("framework.")]
        assert len(set(words)) == len(words)


@pytest.mark.parametrize(
    ("wishes", "language"),
    [((None, "vi-VN"), "vi"), (("en", "vi-VN"), "en"), (("xx", "vi"), "vi"), ((None, None), "en")],
)
def test_the_first_language_that_exists_is_chosen(wishes: tuple[str | None, ...], language: str) -> None:
    assert i18n.choose(*wishes) == language


@pytest.mark.parametrize(("language", "text"), [("en", "1,234.5"), ("vi", "1.234,5")])
def test_numbers_are_written_as_the_language_does(language: str, text: str) -> None:
    assert i18n.translator(language).number(1234.5, 1) == text


def test_settings_come_from_the_environment() -> None:
    environment = {
        "TERRACHAT_DEPLOYMENT": "demo",
        "TERRACHAT_OWNER": "ann#1",
        "AWS_REGION": "us-east-1",
        "AWS_ENDPOINT_URL": "http://127.0.0.1:1",
    }

    assert from_environment(environment) == Settings("demo", "us-east-1", "ann_1", "http://127.0.0.1:1")


def test_empty_variables_count_as_none() -> None:
    found = from_environment({"TERRACHAT_DEPLOYMENT": "", "AWS_REGION": "", "AWS_DEFAULT_REGION": "eu-west-1"})

    assert (found.deployment, found.region, found.endpoint_url) == (None, "eu-west-1", None)
    assert found.owner


@pytest.mark.parametrize(
    ("value", "english"), [(0.6, "0.6"), (1e6, "1,000,000"), (123_456_789, "123,456,789"), (1e-7, "0.0000001")]
)
def test_a_number_that_somebody_chose_is_not_rounded(value: float, english: str) -> None:
    assert i18n.translator("en").exactly(value) == english
    assert i18n.translator("vi").exactly(value) == english.translate(str.maketrans(",.", ".,"))
