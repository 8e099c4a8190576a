"""How long a request may take: until a moment before Lambda would kill it.

In: the `x-amzn-lambda-context` header, which the Lambda Web Adapter adds to every request (JSON; `deadline` is in
milliseconds since the epoch). Out: a `Deadline` that awaits things only as long as there is time. Separate because a
killed function answers nothing at all: every wait of the handler has to go through here, or through a `Watchdog`.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from chat_handler.errors import DeadlineExceededError

T = TypeVar("T")

# The answer has to leave the function at least 1 s before it is killed; the rest is for writing it.
MARGIN_S = 1.5
# Lambda's own maximum, for requests that come without a context.
LONGEST_S = 900.0
# With less than this no model is asked: 2 s before Lambda's own end.
SHORTEST_S = 0.5


class LateError(Exception):
    """The work took longer than it was given; the request itself still has time."""


@dataclass(frozen=True)
class Deadline:
    """A point in time, `at` in seconds since the epoch as `now` tells it."""

    at: float
    now: Callable[[], float] = time.time

    def remaining_s(self) -> float:
        """Seconds that are left; zero or less when there is no time."""
        return self.at - self.now()

    def check(self) -> None:
        """Check that there is time enough to begin anything.

        Raises:
            DeadlineExceededError: there is not.

        """
        if self.remaining_s() < SHORTEST_S:
            raise DeadlineExceededError(
                "the handler has no time left to ask a model; ask again, or raise handler.timeout_s in the catalog"
            )

    async def limit(self, work: Awaitable[T], within_s: float | None = None) -> T:
        """The result of `work`, which is cancelled when the time is over, or after `within_s`.

        Raises:
            DeadlineExceededError: the time was over first.
            LateError: `within_s` was, and there is time left for something else.

        """
        remaining_s = self.remaining_s()
        is_shorter = within_s is not None and within_s < remaining_s
        try:
            async with asyncio.timeout(within_s if is_shorter else remaining_s) as scope:
                return await work
        except TimeoutError as exc:
            if not scope.expired():
                raise
            if is_shorter:
                raise LateError from exc
            raise over() from exc


def over() -> DeadlineExceededError:
    """The error for work that had not ended when the time was over."""
    return DeadlineExceededError(
        "the model had not finished when the handler's time was nearly over; "
        "ask for a shorter answer (max_tokens), or raise handler.timeout_s in the catalog"
    )


def from_lambda_context(header: str | None, now: Callable[[], float] = time.time) -> Deadline:
    """The deadline that the `x-amzn-lambda-context` header gives, or 900 s from now where it gives none."""
    longest = now() + LONGEST_S
    try:
        killed_at = float(json.loads(header or "")["deadline"]) / 1000
    except (ValueError, KeyError, TypeError):
        return Deadline(longest - MARGIN_S, now)
    return Deadline(min(longest, killed_at) - MARGIN_S, now)  # in this order: NaN is less than nothing
