"""Leaves a model alone for a while after it failed many times in a row.

In: what became of a model's requests. Out: a `CircuitOpenError` before the next one, or nothing. Separate because it
remembers over requests, in each process of its own: a Lambda environment that was frozen with an open breaker asks
again when it wakes, for the clock went on.

Only outages count (`ChatError.is_outage`): a wrong request, a refused key or a full quota says that the upstream works.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator

from chat_handler.errors import ChatError, CircuitOpenError
from chat_handler.upstreams.base import ModelRecord

FAILURES_TO_OPEN = 5
OPEN_S = 30.0


class Breaker:
    """One model's. Closed: requests pass. Open: none does. Half open, when its time is over: exactly one does."""

    def __init__(self, model_id: str, now: Callable[[], float]) -> None:
        self._model_id = model_id
        self._now = now
        self._failures = 0
        self._last_code = ""
        self._opened_at: float | None = None
        self._is_probing = False

    @contextlib.contextmanager
    def begun(self) -> Iterator[bool]:
        """A block that begins an answer; gives whether it is the one probe of a half-open breaker.

        Raises:
            CircuitOpenError: the model is left alone now.

        """
        is_probe = self._passed()
        try:
            yield is_probe
        except ChatError as error:
            self.ended(error)
            raise
        else:
            self._opened_at = None
        finally:
            self._is_probing = self._is_probing and not is_probe

    def ended(self, error: ChatError | None) -> None:
        """An answer came to its end, or failed with `error`, perhaps in its middle."""
        if error is None:
            self._failures = 0
        elif error.is_outage:
            self._failures += 1
            self._last_code = error.code
            if self._failures >= FAILURES_TO_OPEN:
                self._opened_at = self._now()

    def _passed(self) -> bool:
        if self._opened_at is None:
            return False
        left_s = self._opened_at + OPEN_S - self._now()
        if left_s > 0 or self._is_probing:
            raise CircuitOpenError(
                f"model {self._model_id!r} failed {self._failures} times in a row ({self._last_code}), and is left "
                "alone for a moment; ask again later, or use another model",
                retry_after_s=max(left_s, 1.0),
            )
        self._is_probing = True
        return True


class Breakers:
    """The breakers of the process, one for each model. A changed record begins anew: its fault may be mended."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._breakers: dict[str, tuple[ModelRecord, Breaker]] = {}

    def of(self, record: ModelRecord) -> Breaker:
        """The breaker of the model of `record`."""
        known = self._breakers.get(record.id)
        if known is None or known[0] is not record:
            known = record, Breaker(record.id, self._now)
            self._breakers[record.id] = known
        return known[1]
