"""Cutting and splitting: nothing is lost or reordered, whatever the bytes are."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.local import sse
from generator.local.wires.sagemaker import cut


@given(st.binary(min_size=1), st.integers())
def test_cut_parts_make_the_chunk_again(chunk: bytes, seed: int) -> None:
    parts = cut(chunk, random.Random(seed))  # noqa: S311 - not a secret

    assert b"".join(parts) == chunk
    assert all(parts)


@given(st.text(st.characters(min_codepoint=0x80, exclude_categories=["Cs"]), min_size=1, max_size=1), st.integers())
def test_a_character_of_several_bytes_is_cut_through(character: str, seed: int) -> None:
    parts = cut(f"ab{character}cd".encode(), random.Random(seed))  # noqa: S311 - not a secret

    assert any(not _is_text(part) for part in parts)


@given(st.lists(st.binary(max_size=20)))
def test_split_events_make_the_stream_again(chunks: list[bytes]) -> None:
    stream = b"".join(chunks)

    events = _split(chunks)

    assert b"".join(events) == stream
    assert all(event.endswith((b"\n\n", b"\n\r\n")) for event in events[:-1])


def test_lines_may_end_as_https_do() -> None:
    assert _split([b"data: 1\r\n\r", b"\ndata: 2\r\n", b"\r\n"]) == [b"data: 1\r\n\r\n", b"data: 2\r\n\r\n"]


@pytest.mark.parametrize(
    ("event", "document"),
    [
        pytest.param(b'data: {"a": "\xc3\xa9"}\n\n', {"a": "é"}, id="an object"),
        pytest.param(b"data: [DONE]\n\n", None, id="the end"),
        pytest.param(b": ping\n\n", None, id="a comment"),
        pytest.param(b'data: "text"\n\n', None, id="not an object"),
        pytest.param(b"data: \xff\n\n", None, id="not text"),
    ],
)
def test_parse_finds_the_object_of_an_event(event: bytes, document: dict[str, str] | None) -> None:
    assert sse.parse(event) == document


def _split(chunks: list[bytes]) -> list[bytes]:
    async def arriving() -> AsyncIterator[bytes]:
        for chunk in chunks:
            yield chunk

    async def collect() -> list[bytes]:
        return [event async for event in sse.split(arriving())]

    return asyncio.run(collect())


def _is_text(part: bytes) -> bool:
    try:
        part.decode()
    except UnicodeDecodeError:
        return False
    return True
