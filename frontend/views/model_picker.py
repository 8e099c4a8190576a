"""The header: which model answers, and whether it can."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from frontend.markdown_safe import plain
from frontend.model_list import ModelList
from frontend.page import Page
from frontend.state import MODEL_KEY
from frontend.views import errors, start_offer
from frontend.views.model_words import label, reason, status, until
from frontend.wire import ModelInfo

RECHECK_S = 5


def _nothing() -> None:
    return None


def draw(page: Page, announced: str, beside: Callable[[], None] = _nothing) -> None:
    """Which deployment this is, the picker, and why the chosen model cannot answer if it cannot.

    `announced` is HTML that takes no room (`announcement.py`); it stands in the header's first line. `beside` draws
    what belongs next to the picker.
    """
    t = page.t
    by_id = {model.id: model for model in page.models}
    brand(page, announced, is_heading=True)
    with st.container(horizontal=True, vertical_alignment="bottom", key="header"):
        st.selectbox(
            t("picker.label"),
            list(by_id),
            key=MODEL_KEY,
            format_func=lambda model_id: label(t, by_id[model_id]) if model_id in by_id else model_id,
            on_change=page.state.remember_model,
            placeholder=t("picker.placeholder"),
            disabled=not by_id,
        )
        st.button(
            t("picker.refresh"), icon=":material/refresh:", on_click=page.watch.refresh, help=t("picker.refresh_help")
        )
        beside()
    with st.empty().container():
        if page.model is None:
            _none(page)
        elif not page.model.is_ready:
            _not_ready(page, page.model)
    _follow(page)


def brand(page: Page, announced: str = "", *, is_heading: bool = False) -> None:
    """Which deployment this is, and where it runs. The heading of a page without a title, which looks the same."""
    t, found = page.t, page.deployment
    target = t("app.target_local") if found.is_local else t("app.target_aws", region=found.region)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="brand"):
        if is_heading:
            st.title(t("app.title"), anchor=False, width="content")
        else:
            st.markdown(f"**{t('app.title')}**", width="content")
        st.badge(plain(found.deployment), icon=":material/deployed_code:", color="primary")
        st.badge(plain(target), icon=":material/computer:" if found.is_local else ":material/cloud:", color="gray")
        st.html(announced, width="content", unsafe_allow_javascript=True)


def _none(page: Page) -> None:
    if page.model_list.failure is not None:
        errors.chat_failure(page.t, page.model_list.failure)
    else:
        st.info(page.t("picker.none"), title=page.t("picker.none_title"), icon=":material/deployed_code:")


def _not_ready(page: Page, model: ModelInfo) -> None:
    t = page.t
    names = ", ".join(map(plain, model.fallback))
    if names and model.status != "unknown":
        meanwhile = t("picker.fallback", models=names)
    else:
        meanwhile = t("picker.may_be_asked" if model.can_be_asked else "picker.no_fallback")
    sentences = [reason(t, model, page.model_list.failure), until(t, model, page.zone), meanwhile]
    st.warning(
        "\n\n".join(filter(None, sentences)),
        title=t("picker.not_ready_title", model=plain(model.id), status=status(t, model)),
        icon=":material/hourglass_top:",
    )
    if start_offer.is_offered(page, model) and start_offer.draw(page, model, "picker"):
        page.state.wish("start_model", model=model.id)
        st.rerun()


def _follow(page: Page) -> None:
    """Look again every few seconds, and draw the page anew when what it says of the models has changed."""
    drawn = _told(page.model_list)

    @st.fragment(run_every=RECHECK_S)
    def look() -> None:
        if _told(page.watch.current()) != drawn:
            st.rerun()

    look()


def _told(listed: ModelList) -> tuple[list[ModelInfo], str | None]:
    """What of the list is drawn here."""
    failure = listed.failure.code if listed.failure is not None else None
    return [_without_age(model) for model in listed.models], failure


def _without_age(model: ModelInfo) -> ModelInfo:
    return model.model_copy(update={"checked_at": None})
