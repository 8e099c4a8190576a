"""What a fault does to the bytes of an answer.

In: a whole reply, or the pieces of a stream: whole events of the wire, as its dialect makes them. Out: what is sent
instead. Separate from the switchboard (`faults.py`), which only counts, and from the wires, which know no faults: a
wire says how its events are framed, what its own error looks like, and what an event is that holds no JSON.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from contextlib import AsyncExitStack
from itertools import pairwise
from typing import Protocol

from starlette.responses import Response

from generator.local.faults import Fault
from generator.local.model_client import UnreachableError
from generator.local.streams import Stream

GARBAGE = b"\xff\xfe{ this is not of the wire"
_APART_S = 0.002  # between two writes, so that the reader gets them as two


class CutOffError(UnreachableError):
    """The reply ends here, and with it the connection."""


class Wiring(Protocol):
    """What a fault needs to know of a wire."""

    @property
    def malformed(self) -> bytes:
        """An event whose frame is right and whose content is no JSON, not framed yet."""

    @property
    def error_event(self) -> bytes:
        """The wire's own error in the middle of a stream, framed."""

    def framed(self, piece: bytes) -> Iterable[bytes]:
        """One event as it goes out."""


def reply(fault: Fault, body: bytes, media_type: str, headers: Mapping[str, str]) -> Response:
    """A whole reply as the fault leaves it."""
    if fault.kind == "bad_bytes":
        body = GARBAGE + body[: len(body) // 2]
    elif fault.kind == "bad_chunk":
        body = body[: len(body) // 2]
    elif fault.kind in ("cut", "stall", "split"):
        sized = {**headers, "content-length": str(len(body))}
        return Stream(_in_parts(fault, body), AsyncExitStack(), headers=sized, media_type=media_type)
    return Response(body, headers=dict(headers), media_type=media_type)


async def stream(fault: Fault, pieces: AsyncIterator[bytes], wiring: Wiring) -> AsyncIterator[bytes]:
    """A stream as the fault leaves it, framed."""
    if fault.kind == "no_newline":
        pieces = _last_without_newline(pieces)
    passed = 0
    async for piece in pieces:
        is_its_turn = passed == fault.after
        passed += 1
        async for sent in _harmed(fault, piece, wiring) if is_its_turn else _framed(piece, wiring):
            for part in odd_parts(sent) if fault.kind == "split" else (sent,):
                yield part
                if fault.kind == "split":
                    await asyncio.sleep(_APART_S)
        if is_its_turn and fault.kind == "error_event":
            return


def odd_parts(body: bytes) -> Iterator[bytes]:
    """`body` cut after its first byte, in its middle, and inside its first character of several bytes."""
    inside = next((index for index, byte in enumerate(body) if byte & 0xC0 == 0x80), 1)
    edges = sorted({0, 1, len(body) // 2, inside, len(body)})
    return (body[start:end] for start, end in pairwise(edges))


async def _harmed(fault: Fault, piece: bytes, wiring: Wiring) -> AsyncIterator[bytes]:
    """What is sent in the place of `piece`."""
    if fault.kind == "cut":
        for part in wiring.framed(piece[: len(piece) // 2]):
            yield part
        raise CutOffError("as a fault was told to")
    if fault.kind == "error_event":
        yield wiring.error_event
        return
    if fault.kind == "stall":
        await asyncio.sleep(fault.seconds)
    before = {"bad_bytes": GARBAGE + b"\n\n", "bad_chunk": wiring.malformed}.get(fault.kind)
    for each in (piece,) if before is None else (before, piece):
        for part in wiring.framed(each):
            yield part


async def _framed(piece: bytes, wiring: Wiring) -> AsyncIterator[bytes]:
    for part in wiring.framed(piece):
        yield part


async def _last_without_newline(pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    last = b""
    async for piece in pieces:
        if last:
            yield last
        last = piece
    yield last.rstrip(b"\r\n")


async def _in_parts(fault: Fault, body: bytes) -> AsyncIterator[bytes]:
    for number, part in enumerate(odd_parts(body) if fault.kind == "split" else _halves(body)):
        if number and fault.kind == "cut":
            raise CutOffError("as a fault was told to")
        if number:
            await asyncio.sleep(fault.seconds if fault.kind == "stall" else _APART_S)
        yield part


def _halves(body: bytes) -> tuple[bytes, bytes]:
    return body[: len(body) // 2], body[len(body) // 2 :]
