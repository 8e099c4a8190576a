"""What a conflict between two parts of a catalog is, and how the rules read a catalog that may be wrong elsewhere.

Pure. Separate from the rules (conflicts.py, endpoint_conflicts.py, region_conflicts.py), which all need it. They are
given plain data in which any part may be missing or of the wrong kind, and in which a number may still be text: what a
reader here cannot read is None, and its own problem is reported elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from generator.families.regions import NEWER_REGIONS, PROVIDER_REGIONS

Parts = tuple[str | int, ...]

_REGIONS = frozenset(PROVIDER_REGIONS + NEWER_REGIONS)


@dataclass(frozen=True)
class Conflict:
    """A conflict at `parts`, the keys and indexes that lead there; `other` is the place it conflicts with."""

    parts: Parts
    message: str
    other: Parts | None = None

    def words(self, line_of: Callable[[Parts], int] | None = None) -> str:
        """The message; with `line_of`, naming the other place's line."""
        if self.other is None:
            return self.message
        place = f"line {line_of(self.other)}" if line_of else f"models[{self.other[1]}]"
        return f"{self.message} (see {place})"


def mapping(value: Any) -> Mapping[str, Any]:
    """`value` if it is a mapping, else an empty one."""
    return value if isinstance(value, Mapping) else {}


def text(value: Any) -> str | None:
    """`value` if it is text that says something, else None."""
    return str(value) if isinstance(value, str) and value else None


def whole(value: Any) -> int | None:
    """`value` if it is a whole number, or text of one, else None."""
    if isinstance(value, str) and re.fullmatch("[0-9]{1,9}", value):
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def region(value: Any) -> str | None:
    """`value` if it is a region of AWS's, else None."""
    name = text(value)
    return name if name in _REGIONS else None
