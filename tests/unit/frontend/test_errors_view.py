"""What the page says of what went wrong, through Streamlit's own test harness."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

import frontend
from frontend.history.records import MAX_QUESTION_BYTES
from frontend.i18n import LANGUAGES, translator
from tests.browser.stack import Stack

APP = Path(frontend.__file__).with_name("app.py")


@pytest.fixture
def page(stack: Stack) -> Iterator[AppTest]:
    yield AppTest.from_file(str(APP), default_timeout=30).run()
    st.cache_resource.clear()
    st.cache_data.clear()


def test_a_question_that_is_too_long_is_given_back_and_the_notice_says_what_is_wrong(
    page: AppTest, stack: Stack
) -> None:
    question = "é" * (MAX_QUESTION_BYTES // 2 + 1)

    page.chat_input[0].set_value(question).run()

    [notice] = page.warning
    assert notice.proto.title == "The question is too long"
    assert "Shorten it" in notice.value
    assert page.chat_input[0].proto.value == question
    assert (stack.handler.requests, stack.items()) == ([], [])


def test_a_long_question_is_asked_whole(page: AppTest, stack: Stack) -> None:
    question = "word " * (MAX_QUESTION_BYTES // 5 - 1) + "end"

    page.chat_input[0].set_value(question).run()

    assert stack.handler.requests[-1]["messages"][-1]["content"] == question


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_limit_that_is_told_is_the_limit(language: str) -> None:
    t = translator(language)

    assert t.number(MAX_QUESTION_BYTES) in t("error.too_long.hint")
