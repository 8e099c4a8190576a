"""Comparisons in the deployment's table: which conversations stand side by side, and what was asked of them.

In: an owner and a `Comparison`. Out: the same; failures as `HistoryError`. The answers are in the conversations, one a
pane. Separate because a comparison has a key of its own in the table (docs/contracts.md, section 5).
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from frontend.history.conversations import title_of
from frontend.history.records import is_conversation_id, write_time
from frontend.history.table import Table

Round = tuple[int, ...]


@dataclass(frozen=True)
class Pane:
    """One model's side. `continued` says that its conversation is a chat now, and is asked no more from here."""

    model: str
    conversation_id: str
    continued: bool = False


@dataclass(frozen=True)
class Comparison:
    """`title` is the first question, cut. Times are UTC.

    `rounds` has for each question the number of each pane's turn, 0 where that pane was not asked. `best` is the
    conversation whose answer the owner liked best.
    """

    id: str
    title: str
    created_at: datetime
    panes: tuple[Pane, ...]
    rounds: tuple[Round, ...] = ()
    best: str | None = None

    def next_number(self, pane: int) -> int:
        """What the next turn of this pane is numbered."""
        return max((each[pane] for each in self.rounds), default=0) + 1

    def last_number(self, pane: int, before: int | None = None) -> int:
        """The last turn of this pane, of the rounds before the index `before` if one is given; 0 for none."""
        return next((each[pane] for each in reversed(self.rounds[:before]) if each[pane]), 0)

    def with_last_round(self, numbers: Sequence[int]) -> Comparison:
        return replace(self, rounds=(*self.rounds[:-1], tuple(numbers)))

    def index_of(self, conversation_id: str) -> int | None:
        ids = [pane.conversation_id for pane in self.panes]
        return ids.index(conversation_id) if conversation_id in ids else None


class ComparisonStore:
    """The comparisons of every owner in one table. Thread-safe. Every method raises `HistoryError`."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def new(self, question: str, panes: Sequence[Pane]) -> Comparison:
        """A comparison in which nothing was asked yet, and which is nowhere kept."""
        return Comparison(secrets.token_urlsafe(16), title_of(question), self._table.clock(), tuple(panes))

    def put(self, owner: str, comparison: Comparison) -> None:
        self._table.put(_item(owner, comparison))

    def put_rounds(self, owner: str, comparison: Comparison) -> bool:
        """Keep what was asked, and leave the rest as it is now; False if the comparison is gone."""
        return self._table.change(_key(owner, comparison.id), {"rounds": _rounds_item(comparison)})

    def find(self, owner: str, comparison_id: str) -> Comparison | None:
        """The owner's comparison; None also for what cannot be an id (DynamoDB refuses keys over 1 KB)."""
        item = self._table.get(_key(owner, comparison_id)) if is_conversation_id(comparison_id) else None
        return _read(item) if item is not None else None

    def list_comparisons(self, owner: str) -> tuple[Comparison, ...]:
        """The owner's comparisons, the newest first."""
        found = [_read(item) for item in self._table.query(owner, "comparison#")]
        return tuple(sorted(found, key=lambda each: (each.created_at, each.id), reverse=True))

    def vote(self, owner: str, comparison_id: str, best: str | None) -> bool:
        """Remember which conversation was the best, none for None; False if the comparison is gone."""
        return self._table.change(_key(owner, comparison_id), {"best": best})

    def mark_continued(self, owner: str, comparison: Comparison, conversation_id: str) -> bool:
        """Ask this conversation no more; False if the comparison is gone."""
        panes = [
            replace(pane, continued=pane.continued or pane.conversation_id == conversation_id)
            for pane in comparison.panes
        ]
        return self._table.change(_key(owner, comparison.id), {"panes": [_pane_item(pane) for pane in panes]})

    def delete(self, owner: str, comparison_id: str) -> None:
        """Remove the comparison, and none of its conversations; one that does not exist is no error."""
        self._table.delete([_key(owner, comparison_id)])


def _key(owner: str, comparison_id: str) -> dict[str, str]:
    return {"pk": owner, "sk": f"comparison#{comparison_id}"}


def _item(owner: str, comparison: Comparison) -> dict[str, Any]:
    attributes = {
        "title": comparison.title,
        "created_at": write_time(comparison.created_at),
        "panes": [_pane_item(pane) for pane in comparison.panes],
        "rounds": _rounds_item(comparison),
    }
    best = {"best": comparison.best} if comparison.best else {}
    return _key(owner, comparison.id) | attributes | best


def _rounds_item(comparison: Comparison) -> list[list[int]]:
    return [list(each) for each in comparison.rounds]


def _pane_item(pane: Pane) -> dict[str, Any]:
    continued = {"continued": True} if pane.continued else {}
    return {"model": pane.model, "conversation": pane.conversation_id} | continued


def _read(item: Mapping[str, Any]) -> Comparison:
    return Comparison(
        id=item["sk"].removeprefix("comparison#"),
        title=item["title"],
        created_at=datetime.fromisoformat(item["created_at"]),
        panes=tuple(Pane(each["model"], each["conversation"], bool(each.get("continued"))) for each in item["panes"]),
        rounds=tuple(tuple(map(int, each)) for each in item["rounds"]),
        best=item.get("best"),
    )
