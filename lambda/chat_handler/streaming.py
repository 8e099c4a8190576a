"""Streams of chat chunks: from an upstream's bytes, checked, and to the client's server-sent events.

In: bytes as they arrive, split anywhere, also inside a line or a UTF-8 character. Out: chunks (`dict`, as OpenAI's
`chat.completion.chunk`), and a `StreamWatch` that knows whether a stream came to its end. Pure, without IO: every
upstream that speaks OpenAI's wire shares it, and a split at any place can be tested.

Parts of a SageMaker stream respect neither line nor character boundaries, LMI sends JSON lines without `data:`, TGI
sends `data:` without a space, and a truncated stream has no last newline (measured and read, 2026-11-22).
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncGenerator, AsyncIterator
from typing import Any

from chat_handler.errors import ChatError, StreamTruncatedError, ThrottledError, UpstreamError, error_object

JsonObject = dict[str, Any]

DONE_EVENT = b"data: [DONE]\n\n"
# One line holds at most an image; without a limit an upstream that never ends a line would fill the memory.
LONGEST_LINE_BYTES = 16 * 1024 * 1024

_SAFE_CODE = re.compile(r"[A-Za-z0-9_.-]{1,64}")
_THROTTLED_CODES = {"rate_limit_exceeded", "rate_limit_error", "overloaded_error", "429"}


class ChunkDecoder:
    """Reassembles the chunks of one stream.

    Takes server-sent events, with or without a space after `data:`, with LF or CRLF, and bare JSON lines; skips
    comments, blank lines and other fields. `is_done` says that the upstream sent `[DONE]`: what follows is ignored.
    """

    def __init__(self) -> None:
        self.is_done = False
        self._rest = b""
        self._data: list[str] = []

    def feed(self, part: bytes) -> list[JsonObject]:
        """The chunks that `part` completes.

        Raises:
            UpstreamError: a complete event is no JSON object, or a line is longer than 16 MiB.

        """
        *lines, self._rest = (self._rest + part).split(b"\n")
        if len(self._rest) > LONGEST_LINE_BYTES:
            raise UpstreamError(f"the upstream sent a line of more than {LONGEST_LINE_BYTES} bytes")
        return [chunk for line in lines if (chunk := self._take(line)) is not None]

    def finish(self) -> list[JsonObject]:
        """The chunk in a last line without a newline, if there is one.

        Raises:
            StreamTruncatedError: the last line has no end and is no JSON object: it was cut.
            UpstreamError: what is left is no JSON object, and was not cut either.

        """
        line, self._rest = self._rest, b""
        try:
            chunks = [self._take(line), self._take(b"")]
        except UpstreamError as exc:
            if not line.startswith((b"data:", b"{", b"[")):  # an error page, say: no chunk that was begun
                raise
            raise StreamTruncatedError(
                "the upstream's stream ended in the middle of a chunk: the answer is cut off; ask again"
            ) from exc
        return [chunk for chunk in chunks if chunk is not None]

    def _take(self, line: bytes) -> JsonObject | None:
        if self.is_done:
            return None
        text = _decoded(line.rstrip(b"\r"))
        if not text:
            return self._end_event()
        if text.startswith("data:"):
            return self._take_data(text.removeprefix("data:").removeprefix(" "))
        if text.startswith(("{", "[")):
            return _chunk(text)
        if re.match(r"(event|id|retry)?:", text):
            return None
        raise _not_a_chunk(text)

    def _take_data(self, data: str) -> JsonObject | None:
        if data.strip() == "[DONE]":
            self.is_done = True
            return None
        # The events of every known upstream are one line each; an event of several `data:` lines is allowed, and a
        # server that leaves out the blank line between events is tolerated.
        self._data.append(data)
        try:
            chunk = json.loads("\n".join(self._data))
        except ValueError:
            return None
        self._data.clear()
        return _object(chunk)

    def _end_event(self) -> JsonObject | None:
        if not self._data:
            return None
        text = "\n".join(self._data)
        self._data.clear()
        return _chunk(text)


class StreamWatch:
    """What one stream has said so far: usage, finish, errors."""

    def __init__(self) -> None:
        self.usage: JsonObject | None = None
        self.finish_reason: str | None = None
        self._is_open: dict[int, bool] = {}

    def see(self, chunk: JsonObject) -> None:
        """Note what `chunk` says.

        Raises:
            ChatError: the chunk reports an error instead of text.

        """
        if chunk.get("error") or chunk.get("object") == "error":
            raise error_in_stream(chunk)
        if isinstance(usage := chunk.get("usage"), dict):
            self.usage = usage
        choices = chunk.get("choices")
        for choice in choices if isinstance(choices, list) else ():
            if isinstance(choice, dict):
                self._see_choice(choice)

    def check_end(self) -> None:
        """Check, after the upstream's last chunk, that every choice was finished.

        Raises:
            StreamTruncatedError: the stream ended in the middle.

        """
        if not self._is_open or any(self._is_open.values()):
            raise StreamTruncatedError(
                "the upstream's stream ended without a finish_reason: the answer is cut off; ask again"
            )

    def _see_choice(self, choice: JsonObject) -> None:
        reason = choice.get("finish_reason")
        index = choice.get("index", 0)
        self._is_open[index] = self._is_open.get(index, True) and reason is None
        if reason == "error":
            raise UpstreamError("the model's server stopped with an error in the middle of the answer")
        if isinstance(reason, str):
            self.finish_reason = reason


async def decoded(parts: AsyncIterator[bytes]) -> AsyncGenerator[JsonObject, None]:
    """The chunks in `parts`, up to `[DONE]` or to the end.

    Raises:
        UpstreamError: the bytes are no chunks.

    """
    decoder = ChunkDecoder()
    async for part in parts:
        for chunk in decoder.feed(part):
            yield chunk
        if decoder.is_done:
            return
    for chunk in decoder.finish():
        yield chunk


async def watched(chunks: AsyncIterator[JsonObject], watch: StreamWatch) -> AsyncGenerator[JsonObject, None]:
    """`chunks`, each seen by `watch` first.

    Raises:
        ChatError: a chunk reports an error, or the stream ends without a finish.

    """
    async for chunk in chunks:
        watch.see(chunk)
        yield chunk
    watch.check_end()


def encoded(chunk: JsonObject) -> bytes:
    """`chunk` as one server-sent event."""
    return b"data: " + json_bytes(chunk) + b"\n\n"


def json_bytes(value: Any) -> bytes:
    r"""`value` as JSON in UTF-8.

    Half of a surrogate pair, which servers that cut an answer between two UTF-16 units send, has no UTF-8; Python's
    replacement for it, `\ud83d`, happens to be JSON's own way of writing it.
    """
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "backslashreplace")


def encoded_error(error: ChatError) -> bytes:
    """`error` as the server-sent event that ends a stream instead of `[DONE]`."""
    return encoded(error_object(error))


def error_in_stream(chunk: JsonObject) -> ChatError:
    """The error that an upstream reports inside a stream whose HTTP status was 200.

    Only its code is repeated: its words may hold parts of the prompt.
    """
    error = chunk["error"] if isinstance(chunk.get("error"), dict) else chunk
    codes = [str(error[key]) for key in ("code", "type", "error_type") if error.get(key)]
    named = next((code for code in codes if _SAFE_CODE.fullmatch(code)), None)
    what = f"the upstream reported {named!r}" if named else "the upstream reported an error"
    if _THROTTLED_CODES.intersection(codes):
        return ThrottledError(f"{what}: it asks to slow down; try again in a moment", retryable=True)
    return UpstreamError(f"{what} in its answer; ask again, and look at the upstream's own log if it stays")


def _decoded(line: bytes) -> str:
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError as exc:
        raise UpstreamError("the upstream sent bytes that are not UTF-8") from exc


def _chunk(text: str) -> JsonObject:
    try:
        return _object(json.loads(text))
    except ValueError as exc:
        raise _not_a_chunk(text) from exc


def _object(value: Any) -> JsonObject:
    if isinstance(value, list) and len(value) == 1:
        value = value[0]  # how TGI writes a whole answer
    if not isinstance(value, dict):
        raise UpstreamError(f"the upstream sent a chunk that is {type(value).__name__} and not a JSON object")
    return value


def _not_a_chunk(text: str) -> UpstreamError:
    return UpstreamError(f"the upstream sent {len(text)} characters that are not a JSON chunk")
