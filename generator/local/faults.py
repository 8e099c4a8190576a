"""Faults that can be switched on, for tests and for rehearsing what a user sees when an upstream misbehaves.

    PUT    <data_url>/faults   {"wire": "bedrock" | … | "*", "kind": …, "times": 1 | null, "seconds": 2, "after": 2}
    GET    <data_url>/faults   what is switched on
    DELETE <data_url>/faults   switch all off

In: such requests, and from each wire the question what the next request meets. Out: a `Fault`. What a fault does to an
answer is in `wires/spoiling.py` and `wires/model_answers.py`; how a refusal is worded is the wire's own.

`times` counts down by one for each request that the fault met; null means until it is switched off. `after` is how many
events of a stream pass before it is harmed.
"""

from __future__ import annotations

import asyncio
import threading
from dataclasses import dataclass
from typing import Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, model_validator

Wire = Literal["sagemaker", "bedrock", "openai", "azure_openai", "anthropic", "cohere", "google_genai"]
Refused = Literal["throttle", "unauthorized", "overloaded", "context_too_long", "content_filter"]
Spoilt = Literal[
    "slow", "stall", "split", "cut", "no_finish", "no_newline", "bad_bytes", "bad_chunk", "error_event"
]  # fmt: skip
Kind = Literal[Refused, Spoilt]
WIRES: tuple[Wire, ...] = get_args(Wire)
REFUSED: tuple[Refused, ...] = get_args(Refused)
_NOT_OF_THE_WIRE = {
    ("bedrock", "no_newline"): "Bedrock's event streams are frames with a length, which no newline ends",
    ("cohere", "content_filter"): "Cohere documents no answer or error for it (docs.cohere.com/reference/errors)",
}


class FaultRequest(BaseModel):
    """The body of `PUT /faults`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    wire: Wire | Literal["*"] = "*"
    kind: Kind
    times: int | None = Field(default=1, ge=1)
    seconds: float = Field(default=2.0, gt=0, le=60)
    after: int = Field(default=2, ge=0)

    @model_validator(mode="after")
    def _is_possible(self) -> FaultRequest:
        reason = _NOT_OF_THE_WIRE.get((self.wire, self.kind))
        if reason is not None:
            raise ValueError(f"{self.kind!r} cannot happen on {self.wire!r}: {reason}")
        return self

    def meets(self, wire: Wire) -> bool:
        """Whether a request on `wire` meets this fault."""
        return self.wire == wire or (self.wire == "*" and (wire, self.kind) not in _NOT_OF_THE_WIRE)


@dataclass(frozen=True)
class Fault:
    """What one request meets; `none` for almost all of them."""

    kind: Kind | Literal["none"] = "none"
    seconds: float = 0.0
    after: int = 2

    @property
    def refused(self) -> Refused | None:
        """How the request is refused, if it is."""
        return next((kind for kind in REFUSED if kind == self.kind), None)

    async def delay(self) -> None:
        """Wait as long as the fault says: not at all unless it is `slow`."""
        if self.kind == "slow":
            await asyncio.sleep(self.seconds)


class Faults:
    """The faults that are switched on. May be used from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._active: list[FaultRequest] = []

    def switch_on(self, fault: FaultRequest) -> None:
        """Add a fault; one of the same wire and kind is replaced."""
        with self._lock:
            self._active = [*(each for each in self._active if not _is_same(each, fault)), fault]

    def switch_off(self) -> None:
        with self._lock:
            self._active = []

    def active(self) -> list[FaultRequest]:
        with self._lock:
            return list(self._active)

    def take(self, wire: Wire) -> Fault:
        """The oldest fault that a request on `wire` meets, counted down."""
        with self._lock:
            for index, fault in enumerate(self._active):
                if fault.meets(wire):
                    self._active[index : index + 1] = _counted_down(fault)
                    return Fault(fault.kind, fault.seconds, fault.after)
        return Fault()


def _counted_down(fault: FaultRequest) -> list[FaultRequest]:
    if fault.times is None:
        return [fault]
    return [fault.model_copy(update={"times": fault.times - 1})] if fault.times > 1 else []


def _is_same(one: FaultRequest, other: FaultRequest) -> bool:
    return (one.wire, one.kind) == (other.wire, other.kind)
