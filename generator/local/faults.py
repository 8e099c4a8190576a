"""Faults that can be switched on, for tests and for rehearsing what a user sees when an upstream misbehaves.

    PUT    <data_url>/faults   {"wire": "sagemaker" | "bedrock" | "openai" | "*", "kind": …, "times": 1 | null}
    GET    <data_url>/faults   what is switched on
    DELETE <data_url>/faults   switch all off

| kind | what happens to a request |
|---|---|
| `throttle` | refused, in the wire's own shape |
| `unauthorized` | refused as by a wrong key, or for want of access |
| `slow` | `seconds` (2 unless told) pass before the first byte |
| `cut` | the reply ends in its middle, without an error |
| `bad_bytes` | bytes that are not of the wire stand in the middle of the reply |

`times` counts down by one for each request that the fault met; null means until it is switched off. The wires shape
the refusals; what a fault does to bytes is here.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Wire = Literal["sagemaker", "bedrock", "openai"]
Kind = Literal["throttle", "slow", "cut", "bad_bytes", "unauthorized"]
GARBAGE = b"\xff\xfe{ this is not of the wire"
_UNHARMED = 2  # events or frames that pass before a stream is cut or spoilt


class FaultRequest(BaseModel):
    """The body of `PUT /faults`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    wire: Wire | Literal["*"] = "*"
    kind: Kind
    times: int | None = Field(default=1, ge=1)
    seconds: float = Field(default=2.0, gt=0, le=60)


@dataclass(frozen=True)
class Fault:
    """What one request meets; `none` for almost all of them."""

    kind: Kind | Literal["none"] = "none"
    seconds: float = 0.0

    async def delay(self) -> None:
        """Wait as long as the fault says: not at all unless it is `slow`."""
        if self.kind == "slow":
            await asyncio.sleep(self.seconds)

    def spoil(self, body: bytes) -> bytes:
        """A whole reply as the fault leaves it."""
        if self.kind == "cut":
            return body[: len(body) // 2]
        return GARBAGE + body[: len(body) // 2] if self.kind == "bad_bytes" else body

    async def spoil_stream(self, pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        """A stream of whole events or frames as the fault leaves it."""
        passed = 0
        async for piece in pieces:
            if passed == _UNHARMED and self.kind == "cut":
                yield piece[: len(piece) // 2]
                return
            if passed == _UNHARMED and self.kind == "bad_bytes":
                yield GARBAGE + b"\n\n"
            passed += 1
            yield piece


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
                if fault.wire in ("*", wire):
                    self._active[index : index + 1] = _counted_down(fault)
                    return Fault(fault.kind, fault.seconds)
        return Fault()


def _counted_down(fault: FaultRequest) -> list[FaultRequest]:
    if fault.times is None:
        return [fault]
    return [fault.model_copy(update={"times": fault.times - 1})] if fault.times > 1 else []


def _is_same(one: FaultRequest, other: FaultRequest) -> bool:
    return (one.wire, one.kind) == (other.wire, other.kind)
