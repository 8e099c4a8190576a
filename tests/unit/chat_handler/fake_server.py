"""A scripted HTTP server on a loopback port: stands for AWS and for OpenAI at the border of the network.

A test says what each operation answers; a reply's body may be a generator, which decides when each part is sent and may
end the connection. `requests` keeps what came in.
"""

from __future__ import annotations

import contextlib
import json
import re
import select
import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

WAIT_S = 10.0


class ConnectionCut(Exception):  # noqa: N818 - a signal of a script, no error
    """Raised by a body to end the connection without ending the reply."""


@dataclass(frozen=True)
class Request:
    """One request as it came in; `operation` is what `FakeServer.replies` is keyed by."""

    operation: str
    path: str
    headers: dict[str, str]
    body: bytes
    is_closed: Callable[..., bool] = field(compare=False)
    """Waits, at most 10 s or as long as is said, until the client closes the connection; false if it does not."""
    client_port: int = 0

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Reply:
    """What to answer. A body of bytes has a length; an iterable is sent chunk by chunk.

    `then_closes`: the connection is closed after the reply, without a word of it in the headers.
    """

    body: bytes | Iterable[bytes] = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    then_closes: bool = False


def json_reply(value: Any, status: int = 200, **headers: str) -> Reply:
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    return Reply(json.dumps(value).encode(), status, {"content-type": "application/json", **named})


class FakeServer:
    """Answers each operation with `replies[operation]`, a reply or a function of the request."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.replies: dict[str, Reply | Callable[[Request], Reply]] = {}
        handler = type("Handler", (_Handler,), {"fake": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def asked(self, operation: str) -> list[Request]:
        return [request for request in self.requests if request.operation == operation]

    @contextlib.contextmanager
    def running(self) -> Iterator[FakeServer]:
        thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            self._server.server_close()
            thread.join()


class StallingUpstream:
    """Sends the beginning of an answer (None: not even headers), then nothing, until its client hangs up."""

    def __init__(self, beginning: list[bytes] | None, headers: dict[str, str]) -> None:
        self.was_closed = threading.Event()
        self._beginning = beginning
        self._headers = headers

    def __call__(self, request: Request) -> Reply:
        if self._beginning is None:
            self._wait(request)
            raise ConnectionAbortedError
        return Reply(self._body(request, self._beginning), headers=self._headers)

    def _body(self, request: Request, beginning: list[bytes]) -> Iterator[bytes]:
        yield from beginning
        self._wait(request)

    def _wait(self, request: Request) -> None:
        if request.is_closed():
            self.was_closed.set()


class _Handler(BaseHTTPRequestHandler):
    fake: FakeServer
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        headers = {name.lower(): value for name, value in self.headers.items()}
        operation = _operation(self.path, headers, body)
        request = Request(operation, self.path, headers, body, self._is_closed, self.client_address[1])
        self.fake.requests.append(request)
        reply = self.fake.replies[request.operation]
        reply = reply(request) if callable(reply) else reply
        self._send(reply)
        self.close_connection = self.close_connection or reply.then_closes

    def handle(self) -> None:
        with contextlib.suppress(ConnectionError):  # a client that resets its connection; the base class prints it
            super().handle()

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""

    def _is_closed(self, wait_s: float = WAIT_S) -> bool:
        readable, _, _ = select.select([self.connection], [], [], wait_s)
        if not readable:
            return False
        try:
            return not self.connection.recv(1, socket.MSG_PEEK)
        except ConnectionError:
            return True

    def _send(self, reply: Reply) -> None:
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        if isinstance(reply.body, bytes):
            self.send_header("content-length", str(len(reply.body)))
            self.end_headers()
            self.wfile.write(reply.body)
            return
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()
        try:
            for part in reply.body:
                self.wfile.write(b"%x\r\n%s\r\n" % (len(part), part))
                self.wfile.flush()
            self.wfile.write(b"0\r\n\r\n")
        except (ConnectionCut, ConnectionError):
            self.close_connection = True


def _operation(path: str, headers: dict[str, str], body: bytes) -> str:
    """`GetSecretValue` and the like for AWS's JSON and query protocols, else the end of the path: `converse-stream`."""
    if target := headers.get("x-amz-target"):
        return target.rpartition(".")[2]
    if action := re.search(rb"(?:^|&)Action=(\w+)", body):
        return action[1].decode()
    return re.sub(r".*/", "", path)
