"""Leaves a model alone for a while after it failed many times in a row.

In: what became of a model's requests. Out: a `CircuitOpenError` before the next one, or nothing; and for the list of
models what the last request says of the model. Separate because it remembers over requests, in each process of its
own: a Lambda environment that was frozen with an open breaker asks again when it wakes, for the clock went on.

Only outages count (`ChatError.is_outage`): a wrong request, a refused key or a full quota says that the upstream works.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from chat_handler.errors import (
    AuthenticationFailedError,
    ChatError,
    CircuitOpenError,
    EndpointFailedError,
    EndpointMissingError,
    InsufficientQuotaError,
    MissingKeyError,
    NoAccessError,
)
from chat_handler.upstreams.base import ModelRecord, State

FAILURES_TO_OPEN = 5
OPEN_S = 30.0
# What was refused may have been granted since, and nobody would tell; after this the model counts as usable again.
REFUSED_S = 300.0

# Errors that say of the model itself that it cannot be asked, and as which state the list tells it.
_STATES: dict[type[ChatError], State] = {
    NoAccessError: "no_access",
    AuthenticationFailedError: "no_access",
    MissingKeyError: "missing_key",
    EndpointMissingError: "stopped",
    EndpointFailedError: "failed",
    InsufficientQuotaError: "failed",
}
_SHOWN = (MissingKeyError, EndpointMissingError, EndpointFailedError)


@dataclass(frozen=True)
class Trouble:
    """What requests say of a model that cannot be asked.

    Attributes:
        age_s: since when.
        left_s: for how long it is left alone; None where it is not.
        shows: whether a look at the endpoint or the keys finds the same, so that a newer look is to be believed.

    """

    state: State
    reason: str
    age_s: float
    left_s: float | None = None
    shows: bool = False


class Breaker:
    """One model's. Closed: requests pass. Open: none does. Half open, when its time is over: exactly one does."""

    def __init__(self, model_id: str, now: Callable[[], float]) -> None:
        self._model_id = model_id
        self._now = now
        self._failures = 0
        self._last_code = ""
        self._opened_at: float | None = None
        self._is_probing = False
        self._refusal: tuple[ChatError, State, float] | None = None

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
            self._opened_at = self._refusal = None
        finally:
            self._is_probing = self._is_probing and not is_probe

    def ended(self, error: ChatError | None) -> None:
        """An answer came to its end, or failed with `error`, perhaps in its middle."""
        state = next((state for kind, state in _STATES.items() if isinstance(error, kind)), None)
        if error is None:
            self._failures = 0
        elif state is not None:
            self._refusal = error, state, self._now()
        elif error.is_outage:
            self._failures += 1
            self._last_code = error.code
            if self._failures >= FAILURES_TO_OPEN:
                self._opened_at = self._now()

    def trouble(self) -> Trouble | None:
        """What the requests so far say of the model; None where they say nothing, or too long ago."""
        now = self._now()
        if self._opened_at is not None and (left_s := self._opened_at + OPEN_S - now) > 0:
            return Trouble("failed", self._left_alone(), now - self._opened_at, left_s)
        if self._refusal is None:
            return None
        error, state, at = self._refusal
        shows = isinstance(error, _SHOWN)
        return Trouble(state, error.message, now - at, shows=shows) if now - at < REFUSED_S else None

    def _passed(self) -> bool:
        if self._opened_at is None:
            return False
        left_s = self._opened_at + OPEN_S - self._now()
        if left_s > 0 or self._is_probing:
            raise CircuitOpenError(self._left_alone(), retry_after_s=max(left_s, 1.0))
        self._is_probing = True
        return True

    def _left_alone(self) -> str:
        return (
            f"model {self._model_id!r} failed {self._failures} times in a row ({self._last_code}), and is left "
            "alone for a moment; ask again later, or use another model"
        )


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
