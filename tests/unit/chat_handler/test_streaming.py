from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat_handler.errors import (
    BadUpstreamResponseError,
    ChatError,
    ContentFilterError,
    ContextLengthError,
    InsufficientQuotaError,
    StreamTruncatedError,
    ThrottledError,
    UpstreamError,
)
from chat_handler.streaming import LONGEST_LINE_BYTES, ChunkDecoder, StreamWatch, decoded, encoded, json_bytes
from tests.unit.chat_handler.stage import CHUNKS, chunk, sse

VIETNAMESE = [chunk("Xin chào"), chunk(" thế giới 🌏\n"), chunk(finish_reason="stop")]


def chunks_of(*parts: bytes) -> list[dict[str, Any]]:
    async def collected() -> list[dict[str, Any]]:
        return [one async for one in decoded(_sent(parts))]

    return asyncio.run(collected())


async def _sent(parts: tuple[bytes, ...]) -> AsyncIterator[bytes]:
    for part in parts:
        yield part


def lines(prefix: str, end: str) -> bytes:
    return "".join(f"{prefix}{json.dumps(one, ensure_ascii=False)}{end}" for one in VIETNAMESE).encode()


@pytest.mark.parametrize(
    "stream",
    [
        pytest.param(lines("data: ", "\n\n"), id="server-sent events"),
        pytest.param(lines("data:", "\n\n"), id="no space after data:"),
        pytest.param(lines("data: ", "\r\n\r\n"), id="CRLF"),
        pytest.param(lines("data: ", "\n"), id="no blank lines"),
        pytest.param(lines("", "\n"), id="JSON lines"),
        pytest.param(lines("data: ", "\n\n").rstrip(b"\n"), id="no newline at the end"),
        pytest.param(lines("", "\n").rstrip(b"\n"), id="JSON lines without a newline at the end"),
        pytest.param(lines(": ping\n\nevent: message\nid: 7\nretry: 5\ndata: ", "\n\n"), id="comments and fields"),
        pytest.param(lines("data: ", "\n\n") + b"data: [DONE]\n\nrubbish", id="rubbish after [DONE]"),
        pytest.param(
            "".join(
                "".join(f"data: {line}\n" for line in json.dumps(one, indent=1).splitlines()) + "\n"
                for one in VIETNAMESE
            ).encode(),
            id="events of several data lines",
        ),
    ],
)
def test_every_spelling_of_a_stream_gives_the_same_chunks(stream: bytes) -> None:
    assert chunks_of(stream) == VIETNAMESE


@given(
    st.lists(st.dictionaries(st.text(max_size=5), st.text(max_size=20) | st.integers(), max_size=3), max_size=5),
    st.sampled_from(["data: ", "data:", ""]),
    st.sampled_from(["\n\n", "\r\n\r\n", "\n"]),
    st.booleans(),
    st.data(),
)
def test_any_split_gives_the_same_chunks(
    sent: list[dict[str, Any]], prefix: str, end: str, is_done: bool, data: st.DataObject
) -> None:
    text = "".join(f"{prefix}{json.dumps(one, ensure_ascii=False)}{end}" for one in sent)
    stream = (text + ("data: [DONE]" if is_done else "")).encode()
    cuts = sorted(data.draw(st.sets(st.integers(0, len(stream)), max_size=len(stream))))
    bounds = [0, *cuts, len(stream)]

    assert chunks_of(*(stream[a:b] for a, b in itertools.pairwise(bounds))) == sent


@given(st.dictionaries(st.text(), st.text() | st.integers() | st.none() | st.booleans()))
def test_what_is_encoded_can_be_decoded(sent: dict[str, Any]) -> None:
    assert chunks_of(encoded(sent)) == [sent]


@pytest.mark.parametrize(
    "stream",
    [
        pytest.param(b"<html>gateway</html>\n", id="HTML"),
        pytest.param(b"data: {broken\n\n", id="broken JSON"),
        pytest.param(b"{broken\n", id="broken JSON line"),
        pytest.param(b"data: [1]\n\n", id="not an object"),
        pytest.param(b"data: \xff\n\n", id="not UTF-8"),
        pytest.param(b"data: " + b"x" * (LONGEST_LINE_BYTES + 1), id="endless line"),
        pytest.param(b"data: " + b"[" * 100_000 + b"\n\n", id="nested event"),
        pytest.param(b'{"choices":' * 100_000 + b"\n", id="nested line"),
    ],
)
def test_what_is_no_chunk_is_an_error_that_repeats_nothing(stream: bytes) -> None:
    with pytest.raises(BadUpstreamResponseError) as caught:
        chunks_of(stream)

    assert not any(word in caught.value.message for word in ("gateway", "broken", "xxx"))


