"""What sends the handler's requests, before servers that keep, cut, stall and refuse connections."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable

import httpx2
import pytest

from chat_handler.aiohttp_transport import AiohttpTransport
from tests.unit.chat_handler.fake_server import FakeServer, Reply
from tests.unit.chat_handler.stage import CHUNKS, SSE, Handler, ask_chat, events_of, question, sse

OK = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"
Script = Callable[[bytes, asyncio.StreamWriter], Awaitable[None]]


class Server:
    """A loopback server that does what a test's script says with each request."""

    def __init__(self, script: Script) -> None:
        self.connections = 0
        self.requests: list[bytes] = []
        self._script = script

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[str]:
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        async with server:
            yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1/chat/completions"

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while not writer.is_closing():
                head = await reader.readuntil(b"\r\n\r\n")
                length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
                self.requests.append(head + await reader.readexactly(length))
                await self._script(head, writer)
        writer.close()


async def answers(_: bytes, writer: asyncio.StreamWriter) -> None:
    writer.write(OK)


def sending(server: Server, *bodies: bytes) -> list[bytes | httpx2.HTTPError]:
    """What each of `bodies`, sent one after the other, is answered with."""

    async def sent() -> list[bytes | httpx2.HTTPError]:
        transport = AiohttpTransport()
        async with server.running() as url:
            try:
                return [await asked(transport, url, body) for body in bodies]
            finally:
                await transport.aclose()

    return asyncio.run(sent())


async def asked(transport: AiohttpTransport, url: str, body: bytes) -> bytes | httpx2.HTTPError:
    timeouts = {"timeout": {"connect": 3.0, "read": 0.2}}
    try:
        reply = await transport.handle_async_request(httpx2.Request("POST", url, content=body, extensions=timeouts))
    except httpx2.HTTPError as exc:
        return exc
    try:
        return await reply.aread()
    finally:
        await reply.aclose()


def test_one_connection_serves_one_request_after_the_other() -> None:
    server = Server(answers)

    assert sending(server, b"1", b"2", b"3") == [b"ok", b"ok", b"ok"]
    assert server.connections == 1


def test_a_large_body_arrives_whole() -> None:
    server = Server(answers)
    image = b"x" * (5 * 2**20)

    sending(server, image)

    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    assert body == image
    assert b"transfer-encoding" not in head.lower()


