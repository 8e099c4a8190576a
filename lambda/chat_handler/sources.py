"""Where something in the list of models was learned, when, and what is wrong with asking there now.

In and out: nothing but data. Separate because the registry, the keys and the upstreams all say it, and the list tells
it on: one source that fails is named, and neither empties nor holds up the list.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

MODELS = "models"
KEYS = "keys"


@dataclass(frozen=True)
class Source:
    """`name` is `models` (the parameters in SSM), `keys` (the API-keys secret) or `sagemaker <region>`.

    Attributes:
        checked_at: when it last told something; None: it has not yet.
        problem: a sentence on why it does not tell now; None where it does.

    """

    name: str
    checked_at: datetime | None
    problem: str | None = None


def merged(sources: Iterable[Source]) -> list[Source]:
    """One of each name, by name: with the latest time, and the first problem."""
    found = dict[str, Source]()
    for one in sources:
        known = found.get(one.name, one)
        times = [time for time in (known.checked_at, one.checked_at) if time is not None]
        found[one.name] = Source(one.name, max(times, default=None), known.problem or one.problem)
    return [found[name] for name in sorted(found)]


def described(source: Source) -> dict[str, Any]:
    """The source as the API tells it."""
    return {
        "source": source.name,
        "ok": source.problem is None,
        "reason": source.problem,
        "checked_at": iso(source.checked_at),
    }


def iso(time: datetime | None) -> str | None:
    """A time in UTC as the API writes it, to the second: `2026-11-22T23:00:00Z`."""
    return None if time is None else time.strftime("%Y-%m-%dT%H:%M:%SZ")
