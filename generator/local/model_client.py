"""HTTP to the model server, and to function children: the only module of the local target that imports httpx2.

In: an OpenAI chat completion request as JSON, or any request for `open_stream`. Out: an open reply whose body is read
while it is produced. Leaving the `async with` closes the connection, which is also how the model learns that nobody
waits any more.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from typing import Any

import httpx2

_CONNECT_S = 5.0
_TIMEOUT = httpx2.Timeout(None, connect=_CONNECT_S)  # generation has no natural limit; callers set their own


class UnreachableError(Exception):
    """The other side cannot be reached, or broke off before or while it answered."""


class OpenReply:
    """The start of a reply: its status and headers; `chunks` and `read` give the body, once."""

    def __init__(self, response: httpx2.Response) -> None:
        self._response = response
        self.status = response.status_code
        self.headers: list[tuple[str, str]] = list(response.headers.multi_items())

    @property
    def content_type(self) -> str:
        return str(self._response.headers.get("content-type", "application/json"))

    async def chunks(self) -> AsyncIterator[bytes]:
        """The body as it arrives, undecoded.

        Raises:
            UnreachableError: the other side broke off.

        """
        try:
            async for chunk in self._response.aiter_raw():
                yield chunk
        except httpx2.HTTPError as exc:
            raise UnreachableError(_reason(exc)) from exc

    async def read(self) -> bytes:
        """The whole body. Raises UnreachableError as `chunks` does."""
        return b"".join([chunk async for chunk in self.chunks()])


class HttpClient:
    """A connection pool that ignores the environment's proxies: everything that it reaches is on this machine."""

    def __init__(self) -> None:
        limits = httpx2.Limits(max_connections=None, max_keepalive_connections=0)
        self._client = httpx2.AsyncClient(trust_env=False, timeout=_TIMEOUT, limits=limits)

    @asynccontextmanager
    async def open(
        self,
        method: str,
        url: str,
        *,
        headers: Iterable[tuple[str, str]] = (),
        body: bytes = b"",
    ) -> AsyncIterator[OpenReply]:
        """Send a request and wait for the reply's headers.

        Raises:
            UnreachableError: no connection, or no reply.

        """
        request = self._client.build_request(method, url, headers=list(headers), content=body)
        try:
            response = await self._client.send(request, stream=True)
        except httpx2.HTTPError as exc:
            raise UnreachableError(_reason(exc)) from exc
        try:
            yield OpenReply(response)
        finally:
            await response.aclose()

    async def close(self) -> None:
        await self._client.aclose()


class ModelClient:
    """The model server, as the wires use it. `url` is asked at every request: a restart may move the server."""

    def __init__(self, http: HttpClient, url: Callable[[], str]) -> None:
        self._http = http
        self._url = url

    @asynccontextmanager
    async def chat(self, body: Mapping[str, Any]) -> AsyncIterator[OpenReply]:
        """Open a chat completion. Raises UnreachableError while the model server is down."""
        content = json.dumps(body).encode()
        headers = [("content-type", "application/json")]
        url = f"{self._url()}/v1/chat/completions"
        async with self._http.open("POST", url, headers=headers, body=content) as reply:
            yield reply

    async def models(self) -> tuple[int, bytes]:
        """Status and body of the model server's own list of models."""
        async with self._http.open("GET", f"{self._url()}/v1/models") as reply:
            return reply.status, await reply.read()


def _reason(exc: httpx2.HTTPError) -> str:
    return str(exc) or type(exc).__name__