def test_neither_redirects_nor_cookies_are_followed() -> None:
    async def redirects(_: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 307 No\r\nlocation: /elsewhere\r\nset-cookie: a=b\r\ncontent-length: 2\r\n\r\nno")

    server = Server(redirects)

    assert sending(server, b"1", b"2") == [b"no", b"no"]
    assert not any(b"cookie" in request.lower() or b"/elsewhere" in request for request in server.requests)


async def not_http(_: bytes, writer: asyncio.StreamWriter) -> None:
    writer.write(b"SSH-2.0-OpenSSH\r\n\r\n")


async def hangs_up(_: bytes, writer: asyncio.StreamWriter) -> None:
    writer.close()


async def says_nothing(_: bytes, __: asyncio.StreamWriter) -> None:
    return


async def cuts(_: bytes, writer: asyncio.StreamWriter) -> None:
    writer.write(OK.replace(b"content-length: 2", b"content-length: 3"))
    writer.close()


@pytest.mark.parametrize(
    ("script", "error"),
    [
        pytest.param(not_http, httpx2.RemoteProtocolError, id="not HTTP"),
        pytest.param(hangs_up, httpx2.RemoteProtocolError, id="no reply"),
        pytest.param(says_nothing, httpx2.ReadTimeout, id="silence"),
    ],
)
def test_failures_are_httpx2s(script: Script, error: type[httpx2.HTTPError]) -> None:
    (failed,) = sending(Server(script), b"1")

    assert type(failed) is error


def test_what_came_before_a_cut_is_given_first() -> None:
    async def parts() -> list[bytes]:
        transport, server, came = AiohttpTransport(), Server(cuts), []
        async with server.running() as url:
            reply = await transport.handle_async_request(httpx2.Request("POST", url, content=b"1"))
            for _ in range(100):  # turns of the loop, in which the cut arrives too
                await asyncio.sleep(0)
            with pytest.raises(httpx2.RemoteProtocolError):
                async for part in reply.aiter_raw():
                    came.append(part)
            await transport.aclose()
        return came

    assert asyncio.run(parts()) == [b"ok"]


def test_a_reply_that_is_closed_unread_closes_its_connection() -> None:
    closed = asyncio.Event()

    async def endless(_: bytes, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            writer.write(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n")
            while True:
                writer.write(b"2\r\nok\r\n")
                await writer.drain()
        closed.set()

    async def left() -> None:
        transport = AiohttpTransport()
        async with Server(endless).running() as url:
            reply = await transport.handle_async_request(httpx2.Request("POST", url, content=b"1"))
            await reply.aclose()
            await asyncio.wait_for(closed.wait(), 10)
            await transport.aclose()

    asyncio.run(left())


def test_a_server_that_does_not_accept_is_not_waited_for() -> None:
    async def blocked() -> bytes | httpx2.HTTPError:
        with socket.socket() as full, socket.socket() as first, socket.socket() as second:
            full.bind(("127.0.0.1", 0))
            full.listen(0)
            for waiting in (first, second):  # they take the only place, and the next connection is not answered
                waiting.setblocking(False)
                waiting.connect_ex(full.getsockname())
            transport = AiohttpTransport()
            request = httpx2.Request(
                "POST", f"http://127.0.0.1:{full.getsockname()[1]}/", extensions={"timeout": {"connect": 0.05}}
            )
            try:
                with pytest.raises(httpx2.ConnectTimeout) as caught:
                    await transport.handle_async_request(request)
            finally:
                await transport.aclose()
            return caught.value

    assert asyncio.run(blocked()) is not None


@pytest.mark.parametrize(
    ("url", "error"),
    [
        pytest.param("http://127.0.0.1:9/", httpx2.ConnectError, id="refused"),
        pytest.param("http://terrachat.invalid/", httpx2.ConnectError, id="no such name"),
        pytest.param("nowhere", httpx2.InvalidURL, id="no URL"),
    ],
)
def test_what_cannot_be_reached(url: str, error: type[Exception]) -> None:
    async def sent() -> None:
        transport = AiohttpTransport()
        try:
            with pytest.raises(error):
                await transport.handle_async_request(httpx2.Request("POST", url))
        finally:
            await transport.aclose()

    asyncio.run(sent())


def test_the_environments_proxy_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    proxy = Server(answers)

    async def sent() -> bytes | httpx2.HTTPError:
        async with proxy.running() as url:
            monkeypatch.setenv("http_proxy", url.removesuffix("/v1/chat/completions"))
            monkeypatch.setenv("no_proxy", "")
            transport = AiohttpTransport()
            try:
                return await asked(transport, "http://models.invalid/v1/chat/completions", b"1")
            finally:
                await transport.aclose()

    assert asyncio.run(sent()) == b"ok"
    assert proxy.requests[0].startswith(b"POST http://models.invalid/v1/chat/completions HTTP/1.1\r\n")


def test_a_stream_that_ended_with_done_leaves_its_connection_to_the_next(app: Handler, server: FakeServer) -> None:
    for _ in range(2):
        assert events_of(ask_chat(app, question("gpt", stream=True)))[-1] == "[DONE]"

    first, second = (request.is_closed.__self__ for request in server.asked("completions"))  # type: ignore[attr-defined]
    assert first is second  # the fake server has one handler for each connection


def test_a_packed_answer_is_unpacked(app: Handler, server: FakeServer) -> None:
    answer = {"choices": [], "text": "Paris."}
    server.replies["completions"] = packed(json.dumps(answer).encode())

    assert ask_chat(app, question("gpt")).json() == answer


def test_a_packed_stream_is_unpacked(app: Handler, server: FakeServer) -> None:
    server.replies["completions"] = packed(sse(*CHUNKS))

    reply = ask_chat(app, question("gpt", stream=True, stream_options={"include_usage": True}))

    assert events_of(reply) == [*CHUNKS, "[DONE]"]


def packed(body: bytes) -> Reply:
    """A reply that is packed although nobody asked for it."""
    return Reply(gzip.compress(body), headers={**SSE, "content-encoding": "gzip"})
