"""The popover with the settings of a chat, through Streamlit's own test harness."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

import frontend
from tests.browser.stack import Stack

APP = Path(frontend.__file__).with_name("app.py")


@pytest.fixture
def page(stack: Stack) -> Iterator[AppTest]:
    stack.handler.told["echo"] = {"defaults": {"temperature": 0.6, "max_tokens": 1_000_000}}
    yield AppTest.from_file(str(APP), default_timeout=30)
    st.cache_resource.clear()
    st.cache_data.clear()


@pytest.mark.parametrize(
    ("language", "temperature", "max_tokens"),
    [("en", "Default: 0.6", "Default: 1,000,000"), ("vi", "Mặc định: 0,6", "Mặc định: 1.000.000")],
)
def test_a_models_own_values_are_written_as_the_language_writes_numbers(
    page: AppTest, language: str, temperature: str, max_tokens: str
) -> None:
    page.query_params["lang"] = language
    page.run()

    assert page.number_input(key="settings-new-temperature").placeholder == temperature
    assert page.number_input(key="settings-new-max_tokens").placeholder == max_tokens
