"""The conversation: which turns are shown, where each is drawn, and the answer that is being written.

In: the turns of the shown line. Out: bubbles, and the place of the live answer. Separate from `message.py`, which draws
one turn.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from frontend.branches import ShownTurn
from frontend.history.ratings import Rating, RatingStore
from frontend.history.records import TurnRecord
from frontend.history.table import HistoryError
from frontend.page import Page
from frontend.reading import Reading
from frontend.turn import Turn
from frontend.views import message
from frontend.views.growing import Growing

FOLLOW_S = 2


def draw(page: Page, line: Sequence[ShownTurn], followed: int | None) -> DeltaGenerator | None:
    """The last turns, and earlier ones where they were asked for.

    `followed` is the number of the turn that this process answers: the place for its answer is returned.
    """
    reading, ratings = Reading(page.state), _ratings(page)
    pages = reading.pages(len(line))
    area, slot = st.container(), None
    for place, (first, end) in reversed(list(zip(_nested(area, len(pages)), pages, strict=True))):
        with place:
            for position in range(first, end):
                slot = _turn(page, line, position, ratings, followed)
    for _ in range(reading.leave_behind(len(line))):
        area.empty()
        area.empty()
    return slot if line and line[-1].turn.number == followed else None


def earlier(page: Page, line: Sequence[ShownTurn]) -> None:
    """The button for more, above the transcript."""
    hidden = Reading(page.state).pages(len(line))[-1][0] if line else 0
    place = st.empty()
    if hidden:
        place.button(
            page.t.count("answer.earlier", hidden), key="earlier", on_click=page.state.show_earlier, type="tertiary"
        )


def follow(page: Page, turn: Turn, slot: DeltaGenerator) -> None:
    """Show the answer as it grows, then draw the page anew with its end.

    Only a view: if this run is broken off, the turn goes on.
    """
    text, growing = "", Growing(slot)
    for delta in turn.deltas(every=0.1):
        text += delta
        if text:
            growing.show(text)
        else:
            growing.wait(page.t("answer.waiting"))
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


def _nested(area: DeltaGenerator, count: int) -> list[DeltaGenerator]:
    """Containers for so many pages, the latest first, each page's earlier one above it and inside its own.

    So a page keeps its place in Streamlit's tree when an earlier one comes: what is shown is not drawn again.
    """
    places = []
    for _ in range(count):
        earlier_ones = area.container()
        places.append(area)
        area = earlier_ones
    return places


def _turn(
    page: Page, line: Sequence[ShownTurn], position: int, ratings: Mapping[int, Rating], followed: int | None
) -> DeltaGenerator:
    """The turn, in one of two places, the other one empty: another turn in this position changes sides.

    The browser removes what a run did not draw only when the run ends, and a run that follows an answer ends late: the
    rest of the version before would stay below it.
    """
    shown = line[position]
    number = shown.turn.number
    sides = (st.empty(), st.empty())
    with sides[Reading(page.state).side(position, number)].container():
        return message.draw(
            page, shown, ratings.get(number), is_last=position == len(line) - 1, is_followed=number == followed
        )


def _ratings(page: Page) -> Mapping[int, Rating]:
    """Those of the open conversation; none where they cannot be read, as the turns then say why."""
    if page.state.conversation_id is not None:
        conversation_id = page.state.conversation_id
        with suppress(HistoryError):
            return Reading(page.state).ratings(lambda: RatingStore(page.table).load(page.owner, conversation_id))
    return {}
