"""What the owner thinks of answers, one item each beside the turns of their conversation.

In: an owner, a conversation, a turn's number and a `Rating`. Out: the ratings again. Separate because a turn is never
rewritten once it has ended, and a rating can be changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from frontend.history.records import conversation_partition
from frontend.history.table import Table

REASONS = ("wrong", "incomplete", "off_topic", "style", "harmful", "slow", "other")
MAX_COMMENT_CHARACTERS = 1_000
_PREFIX = "rating#"


@dataclass(frozen=True)
class Rating:
    """`reason` is one of `REASONS`, or None where none was given; only a bad answer has one."""

    is_good: bool
    reason: str | None = None
    comment: str = ""


class RatingStore:
    """Every method raises `HistoryError`."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def put(self, owner: str, conversation_id: str, number: int, rating: Rating | None) -> None:
        """Keep what is thought of the turn `number`, in the place of what was; None: nothing any more."""
        key = _key(owner, conversation_id, number)
        if rating is None:
            self._table.delete([key])
            return
        told = {"is_good": rating.is_good, "reason": rating.reason, "comment": rating.comment or None}
        self._table.put({**key, **{name: value for name, value in told.items() if value is not None}})

    def load(self, owner: str, conversation_id: str) -> Mapping[int, Rating]:
        """The ratings of a conversation, by the number of the turn."""
        return ratings_in(self._table.query(conversation_partition(owner, conversation_id), _PREFIX))


def ratings_in(items: Iterable[Mapping[str, Any]]) -> Mapping[int, Rating]:
    """The ratings that are among the items of a conversation, by the number of the turn."""
    found = ((str(item["sk"]), item) for item in items)
    return {
        int(key.removeprefix(_PREFIX)): Rating(bool(item["is_good"]), item.get("reason"), item.get("comment", ""))
        for key, item in found
        if key.startswith(_PREFIX)
    }


def _key(owner: str, conversation_id: str, number: int) -> dict[str, str]:
    return {"pk": conversation_partition(owner, conversation_id), "sk": f"{_PREFIX}{number:06d}"}
