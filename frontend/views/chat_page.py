"""The whole chat page, put together from its parts."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from frontend import announcement, wishes
from frontend.chat import Chat
from frontend.discovery import Deployment
from frontend.history import HistoryError
from frontend.i18n import Translator
from frontend.records import Conversation, TurnRecord
from frontend.state import PageState
from frontend.views import composer, errors, model_picker, sidebar, transcript
from frontend.views.page import Page
from frontend.wire import ChatError, ModelInfo


def draw(
    t: Translator,
    state: PageState,
    chat: Chat,
    deployment: Deployment,
    list_models: Callable[[], Sequence[ModelInfo]],
    refresh: Callable[[], None],
) -> None:
    """Perform the wish that a click left, then draw everything, then follow the answer that is being written."""
    wishes.stop(state, chat)  # before anything that may wait for the network
    failure: ChatError | None = None
    models: Sequence[ModelInfo] = ()
    try:
        models = list_models()
    except ChatError as exc:
        failure = exc
    model = state.choose_model(models)
    wishes.perform(state, chat, model)
    conversation = _conversation(state, chat)
    page = Page(t, state, chat, deployment, models, model, conversation, failure)
    sidebar.draw(page)
    model_picker.draw(page, refresh, announcement.html(t.language, _sentence(page)))
    with st.empty().container():
        errors.notices(t, state)
    _talk(page)


def _sentence(page: Page) -> str:
    """What a screen reader is told of the open conversation: that its answer begins, and how it ended, once each."""
    turn = page.chat.latest(page.conversation.id) if page.conversation is not None else None
    if turn is None or not page.state.has_seen_begin(turn):
        return ""
    return page.t(f"announce.{turn.status}", model=turn.speaker)


def _talk(page: Page) -> None:
    with _area(page.state):
        turns = _turns(page)
        if turns is None:
            return
        if not turns:
            composer.starters(page)
        slot = transcript.draw(page, turns)
    live = page.chat.live(page.conversation.id) if page.conversation else None
    composer.draw(page, is_live=slot is not None)
    if slot is not None and live is not None:
        transcript.follow(page, live, slot)
    elif slot is not None:
        transcript.follow_elsewhere(page, turns)


def _area(state: PageState) -> DeltaGenerator:
    """Where the conversation goes: one of two places, the other one empty; another conversation changes sides.

    The browser removes what a run did not draw only when the run ends, and a run that follows an answer ends late: the
    starters, or the rest of another conversation, would stay below it. Emptying and filling one place does not help,
    because Streamlit sends only the last change of a place (1.67, `ForwardMsgQueue`).
    """
    sides = (st.empty(), st.empty())
    return sides[state.side_of_page()].container()


def _conversation(state: PageState, chat: Chat) -> Conversation | None:
    """The open conversation. One that is not there leaves a notice and an empty page."""
    if state.conversation_id is None:
        return None
    try:
        found = chat.find(state.conversation_id)
    except HistoryError:
        return None  # reading its turns fails in the same way, and says so
    if found is None:
        state.open(None)
        state.notify("notice.not_found")
    return found


def _turns(page: Page) -> Sequence[TurnRecord] | None:
    if page.state.conversation_id is None:
        return ()
    try:
        return page.chat.read(page.state.conversation_id)
    except HistoryError as exc:
        errors.failure(page.t, exc.code, exc.message, None)
        return None
