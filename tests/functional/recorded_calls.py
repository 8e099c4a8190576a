"""A recorder between a client of AWS and the emulated control plane: which operations were called, in botocore's words.

It passes every request on as it is. What an operation is called stands in the request: in a header (JSON protocols), in
the form (query protocol), or in the method and the path, which botocore's model of the service tells apart.
"""

from __future__ import annotations

import http.client
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import botocore.session

_SCOPE = re.compile(r"Credential=[^/]+/\d{8}/[^/]+/(?P<service>[^/]+)/")
_OF_A_CONNECTION = {"connection", "transfer-encoding", "content-length"}


class RecordedCalls:
    """`url` answers as `control_url` does; `operations` are the calls so far, `service:Operation` each."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.operations: set[str] = set()


@contextmanager
def recording(control_url: str) -> Iterator[RecordedCalls]:
    """Record what is sent to `control_url` by way of another address."""

    class Recorder(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _pass_on(self) -> None:
            body = self._body()
            calls.operations.add(_operation(self.command, self.path, dict(self.headers.items()), body))
            there = http.client.HTTPConnection(urlsplit(control_url).netloc, timeout=120)
            kept = {name: value for name, value in self.headers.items() if name.lower() not in _OF_A_CONNECTION}
            there.request(self.command, self.path, body, kept)
            reply = there.getresponse()
            content = reply.read()
            self.send_response_only(reply.status)
            length = reply.headers["Content-Length"] if self.command == "HEAD" else str(len(content))
            for name, value in reply.getheaders():
                if name.lower() not in _OF_A_CONNECTION:
                    self.send_header(name, value)
            if length is not None:
                self.send_header("Content-Length", length)
            self.end_headers()
            self.wfile.write(content)
            there.close()

        def _body(self) -> bytes:
            if self.headers.get("Transfer-Encoding") != "chunked":
                return self.rfile.read(int(self.headers.get("Content-Length", 0)))
            parts = []
            while size := int(self.rfile.readline(), 16):
                parts.append(self.rfile.read(size))
                self.rfile.readline()
            self.rfile.readline()
            return b"".join(parts)

        def log_message(self, format: str, *arguments: Any) -> None:
            pass

    for method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"):
        setattr(Recorder, f"do_{method}", Recorder._pass_on)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Recorder)
    calls = RecordedCalls(f"http://127.0.0.1:{server.server_port}")
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield calls
    finally:
        server.shutdown()
        server.server_close()


def _operation(method: str, path: str, headers: dict[str, str], body: bytes) -> str:
    by_name = {name.lower(): value for name, value in headers.items()}
    scope = _SCOPE.search(by_name.get("authorization", ""))
    service = scope["service"] if scope else "unsigned"
    if target := by_name.get("x-amz-target"):
        return f"{service}:{target.rpartition('.')[2]}"
    if by_name.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        return f"{service}:{parse_qs(body.decode())['Action'][0]}"
    return f"{service}:{_by_path(service, method, path)}"


def _by_path(service: str, method: str, path: str) -> str:
    """The operation whose path and query fit, of several the one that says most."""
    asked = urlsplit(path)
    given = dict(parse_qsl(asked.query, keep_blank_values=True))
    fitting = [
        (len(fixed), len(pattern.pattern), name)
        for name, verb, pattern, fixed in _routes(service)
        if verb == method and pattern.fullmatch(asked.path) and fixed.items() <= given.items()
    ]
    return max(fitting)[2] if fitting else f"{method} {path}"


@cache
def _routes(service: str) -> tuple[tuple[str, str, re.Pattern[str], dict[str, str]], ...]:
    model = botocore.session.get_session().get_service_model(service)
    return tuple(_route(model.operation_model(name)) for name in model.operation_names)


def _route(operation: Any) -> tuple[str, str, re.Pattern[str], dict[str, str]]:
    path, _, query = operation.http["requestUri"].partition("?")
    pattern = re.sub(r"\\\{([^}]+?)\\\}", lambda found: ".+" if found[1].endswith(r"\+") else "[^/]+", re.escape(path))
    fixed = dict(parse_qsl(query, keep_blank_values=True))
    return operation.name, operation.http["method"], re.compile(f"{pattern}/?"), fixed
