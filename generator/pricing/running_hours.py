"""How many hours a week a scheduled endpoint runs, from its two cron expressions. Pure.

In: `start` and `stop`, six-field cron expressions of EventBridge Scheduler without the `cron()` around them. Out: the
exact hours of any week, or None where weeks differ (days of the month, months, years) or an expression is not
understood. Daylight saving time is left out: it makes one week a year an hour longer and one an hour shorter.

Separate from the prices because it knows cron and nothing of money.

Source of the syntax: EventBridge Scheduler user guide, "Schedule types", and EventBridge's "Cron expressions
reference", read on 2026-11-22.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator

HOURS_PER_WEEK = 168.0
_MINUTES_PER_DAY = 24 * 60
_MINUTES_PER_WEEK = 7 * _MINUTES_PER_DAY
_DAYS = {name: number for number, name in enumerate(("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"), start=1)}
_ANY = ("*", "?")


def hours_per_week(start: str, stop: str) -> float | None:
    """The hours a week between each start and the stop after it, 0 to 168; None where that cannot be computed."""
    try:
        starts, stops = frozenset(_minutes(start)), frozenset(_minutes(stop))
    except ValueError:
        return None
    if starts & stops:  # at the same minute: which of the two comes last is up to AWS
        return None
    events = sorted((*((minute, True) for minute in starts), *((minute, False) for minute in stops)))
    # A week goes on from the week before: its first event comes after its last.
    following = itertools.chain(events[1:], [(events[0][0] + _MINUTES_PER_WEEK, events[0][1])])
    spans = zip(events, following, strict=True)
    return sum(until - since for (since, is_running), (until, _) in spans if is_running) / 60


def _minutes(expression: str) -> Iterator[int]:
    """Yield the minutes of a week, from Sunday 0:00, at which `expression` fires. Raises ValueError."""
    minute, hour, day_of_month, month, day_of_week, year = expression.split()
    if day_of_month not in _ANY or month != "*" or year != "*":
        raise ValueError("weeks differ")
    days = _values(day_of_week.upper(), 1, 7)
    for day, at_hour, at_minute in itertools.product(days, _values(hour, 0, 23), _values(minute, 0, 59)):
        yield (day - 1) * _MINUTES_PER_DAY + at_hour * 60 + at_minute


def _values(field: str, lowest: int, highest: int) -> frozenset[int]:
    """The numbers that a field stands for: `*`, `7`, `MON-FRI`, `0,30`, `8-18/2`, `1/10`. Raises ValueError."""
    return frozenset(itertools.chain.from_iterable(_range(part, lowest, highest) for part in field.split(",")))


def _range(part: str, lowest: int, highest: int) -> range:
    span, slash, step = part.partition("/")
    first, dash, last = span.partition("-")
    if span in _ANY:
        low, high = lowest, highest
    else:
        low = _number(first)
        high = _number(last) if dash else highest if slash else low
    if not lowest <= low <= high <= highest or (slash and int(step) < 1):
        raise ValueError(f"{part!r} is not within {lowest} to {highest}")
    return range(low, high + 1, int(step) if slash else 1)


def _number(text: str) -> int:
    if text in _DAYS:
        return _DAYS[text]
    if not (text.isascii() and text.isdigit()):
        raise ValueError(f"{text!r} is no number")
    return int(text)
