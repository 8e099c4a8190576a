"""What was used in a period, added up the ways it is shown. Pure.

In: `DayOfUse` items. Out: sums by step (day or month), by model and in all, and a CSV. Separate so that the page, its
chart and its file cannot disagree.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from frontend.history.usage import DayOfUse

PERIODS: Mapping[str, int] = {"7": 7, "30": 30, "90": 90, "365": 365}
DEFAULT_PERIOD = "30"
_LONGEST_BY_DAY = 31
COLUMNS = (
    "day",
    "model",
    "answers",
    "prompt_tokens",
    "completion_tokens",
    "cost_usd",
    "answers_without_price",
    "answers_with_estimated_tokens",
)


@dataclass(frozen=True)
class Sums:
    """`cost_usd` leaves `unpriced` of the answers out; the tokens of `estimated` of them are guesses."""

    answers: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost_usd: Decimal = Decimal(0)
    unpriced: int = 0
    estimated: int = 0

    @property
    def tokens(self) -> int:
        return self.prompt_tokens + self.completion_tokens

    @property
    def has_cost(self) -> bool:
        """Whether at least one answer had a price."""
        return self.unpriced < self.answers


@dataclass(frozen=True)
class Step:
    """One bar of the chart: a day, a week or a month, by its first day."""

    begin: date
    sums: Sums


@dataclass(frozen=True)
class Report:
    """`steps` are all of the period, also those in which nothing was used; `models` begin with the most tokens."""

    total: Sums
    steps: tuple[Step, ...]
    models: tuple[tuple[str, Sums], ...]
    step_name: str


def first_day(period: str, today: date) -> date:
    """The first day of the period that ends `today`."""
    return today - timedelta(days=PERIODS[period] - 1)


def report(days: Sequence[DayOfUse], first: date, last: date) -> Report:
    """`days` from `first` to `last`: day by day for up to a month, by week for up to a quarter, else by month."""
    length = (last - first).days + 1
    step_name = "day" if length <= _LONGEST_BY_DAY else "week" if length <= 3 * _LONGEST_BY_DAY else "month"
    begin = _BEGINNINGS[step_name]
    every = dict.fromkeys(begin(first + timedelta(days=offset)) for offset in range(length))
    steps = tuple(Step(each, _sum(day for day in days if begin(day.day) == each)) for each in every)
    names = {day.model for day in days}
    models = [(name, _sum(day for day in days if day.model == name)) for name in names]
    return Report(_sum(days), steps, tuple(sorted(models, key=lambda each: (-each[1].tokens, each[0]))), step_name)


def to_csv(days: Iterable[DayOfUse]) -> bytes:
    """One line a day and model, by names and with a decimal point that programs expect.

    It begins with a byte order mark: without one Excel takes UTF-8 for the machine's own code page.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for day in days:
        writer.writerow(
            (
                day.day.isoformat(),
                _as_text(day.model),
                day.answers,
                day.prompt_tokens,
                day.completion_tokens,
                f"{day.cost_usd:f}",
                day.unpriced,
                day.estimated,
            )
        )
    return text.getvalue().encode("utf-8-sig")


def _as_text(cell: str) -> str:
    """`cell` so that no spreadsheet runs it as a formula (OWASP, "CSV Injection", 2026-11)."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell


def _sum(days: Iterable[DayOfUse]) -> Sums:
    found = tuple(days)
    return Sums(
        answers=sum(day.answers for day in found),
        prompt_tokens=sum(day.prompt_tokens for day in found),
        completion_tokens=sum(day.completion_tokens for day in found),
        cost_usd=sum((day.cost_usd for day in found), Decimal(0)),
        unpriced=sum(day.unpriced for day in found),
        estimated=sum(day.estimated for day in found),
    )


_BEGINNINGS: Mapping[str, Callable[[date], date]] = {
    "day": lambda day: day,
    "week": lambda day: day - timedelta(days=day.weekday()),
    "month": lambda day: day.replace(day=1),
}
