"""What is done to a whole conversation, and to all of them.

In: wishes that name a conversation. Out: the changed table, and a notice.
"""

from __future__ import annotations

from collections.abc import Mapping

from frontend import own_data
from frontend.page import Page
from frontend.state import PREFERENCES_KEY, Wish
from frontend.wishes.action import Action


def _open(page: Page, wish: Wish) -> None:
    """Show `conversation`, an empty one for None. Only in its turn: an earlier wish is about what was open then."""
    page.state.open(wish.arguments["conversation"])
    if page.state.session.get("page") != "chat":
        page.state.go("chat")


def _rename(page: Page, wish: Wish) -> None:
    """`conversation` gets the title `title`."""
    title = " ".join(wish.arguments["title"].split())
    if not title:
        page.state.notify("notice.no_title")
    elif not page.chat.store.rename(page.owner, wish.arguments["conversation"], title):
        page.state.notify("notice.not_found")


def _pin(page: Page, wish: Wish) -> None:
    """`conversation` is kept above the others, or not, as `pinned` says."""
    if not page.chat.store.pin(page.owner, wish.arguments["conversation"], wish.arguments["pinned"]):
        page.state.notify("notice.not_found")


def _delete(page: Page, wish: Wish) -> None:
    """`conversation` for good."""
    page.chat.delete(wish.arguments["conversation"])
    if page.state.conversation_id == wish.arguments["conversation"]:
        page.state.open(None)
    page.state.notify("notice.deleted")


def _erase(page: Page, wish: Wish) -> None:
    """Everything of the owner for good."""
    own_data.erase(page.chat)
    page.state.open(None)
    page.state.session.pop(PREFERENCES_KEY, None)
    page.state.notify("notice.erased")


ACTIONS: Mapping[str, Action] = {
    "open": _open,
    "rename": _rename,
    "pin": _pin,
    "delete": _delete,
    "erase": _erase,
}
