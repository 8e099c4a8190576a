"""What all models of a comparison are asked with: one form, of which each model gets what it takes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from frontend import parameters
from frontend.compare_state import PROMPT_KEY, key_of
from frontend.markdown_safe import plain
from frontend.page import Page
from frontend.parameters import Parameter
from frontend.wire import ModelInfo


def draw(page: Page, models: Sequence[ModelInfo]) -> None:
    """The popover; what it says holds from the next question on."""
    t = page.t
    with st.popover(t("compare.settings"), icon=":material/tune:", key="compare-settings"):
        st.text_area(
            t("chat_settings.system_prompt"),
            key=PROMPT_KEY,
            placeholder=t("chat_settings.system_prompt_hint"),
        )
        shown = parameters.offered(models)
        with st.container(horizontal=True):
            for parameter in shown:
                _number(page, parameter)
        for parameter in shown:
            others = [plain(model.id) for model in models if not model.takes(parameter.name)]
            if others:
                name = t(f"chat_settings.{parameter.name}")
                st.caption(t("compare.not_taken", name=name, models=", ".join(others)))


def _number(page: Page, parameter: Parameter) -> None:
    # Streamlit wants bounds and step of one type; `Any` because its overloads do not know a choice between them.
    bounds: dict[str, Any] = {"min_value": parameter.least, "max_value": parameter.most, "step": parameter.step}
    st.number_input(
        page.t(f"chat_settings.{parameter.name}"),
        key=key_of(parameter),
        value=None,
        placeholder=page.t("chat_settings.default"),
        help=page.t(f"chat_settings.{parameter.name}_help"),
        format="%d" if parameter.is_whole else "%g",
        width=210,
        **bounds,
    )
