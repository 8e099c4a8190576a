"""One model's side of a comparison: its answer as far as it has come, what it took, and what can be done with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import streamlit as st

from frontend.history.comparisons import Comparison, Pane
from frontend.history.records import TurnRecord
from frontend.i18n import Translator
from frontend.markdown_safe import plain
from frontend.page import Page
from frontend.views import answer_end, growing
from frontend.views.growing import Growing
from frontend.views.model_words import reason
from frontend.wire import ModelInfo


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


def draw(page: Page, side: Side, key: str) -> Growing | None:
    """The pane; returns what shows its answer as it grows, None if it is not being written."""
    st.subheader(plain(side.pane.model), anchor=False)
    # The browser keeps what a run did not draw until the run ends, and a run that follows answers ends late: an answer
    # that is asked for again goes to another place than the one before.
    places = (st.empty(), st.empty(), st.empty())
    with places[0 if side.turn is None else 1 + side.turn.number % 2].container(key=f"answer-{key}"):
        writer = None
        if side.turn is None:
            _not_there(page, side)
        elif side.turn.is_live:
            writer = _growing(page, side.turn)
        else:
            growing.draw(st.container(), side.turn.answer)
            _end(page, side, side.turn)
        actions = st.empty()  # drawn in any case, so that the next round clears the buttons away
        if side.is_last:
            with actions.container(horizontal=True, gap="small"):
                _actions(page, side)
    return writer


def _growing(page: Page, turn: TurnRecord) -> Growing:
    writer = Growing(st.container())
    if turn.answer:
        writer.show(turn.answer)
    else:
        writer.wait(page.t("answer.waiting"))
    return writer


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


def _end(page: Page, side: Side, turn: TurnRecord) -> None:
    t = page.t
    answer_end.draw(page, side.pane.conversation_id, turn)
    if turn.answered_by:
        st.caption(plain(t("answer.instead", model=turn.answered_by, asked=turn.model)))
    st.caption("\\\n".join(lines(t, turn, side.best)))


def _actions(page: Page, side: Side) -> None:
    turn = side.turn
    if turn is not None and turn.is_live:
        _button(page, side, "stop", ":material/stop_circle:")
        return
    if _can_be_retried(side):
        _button(page, side, "compare_retry", ":material/replay:")
    if side.pane.continued:
        st.caption(page.t("compare.continued"))
    elif turn is not None and turn.answer:
        _button(page, side, "compare_continue", ":material/forum:")
    if turn is not None and turn.answer:
        _vote(page, side)


def _can_be_retried(side: Side) -> bool:
    if side.pane.continued or side.model is None or not side.model.can_be_asked:
        return False
    if side.turn is None:
        return not side.asked
    return side.turn.can_be_tried_again


def _vote(page: Page, side: Side) -> None:
    chosen = side.comparison.best == side.pane.conversation_id
    st.button(
        page.t("compare.voted" if chosen else "compare.vote"),
        key=f"compare_vote-{side.pane.conversation_id}",
        icon=":material/star:",
        wrap=True,
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
        wrap=True,
        on_click=page.state.wish,
        args=(action,),
        kwargs={"conversations": [side.pane.conversation_id]} if action == "stop" else told,
    )