def test_an_event_that_does_not_end_is_not_kept() -> None:
    decoder = ChunkDecoder()
    for _ in range(3):
        decoder.feed(b"data: " + b"x" * (LONGEST_LINE_BYTES // 2) + b"\n")

    assert decoder.error is not None


@pytest.mark.parametrize(
    "end",
    [b"data: {broken", b'{"choices": [', 'data: {"é'.encode()[:-1]],
    ids=["data line", "JSON line", "inside a character"],
)
def test_a_last_line_that_was_cut_is_a_truncated_stream(end: bytes) -> None:
    with pytest.raises(StreamTruncatedError, match="ended in the middle of a chunk"):
        chunks_of(sse(*CHUNKS).removesuffix(b"data: [DONE]\n\n") + end)


@given(st.dictionaries(st.text(), st.text() | st.integers()), st.booleans(), st.sampled_from(["data: ", "data:", ""]))
def test_a_chunk_in_one_line_leaves_as_it_came(sent: dict[str, Any], is_ascii: bool, prefix: str) -> None:
    came = json.dumps(sent, ensure_ascii=is_ascii, indent=None, separators=(" ,", " :")).encode()

    (taken,) = ChunkDecoder().feed(prefix.encode() + came + b"\n")

    assert encoded(taken) == b"data: " + came + b"\n\n"
    assert json_bytes({**taken, "more": 1}) != came


@pytest.mark.parametrize("stream", [b'data: {"a":\ndata: 1}\n\n', b'{"a":\r1}\n', b'[{"a": 1}]\n'])
def test_what_would_not_be_one_line_or_one_object_is_written_anew(stream: bytes) -> None:
    (taken,) = ChunkDecoder().feed(stream)

    assert encoded(taken) == b'data: {"a":1}\n\n'


def test_chunks_that_came_together_say_so() -> None:
    decoder = ChunkDecoder()
    together = decoder.feed(b'data: {"a": 1}\n\ndata: {"a": 2}\n\ndata: {"a"')
    alone = decoder.feed(b": 3}\n\n")

    assert [one.more_follows for one in (*together, *alone)] == [True, False, False]


def test_done_stops_the_reading() -> None:
    decoder = ChunkDecoder()

    assert decoder.feed(b"data: [DONE]\n\ndata: {}\n\n") == []
    assert decoder.is_done


def test_a_whole_stream_is_finished_and_its_usage_is_noted() -> None:
    watch = StreamWatch()

    for one in CHUNKS:
        watch.see(one)

    watch.check_end()
    assert (watch.finish_reason, watch.usage) == ("stop", CHUNKS[-1]["usage"])


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists))
def test_a_choices_number_may_be_anything(index: Any) -> None:
    watch = StreamWatch()
    watch.see({"choices": [{"index": index, "delta": {"content": "Paris."}, "finish_reason": "stop"}]})

    watch.check_end()


@pytest.mark.parametrize(
    "seen",
    [
        pytest.param([], id="nothing"),
        pytest.param([chunk("Pa")], id="text only"),
        pytest.param([{"choices": [], "usage": {}}], id="usage only"),
        pytest.param(
            [chunk("a"), {"choices": [{"index": 1, "delta": {}}]}, chunk(finish_reason="stop")],
            id="one of two choices",
        ),
    ],
)
def test_a_stream_without_a_finish_is_truncated(seen: list[dict[str, Any]]) -> None:
    watch = StreamWatch()
    for one in seen:
        watch.see(one)

    with pytest.raises(StreamTruncatedError):
        watch.check_end()


@pytest.mark.parametrize(
    ("reported", "error_type", "named"),
    [
        pytest.param(
            {"error": {"message": "secret words", "code": "server_error"}}, UpstreamError, "server_error", id="OpenAI"
        ),
        pytest.param({"error": "secret words", "error_type": "generation"}, UpstreamError, "generation", id="TGI"),
        pytest.param({"object": "error", "message": "secret words", "code": 400}, UpstreamError, "400", id="vLLM"),
        pytest.param({"error": {"code": "secret words"}}, UpstreamError, "reported an error", id="code that is text"),
        pytest.param({"error": {"code": "insufficient_quota"}}, InsufficientQuotaError, "used up", id="quota"),
        pytest.param(
            {"error": {"code": "context_length_exceeded"}}, ContextLengthError, "more than the model", id="too long"
        ),
        pytest.param({"error": {"code": "content_filter"}}, ContentFilterError, "its content", id="content filter"),
        pytest.param({"error": {"type": "overloaded_error"}}, ThrottledError, "overloaded_error", id="overloaded"),
        pytest.param(chunk(finish_reason="error"), UpstreamError, "error", id="LMI's finish_reason"),
    ],
)
def test_an_error_in_the_stream_is_named_by_its_code_only(
    reported: dict[str, Any], error_type: type[ChatError], named: str
) -> None:
    with pytest.raises(error_type) as caught:
        StreamWatch().see(reported)

    assert named in caught.value.message
    assert "secret words" not in caught.value.message
