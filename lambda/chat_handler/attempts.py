"""The one retry loop: few attempts, only before anything of an answer was sent, never past the deadline.

In: something to attempt. Out: its first success, or its last error. Separate, and alone: SDK retries below it are
switched off, because nested loops multiply (3 x 3 attempts have outlived Lambda's time). Another model is not its
business: `fallbacks.py` goes through those, each with a loop of its own.
"""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable
from typing import TypeVar

from chat_handler.deadline import Deadline
from chat_handler.errors import ChatError, ModelNotReadyError, UpstreamTimeoutError

T = TypeVar("T")
Sleep = Callable[[float], Awaitable[None]]

# The second attempt mends a lost packet or a passing 500; what it does not mend, a third rarely does.
MOST_ATTEMPTS = 2
FIRST_PAUSE_S = 0.6
# A caller who is asked to wait longer than this is told so at once.
LONGEST_PAUSE_S = 5.0
# With a fallback to ask, waiting is worth less.
LONGEST_PAUSE_BEFORE_FALLBACK_S = 1.0
# A serverless or multi-model endpoint loads its model for the first request; botocore does not wait for that
# (ModelNotReadyException is not among what it retries: measured with botocore 1.44.5, 2026-11-22).
WARM_UP_S = 120.0
FIRST_WARM_UP_PAUSE_S = 2.0
LONGEST_WARM_UP_PAUSE_S = 15.0


class Pauses:
    """Decides, for one model and one request, whether there is another attempt and after how long.

    `most` is the number of attempts; `has_fallback` says that another model waits to be asked.
    """

    def __init__(self, most: int = MOST_ATTEMPTS, *, has_fallback: bool = False) -> None:
        self._left = most - 1
        self._longest_s = LONGEST_PAUSE_BEFORE_FALLBACK_S if has_fallback else LONGEST_PAUSE_S
        self._warm_up_left_s = 0.0 if has_fallback or most == 1 else WARM_UP_S
        self._warm_up_pause_s = FIRST_WARM_UP_PAUSE_S

    def after(self, error: ChatError) -> float | None:
        """Seconds to wait after `error`; None: no other attempt.

        A time-out is not tried again: the time is spent, and the model may still be at work on the first attempt.
        """
        if not error.retryable or isinstance(error, UpstreamTimeoutError):
            return None
        if isinstance(error, ModelNotReadyError) and self._warm_up_left_s > 0:
            return self._warm_up_pause(error)
        if self._left == 0:
            return None
        self._left -= 1
        # Full jitter: callers that failed together must not come back together.
        # https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter, read 2026-11-22.
        asked_s = error.retry_after_s
        pause_s = random.uniform(0, FIRST_PAUSE_S) if asked_s is None else asked_s  # noqa: S311 - no secret
        return pause_s if pause_s <= self._longest_s else None

    def _warm_up_pause(self, error: ChatError) -> float:
        most_s = self._warm_up_pause_s
        self._warm_up_pause_s = min(2 * most_s, LONGEST_WARM_UP_PAUSE_S)
        # Half of it is fixed: an attempt every few milliseconds would not load the model any sooner.
        pause_s = error.retry_after_s or random.uniform(most_s / 2, most_s)  # noqa: S311 - no secret
        self._warm_up_left_s -= pause_s
        return pause_s


async def first_success(
    attempt: Callable[[], Awaitable[T]], deadline: Deadline, sleep: Sleep, pauses: Pauses | None = None
) -> T:
    """The result of `attempt`, made again where it failed in a way that may pass.

    Raises:
        ChatError: the last attempt's error, or the first that is not worth another.

    """
    pauses = pauses or Pauses()
    while True:
        try:
            return await attempt()
        except ChatError as error:
            pause_s = pauses.after(error)
            if pause_s is None or pause_s > deadline.remaining_s():
                raise
        await sleep(pause_s)
