"""What is done to a whole conversation.

In: wishes that name a conversation. Out: the changed table, and a notice.
"""

from __future__ import annotations

from collections.abc import Mapping

from frontend.page import Page
from frontend.state import Wish
from frontend.wishes.action import Action


def _delete(page: Page, wish: Wish) -> None:
    """`conversation` for good."""
    page.chat.delete(wish.arguments["conversation"])
    if page.state.conversation_id == wish.arguments["conversation"]:
        page.state.open(None)
    page.state.notify("notice.deleted")


ACTIONS: Mapping[str, Action] = {"delete": _delete}
