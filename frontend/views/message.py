"""One turn: the question with its pictures, the answer, what is to be said of it, and what can be done with it.

In: a turn of the line that is shown. Out: two bubbles. Separate from `transcript.py`, which says which turns are shown
and where.
"""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from frontend.branches import ShownTurn
from frontend.footer import footer
from frontend.history.ratings import Rating
from frontend.history.records import TurnRecord
from frontend.history.table import HistoryError
from frontend.markdown_safe import plain
from frontend.page import Page
from frontend.reading import Reading
from frontend.views import actions, answer_end, growing
from frontend.wire import Image

_PICTURE_WIDTH = 240


def draw(page: Page, shown: ShownTurn, rating: Rating | None, *, is_last: bool, is_followed: bool) -> DeltaGenerator:
    """The turn; returns the container of its answer, which stays empty for one that is followed (`growing.py`)."""
    turn = shown.turn
    with st.chat_message("user", avatar=":material/person:"):
        _question(page, shown, is_last=is_last)
    with st.chat_message("assistant", avatar=":material/forum:"):
        if turn.left_out:
            st.caption(page.t.count("answer.left_out", turn.left_out))
        place = st.container()
        if turn.answer and not is_followed:
            growing.draw(place, turn.answer)
        elif turn.is_live and not is_followed:
            place.caption(page.t("answer.waiting"))
        answer_end.draw(page, page.state.conversation_id or "", turn)
        if not turn.is_live:
            actions.draw(page, turn, rating, _footer(page, turn, rating), is_last=is_last)
    return place


def _question(page: Page, shown: ShownTurn, *, is_last: bool) -> None:
    turn = shown.turn
    if turn.images:
        _pictures(page, turn.images)
    if Reading(page.state).has_open("edit", turn.number) and not turn.is_live:
        actions.edit_form(page, turn)
    else:
        st.markdown(plain(turn.question))
        actions.below_question(page, shown, is_last=is_last)


def _pictures(page: Page, ids: Sequence[str]) -> None:
    t, conversation_id = page.t, page.state.conversation_id or ""
    with st.container(horizontal=True, gap="small"):
        for place, image_id in enumerate(ids, 1):
            try:
                image = _picture(page.owner, conversation_id, image_id, page)
            except (HistoryError, KeyError):
                st.caption(t("picture.gone"))
            else:
                st.image(image.data, width=_PICTURE_WIDTH, alt=t("picture.alt", n=place))


@st.cache_data(max_entries=64, show_spinner=False)
def _picture(owner: str, conversation_id: str, image_id: str, _page: Page) -> Image:
    """A picture never changes: it is read once for as long as it is remembered. `KeyError` if there is none."""
    found = _page.chat.picture(conversation_id, image_id)
    if found is None:
        raise KeyError(image_id)
    return found


def _footer(page: Page, turn: TurnRecord, rating: Rating | None) -> str:
    t, line = page.t, plain(footer(page.t, turn))
    if rating is None:
        return line
    return f"{line} · {t('rating.is_good' if rating.is_good else 'rating.is_bad')}"
