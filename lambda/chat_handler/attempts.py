"""The one retry loop: at most two attempts, only before anything of an answer was sent, never past the deadline.

In: something to attempt. Out: its first success, or its last error. Separate, and alone: SDK retries below it are
switched off, because nested loops multiply (3 x 3 attempts have outlived Lambda's time).
"""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable
from typing import TypeVar

from chat_handler.deadline import Deadline
from chat_handler.errors import ChatError

T = TypeVar("T")

MOST_ATTEMPTS = 2
# A caller who is asked to wait longer than this is told so at once.
LONGEST_PAUSE_S = 5.0
FIRST_PAUSE_S = 0.3


async def first_success(
    attempt: Callable[[], Awaitable[T]], deadline: Deadline, sleep: Callable[[float], Awaitable[None]]
) -> T:
    """The result of `attempt`, made again once if it failed in a way that may pass.

    Raises:
        ChatError: the last attempt's error, or the first that is not worth another.

    """
    for _ in range(MOST_ATTEMPTS - 1):
        try:
            return await attempt()
        except ChatError as error:
            pause_s = _pause_s(error)
            if not error.retryable or pause_s > min(LONGEST_PAUSE_S, deadline.remaining_s()):
                raise
        await sleep(pause_s)
    return await attempt()


def _pause_s(error: ChatError) -> float:
    if error.retry_after_s is not None:
        return error.retry_after_s
    return FIRST_PAUSE_S * random.uniform(0.5, 1.5)  # noqa: S311 - jitter against many callers at once, no secret
