"""The question before a scheduled endpoint is started out of its hours: what it costs, and when it ends."""

from __future__ import annotations

import streamlit as st

from frontend.markdown_safe import plain
from frontend.page import Page
from frontend.wire import ModelInfo

_ANSWERED = "start-offers-answered"


def is_offered(page: Page, model: ModelInfo) -> bool:
    return page.may_start and model.startable


def draw(page: Page, model: ModelInfo, place: str) -> bool:
    """A button with the question behind it; whether it was answered with yes. `place` tells two of one page apart.

    Not in a dialog: see `sidebar.py`.
    """
    t, session = page.t, page.state.session
    answered: int = session.get(_ANSWERED, 0)
    # Another key, and so another popover, after each answer: the one that was answered would stay open.
    with st.popover(t("start_offer.open"), icon=":material/play_circle:", key=f"{place}-{answered}-start-{model.id}"):
        st.markdown(f"**{t('start_offer.title', model=plain(model.id))}**")
        if model.usd_per_hour is None:
            st.markdown(plain(t("start_offer.cost_unknown")))
        else:
            st.markdown(plain(t("start_offer.cost", sum=t.usd_exactly(model.usd_per_hour))))
        if model.stops_at is not None:
            st.markdown(t("start_offer.ends", time=t.moment(model.stops_at.astimezone(page.zone))))
        else:
            st.markdown(t("start_offer.ends_by_schedule"))
        is_yes = st.button(t("start_offer.confirm"), key=f"{place}-yes-{model.id}", icon=":material/play_arrow:")
    if is_yes:
        session[_ANSWERED] = answered + 1
    return is_yes
