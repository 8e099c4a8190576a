"""httpx2's requests over aiohttp's connections, which are kept open between requests.

In: a `httpx2.Request`. Out: its `httpx2.Response`, or one of httpx2's errors. A transport of httpx2, so that any other
of its transports fits in the same place. Separate from `http_client.py` because importing it imports both. aiohttp
reads HTTP in C: httpx2's own transport took 0.5 ms of processor time for each call, which was half of the handler's,
and aiohttp's a third of that (measured 2026-11-22). Proxies of the environment (HTTPS_PROXY and the like) are used.
"""

from __future__ import annotations

import contextlib
import io
from collections.abc import AsyncIterator, Iterator
from urllib.request import getproxies

import aiohttp
import httpx2
from yarl import URL

# Readers think for a while between two questions, and TLS takes several journeys to the server and back: longer than
# httpx2's 5 s. Shorter than what is usual for servers and NAT; a connection that is dead is noticed and asked anew.
KEPT_S = 55.0
# aiohttp warns of larger bodies that come as bytes, and sends those of a file piece by piece.
_MOST_BYTES_AT_ONCE = 2**20


class AiohttpTransport(httpx2.AsyncBaseTransport):
    """Follows no redirects and keeps no cookies. For one event loop; it may be made in any thread."""

    def __init__(self) -> None:
        self._tls = httpx2.create_ssl_context()
        self._session: aiohttp.ClientSession | None = None

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """The reply to `request`; its body is read through the response, which has to be closed.

        Raises:
            httpx2.HTTPError: the server cannot be reached, or the connection fails.
            httpx2.InvalidURL: the request's URL leads nowhere.

        """
        timeouts = request.extensions.get("timeout", {})
        body = await request.aread()
        with _as_httpx2():
            reply = await self._opened().request(
                request.method,
                URL(str(request.url), encoded=True),
                data=body if len(body) <= _MOST_BYTES_AT_ONCE else io.BytesIO(body),
                headers=request.headers.multi_items(),
                allow_redirects=False,
                timeout=aiohttp.ClientTimeout(
                    total=None, sock_connect=timeouts.get("connect"), sock_read=timeouts.get("read")
                ),
            )
        return httpx2.Response(reply.status, headers=reply.raw_headers, stream=_Body(reply))

    async def aclose(self) -> None:
        """Close every connection."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(ssl=self._tls, limit=0, keepalive_timeout=KEPT_S),
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,  # httpx2's response does it
                # Reading the environment takes aiohttp a thread for each request, as it looks for ~/.netrc too.
                trust_env=bool(getproxies()),
            )
        return self._session


class _Body(httpx2.AsyncByteStream):
    """What has come of the body together is given together."""

    def __init__(self, reply: aiohttp.ClientResponse) -> None:
        self._reply = reply

    async def __aiter__(self) -> AsyncIterator[bytes]:
        content = self._reply.content
        with _as_httpx2():
            try:
                async for part in content.iter_any():
                    yield part
            except (aiohttp.ClientError, OSError):
                # aiohttp gives the error at once, and no more of what came before it.
                if part := content._read_nowait(-1):
                    yield part
                raise

    async def aclose(self) -> None:
        """Let the connection go: to the next request if the reply has ended, else for good."""
        self._reply.close()


@contextlib.contextmanager
def _as_httpx2() -> Iterator[None]:
    """Raise aiohttp's errors as httpx2's. Those who look for the cause find Python's own below aiohttp's."""
    try:
        yield
    except aiohttp.InvalidURL as exc:
        raise httpx2.InvalidURL("the URL leads nowhere") from exc
    except aiohttp.ConnectionTimeoutError as exc:
        raise httpx2.ConnectTimeout("no connection in time") from exc
    except aiohttp.ServerTimeoutError as exc:
        raise httpx2.ReadTimeout("nothing came in time") from exc
    except aiohttp.ClientConnectorError as exc:
        raise httpx2.ConnectError("no connection") from exc
    except (aiohttp.ClientPayloadError, aiohttp.ServerDisconnectedError, aiohttp.ClientResponseError) as exc:
        raise httpx2.RemoteProtocolError("the reply is no HTTP, or it was cut") from exc
    except (aiohttp.ClientError, OSError) as exc:
        raise httpx2.ReadError("the connection was lost") from exc
