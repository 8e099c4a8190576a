"""Replies: JSON, errors, and streams of server-sent events.

In: what a route decided. Out: Starlette responses. Separate from the routes because a stream's errors, its end and a
client that leaves are handled while the reply is being sent, after the route has returned.
"""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Callable
from typing import Any

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from chat_handler import streaming
from chat_handler.disconnects import unless_gone
from chat_handler.errors import ChatError, InternalError, error_headers, error_object
from chat_handler.logs import places_of
from chat_handler.observed import Observed, observed
from chat_handler.open_streams import OpenStream
from chat_handler.patience import Watchdog
from chat_handler.streaming import JsonObject

log = logging.getLogger(__name__)


def json_reply(value: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """`value` as JSON, not escaped beyond what JSON needs."""
    return json_bytes_reply(streaming.json_bytes(value), status, headers)


def json_bytes_reply(body: bytes, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """`body`, which is JSON."""
    return Response(body, status, headers, media_type="application/json")


def error_reply(error: ChatError, request_id: str | None = None) -> Response:
    """`error` as an HTTP reply."""
    return json_reply(error_object(error, request_id), error.status, error_headers(error))


def internal_error(exc: Exception) -> InternalError:
    """The error for a defect of ours. The log gets its place; the text may hold a prompt and goes nowhere."""
    log.error("defect: %s", type(exc).__name__, extra={"fields": {"places": places_of(exc)}})
    return InternalError("the handler has a defect; its log has the place, under this reply's X-Request-Id")


class StreamReply(Response):
    """An answer in server-sent events: what `stream` holds, then the rest, then `[DONE]` or one error event.

    `extension` goes into the first chunk, as `terrachat`. `ended` is told how the stream ended.
    """

    media_type = "text/event-stream"

    def __init__(
        self,
        stream: OpenStream,
        headers: dict[str, str],
        extension: JsonObject | None,
        ended: Callable[[ChatError | None], None],
    ) -> None:
        super().__init__(headers={"cache-control": "no-cache", **headers})
        # Starlette counts the bytes of the empty content; a stream's length is not known.
        del self.headers["content-length"]
        self._stream = stream
        self._extension = extension
        self._ended = ended

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the stream. The upstream is closed in every case, also when the client goes away."""
        async with contextlib.aclosing(self._stream.chunks), unless_gone(receive):
            await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
            events = _Events(send, self._first_events())
            end = await self._relayed(events, scope)
            await events.finish(end)

    def _first_events(self) -> list[bytes]:
        held = [chunk for chunk in self._stream.held if self._stream.is_for_client(chunk)]
        if self._extension is not None:
            held = [{**held[0], "terrachat": self._extension}, *held[1:]]
        return [streaming.encoded(chunk) for chunk in held]

    async def _relayed(self, events: _Events, scope: Scope) -> bytes:
        """Send all chunks; the result is the event that comes after them."""
        noted = observed(scope)
        error: ChatError | None = None
        try:
            await self._relay(events, noted)
        except ChatError as exc:
            error = exc
        except Exception as exc:  # noqa: BLE001 - the status is sent, so only an event can still tell the client
            error = internal_error(exc)
        finally:
            noted.usage, noted.finish_reason = self._stream.watch.usage, self._stream.watch.finish_reason
        self._ended(error)
        if error is None:
            return streaming.DONE_EVENT
        noted.error_code = error.code
        return streaming.encoded(error_object(error, scope["state"].get("request_id")))

    async def _relay(self, events: _Events, noted: Observed) -> None:
        """The loop that every token passes: no task, no timer and no layer more than it needs."""
        watch = self._stream.watch
        async with Watchdog(self._stream.deadline, self._stream.patience) as watchdog:
            watchdog.rests()
            await events.flush()
            noted.first_token_at = time.monotonic()
            watchdog.waits()
            async for chunk in self._stream.chunks:
                watch.see(chunk)
                if self._stream.is_for_client(chunk):
                    events.waiting.append(streaming.encoded(chunk))
                if events.waiting and not getattr(chunk, "more_follows", False):
                    watchdog.rests()
                    await events.flush()
                    watchdog.waits()
        watch.check_end()


class _Events:
    """The events of one reply. What came from the upstream together, `waiting`, leaves together."""

    def __init__(self, send: Send, waiting: list[bytes]) -> None:
        self._send = send
        self.waiting = waiting

    async def flush(self) -> None:
        body = b"".join(self.waiting)
        self.waiting.clear()
        await self._send({"type": "http.response.body", "body": body, "more_body": True})

    async def finish(self, event: bytes) -> None:
        body = b"".join([*self.waiting, event])
        await self._send({"type": "http.response.body", "body": body, "more_body": False})
