"""What every request passes on its way in and out: an id, errors as OpenAI error objects, one line in the log.

In: any ASGI request. Out: the application's reply with `X-Request-Id`, or an error's. Separate, and the outermost
layer: nothing raised by the handler gets past it, and nothing else turns an error into a reply.
"""

from __future__ import annotations

import logging
import re
import time
import uuid

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chat_handler.disconnects import ClientGoneError
from chat_handler.errors import ChatError
from chat_handler.observed import observed
from chat_handler.replies import error_reply, internal_error

log = logging.getLogger(__name__)

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
# nginx's number for a client that left; it goes to the log only, nobody is there to get it.
CLIENT_GONE_STATUS = 499


class Boundary:
    """ASGI middleware around the whole application."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, whatever happens in it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        exchange = _Exchange(scope, receive, send)
        try:
            await self._app(scope, exchange.receive, exchange.send)
        except (ClientGoneError, ClientDisconnect):
            exchange.status = CLIENT_GONE_STATUS
        except Exception as exc:  # noqa: BLE001 - the handler's outermost border: no request may end without a reply
            await exchange.fail(exc)
        finally:
            exchange.write_log()


class _Exchange:
    """One request and its reply, as the log tells them."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        offered = Headers(scope=scope).get("x-request-id", "")
        self.request_id = offered if _REQUEST_ID.fullmatch(offered) else uuid.uuid4().hex
        self.status = 0
        self._scope = scope
        self._receive = receive
        self._send = send
        self._observed = observed(scope)
        self._first_byte_ms: int | None = None
        self._bytes_in = 0
        self._bytes_out = 0

    async def receive(self) -> Message:
        message = await self._receive()
        self._bytes_in += len(message.get("body", b""))
        return message

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            MutableHeaders(scope=message)["x-request-id"] = self.request_id
        elif self._first_byte_ms is None:
            self._first_byte_ms = self._elapsed_ms()
        self._bytes_out += len(message.get("body", b""))
        await self._send(message)

    async def fail(self, exc: Exception) -> None:
        error = exc if isinstance(exc, ChatError) else internal_error(exc)
        self._observed.error_code = error.code
        if self.status == 0:
            reply: Response = error_reply(error)
            await reply(self._scope, self.receive, self.send)

    def write_log(self) -> None:
        fields = {
            "request_id": self.request_id,
            "method": self._scope["method"],
            "path": self._scope["path"],
            "status": self.status,
            "error": self._observed.error_code,
            "model": self._observed.model,
            "provider": self._observed.provider,
            "usage": self._observed.usage,
            "first_byte_ms": self._first_byte_ms,
            "ms": self._elapsed_ms(),
            "bytes_in": self._bytes_in,
            "bytes_out": self._bytes_out,
        }
        level = logging.ERROR if self.status >= 500 else logging.INFO
        log.log(level, "request", extra={"fields": {k: v for k, v in fields.items() if v is not None}})

    def _elapsed_ms(self) -> int:
        return round((time.monotonic() - self._observed.began_at) * 1000)
