"""The types of a schedule's keys: EventBridge Scheduler's cron expressions, and time zones.

Separate from aws_types.py because a cron expression is a small language: what is wrong with one, and what a line of a
crontab would be here, takes a module.

Source of the fields, their values and their wildcards: Amazon EventBridge user guide, "Cron expressions reference",
which the EventBridge Scheduler user guide's "Schedule types" repeats; read on 2026-11-22.
"""

from __future__ import annotations

import re
import zoneinfo
from dataclasses import dataclass
from typing import Annotated

from pydantic_core import PydanticCustomError

from generator.catalog.echoing import quoted
from generator.catalog.fields import CHOICE, TextRule, broken_rule

CRON_EXAMPLE = "0 8 ? * MON-FRI *"

_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_DAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")


@dataclass(frozen=True)
class _Field:
    """One field of an expression: its values from `low` to `high`, or their `names`; `special` are forms of its own."""

    name: str
    low: int
    high: int
    names: tuple[str, ...] = ()
    special: str = r"(?!)"
    has_steps: bool = True

    def flaw(self, text: str) -> str | None:
        """What is wrong with the whole field, or None."""
        if re.fullmatch(self.special, text):
            return None
        return next((flaw for item in text.split(",") if (flaw := self._flaw_of_item(item))), None)

    def _flaw_of_item(self, item: str) -> str | None:
        body, slash, step = item.partition("/")
        if slash and not (self.has_steps and re.fullmatch("[1-9][0-9]{0,3}", step)):
            return f"the {self.name} is {quoted(item)}, where '/' {'has no step' if self.has_steps else 'cannot stand'}"
        if body == "*":
            return None
        values = [self._value(part) for part in body.split("-")]
        if len(values) > 2 or None in values:
            known = f", or {self.names[0]} to {self.names[-1]}" if self.names else ""
            return f"the {self.name} is {quoted(item)}, which is not from {self.low} to {self.high}{known}"
        if values != sorted(values, key=lambda value: value or 0):
            return f"the {self.name} is {quoted(item)}, which ends before it begins; list the values with ','"
        return None

    def _value(self, text: str) -> int | None:
        if text in self.names:
            return self.names.index(text) + self.low
        value = int(text) if re.fullmatch("[0-9]{1,4}", text) else -1
        return value if self.low <= value <= self.high else None


_WEEKDAY = rf"(?:[1-7]|{'|'.join(_DAYS)})"
_FIELDS = (
    _Field("minute", 0, 59),
    _Field("hour", 0, 23),
    _Field("day of the month", 1, 31, special=r"\?|L|LW|(?:[1-9]|[12][0-9]|3[01])W"),
    _Field("month", 1, 12, _MONTHS),
    _Field("day of the week", 1, 7, _DAYS, special=rf"\?|L|{_WEEKDAY}L|{_WEEKDAY}#[1-5]", has_steps=False),
    _Field("year", 1970, 2199),
)


def cron_flaw(expression: str) -> str | None:
    """Say what keeps `expression` (six fields, without `cron(...)`) from being one of AWS's, or None."""
    parts = expression.split(" ")
    if len(parts) != len(_FIELDS):
        return "it has six fields: minute, hour, day of the month, month, day of the week, year"
    for field, text in zip(_FIELDS, parts, strict=True):
        if flaw := field.flaw(text):
            return flaw
    if (parts[2] == "?") == (parts[4] == "?"):
        return "of the day of the month and the day of the week one must be '?', and the other must not"
    return None


def _check_cron(text: str) -> str:
    flaw = cron_flaw(text)
    if flaw is None:
        return text
    better = _better(text)
    hint = f"; write {better!r}" if better and cron_flaw(better) is None else ""
    raise broken_rule(
        f"expected a cron expression of AWS's, such as {CRON_EXAMPLE!r}, got {quoted(text)}; {flaw}{hint}"
    )


def _better(text: str) -> str | None:
    """What `text` probably means: without `cron()`, in capitals, in single spaces, with the fields that AWS wants."""
    inner = re.fullmatch(r"\s*(?:cron\()?([^()]*)\)?\s*", text, re.IGNORECASE)
    parts = inner[1].upper().split() if inner else []
    if len(parts) == 5:  # a crontab's line: no year, and weekdays from 0, which is Sunday
        parts = [*parts[:4], re.sub(r"(?<![/#0-9])[0-7](?![0-9])", lambda day: _DAYS[int(day[0]) % 7], parts[4]), "*"]
    if len(parts) != len(_FIELDS):
        return None
    if "?" not in (parts[2], parts[4]) and "*" in (parts[2], parts[4]):
        parts[2 if parts[2] == "*" and parts[4] != "*" else 4] = "?"
    return " ".join(parts)


def _check_timezone(name: str) -> str:
    if re.fullmatch(r"(?:GMT|UTC) ?[+-] ?[0-9:]+", name):
        raise broken_rule(f"expected a zone by its name, such as {_ZONE_EXAMPLE!r}, got the offset {quoted(name)}")
    is_formed = re.fullmatch(_ZONE, name) is not None and len(name) <= 50
    if is_formed and _is_zone(name):
        return name
    if re.fullmatch("[A-Z]{3,4}", name):  # the nearest spelling is another zone's: MST for PST
        raise broken_rule(f"expected a zone by its name, such as {_ZONE_EXAMPLE!r}, got the abbreviation {name!r}")
    # This opens 600 files, so that it is asked only where the name is wrong.
    known = tuple(sorted(zoneinfo.available_timezones()))
    if is_formed and not known:
        return name  # this machine has no time zone database; AWS has one
    context = {"what": "time zone", "choices": known, "example": _ZONE_EXAMPLE, "refused": _NO_ZONES}
    raise PydanticCustomError(CHOICE, "unknown {what}", context)


def _is_zone(name: str) -> bool:
    try:
        zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):  # OSError: the name of a folder, `Asia`
        return False
    return True


_ZONE_EXAMPLE = "Asia/Ho_Chi_Minh"
# The nearest spelling would be China's. The database has one name for all of Vietnam.
_NO_ZONES = dict.fromkeys(("Asia/Hanoi", "Asia/Ha_Noi"), f"has another name; write {_ZONE_EXAMPLE!r}")

# Capitals first: on a file system that ignores case, the database itself would take `asia/tokyo`, and AWS would not.
_ZONE = r"[A-Z][A-Za-z0-9_+-]*(?:/[A-Z][A-Za-z0-9_+-]*)*"


Cron = Annotated[str, TextRule(_check_cron, schema={"pattern": r"^\S+( \S+){5}$"})]

# At most 50 characters: botocore 1.44.5, scheduler, ScheduleExpressionTimezone; read on 2026-11-22.
Timezone = Annotated[str, TextRule(_check_timezone, schema={"pattern": f"^{_ZONE}$", "maxLength": 50})]
