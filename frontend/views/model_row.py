"""One model on the page Models: what it is, whether it can be asked, and what can be done with it."""

from __future__ import annotations

import streamlit as st

from frontend.i18n import Translator
from frontend.markdown_safe import plain
from frontend.page import Page
from frontend.trials import Trial
from frontend.views import errors, start_offer
from frontend.views.model_words import BADGES, age, price, reason, state_of, status, until
from frontend.wire import ChatError, ModelInfo


def draw(page: Page, model: ModelInfo, failure: ChatError | None, trial: Trial | None) -> None:
    """`failure` is why the handler says nothing now. A click leaves its wish, and the whole page runs again."""
    t = page.t
    with st.container(border=True, key=f"model-{model.id}", gap="small"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.header(plain(model.id), anchor=False, width="content")
            icon, colour = BADGES[state_of(model)]
            st.badge(status(t, model), icon=icon, color=colour)
            st.caption(plain(t("models.checked", age=age(t, model.checked_at))), width="content")
        if not model.is_ready:
            st.markdown(reason(t, model, failure))
        if line := until(t, model, page.zone):
            st.markdown(line)
        if names := ", ".join(map(plain, model.fallback)):
            st.markdown(t("models.fallback", models=names))
        st.caption(plain(" · ".join(_facts(t, model))))
        _actions(page, model, trial)
        if trial is not None:
            _outcome(t, trial)


def _facts(t: Translator, model: ModelInfo) -> list[str]:
    """Provider, place, abilities and price; what nobody says is said to be so only where it matters."""
    kinds = [t(f"models.modality.{kind}") if t.has(f"models.modality.{kind}") else kind for kind in model.modalities]
    context = model.context_tokens
    return [
        model.provider,
        t("models.region", region=model.region) if model.region else t("models.no_region"),
        t("models.streaming" if model.supports_streaming else "models.no_streaming"),
        t("models.takes", kinds=", ".join(kinds)),
        t("models.context_unknown") if context is None else t("models.context", n=t.number(context)),
        price(t, model) or t("models.no_price"),
    ]


def _actions(page: Page, model: ModelInfo, trial: Trial | None) -> None:
    t, is_testing = page.t, trial is not None and trial.state == "running"
    with st.container(horizontal=True, gap="small"):
        if st.button(
            t("models.try"),
            key=f"try-{model.id}",
            icon=":material/chat:",
            help=t("models.try_help", model=plain(model.id)),
        ):
            _wish(page, "try_model", model)
        if st.button(
            t("models.testing") if is_testing else t("models.test"),
            key=f"test-{model.id}",
            icon=":material/network_check:",
            help=t("models.test_help"),
            disabled=is_testing,
        ):
            _wish(page, "test_model", model)
        if start_offer.is_offered(page, model) and start_offer.draw(page, model, "row"):
            _wish(page, "start_model", model)


def _wish(page: Page, action: str, model: ModelInfo) -> None:
    page.state.wish(action, model=model.id)
    st.rerun()


def _outcome(t: Translator, trial: Trial) -> None:
    if trial.state == "running":
        st.caption(t("models.test_running"))
    elif trial.error is not None:
        errors.chat_failure(t, trial.error)
    else:
        seconds = trial.elapsed_s if trial.first_token_s is None else trial.first_token_s
        key = "models.test_silent" if trial.first_token_s is None else "models.test_ok"
        st.success(t(key, s=t.number(seconds or 0.0, 2)), icon=":material/check_circle:")
