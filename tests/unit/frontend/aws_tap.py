"""What a page says to AWS, seen and answered at the wire: a proxy before the emulated AWS.

In: the emulated AWS's URL. Out: `AwsTap`, which counts the requests, and refuses those it is told to refuse. Separate
from the stack because only tests of what the page costs, and of tables that are busy, need it.
"""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

THROTTLED = "ProvisionedThroughputExceededException"
Reply = dict[str, Any]


@dataclass
class AwsTap:
    """`asked` are the operations in order, such as `GetItem`.

    `refuses` says of an operation and its body with which error DynamoDB refuses it, None for not; `replies` what is
    answered instead of asking the emulated AWS.
    """

    upstream: str
    url: str = ""
    asked: list[str] = field(default_factory=list)
    refuses: Callable[[str, Reply], str | None] = lambda operation, body: None
    replies: Callable[[str, Reply], Reply | None] = lambda operation, body: None

    def of_the_table(self) -> list[str]:
        return [operation for operation in self.asked if operation in _TABLE]

    def answer(self, operation: str, body: bytes) -> tuple[int, bytes] | None:
        """The answer that does not come from the emulated AWS, None where it does."""
        self.asked.append(operation)
        told = json.loads(body) if body else {}
        code = self.refuses(operation, told)
        if code is not None:
            return 400, json.dumps({"__type": f"com.amazonaws.dynamodb.v20120810#{code}", "message": "no"}).encode()
        reply = self.replies(operation, told)
        return None if reply is None else (200, json.dumps(reply).encode())


_TABLE = {"GetItem", "Query", "PutItem", "UpdateItem", "BatchWriteItem", "DeleteItem", "Scan"}


@contextmanager
def tapped(upstream: str) -> Iterator[AwsTap]:
    """A tap before the emulated AWS at `upstream`, gone at the end."""
    tap = AwsTap(upstream)
    with ThreadingHTTPServer(("127.0.0.1", 0), _handler(tap)) as server:
        tap.url = f"http://127.0.0.1:{server.server_address[1]}"
        Thread(target=server.serve_forever, daemon=True).start()
        yield tap
        server.shutdown()


def _handler(tap: AwsTap) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            told = tap.answer(self.headers.get("X-Amz-Target", "").rpartition(".")[2], body)
            status, content = told or self._forward(body)
            self.send_response(status)
            self.send_header("Content-Type", "application/x-amz-json-1.0")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def _forward(self, body: bytes) -> tuple[int, bytes]:
            connection = http.client.HTTPConnection(urlsplit(tap.upstream).netloc, timeout=20)
            try:
                connection.request("POST", self.path, body, dict(self.headers))
                reply = connection.getresponse()
                return reply.status, reply.read()
            finally:
                connection.close()

        def log_message(self, *_: object) -> None:
            """Nothing: tests fail with what they say."""

    return Handler
