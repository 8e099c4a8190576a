"""What the user chooses for all their chats.

In: the wish `prefer`. Out: the preferences, kept in the table and in the tab.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from frontend.history.preferences import PreferenceStore
from frontend.page import Page
from frontend.state import PREFERENCES_KEY, Wish
from frontend.wishes.action import Action


def _prefer(page: Page, wish: Wish) -> None:
    """The given preferences, and the others as the table has them now: the page may have been drawn before a change."""
    store = PreferenceStore(page.table)
    chosen = replace(store.read(page.owner), **wish.arguments)
    store.write(page.owner, chosen)
    page.state.session[PREFERENCES_KEY] = chosen


ACTIONS: Mapping[str, Action] = {"prefer": _prefer}
