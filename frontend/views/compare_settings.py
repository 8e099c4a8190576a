"""What all models of a comparison are asked with: one form, of which each model gets what it takes."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from frontend import compare_state
from frontend.compare_state import PARAMETER_KEYS, PROMPT_KEY
from frontend.markdown_safe import plain
from frontend.page import Page
from frontend.wire import ModelInfo


def draw(page: Page, models: Sequence[ModelInfo]) -> None:
    """Holds from the next question on."""
    t = page.t
    offered = compare_state.offered(models)
    with st.popover(t("compare.settings"), icon=":material/tune:", key="compare-settings"):
        st.text_area(t("compare.system_prompt"), key=PROMPT_KEY, max_chars=compare_state.MAX_PROMPT, height=120)
        for name in offered:
            _number(page, name)
            others = [plain(model.id) for model in models if not model.takes(name)]
            if others:
                st.caption(t("compare.not_taken", models=", ".join(others)))


def _number(page: Page, name: str) -> None:
    t, key = page.t, PARAMETER_KEYS[name]
    default = t("compare.model_default")
    if name == "temperature":
        st.number_input(
            t("compare.temperature"), 0.0, 2.0, step=0.1, format="%.1f", key=key, placeholder=default, value=None
        )
    else:
        st.number_input(
            t("compare.max_tokens"), 1, compare_state.MAX_TOKENS, step=1, key=key, placeholder=default, value=None
        )
