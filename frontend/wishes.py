"""Performs what a click asked for. No Streamlit.

In: the page's state with a wish in it, the chats, and the chosen model. Out: changed chats, and notices in the state
for what could not be done. Separate so that clicks never act inside a Streamlit callback, whose exceptions no page can
catch.
"""

from __future__ import annotations

from frontend.chat import Chat, QuestionTooLongError
from frontend.history import HistoryError
from frontend.state import PageState, Wish
from frontend.turn import TurnBusyError
from frontend.turns import TooManyTurnsError
from frontend.wire import ModelInfo


def perform(state: PageState, chat: Chat, model: ModelInfo | None) -> None:
    """Take the wish, if there is one, and do it."""
    wish = state.take_wish()
    if wish is None:
        return
    try:
        _perform(wish, state, chat, model)
    except HistoryError as exc:
        state.notify(f"error.{exc.code}.hint")
    except TurnBusyError:
        state.notify("notice.busy")
    except TooManyTurnsError:
        state.notify("notice.full")
    except QuestionTooLongError:
        state.notify("error.too_long.hint")


def _perform(wish: Wish, state: PageState, chat: Chat, model: ModelInfo | None) -> None:
    open_id = state.conversation_id
    match wish.action:
        case "ask" | "retry":
            # The page disables the composer, but a page is no border: the model is checked again here.
            if model is not None and model.is_ready:
                state.open(chat.ask(open_id, model.id, wish.text))
        case "stop":
            if open_id is not None:
                chat.stop(open_id)
        case "delete":
            chat.delete(wish.text)
            state.open(None)
            state.notify("notice.deleted")
