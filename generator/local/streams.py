"""A streamed reply that holds its upstream open exactly as long as somebody reads it.

Starlette ends a streaming response when the client disconnects, but what the body's generator holds is then released
only when the generator is collected. Here the upstream connection belongs to the response, and closes with it, so a
model stops generating for a reader who has left.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

Answer = Callable[[Request, bytes], Awaitable[Response]]
_CLIENT_CLOSED_REQUEST = 499  # nginx's code; nobody is left to read it


class Stream(StreamingResponse):
    """A body and what must be closed after it, however it ends."""

    def __init__(
        self,
        body: AsyncIterator[bytes],
        opened: AsyncExitStack,
        *,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        media_type: str | None = None,
    ) -> None:
        super().__init__(body, status, headers, media_type)
        self._opened = opened

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async with self._opened:
            await super().__call__(scope, receive, send)


def while_wanted(answer: Answer) -> Callable[[Request], Awaitable[Response]]:
    """An endpoint that reads the request's body, then works on the reply only while the client is there."""

    async def endpoint(request: Request) -> Response:
        body = await request.body()
        working = asyncio.ensure_future(answer(request, body))
        leaving = asyncio.ensure_future(_disconnect(request))
        try:
            await asyncio.wait({working, leaving}, return_when=asyncio.FIRST_COMPLETED)
            return working.result() if working.done() else Response(status_code=_CLIENT_CLOSED_REQUEST)
        finally:
            working.cancel()
            leaving.cancel()

    return endpoint


async def _disconnect(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
