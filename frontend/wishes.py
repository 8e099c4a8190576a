"""Performs what a click asked for. No Streamlit.

In: the page's state with a wish in it, the chats, and the chosen model. Out: changed chats, and notices in the state
for what could not be done. Separate so that clicks never act inside a Streamlit callback, whose exceptions no page can
catch.
"""

from __future__ import annotations

from collections.abc import Mapping

from frontend.chat import Chat, ConversationGoneError, QuestionTooLongError
from frontend.history import HistoryError
from frontend.state import PageState, Wish
from frontend.turn import TurnBusyError
from frontend.turns import TooManyTurnsError
from frontend.wire import ModelInfo


class _NotReadyError(Exception):
    """The page disables the composer, but a page is no border, and its last look at the model may be old."""


_NOTICES: Mapping[type[Exception], str] = {
    TurnBusyError: "notice.busy",
    TooManyTurnsError: "notice.full",
    QuestionTooLongError: "error.too_long.hint",
    ConversationGoneError: "notice.gone",
    _NotReadyError: "notice.not_asked",
}


def stop(state: PageState, chat: Chat) -> None:
    """Take the wish to stop, if it is one, and do it. It needs nothing from the network, and must not wait for it."""
    if state.take_wish("stop") is not None and state.conversation_id is not None:
        chat.stop(state.conversation_id)


def perform(state: PageState, chat: Chat, model: ModelInfo | None) -> None:
    """Take the wish, if there is one, and do it. A question that cannot be asked goes back into the composer."""
    wish = state.take_wish("ask", "retry", "delete")
    if wish is None:
        return
    problem = _problem_with(wish, state, chat, model)
    if problem is None:
        return
    state.notify(problem)
    if wish.action == "ask":
        state.give_back(wish.text)


def _problem_with(wish: Wish, state: PageState, chat: Chat, model: ModelInfo | None) -> str | None:
    """Do what is wished; the notice that says why it could not be done, None if it was."""
    try:
        _perform(wish, state, chat, model)
    except HistoryError as exc:
        return f"error.{exc.code}.hint"
    except tuple(_NOTICES) as exc:
        if isinstance(exc, ConversationGoneError):
            state.open(None)
        return _NOTICES[type(exc)]
    return None


def _perform(wish: Wish, state: PageState, chat: Chat, model: ModelInfo | None) -> None:
    match wish.action:
        case "ask" | "retry":
            if model is None or not model.can_be_asked:
                raise _NotReadyError
            state.open(chat.ask(state.conversation_id, model.id, wish.text))
        case "delete":
            chat.delete(wish.text)
            state.open(None)
            state.notify("notice.deleted")
