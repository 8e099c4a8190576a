"""A provider on this machine: it answers as a test says, over a real socket, and keeps what it was sent."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

ANSWERS: dict[str, Mapping[str, Any]] = {
    "openai": {"choices": [{"message": {"content": "Hi"}}]},
    "anthropic": {"content": [{"type": "text", "text": "Hi"}]},
    "cohere": {"message": {"content": [{"text": "Hi"}]}},
    "google_genai": {"candidates": [{"content": {}}]},
}


@dataclass(frozen=True)
class Received:
    path: str
    headers: Mapping[str, str]
    body: Mapping[str, Any]


@dataclass
class PlayedProvider:
    """`replies` are given in turn, the last one to all that come after it."""

    url: str = ""
    replies: list[tuple[int, Any]] = field(default_factory=lambda: [(200, ANSWERS["openai"])])
    headers: dict[str, str] = field(default_factory=dict)
    received: list[Received] = field(default_factory=list)

    def says(self, *replies: tuple[int, Any]) -> None:
        """Reply with these statuses and bodies: bytes as they are, everything else as JSON."""
        self.replies = list(replies)

    def reply(self) -> tuple[int, bytes]:
        status, body = self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]
        return status, body if isinstance(body, bytes) else json.dumps(body).encode()


@contextmanager
def played_provider() -> Iterator[PlayedProvider]:
    played = PlayedProvider()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            headers = {name.lower(): value for name, value in self.headers.items()}
            played.received.append(Received(self.path, headers, body))
            status, content = played.reply()
            self.send_response(status)
            for name, value in played.headers.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    played.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield played
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
