"""A tiny OpenAI-compatible server on loopback, in place of the model server: the border of the data plane.

What the last message says decides what it does, so that a test reads in one place: `echo WORDS` answers with the
words, one token each; `break` stops in the middle without an end; `refuse` answers 400; `forever` streams until the
client leaves, which `left` then says.
"""

from __future__ import annotations

import asyncio
import json
import socket
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route


class FakeModel:
    """The server; `requests` are the bodies that it got, `left` is set when a client left `forever`."""

    def __init__(self) -> None:
        self.requests: list[dict[str, Any]] = []
        self.left = threading.Event()
        self._socket = socket.socket()
        self._socket.bind(("127.0.0.1", 0))
        self._socket.listen()
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"

    @contextmanager
    def running(self) -> Iterator[FakeModel]:
        routes = [
            Route("/v1/chat/completions", self._chat, methods=["POST"]),
            Route("/v1/models", _models),
        ]
        config = uvicorn.Config(Starlette(routes=routes), log_config=None, log_level="critical")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, args=([self._socket],), daemon=True)
        thread.start()
        yield self
        server.should_exit = True
        thread.join(timeout=5)

    async def _chat(self, request: Request) -> Response:
        asked = await request.json()
        self.requests.append(asked)
        order, _, words = asked["messages"][-1]["content"].partition(" ")
        if order == "refuse":
            return JSONResponse({"error": {"message": "too long"}}, 400)
        if asked.get("stream"):
            return StreamingResponse(self._stream(order, words.split()), media_type="text/event-stream")
        return JSONResponse(_completion(words))

    async def _stream(self, order: str, words: list[str]) -> AsyncIterator[bytes]:
        yield _chunk({"role": "assistant", "content": None})
        try:
            while order == "forever":
                yield _chunk({"content": "on "})
                await asyncio.sleep(0.01)
        finally:
            self.left.set()
        for word in words:
            yield _chunk({"content": word + " "})
        if order == "break":
            raise ConnectionAbortedError("the fake model breaks its stream, as it was told to")
        yield _chunk({}, finish="stop", usage={"prompt_tokens": 3, "completion_tokens": len(words)})
        yield b"data: [DONE]\n\n"


async def _models(_: Request) -> Response:
    return JSONResponse({"object": "list", "data": [{"id": "fake", "object": "model"}]})


def _completion(text: str) -> dict[str, Any]:
    return {
        "object": "chat.completion",
        "model": "fake",
        "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": text}}],
        "usage": {"prompt_tokens": 3, "completion_tokens": len(text.split())},
    }


def _chunk(delta: dict[str, Any], finish: str | None = None, usage: dict[str, int] | None = None) -> bytes:
    document = {
        "object": "chat.completion.chunk",
        "model": "fake",
        "choices": [{"index": 0, "delta": delta, "finish_reason": finish}],
        **({"usage": usage} if usage else {}),
    }
    return b"data: " + json.dumps(document, ensure_ascii=False).encode() + b"\n\n"
