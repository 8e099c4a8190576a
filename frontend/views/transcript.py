"""The conversation: questions, answers as they grow, their footers and their failures."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from frontend.branches import ShownTurn
from frontend.history.records import TurnRecord
from frontend.i18n import Translator
from frontend.markdown_safe import inert, plain
from frontend.page import Page
from frontend.turn import Turn
from frontend.views import errors

FOLLOW_S = 2
# Ends of an answer that looks whole and is not.
_NOT_WHOLE = {"length", "content_filter"}


def draw(page: Page, line: Sequence[ShownTurn]) -> DeltaGenerator | None:
    """All turns, at most the last few until earlier ones are asked for.

    Returns the place where the answer of the live turn goes, None if there is none.
    """
    turns = [shown.turn for shown in line]
    hidden = max(0, len(turns) - page.state.turns_shown)
    if hidden:
        st.button(page.t("answer.earlier"), on_click=page.state.show_earlier, type="tertiary")
    slot = None
    for turn in turns[hidden:]:
        with st.chat_message("user", avatar=":material/person:"):
            st.markdown(plain(turn.question))
        with st.chat_message("assistant", avatar=":material/forum:"):
            slot = st.empty()
            _answer(page, turn, slot, is_last=turn is turns[-1])
    return slot if turns and turns[-1].is_live else None


def follow(page: Page, turn: Turn, slot: DeltaGenerator) -> None:
    """Show the answer as it grows, then draw the page anew with its end.

    Only a view: if this run is broken off, the turn goes on.
    """
    text = ""
    for delta in turn.deltas(every=0.1):
        text += delta
        if text:
            slot.markdown(inert(text))
        else:
            slot.caption(page.t("answer.waiting"))
    st.rerun()


def follow_elsewhere(page: Page, before: TurnRecord) -> None:
    """Look at the store every few seconds while another process answers."""
    conversation_id = page.state.conversation_id or ""

    @st.fragment(run_every=FOLLOW_S)
    def look() -> None:
        st.caption(page.t("answer.elsewhere"))
        if before not in page.chat.read(conversation_id):
            st.rerun()

    look()


def _answer(page: Page, turn: TurnRecord, slot: DeltaGenerator, *, is_last: bool) -> None:
    t = page.t
    if turn.answer:
        slot.markdown(inert(turn.answer))
    elif turn.is_live:
        slot.caption(t("answer.waiting"))
    if turn.status == "error":
        errors.failure(t, turn.error_code or "internal", turn.error_message, turn.request_id)
    if turn.status == "interrupted":
        st.warning(t("answer.interrupted_body"), title=t("answer.interrupted"), icon=":material/link_off:")
    if turn.status == "stopped":
        st.badge(t("answer.stopped"), icon=":material/stop_circle:", color="gray")
    if turn.finish_reason in _NOT_WHOLE:
        st.badge(t(f"answer.{turn.finish_reason}"), icon=":material/content_cut:", color="orange")
    if page.chat.is_unsaved(page.state.conversation_id or "", turn.number):
        st.warning(t("answer.unsaved"))
    if not turn.is_live:
        st.caption(plain(footer(t, turn)))
    place = st.empty()  # drawn in any case, so that the next turn's run clears the button away
    if is_last and turn.status in {"error", "interrupted", "stopped"} and turn.retryable:
        place.button(
            t("answer.retry"),
            key=f"retry-{turn.number}",
            icon=":material/replay:",
            on_click=page.state.wish,
            args=("regenerate",),
            kwargs={"number": turn.number},
        )


def footer(t: Translator, turn: TurnRecord) -> str:
    """Model, tokens and times of one answer, as far as they are known."""
    parts = [t("answer.instead", model=turn.answered_by, asked=turn.model) if turn.answered_by else turn.model]
    if turn.usage is not None:
        parts.append(t("answer.tokens_in", n=t.number(turn.usage.prompt_tokens)))
        parts.append(t("answer.tokens_out", n=t.number(turn.usage.completion_tokens)))
    if turn.first_token_ms is not None:
        parts.append(t("answer.first_token", s=t.number(turn.first_token_ms / 1000, 1)))
    if turn.elapsed_ms is not None:
        parts.append(t("answer.elapsed", s=t.number(turn.elapsed_ms / 1000, 1)))
    return " · ".join(parts)
