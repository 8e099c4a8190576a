"""The header: which model answers, and whether it can."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from frontend.i18n import Translator
from frontend.markdown_safe import plain
from frontend.page import Page
from frontend.state import MODEL_KEY
from frontend.views import errors
from frontend.wire import ModelInfo

ICONS = {"ready": "●", "starting": "◐", "stopped": "○", "failed": "✕", "no_access": "⊘", "missing_key": "⚿"}
RECHECK_S = 5


def draw(page: Page, announced: str) -> None:
    """Which deployment this is, the picker, and why the chosen model cannot answer if it cannot.

    `announced` is HTML that takes no room (`announcement.py`); it stands in the header's first line.
    """
    t = page.t
    by_id = {model.id: model for model in page.models}
    _deployment(page, announced)
    with st.container(horizontal=True, vertical_alignment="bottom", key="header"):
        st.selectbox(
            t("picker.label"),
            list(by_id),
            key=MODEL_KEY,
            format_func=lambda model_id: _label(t, by_id[model_id]) if model_id in by_id else model_id,
            on_change=page.state.remember_model,
            disabled=not by_id,
        )
        st.button(
            t("picker.refresh"), icon=":material/refresh:", on_click=page.watch.refresh, help=t("picker.refresh_help")
        )
    with st.empty().container():
        if page.model_list.failure is not None:
            errors.chat_failure(t, page.model_list.failure)
        elif page.model is None:
            st.info(t("picker.none"), title=t("picker.none_title"), icon=":material/deployed_code:")
        elif not page.model.is_ready:
            _not_ready(t, page.model)
            _recheck(page.watch.refresh)


def status(t: Translator, model: ModelInfo) -> str:
    """The status in words, `Unknown` for one that a newer handler invents."""
    return t(f"status.{model.status if model.status in ICONS else 'unknown'}")


def _deployment(page: Page, announced: str) -> None:
    t, found = page.t, page.deployment
    target = t("app.target_local") if found.is_local else t("app.target_aws", region=found.region)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="brand"):
        st.markdown(f"#### {t('app.title')}", anchors=False, width="content")
        st.badge(plain(found.deployment), icon=":material/deployed_code:", color="primary")
        st.badge(plain(target), icon=":material/computer:" if found.is_local else ":material/cloud:", color="gray")
        st.html(announced, width="content", unsafe_allow_javascript=True)


def _label(t: Translator, model: ModelInfo) -> str:
    parts = [f"{ICONS.get(model.status, '?')} {model.id}", model.provider, status(t, model)]
    return "  ·  ".join(filter(None, parts))


def _not_ready(t: Translator, model: ModelInfo) -> None:
    reason = (
        plain(model.reason) if model.reason else t(f"reason.{model.status if model.status in ICONS else 'unknown'}")
    )
    names = ", ".join(map(plain, model.fallback))
    meanwhile = t("picker.fallback", models=names) if names else t("picker.no_fallback")
    st.warning(
        f"{reason}\n\n{meanwhile}",
        title=t("picker.not_ready_title", model=plain(model.id), status=status(t, model)),
        icon=":material/hourglass_top:",
    )


def _recheck(refresh: Callable[[], None]) -> None:
    """Look again every few seconds, and draw the page anew when the status may have changed."""

    @st.fragment(run_every=RECHECK_S)
    def look() -> None:
        rounds = st.session_state.get("rechecks", 0)
        st.session_state["rechecks"] = rounds + 1
        if rounds:
            st.session_state["rechecks"] = 0
            refresh()
            st.rerun()

    st.session_state["rechecks"] = 0
    look()
