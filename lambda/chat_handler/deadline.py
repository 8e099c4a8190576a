"""How long a request may take: until a moment before Lambda would kill it.

In: the `x-amzn-lambda-context` header, which the Lambda Web Adapter adds to every request (JSON; `deadline` is in
milliseconds since the epoch). Out: a `Deadline` that awaits things only as long as there is time. Separate because a
killed function answers nothing at all: every wait of the handler has to go through here.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from chat_handler.errors import UpstreamTimeoutError

T = TypeVar("T")

# The answer has to leave the function at least 1 s before it is killed; the rest is for writing it.
MARGIN_S = 1.5
# Lambda's own maximum, for requests that come without a context.
LONGEST_S = 900.0


@dataclass(frozen=True)
class Deadline:
    """A point in time, `at` in seconds since the epoch as `now` tells it."""

    at: float
    now: Callable[[], float] = time.time

    def remaining_s(self) -> float:
        """Seconds that are left; zero or less when there is no time."""
        return self.at - self.now()

    async def limit(self, work: Awaitable[T]) -> T:
        """The result of `work`, which is cancelled when the time is over.

        Raises:
            UpstreamTimeoutError: the time was over first.

        """
        try:
            async with asyncio.timeout(self.remaining_s()) as scope:
                return await work
        except TimeoutError as exc:
            if not scope.expired():
                raise
            raise UpstreamTimeoutError(
                "the model had not finished when the handler's time was nearly over; "
                "ask for a shorter answer (max_tokens), or raise handler.timeout_s in the catalog"
            ) from exc


def from_lambda_context(header: str | None, now: Callable[[], float] = time.time) -> Deadline:
    """The deadline that the `x-amzn-lambda-context` header gives, or 900 s from now where it gives none."""
    longest = now() + LONGEST_S
    try:
        killed_at = float(json.loads(header or "")["deadline"]) / 1000
    except (ValueError, KeyError, TypeError):
        return Deadline(longest - MARGIN_S, now)
    return Deadline(min(killed_at, longest) - MARGIN_S, now)
