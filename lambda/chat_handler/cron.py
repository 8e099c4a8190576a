"""When a cron expression of EventBridge Scheduler fires next.

In: six fields (minute, hour, day of the month, month, day of the week, year), a time zone, and a moment. Out: the next
moment, in UTC. Separate because it is a small language of its own, and pure. No package reads it: those on PyPI speak
Unix's cron, in which a weekday is another number and `L`, `W`, `#` and the year are not known.

Sources: Amazon EventBridge user guide, "Cron expressions reference"; EventBridge Scheduler user guide, "Schedule types"
(on daylight saving: what falls on a time that does not exist is skipped, what falls on one that there is twice runs
once, https://repost.aws/knowledge-center/eventbridge-scheduler-adjust-dst); read 2026-11-22.
"""

from __future__ import annotations

import calendar
import functools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_WEEKDAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
_LAST_YEAR = 2199
_REMEMBERED = 256

DayRule = Callable[[date], bool]


def next_firing(expression: str, timezone: str, after: datetime) -> datetime | None:
    """The first time later than `after` at which `expression` fires on the clocks of `timezone`; None: never again.

    Raises:
        ValueError: the expression cannot be read, or there is no such zone here.

    """
    from zoneinfo import ZoneInfo  # five modules, for deployments with a schedule only

    try:
        zone = ZoneInfo(timezone)
    except (KeyError, OSError, ValueError) as exc:
        raise ValueError(f"no time zone {timezone!r}") from exc
    cron = _parsed(expression)
    for local in cron.moments(after.astimezone(zone).date()):
        moment = local.replace(tzinfo=zone).astimezone(UTC)
        exists = moment.astimezone(zone).replace(tzinfo=None) == local
        if exists and moment > after:
            return moment
    return None


@dataclass(frozen=True)
class _Cron:
    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    fits_month: DayRule
    months: tuple[int, ...]
    fits_week: DayRule
    years: tuple[int, ...]

    def moments(self, first: date) -> Iterator[datetime]:
        """Every time from the day `first` on that the fields name, in order, on clocks that are never set."""
        for day in self._days(first):
            for hour in self.hours:
                for minute in self.minutes:
                    yield datetime(day.year, day.month, day.day, hour, minute)

    def _days(self, first: date) -> Iterator[date]:
        for year in self.years:
            for month in self.months:
                if (year, month) < (first.year, first.month):
                    continue
                for number in range(1, calendar.monthrange(year, month)[1] + 1):
                    day = date(year, month, number)
                    if day >= first and self.fits_month(day) and self.fits_week(day):
                        yield day


@functools.lru_cache(maxsize=_REMEMBERED)
def _parsed(expression: str) -> _Cron:
    minute, hour, month_day, month, weekday, year = expression.upper().split()
    return _Cron(
        minutes=_values(minute, 0, 59),
        hours=_values(hour, 0, 23),
        fits_month=_month_day_rule(month_day),
        months=_values(month, 1, 12, _MONTHS),
        fits_week=_weekday_rule(weekday),
        years=_values(year, 1970, _LAST_YEAR),
    )


def _month_day_rule(field: str) -> DayRule:
    """`?`, numbers, `L` (the last day), `15W` (the weekday nearest to the 15th) or `LW` (the last weekday)."""
    if field == "?":
        return lambda _: True
    if field == "L":
        return lambda day: day.day == _last(day)
    if field == "LW":
        return lambda day: day == _nearest_weekday(day, 31)
    if field.endswith("W"):
        (wanted,) = _values(field[:-1], 1, 31)
        return lambda day: day == _nearest_weekday(day, wanted)
    days = frozenset(_values(field, 1, 31))
    return lambda day: day.day in days


def _weekday_rule(field: str) -> DayRule:
    """`?`, weekdays, `L` (Saturday), `6L` (the month's last Friday) or `2#1` (its first Monday); 1 is Sunday."""
    if field == "?":
        return lambda _: True
    if field.endswith("L"):
        (wanted,) = _values(field[:-1] or "SAT", 1, 7, _WEEKDAYS)
        any_week = field == "L"
        return lambda day: _weekday(day) == wanted and (any_week or day.day + 7 > _last(day))
    if "#" in field:
        name, _, nth = field.partition("#")
        ((wanted,), (week,)) = _values(name, 1, 7, _WEEKDAYS), _values(nth, 1, 5)
        return lambda day: _weekday(day) == wanted and (day.day + 6) // 7 == week
    weekdays = frozenset(_values(field, 1, 7, _WEEKDAYS))
    return lambda day: _weekday(day) in weekdays


def _weekday(day: date) -> int:
    return day.isoweekday() % 7 + 1


def _last(day: date) -> int:
    return calendar.monthrange(day.year, day.month)[1]


def _nearest_weekday(day: date, wanted: int) -> date:
    """The weekday of `day`'s month that is nearest to its day `wanted`, or to its last where it has not as many."""
    last = _last(day)
    there = day.replace(day=min(wanted, last))
    if there.isoweekday() == 6:
        return there + timedelta(days=-1 if there.day > 1 else 2)
    if there.isoweekday() == 7:
        return there + timedelta(days=1 if there.day < last else -2)
    return there


def _values(field: str, low: int, high: int, names: tuple[str, ...] = ()) -> tuple[int, ...]:
    """The numbers that a list of `*`, `5`, `MON`, `5-7`, `*/2`, `10/5` or `1-9/2` names, in order.

    Raises:
        ValueError: it is no such list.

    """
    found = set[int]()
    for item in field.split(","):
        bounds, slash, step = item.partition("/")
        first, dash, end = bounds.partition("-")
        start = low if bounds == "*" else _number(first, low, high, names)
        stop = _number(end, low, high, names) if dash else (high if slash or bounds == "*" else start)
        found.update(range(start, stop + 1, int(step) if slash else 1))
    if not found:
        raise ValueError(f"{field!r} names nothing")
    return tuple(sorted(found))


def _number(text: str, low: int, high: int, names: tuple[str, ...]) -> int:
    value = names.index(text) + low if text in names else int(text)
    if not low <= value <= high:
        raise ValueError(f"{text!r} is not from {low} to {high}")
    return value
