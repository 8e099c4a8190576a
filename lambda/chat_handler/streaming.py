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

from chat_handler import upstream_codes
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

JsonObject = dict[str, Any]

DONE_EVENT = b"data: [DONE]\n\n"
# One line, or one event, holds at most an image; without a limit one that never ends would fill the memory.
LONGEST_LINE_BYTES = 16 * 1024 * 1024

_SAFE_CODE = re.compile(r"[A-Za-z0-9_.-]{1,64}")
_FIELD = re.compile(rb"(event|id|retry)?:")
_THROTTLED_CODES = {"rate_limit_exceeded", "rate_limit_error", "overloaded_error", "429"}


class Received(JsonObject):
    """A JSON object that came from an upstream, with its bytes: what nobody changed is sent on as it came.

    Change none in place; make another one: `{**received, ...}` is an ordinary object.

    Attributes:
        raw: the object's JSON; for a chunk in one line. None where it came in pieces.
        more_follows: the network brought the next chunk together with this one.

    """

    __slots__ = ("more_follows", "raw")

    def __init__(self, value: JsonObject, raw: bytes | None = None) -> None:
        super().__init__(value)
        self.raw = raw
        self.more_follows = False


class ChunkDecoder:
    """Reassembles the chunks of one stream.

    Takes server-sent events, with or without a space after `data:`, with LF or CRLF, and bare JSON lines; skips
    comments, blank lines and other fields.

    Attributes:
        is_done: the upstream sent `[DONE]`: what follows is ignored.
        error: what came after the chunks that were given is no chunk.

    """

    def __init__(self) -> None:
        self.is_done = False
        self.error: BadUpstreamResponseError | None = None
        self._rest = b""
        self._data: list[str] = []

    def feed(self, part: bytes) -> list[Received]:
        """The chunks that `part` completes, up to what is no JSON object or longer than 16 MiB; `error` says so."""
        *lines, self._rest = (self._rest + part).split(b"\n")
        chunks: list[Received] = []
        try:
            for line in lines:
                if (chunk := self._take(line)) is not None:
                    chunks.append(chunk)
            if len(self._rest) > LONGEST_LINE_BYTES:
                raise BadUpstreamResponseError(f"the upstream sent a line of more than {LONGEST_LINE_BYTES} bytes")
        except BadUpstreamResponseError as exc:
            self.error = exc
        for chunk in chunks[:-1]:
            chunk.more_follows = True
        return chunks

    def finish(self) -> list[Received]:
        """The chunk in a last line without a newline, if there is one.

        Raises:
            StreamTruncatedError: the last line has no end and is no JSON object: it was cut.
            BadUpstreamResponseError: what is left is no JSON object, and was not cut either.

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

    def _take(self, line: bytes) -> Received | None:
        if self.is_done:
            return None
        line = line.removesuffix(b"\r")
        if line.startswith(b"data:"):
            return self._take_data(line[5:].removeprefix(b" "))
        if not line:
            return self._end_event()
        if line.startswith((b"{", b"[")):
            return _chunk(line)
        if _FIELD.match(line):
            return None
        raise _not_a_chunk(_decoded(line))

    def _take_data(self, data: bytes) -> Received | None:
        if data.strip() == b"[DONE]":
            self.is_done = True
            return None
        # The events of every known upstream are one line each; an event of several `data:` lines is allowed, and a
        # server that leaves out the blank line between events is tolerated.
        self._data.append(_decoded(data))
        text = "\n".join(self._data)
        if len(text) > LONGEST_LINE_BYTES:
            raise _not_a_chunk(text)
        try:
            value = json.loads(text)
        except (ValueError, RecursionError):
            return None
        is_one_line = len(self._data) == 1
        self._data.clear()
        return _received(value, data if is_one_line else None)

    def _end_event(self) -> Received | None:
        if not self._data:
            return None
        text = "\n".join(self._data)
        self._data.clear()
        return _chunk(text.encode())


class StreamWatch:
    """What one stream has said so far: usage, finish, errors."""

    def __init__(self) -> None:
        self.usage: JsonObject | None = None
        self.finish_reason: str | None = None
        self._is_open: dict[str, bool] = {}

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
        index = str(choice.get("index", 0))  # a number, unless the server is mistaken
        self._is_open[index] = self._is_open.get(index, True) and reason is None
        if reason == "error":
            raise UpstreamError("the model's server stopped with an error in the middle of the answer")
        if isinstance(reason, str):
            self.finish_reason = reason


async def decoded(parts: AsyncIterator[bytes]) -> AsyncGenerator[Received, None]:
    """The chunks in `parts`, up to `[DONE]` or to the end.

    Raises:
        BadUpstreamResponseError: the bytes are no chunks.
        StreamTruncatedError: they end in the middle of one.

    """
    decoder = ChunkDecoder()
    async for part in parts:
        for chunk in decoder.feed(part):
            yield chunk
        if decoder.error is not None:
            raise decoder.error
        if decoder.is_done:
            return
    for chunk in decoder.finish():
        yield chunk


def encoded(chunk: JsonObject) -> bytes:
    """`chunk` as one server-sent event."""
    return b"data: " + json_bytes(chunk) + b"\n\n"


def json_bytes(value: Any) -> bytes:
    r"""`value` as JSON in UTF-8: as it came, if it came from an upstream and nobody changed it.

    Half of a surrogate pair, which servers that cut an answer between two UTF-16 units send, has no UTF-8; Python's
    replacement for it, `\ud83d`, happens to be JSON's own way of writing it.
    """
    if isinstance(value, Received) and value.raw is not None:
        return value.raw
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "backslashreplace")


def error_in_stream(chunk: JsonObject) -> ChatError:
    """The error that an upstream reports inside a stream whose HTTP status was 200.

    Only its code is repeated: its words may hold parts of the prompt.
    """
    error = chunk["error"] if isinstance(chunk.get("error"), dict) else chunk
    codes = [str(error[key]) for key in ("code", "type", "error_type") if error.get(key)]
    named = next((code for code in codes if _SAFE_CODE.fullmatch(code)), None)
    what = f"the upstream reported {named!r}" if named else "the upstream reported an error"
    if upstream_codes.USED_UP.intersection(codes):
        return InsufficientQuotaError(f"{what}: its account has used up its quota; check its plan and billing")
    if _THROTTLED_CODES.intersection(codes):
        return ThrottledError(f"{what}: it asks to slow down; try again in a moment", retryable=True)
    if upstream_codes.TOO_LONG.intersection(codes):
        return ContextLengthError(
            f"{what}: the messages are more than the model can read; shorten them, or begin a new conversation",
            param="messages",
        )
    if upstream_codes.FILTERED.intersection(codes):
        return ContentFilterError(f"{what}: it refused the prompt for its content; say it in other words")
    return UpstreamError(
        f"{what} in its answer; ask again, and look at the upstream's own log if it stays", retryable=True
    )


def _decoded(line: bytes) -> str:
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError as exc:
        raise BadUpstreamResponseError("the upstream sent bytes that are not UTF-8") from exc


def _chunk(line: bytes) -> Received:
    text = _decoded(line)
    try:
        return _received(json.loads(text), line)
    except (ValueError, RecursionError) as exc:
        raise _not_a_chunk(text) from exc


def _received(value: Any, raw: bytes | None) -> Received:
    if isinstance(value, list) and len(value) == 1:
        value, raw = value[0], None  # how TGI writes a whole answer
    if not isinstance(value, dict):
        kind = type(value).__name__
        raise BadUpstreamResponseError(f"the upstream sent a chunk that is {kind} and not a JSON object")
    # To some readers of events these two end a line, and JSON may have them between its words.
    return Received(value, None if raw is None or b"\r" in raw or b"\n" in raw else raw)


def _not_a_chunk(text: str) -> BadUpstreamResponseError:
    return BadUpstreamResponseError(f"the upstream sent {len(text)} characters that are not a JSON chunk")
