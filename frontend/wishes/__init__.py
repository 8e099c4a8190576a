"""Performs what a click asked for. No Streamlit.

In: a page with wishes in its state. Out: changed chats, and notices in the state for what could not be done. Separate
so that clicks never act inside a Streamlit callback, whose exceptions no page can catch. The modules beside this one
have the actions of one area each, as `ACTIONS`.
"""

from __future__ import annotations

from collections.abc import Mapping

from frontend.chat import Chat
from frontend.history.table import HistoryError
from frontend.page import Page
from frontend.state import PageState
from frontend.wishes import asking, comparing, conversations, feedback, models, preferring
from frontend.wishes.action import Action

ACTIONS: Mapping[str, Action] = {
    **asking.ACTIONS,
    **comparing.ACTIONS,
    **conversations.ACTIONS,
    **feedback.ACTIONS,
    **models.ACTIONS,
    **preferring.ACTIONS,
}


def stop(state: PageState, chat: Chat) -> None:
    """Take the wishes to stop, and do them. They need nothing from the network, and must not wait for it.

    All of them: a second click that was left over would stop the next answer.
    """
    while (wish := state.take_wish("stop")) is not None:
        for conversation_id in wish.arguments["conversations"]:
            chat.stop(conversation_id)


def perform(page: Page) -> None:
    """Take the wishes, if there are any, and do them in order."""
    while (wish := page.state.take_wish(*ACTIONS)) is not None:
        try:
            ACTIONS[wish.action](page, wish)
        except HistoryError as exc:
            page.state.notify(f"error.{exc.code}.hint")
