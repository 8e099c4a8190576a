"""How long a model may be silent: before its first token, and between two.

In: a model's record, whose `timeouts` the catalog sets. Out: its `Patience`, and a `Watchdog` over a stream that is
being relayed. Separate from `deadline.py`, which knows the request's whole time and no model. The vendors' clients
have time-outs too; those are longer, and only there for a reply that nobody awaits here.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from types import TracebackType
from typing import Any

from chat_handler.deadline import Deadline, over
from chat_handler.errors import ChatError, UpstreamTimeoutError
from chat_handler.upstreams.base import ModelRecord

# A reasoning model thinks before its first token, and some servers say nothing of it: a minute is common.
FIRST_TOKEN_S = 120.0
# An answer that has begun: a tool call's arguments may come in one piece, after a while.
BETWEEN_TOKENS_S = 90.0


@dataclass(frozen=True)
class Patience:
    """The longest silences of one model, in seconds. `model_id` is for the message."""

    model_id: str
    first_token_s: float = FIRST_TOKEN_S
    between_tokens_s: float = BETWEEN_TOKENS_S

    def nothing_came(self) -> UpstreamTimeoutError:
        """The error for a model that had not begun to answer in time."""
        return UpstreamTimeoutError(
            f"model {self.model_id!r} had sent nothing after {self.first_token_s:.3g} s; ask again, or raise its "
            "timeouts.first_token_s in the catalog",
            retryable=True,
        )

    def gives_way(self, after_s: float) -> UpstreamTimeoutError:
        """The error for a model whose share of the request's time was over, so that a fallback has the rest."""
        return UpstreamTimeoutError(
            f"model {self.model_id!r} had not answered after {after_s:.3g} s, when it was its fallback's turn; "
            "ask again",
            retryable=True,
        )

    def fell_silent(self) -> UpstreamTimeoutError:
        """The error for a model that stopped in the middle of its answer."""
        return UpstreamTimeoutError(
            f"model {self.model_id!r} sent nothing for {self.between_tokens_s:.3g} s in the middle of its answer; ask "
            "again, or raise its timeouts.between_tokens_s in the catalog",
            retryable=True,
        )


def patience_of(record: ModelRecord) -> Patience:
    """What the record of a model says, and else what is usual."""
    timeouts = record.fields.get("timeouts")
    given = timeouts if isinstance(timeouts, dict) else {}
    return Patience(
        record.id,
        _seconds(given.get("first_token_s"), FIRST_TOKEN_S),
        _seconds(given.get("between_tokens_s"), BETWEEN_TOKENS_S),
    )


def _seconds(value: Any, usual: float) -> float:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number and 0 < value < float("inf") else usual


class Watchdog:
    """Ends the block that it is entered for when the model falls silent, or the whole time is over.

    Time counts while `waits` was called last, and not while a slow client takes what is there. One timer watches the
    whole stream and looks only when it may be due: a timer for each token would cost more than the token.
    """

    def __init__(self, deadline: Deadline, patience: Patience) -> None:
        self._deadline = deadline
        self._patience = patience
        self._error: ChatError | None = None
        self._since: float | None = None

    async def __aenter__(self) -> Watchdog:
        """Begin to watch the task that is running, which waits for its upstream now."""
        self._loop = asyncio.get_running_loop()
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - `async with` runs in a task
        self._task = task
        self._cancelling = task.cancelling()
        self.waits()
        self._arm()
        return self

    async def __aexit__(self, _: object, exc: BaseException | None, __: TracebackType | None) -> None:
        """Stop watching.

        Raises:
            ChatError: the watchdog ended the block.

        """
        self._timer.cancel()
        if self._error is None:
            return
        was_last = self._task.uncancel() <= self._cancelling
        if was_last and isinstance(exc, asyncio.CancelledError):
            raise self._error from exc

    def waits(self) -> None:
        """The upstream has to send something now."""
        self._since = self._loop.time()

    def rests(self) -> None:
        """The upstream has done its part."""
        self._since = None

    def _arm(self) -> None:
        left_s = min(self._silence_left_s(), self._deadline.remaining_s())
        self._timer = self._loop.call_later(max(0.0, left_s), self._look)

    def _look(self) -> None:
        if self._deadline.remaining_s() <= 0:
            self._error = over()
        elif self._silence_left_s() <= 0:
            self._error = self._patience.fell_silent()
        else:
            self._arm()
            return
        self._task.cancel()

    def _silence_left_s(self) -> float:
        silent_s = 0.0 if self._since is None else self._loop.time() - self._since
        return self._patience.between_tokens_s - silent_s
