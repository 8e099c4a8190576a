"""The process's HTTP client, made by the first upstream that sends something.

In: nothing. Out: one `httpx2.AsyncClient`. Separate because its import and its TLS context cost 0.2 s and more, which
`GET /health` and a deployment without pass-through providers need not pay.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import httpx2


class HttpClient:
    """Gives the client when it is called; `transport` is for tests."""

    def __init__(self, transport: httpx2.AsyncBaseTransport | None = None) -> None:
        self._transport = transport
        self._client: httpx2.AsyncClient | None = None

    def __call__(self) -> httpx2.AsyncClient:
        """The client. It follows no redirects: a key must not travel to another host."""
        import httpx2

        if self._client is None:
            self._client = httpx2.AsyncClient(transport=self._transport, follow_redirects=False)
        return self._client

    async def close(self) -> None:
        """Close the client's connections, if it was ever made."""
        if self._client is not None:
            await self._client.aclose()
            self._client = None
