"""What sends the process's HTTP requests, made by the first upstream that sends something.

In: nothing. Out: a transport of httpx2. Separate because the imports and a TLS context cost 0.3 s, which `GET /health`
and a deployment without pass-through providers need not pay.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import httpx2


class HttpClient:
    """Gives the transport when it is called, from any thread; `transport` is for tests.

    The transport follows no redirects: a key must not travel to another host.
    """

    def __init__(self, transport: httpx2.AsyncBaseTransport | None = None) -> None:
        self._transport = transport
        self._lock = threading.Lock()

    def __call__(self) -> httpx2.AsyncBaseTransport:
        """The transport, one for all requests of the process."""
        with self._lock:
            if self._transport is None:
                from chat_handler.aiohttp_transport import AiohttpTransport

                self._transport = AiohttpTransport()
            return self._transport

    async def close(self) -> None:
        """Close the connections, if there ever were any."""
        if self._transport is not None:
            await self._transport.aclose()
            self._transport = None
