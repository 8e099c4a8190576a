"""A tiny OpenAI-compatible server on loopback, in place of the model server: the border of the data plane.

What the last message says decides what it does, so that a test reads in one place: `echo WORDS` answers with the
words, one token each; `think WORDS` thinks them first; `call NAME JSON` calls a tool, and answers once the tool has;
`stop WORDS` ends at a stop sequence, END; `endless` ends without a finish; `fail` says in its stream that it failed;
`break` stops in the middle without an end; `refuse` and `crowd` answer 400, the latter for want of context; `forever`
streams until the client leaves, which `left` then says.
"""

from __future__ import annotations

import asyncio
import json
import socket
import threading
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import aclosing, contextmanager
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
        order, _, words = _last_text(asked).partition(" ")
        if order in _REFUSALS:
            return JSONResponse({"error": _REFUSALS[order]}, 400)
        if asked.get("stream"):
            counts = bool((asked.get("stream_options") or {}).get("include_usage"))
            return StreamingResponse(self._stream(order, words, counts=counts), media_type="text/event-stream")
        return JSONResponse(_completion(order, words))

    async def _stream(self, order: str, words: str, *, counts: bool) -> AsyncIterator[bytes]:
        yield _chunk({"role": "assistant", "content": None})
        if order == "forever":
            async with aclosing(self._forever()) as chunks:
                async for chunk in chunks:
                    yield chunk
        for delta in _call_deltas(words) if order == "call" else _text_deltas(order, words):
            yield _chunk(delta)
        if order == "break":
            raise ConnectionAbortedError("the fake model breaks its stream, as it was told to")
        if order == "fail":
            yield b'data: {"error": {"message": "out of memory"}}\n\n'
        if order in ("endless", "fail"):
            return
        yield _chunk({}, finish=_finish(order), stop="END" if order == "stop" else None)
        if counts:
            yield _chunk(None, usage=_usage(words))
        yield b"data: [DONE]\n\n"

    async def _forever(self) -> AsyncGenerator[bytes, None]:
        try:
            while True:
                yield _chunk({"content": "on "})
                await asyncio.sleep(0.01)
        finally:
            self.left.set()


_REFUSALS = {
    "refuse": {"message": "too long"},
    "crowd": {"code": 400, "message": "exceeds the context", "type": "exceed_context_size_error"},
}


def _last_text(asked: dict[str, Any]) -> str:
    content = asked["messages"][-1]["content"]
    return content if isinstance(content, str) else content[0]["text"]


async def _models(_: Request) -> Response:
    return JSONResponse({"object": "list", "data": [{"id": "fake", "object": "model"}]})


def _completion(order: str, words: str) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": words}
    if order == "think":
        message["reasoning_content"] = "Hm."
    if order == "call":
        name, _, arguments = words.partition(" ")
        calls = [{"id": "call_1", "type": "function", "function": {"name": name, "arguments": arguments}}]
        message = {"role": "assistant", "content": None, "tool_calls": calls}
    choice = {"index": 0, "finish_reason": _finish(order), "message": message}
    return {
        "object": "chat.completion",
        "model": "fake",
        "choices": [{**choice, **({"stop_reason": "END"} if order == "stop" else {})}],
        "usage": _usage(words),
    }


def _text_deltas(order: str, words: str) -> Iterator[dict[str, Any]]:
    if order == "think":
        yield {"reasoning_content": "Hm."}
    for word in words.split():
        yield {"content": word + " "}


def _call_deltas(words: str) -> Iterator[dict[str, Any]]:
    name, _, arguments = words.partition(" ")
    first = {"id": "call_1", "type": "function", "function": {"name": name, "arguments": ""}}
    yield {"tool_calls": [{"index": 0, **first}]}
    for piece in (arguments[:4], arguments[4:]):
        yield {"tool_calls": [{"index": 0, "function": {"arguments": piece}}]}


def _finish(order: str) -> str:
    return "tool_calls" if order == "call" else "stop"


def _usage(words: str) -> dict[str, int]:
    return {"prompt_tokens": 3, "completion_tokens": len(words.split())}


def _chunk(
    delta: dict[str, Any] | None,
    finish: str | None = None,
    usage: dict[str, int] | None = None,
    stop: str | None = None,
) -> bytes:
    choice = {"index": 0, "delta": delta, "finish_reason": finish, **({"stop_reason": stop} if stop else {})}
    document = {
        "object": "chat.completion.chunk",
        "model": "fake",
        "choices": [] if delta is None else [choice],
        **({"usage": usage} if usage else {}),
    }
    return b"data: " + json.dumps(document, ensure_ascii=False).encode() + b"\n\n"
