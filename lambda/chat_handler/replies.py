"""Replies: JSON, errors, and streams of server-sent events.

In: what a route decided. Out: Starlette responses. Separate from the routes because a stream's errors, its end and a
client that leaves are handled while the reply is being sent, after the route has returned.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import AsyncGenerator
from typing import Any

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from chat_handler import streaming
from chat_handler.deadline import Deadline
from chat_handler.disconnects import unless_gone
from chat_handler.errors import ChatError, InternalError, error_headers, error_object
from chat_handler.logs import places_of
from chat_handler.observed import observed
from chat_handler.streaming import JsonObject

log = logging.getLogger(__name__)


def json_reply(value: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """`value` as JSON, not escaped beyond what JSON needs."""
    return Response(streaming.json_bytes(value), status, headers, media_type="application/json")


def error_reply(error: ChatError) -> Response:
    """`error` as an HTTP reply."""
    return json_reply(error_object(error), error.status, error_headers(error))


def internal_error(exc: Exception) -> InternalError:
    """The error for a defect of ours. The log gets its place; the text may hold a prompt and goes nowhere."""
    log.error("defect: %s", type(exc).__name__, extra={"fields": {"places": places_of(exc)}})
    return InternalError("the handler has a defect; its log has the place, under this reply's X-Request-Id")


class StreamReply(Response):
    """An answer in server-sent events: `first`, then `rest`, then `[DONE]` or one error event."""

    media_type = "text/event-stream"

    def __init__(self, first: JsonObject, rest: AsyncGenerator[JsonObject, None], deadline: Deadline) -> None:
        super().__init__(headers={"cache-control": "no-cache"})
        # Starlette counts the bytes of the empty content; a stream's length is not known.
        del self.headers["content-length"]
        self._first = first
        self._rest = rest
        self._deadline = deadline

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the stream. The upstream is closed in every case, also when the client goes away."""
        async with contextlib.aclosing(self._rest):
            await unless_gone(receive, self._send(scope, send))

    async def _send(self, scope: Scope, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        async with contextlib.aclosing(self._events(scope)) as events:
            async for event in events:
                await send({"type": "http.response.body", "body": event, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _events(self, scope: Scope) -> AsyncGenerator[bytes, None]:
        try:
            yield streaming.encoded(self._first)
            while (chunk := await self._deadline.limit(anext(self._rest, None))) is not None:
                yield streaming.encoded(chunk)
            yield streaming.DONE_EVENT
        except ChatError as exc:
            yield _error_event(exc, scope)
        except Exception as exc:  # noqa: BLE001 - the status is sent, so only an event can still tell the client
            yield _error_event(internal_error(exc), scope)


def _error_event(error: ChatError, scope: Scope) -> bytes:
    observed(scope).error_code = error.code
    return streaming.encoded_error(error)
