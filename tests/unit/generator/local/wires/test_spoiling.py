from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.local.faults import Fault, Kind
from generator.local.wires import spoiling
from generator.local.wires.spoiling import GARBAGE, CutOffError, odd_parts

PIECES = [b"one\n\n", b"two\n\n", b"three\n\n", b"four\n\n"]


class Marked:
    """A wire that marks each frame."""

    malformed = b"{"
    error_event = b"[error]"

    def framed(self, piece: bytes) -> Iterable[bytes]:
        return (b"<" + piece + b">",)


def sent(kind: Kind, pieces: list[bytes] = PIECES, *, after: int = 2) -> tuple[list[bytes], bool]:
    """What is sent, and whether the connection is cut after it."""
    got: list[bytes] = []

    async def arriving() -> AsyncIterator[bytes]:
        for piece in pieces:
            yield piece

    async def collect() -> bool:
        try:
            async for part in spoiling.stream(Fault(kind, 0.001, after), arriving(), Marked()):
                got.append(part)
        except CutOffError:
            return True
        return False

    was_cut = asyncio.run(collect())
    return got, was_cut


WHOLE = [b"<one\n\n>", b"<two\n\n>", b"<three\n\n>", b"<four\n\n>"]


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        pytest.param("throttle", (WHOLE, False), id="harmless to a stream"),
        pytest.param("stall", (WHOLE, False), id="late"),
        pytest.param("cut", ([*WHOLE[:2], b"<thr>"], True), id="cut"),
        pytest.param("bad_bytes", ([*WHOLE[:2], b"<" + GARBAGE + b"\n\n>", *WHOLE[2:]], False), id="bad bytes"),
        pytest.param("bad_chunk", ([*WHOLE[:2], b"<{>", *WHOLE[2:]], False), id="bad chunk"),
        pytest.param("error_event", ([*WHOLE[:2], b"[error]"], False), id="the wire's own error"),
        pytest.param("no_newline", ([*WHOLE[:3], b"<four>"], False), id="no newline"),
    ],
)
def test_a_fault_spoils_a_stream_in_its_middle_or_at_its_end(kind: Kind, expected: tuple[list[bytes], bool]) -> None:
    assert sent(kind) == expected


@pytest.mark.parametrize(("after", "expected"), [(0, [b"[error]"]), (1, [WHOLE[0], b"[error]"]), (4, WHOLE)])
def test_the_harm_comes_after_as_many_events_as_it_is_told(after: int, expected: list[bytes]) -> None:
    assert sent("error_event", after=after) == (expected, False)


def test_a_split_stream_is_whole_in_odd_parts() -> None:
    parts, _ = sent("split", ["Huế".encode()])

    assert b"".join(parts) == "<Huế>".encode()
    assert any(part[:1] > b"\x7f" and part[0] & 0xC0 == 0x80 for part in parts), "no character is cut"


@given(st.binary(min_size=1))
def test_odd_parts_make_the_body_again(body: bytes) -> None:
    parts = list(odd_parts(body))

    assert b"".join(parts) == body
    assert all(parts)
