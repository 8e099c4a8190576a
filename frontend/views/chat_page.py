"""The whole chat page, put together from its parts."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from frontend import announcement, browser_scripts
from frontend.branches import ShownTurn
from frontend.history.records import ChatSettings, Conversation, TurnRecord
from frontend.history.table import HistoryError
from frontend.markdown_safe import plain
from frontend.page import Page
from frontend.reading import Reading
from frontend.state import PageState
from frontend.views import chat_settings, composer, errors, model_picker, transcript


def draw(page: Page) -> None:
    """Everything, and then the answer that is being written for as long as it is."""
    conversation = _conversation(page)
    settings = Reading(page.state).settings or (conversation.settings if conversation else ChatSettings())
    model_picker.draw(
        page,
        announcement.html(page.t.language, _sentence(page, conversation)),
        beside=lambda: chat_settings.draw(page, settings),
    )
    chat_settings.notice(page, settings)
    with st.empty().container():
        errors.notices(page.t, page.state)
    _talk(page, conversation)


def _sentence(page: Page, conversation: Conversation | None) -> str:
    """What a screen reader is told of the open conversation: that its answer begins, and how it ended, once each."""
    turn = page.chat.latest(conversation.id) if conversation is not None else None
    if turn is None or not page.state.has_seen_begin(turn):
        return ""
    return page.t(f"announce.{turn.status}", model=turn.speaker)


def _talk(page: Page, conversation: Conversation | None) -> None:
    live = page.chat.live(conversation.id) if conversation else None
    with _area(page.state):
        line = _line(page)
        if line is None:
            return
        if not line:
            composer.starters(page)
        transcript.earlier(page, line)
        slot = transcript.draw(page, line, live.snapshot().number if live is not None else None)
        _unseen_pictures(page, line)
    last = line[-1].turn if line else None
    is_live = last is not None and last.is_live
    composer.draw(page, is_live=is_live)
    _scripts(page, last)
    if slot is not None and live is not None:
        transcript.follow(page, live, slot)
    elif last is not None and is_live:
        transcript.follow_elsewhere(page, last)


def _unseen_pictures(page: Page, line: Sequence[ShownTurn]) -> None:
    """Says that the chosen model does not get the pictures of the conversation."""
    place = st.empty()
    if page.model is not None and not page.model.takes_images and any(shown.turn.images for shown in line):
        place.caption(page.t("picture.not_sent", model=plain(page.model.id)))


def _scripts(page: Page, last: TurnRecord | None) -> None:
    """What only the browser can do: scroll, and keep what is being written while another page is open."""
    asked = last.request_id or "" if last is not None and last.is_live else ""
    with st.container(key="scripts", gap=None):
        st.html(
            browser_scripts.html(
                "scroll", chat=page.state.conversation_id or "", asked=asked, label=page.t("composer.newest")
            ),
            unsafe_allow_javascript=True,
        )
        # Whose draft it is: in a browser that several people use, nobody may find another's.
        st.html(
            browser_scripts.html("composer", owner=browser_scripts.mark_of(page.owner)), unsafe_allow_javascript=True
        )


def _area(state: PageState) -> DeltaGenerator:
    """Where the conversation goes: one of two places, the other one empty; another conversation changes sides.

    The browser removes what a run did not draw only when the run ends, and a run that follows an answer ends late: the
    starters, or the rest of another conversation, would stay below it. Emptying and filling one place does not help,
    because Streamlit sends only the last change of a place (1.67, `ForwardMsgQueue`).
    """
    sides = (st.empty(), st.empty())
    return sides[state.side_of_page()].container()


def _conversation(page: Page) -> Conversation | None:
    """The open conversation. One that is not there, or is a pane of a comparison, leaves a notice and an empty page."""
    state = page.state
    if state.conversation_id is None:
        return None
    try:
        found = next((each for each in page.conversations if each.id == state.conversation_id), None)
    except HistoryError:
        return None  # reading its turns fails in the same way, and says so
    if found is None:
        state.open(None)
        state.notify("notice.not_found")
    return found


def _line(page: Page) -> Sequence[ShownTurn] | None:
    if page.state.conversation_id is None:
        return ()
    try:
        return page.chat.line(page.state.conversation_id, page.state.versions)
    except HistoryError as exc:
        errors.failure(page.t, exc.code, exc.message, None)
        return None
