"""One model's side of a comparison: its answer as far as it has come, what it took, and what can be done with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from frontend.history.comparisons import Comparison, Pane
from frontend.history.records import TurnRecord
from frontend.i18n import Translator
from frontend.markdown_safe import inert, plain
from frontend.page import Page
from frontend.views import errors
from frontend.views.model_words import reason
from frontend.wire import ModelInfo

# Ends of an answer that looks whole and is not.
_NOT_WHOLE = {"length", "content_filter"}


@dataclass(frozen=True)
class Side:
    """`asked` is whether the question of this round went to the pane, `best` what it needed least of (by measure).

    Only in the last round there is something to do.
    """

    comparison: Comparison
    pane: Pane
    model: ModelInfo | None
    turn: TurnRecord | None
    asked: bool
    best: frozenset[str]
    is_last: bool


def draw(page: Page, side: Side, key: str) -> DeltaGenerator:
    """The pane; returns where its answer goes."""
    st.markdown(f"##### {plain(side.pane.model)}", anchors=False)
    slot, rest = st.empty(), st.empty()
    with rest.container(key=f"end-{key}"):
        if side.turn is None:
            _not_there(page, side)
        else:
            _answer(page, side, side.turn, slot)
        if side.is_last:
            _actions(page, side)
    return slot


def lines(t: Translator, turn: TurnRecord, best: frozenset[str]) -> list[str]:
    """What the answer took, a line each; the best of all answers says so in words."""
    told: Mapping[str, str] = {
        "first_token_ms": _seconds(t, turn.first_token_ms),
        "elapsed_ms": _seconds(t, turn.elapsed_ms),
        "tokens": _tokens(t, turn),
        "cost_usd": _cost(t, turn),
    }
    return [
        t(f"compare.{name}", value=value) + (f" · **{t(f'compare.best_{name}')}**" if name in best else "")
        for name, value in told.items()
        if value
    ]


def _seconds(t: Translator, milliseconds: int | None) -> str:
    return "" if milliseconds is None else t("compare.seconds", s=t.number(milliseconds / 1000, 1))


def _tokens(t: Translator, turn: TurnRecord) -> str:
    if turn.usage is None:
        return ""
    counts = {"input": t.number(turn.usage.prompt_tokens), "output": t.number(turn.usage.completion_tokens)}
    return t("compare.token_counts_estimated" if turn.estimated else "compare.token_counts", **counts)


def _cost(t: Translator, turn: TurnRecord) -> str:
    if turn.usage is None:
        return ""
    if turn.cost_usd is None:
        return t("compare.no_price")
    total = plain(t.usd(turn.cost_usd))
    return t("compare.sum_estimated", sum=total) if turn.estimated else total


def _not_there(page: Page, side: Side) -> None:
    t = page.t
    if side.asked:
        st.info(t("compare.answer_gone"), icon=":material/delete:")
    elif side.pane.continued:
        st.info(t("compare.continued_elsewhere"), icon=":material/forum:")
    elif side.model is None:
        st.warning(t("compare.not_deployed"), title=t("compare.not_asked"), icon=":material/hourglass_top:")
    elif side.model.can_be_asked:
        st.warning(t("compare.can_be_asked"), title=t("compare.not_asked"), icon=":material/hourglass_top:")
    else:
        st.warning(reason(t, side.model), title=t("compare.not_asked"), icon=":material/hourglass_top:")


def _answer(page: Page, side: Side, turn: TurnRecord, slot: DeltaGenerator) -> None:
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
    if turn.answered_by:
        st.caption(plain(t("answer.instead", model=turn.answered_by, asked=turn.model)))
    if page.chat.is_unsaved(side.pane.conversation_id, turn.number):
        st.warning(t("answer.unsaved"))
    if not turn.is_live:
        st.caption("\\\n".join(lines(t, turn, side.best)))


def _actions(page: Page, side: Side) -> None:
    t, turn = page.t, side.turn
    with st.container(horizontal=True, gap="small"):
        if turn is not None and turn.is_live:
            _button(page, side, "stop", ":material/stop_circle:")
            return
        if _can_be_retried(side):
            _button(page, side, "compare_retry", ":material/replay:")
        if side.pane.continued:
            st.caption(t("compare.continued"))
        elif turn is not None and turn.answer:
            _button(page, side, "compare_continue", ":material/forum:")
        if turn is not None and turn.answer:
            _vote(page, side)


def _can_be_retried(side: Side) -> bool:
    if side.pane.continued or side.model is None or not side.model.can_be_asked:
        return False
    if side.turn is None:
        return not side.asked
    return side.turn.status in {"error", "interrupted", "stopped"} and side.turn.retryable


def _vote(page: Page, side: Side) -> None:
    chosen = side.comparison.best == side.pane.conversation_id
    st.button(
        page.t("compare.voted" if chosen else "compare.vote"),
        key=f"compare_vote-{side.pane.conversation_id}",
        icon=":material/star:",
        type="primary" if chosen else "secondary",
        help=page.t("compare.voted_help" if chosen else "compare.vote_help"),
        on_click=page.state.wish,
        args=("compare_vote",),
        kwargs={
            "comparison": side.comparison.id,
            "conversation": None if chosen else side.pane.conversation_id,
        },
    )


def _button(page: Page, side: Side, action: str, icon: str) -> None:
    told = {"comparison": side.comparison.id, "conversation": side.pane.conversation_id}
    st.button(
        page.t(f"compare.{action.removeprefix('compare_')}"),
        key=f"{action}-{side.pane.conversation_id}",
        icon=icon,
        on_click=page.state.wish,
        args=(action,),
        kwargs={"conversations": [side.pane.conversation_id]} if action == "stop" else told,
    )
