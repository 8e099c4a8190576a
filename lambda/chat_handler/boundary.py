"""What every request passes on its way in and out: an id, errors as OpenAI error objects, one line in the log.

In: any ASGI request. Out: the application's reply with `X-Request-Id`, or an error's. Separate, and the outermost
layer: nothing raised by the handler gets past it, and nothing else turns an error into a reply.
"""

from __future__ import annotations

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
from chat_handler.outcomes import CLIENT_GONE_STATUS, Exchange
from chat_handler.replies import error_reply, internal_error
from chat_handler.reports import Reporter

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


class Boundary:
    """ASGI middleware around the whole application."""

    def __init__(self, app: ASGIApp, reporter: Reporter) -> None:
        self._app = app
        self._reporter = reporter

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, whatever happens in it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        exchange = _Passing(scope, receive, send, self._reporter)
        try:
            await self._app(scope, exchange.receive, exchange.send)
        except (ClientGoneError, ClientDisconnect):
            exchange.status = CLIENT_GONE_STATUS
        except Exception as exc:  # noqa: BLE001 - the handler's outermost border: no request may end without a reply
            await exchange.fail(exc)
        finally:
            exchange.report()


class _Passing:
    """One request and its reply while they go by."""

    def __init__(self, scope: Scope, receive: Receive, send: Send, reporter: Reporter) -> None:
        offered = Headers(scope=scope).get("x-request-id", "")
        self._request_id = offered if _REQUEST_ID.fullmatch(offered) else uuid.uuid4().hex
        scope.setdefault("state", {})["request_id"] = self._request_id
        self.status = 0
        self._scope = scope
        self._receive = receive
        self._send = send
        self._reporter = reporter
        self._transcript = reporter.transcript()
        self._observed = observed(scope)
        self._first_byte_at: float | None = None
        self._bytes_in = 0
        self._bytes_out = 0

    async def receive(self) -> Message:
        message = await self._receive()
        self._bytes_in += len(message.get("body", b""))
        return message

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            MutableHeaders(scope=message)["x-request-id"] = self._request_id
        else:
            if self._first_byte_at is None:
                self._first_byte_at = time.monotonic()
            body = message.get("body", b"")
            self._bytes_out += len(body)
            if self._transcript is not None:
                self._transcript.add(body)
        await self._send(message)

    async def fail(self, exc: Exception) -> None:
        error = exc if isinstance(exc, ChatError) else internal_error(exc)
        self._observed.error_code = error.code
        if self.status == 0:
            reply: Response = error_reply(error, self._request_id)
            await reply(self._scope, self.receive, self.send)

    def report(self) -> None:
        elapsed_ms = self._observed.ms_until(time.monotonic())
        exchange = Exchange(
            request_id=self._request_id,
            method=self._scope["method"],
            path=self._scope["path"],
            status=self.status,
            ms=elapsed_ms or 0,
            first_byte_ms=self._observed.ms_until(self._first_byte_at),
            bytes_in=self._bytes_in,
            bytes_out=self._bytes_out,
        )
        self._reporter.write(self._observed, exchange, self._transcript)
