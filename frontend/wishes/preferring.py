"""What the user chooses for all their chats.

In: the wish `prefer`. Out: the preferences, kept in the table and in the tab.
"""

from __future__ import annotations

from collections.abc import Mapping

from frontend.history.preferences import PreferenceStore
from frontend.page import Page
from frontend.state import PREFERENCES_KEY, Wish
from frontend.wishes.action import Action


def _prefer(page: Page, wish: Wish) -> None:
    PreferenceStore(page.table).write(page.owner, wish.arguments["preferences"])
    page.state.session[PREFERENCES_KEY] = wish.arguments["preferences"]


ACTIONS: Mapping[str, Action] = {"prefer": _prefer}
