"""What the user thinks of an answer.

In: the wish `rate`. Out: the rating in the table, and a notice that it is kept.
"""

from __future__ import annotations

from collections.abc import Mapping

from frontend.history.ratings import RatingStore
from frontend.page import Page
from frontend.reading import Reading
from frontend.state import Wish
from frontend.wishes.action import Action


def _rate(page: Page, wish: Wish) -> None:
    """The turn `number` of the open conversation with `rating`; None takes back what was thought of it."""
    conversation_id, number = page.state.conversation_id, wish.arguments["number"]
    if conversation_id is None or all(turn.number != number for turn in page.chat.read(conversation_id)):
        page.state.notify("notice.not_found")
        return
    RatingStore(page.table).put(page.owner, conversation_id, number, wish.arguments["rating"])
    Reading(page.state).forget_ratings()


ACTIONS: Mapping[str, Action] = {"rate": _rate}
