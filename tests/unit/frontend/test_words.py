"""Languages and settings."""

from __future__ import annotations

import re
from string import Formatter

import pytest

from frontend import i18n
from frontend.settings import Settings, from_environment
from frontend.wire import RETRYABLE

ENGLISH, VIETNAMESE = i18n.translator("en").texts, i18n.translator("vi").texts


def test_both_languages_have_the_same_keys() -> None:
    assert set(VIETNAMESE) == set(ENGLISH)


@pytest.mark.parametrize("key", sorted(ENGLISH))
def test_a_text_takes_the_same_variables_and_commands_in_both_languages(key: str) -> None:
    def parts(text: str) -> tuple[set[str], set[str]]:
        variables = {name for _, name, _, _ in Formatter().parse(text) if name}
        return variables, set(re.findall(r"`[^`]+`", text))

    assert parts(VIETNAMESE[key]) == parts(ENGLISH[key])
    assert VIETNAMESE[key].strip()


@pytest.mark.parametrize("code", sorted(RETRYABLE))
def test_every_error_says_what_happened_and_what_to_do(code: str) -> None:
    assert {f"error.{code}.title", f"error.{code}.hint"} <= set(ENGLISH)


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
