"""The line under an answer: plurals as the language has them."""

from __future__ import annotations

import pytest

from frontend.footer import footer
from frontend.i18n import translator
from frontend.wire import Usage
from tests.browser.stack import turn


@pytest.mark.parametrize(
    ("language", "tokens", "said"),
    [("en", 1, "1 token in"), ("en", 2, "2 tokens in"), ("vi", 1, "1 token vào"), ("vi", 1200, "1.200 token vào")],
)
def test_tokens_are_counted_in_words(language: str, tokens: int, said: str) -> None:
    asked = turn(1, "Hi", "Hello", usage=Usage(tokens, 1))

    assert footer(translator(language), asked).split(" · ")[1] == said
