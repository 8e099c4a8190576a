"""Tokens and costs of an owner, added up by day and model.

In: ended turns. Out: `DayOfUse`. One item a day and model, which every answer adds to in one atomic write, so that a
year of use is read in one query; what was used stays known when its conversation is deleted. Separate because it has a
key of its own in the table (docs/contracts.md, section 5).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from frontend.history.records import TurnRecord
from frontend.history.table import Table

_MILLIONTHS = 1_000_000


@dataclass(frozen=True)
class DayOfUse:
    """What one model did for the owner on one day (UTC).

    `unpriced` of the `answers` have no price in `cost_usd`, the tokens of `estimated` of them are guesses.
    """

    day: date
    model: str
    answers: int
    prompt_tokens: int
    completion_tokens: int
    cost_usd: Decimal
    unpriced: int
    estimated: int


class UsageBook:
    """Every method raises `HistoryError`."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def add(self, owner: str, turn: TurnRecord) -> None:
        """Count an ended turn; one without any tokens counts nothing."""
        if turn.usage is None:
            return
        key = {"pk": owner, "sk": f"usage#{turn.started_at:%Y-%m-%d}#{turn.speaker}"}
        amounts = {
            "answers": 1,
            "prompt_tokens": turn.usage.prompt_tokens,
            "completion_tokens": turn.usage.completion_tokens,
            "cost_millionths": round((turn.cost_usd or 0) * _MILLIONTHS),
            "unpriced": int(turn.cost_usd is None),
            "estimated": int(turn.estimated),
        }
        self._table.add(key, amounts)

    def read(self, owner: str, first: date, last: date) -> tuple[DayOfUse, ...]:
        """What was used from `first` to `last`, both included, by day and model."""
        found = self._table.query(owner, f"usage#{first:%Y-%m-%d}", until=f"usage#{last:%Y-%m-%d}#\U0010ffff")
        return tuple(_read(item) for item in found)

    def delete(self, owner: str) -> None:
        """Forget all of it."""
        found = self._table.query(owner, "usage#")
        self._table.delete({"pk": str(item["pk"]), "sk": str(item["sk"])} for item in found)


def _read(item: dict[str, Any]) -> DayOfUse:
    _, day, model = str(item["sk"]).split("#", 2)
    return DayOfUse(
        day=date.fromisoformat(day),
        model=model,
        answers=int(item.get("answers", 0)),
        prompt_tokens=int(item.get("prompt_tokens", 0)),
        completion_tokens=int(item.get("completion_tokens", 0)),
        cost_usd=Decimal(item.get("cost_millionths", 0)) / _MILLIONTHS,
        unpriced=int(item.get("unpriced", 0)),
        estimated=int(item.get("estimated", 0)),
    )
