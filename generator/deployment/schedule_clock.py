"""AWS's six-field cron expressions against a clock: whether a scheduled endpoint is due now.

In: `minutes hours day-of-month month day-of-week year` (Amazon EventBridge user guide, "Cron expressions reference",
read 2026-11-22). Out: the last time at which one fired. Pure: the time is given. Separate because Terraform creates a
schedule, but not the endpoint that the schedule's last start would have created.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_DAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
_LOOK_BACK_DAYS = 366


def is_due(start: str, stop: str, timezone: str, now: datetime) -> bool:
    """Whether the last `start` before `now` (which knows its zone) came after the last `stop`.

    False where neither fired within a year, or the expressions or the zone cannot be read: it is then for the
    schedule alone to say.
    """
    try:
        here = now.astimezone(ZoneInfo(timezone))
        started, stopped = last_firing(start, here), last_firing(stop, here)
    except (ValueError, ZoneInfoNotFoundError):
        return False
    return started is not None and (stopped is None or started > stopped)


def last_firing(expression: str, now: datetime) -> datetime | None:
    """The last time up to `now` at which `expression` fired, on the clock of `now`'s zone; None within a year.

    Raises ValueError where the expression cannot be read.
    """
    cron = _Cron.parse(expression)
    for days in range(_LOOK_BACK_DAYS + 1):
        day = now.date() - timedelta(days=days)
        if not cron.fires_on(day):
            continue
        for hour in sorted(cron.hours, reverse=True):
            for minute in sorted(cron.minutes, reverse=True):
                moment = datetime(day.year, day.month, day.day, hour, minute, tzinfo=now.tzinfo)
                if moment <= now:
                    return moment
    return None


@dataclass(frozen=True)
class _Cron:
    minutes: frozenset[int]
    hours: frozenset[int]
    month_days: str
    months: frozenset[int]
    week_days: str
    years: frozenset[int]

    @classmethod
    def parse(cls, expression: str) -> _Cron:
        minutes, hours, month_days, months, week_days, years = expression.split()
        return cls(
            minutes=_numbers(minutes, 0, 59),
            hours=_numbers(hours, 0, 23),
            month_days=month_days.upper(),
            months=_numbers(_numbered(months, _MONTHS), 1, 12),
            week_days=_numbered(week_days, _DAYS),
            years=_numbers(years, 1970, 2199),
        )

    def fires_on(self, day: date) -> bool:
        if day.year not in self.years or day.month not in self.months:
            return False
        return self._fits_month(day) and self._fits_week(day)

    def _fits_month(self, day: date) -> bool:
        """`?`, numbers, `L` (the last day), `15W` (the weekday nearest to the 15th) or `LW` (the last weekday)."""
        last = calendar.monthrange(day.year, day.month)[1]
        if self.month_days == "?":
            return True
        if self.month_days == "L":
            return day.day == last
        if self.month_days.endswith("W"):
            wanted = self.month_days[:-1]
            return day == _nearest_weekday(day.replace(day=last if wanted == "L" else min(int(wanted), last)))
        return day.day in _numbers(self.month_days, 1, 31)

    def _fits_week(self, day: date) -> bool:
        """`?`, numbers from 1 for Sunday, `L`, `6L` (the month's last Friday) or `2#1` (its first Monday)."""
        of_week = day.isoweekday() % 7 + 1
        if self.week_days == "?":
            return True
        if self.week_days.endswith("L"):
            wanted = int(self.week_days[:-1] or 7)
            is_last = day.day + 7 > calendar.monthrange(day.year, day.month)[1]
            return of_week == wanted and (is_last or self.week_days == "L")
        if "#" in self.week_days:
            wanted, nth = map(int, self.week_days.split("#"))
            return of_week == wanted and (day.day - 1) // 7 + 1 == nth
        return of_week in _numbers(self.week_days, 1, 7)


def _nearest_weekday(day: date) -> date:
    """The day itself, else Friday before or Monday after, without leaving the month."""
    shift = {6: -1, 7: 1}.get(day.isoweekday(), 0)
    moved = day + timedelta(days=shift)
    return moved if moved.month == day.month else day + timedelta(days=-2 if shift > 0 else 2)


def _numbered(field: str, names: tuple[str, ...]) -> str:
    text = field.upper()
    for number, name in enumerate(names, start=1):
        text = text.replace(name, str(number))
    return text


def _numbers(field: str, lowest: int, highest: int) -> frozenset[int]:
    return frozenset(number for part in field.split(",") for number in _range(part, lowest, highest))


def _range(part: str, lowest: int, highest: int) -> Iterator[int]:
    """`*`, `?`, `5`, `5-7`, `*/2` or `10/5`. Raises ValueError for anything else."""
    bounds, slash, step = part.partition("/")
    if bounds in ("*", "?"):
        first, last = lowest, highest
    else:
        text, _, end = bounds.partition("-")
        first = int(text)
        last = int(end) if end else (highest if slash else first)
    if not lowest <= first <= last <= highest:
        raise ValueError(f"{part!r} is not between {lowest} and {highest}")
    yield from range(first, last + 1, int(step) if slash else 1)
