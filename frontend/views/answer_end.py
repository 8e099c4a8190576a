"""How an answer ended, where it did not just end: the same under every answer, on the pages Chat and Compare."""

from __future__ import annotations

import streamlit as st

from frontend.history.records import TurnRecord
from frontend.page import Page
from frontend.views import errors

# Ends of an answer that looks whole and is not.
_NOT_WHOLE = frozenset({"length", "content_filter"})


def draw(page: Page, conversation_id: str, turn: TurnRecord) -> None:
    """A failure with what to do, an interruption, a mark for what was stopped or cut, and what was not saved."""
    t = page.t
    if turn.status == "error":
        errors.failure(t, turn.error_code or "internal", turn.error_message, turn.request_id)
    if turn.status == "interrupted":
        st.warning(t("answer.interrupted_body"), title=t("answer.interrupted"), icon=":material/link_off:")
    if turn.status == "stopped":
        st.badge(t("answer.stopped"), icon=":material/stop_circle:", color="gray")
    if turn.finish_reason in _NOT_WHOLE:
        st.badge(t(f"answer.{turn.finish_reason}"), icon=":material/content_cut:", color="orange")
    if page.chat.is_unsaved(conversation_id, turn.number):
        st.warning(t("answer.unsaved"))
