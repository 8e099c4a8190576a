"""A model server that does what a question tells it to: OpenAI's chat API on loopback, behind the data plane.

In: chat requests; `[play: NAME]` in the last message names one of `SCRIPTS`, without it the answer is "Paris.". Out:
that answer, plain or streamed, as llama.cpp and vLLM give it. The order travels inside the prompt, so it survives
every translation on the way, and tests share one server. `requests` keeps what arrived: what a family lost on the way
is not in there.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import socket
import threading
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

STOP = "STOP"
VIETNAMESE = ("Xin ch", "ào, t", "ôi là một mô hình ngôn ng", "ữ 🤖.")
TOOL_ARGUMENTS = ('{"ci', 'ty": "Hà ', 'Nội"}')
_ORDER = re.compile(r"\[play: (\w+)\]")


@dataclass(frozen=True)
class Script:
    """One answer.

    Attributes:
        tokens: its text, in the pieces in which it is streamed.
        tool_arguments: the arguments of a call of the tool `get_weather`, in such pieces.
        finish: OpenAI's finish reason; None: the stream ends cleanly without one.
        then: what comes after the tokens: the end, silence until the client leaves, tokens until it leaves, or a
            connection that breaks.
        keeps_stop: the text holds the stop sequence, as TGI sends it; other servers take it out.
        late_s: how long the first token takes.

    """

    tokens: tuple[str, ...] = ("Pa", "ris.")
    tool_arguments: tuple[str, ...] = ()
    finish: str | None = "stop"
    then: Literal["end", "silence", "more", "break"] = "end"
    keeps_stop: bool = False
    late_s: float = 0.0

    def pieces(self, stops: list[str]) -> tuple[str, ...]:
        """The tokens up to the first of `stops`."""
        text = "".join(self.tokens)
        found = [place for stop in stops if (place := text.find(stop)) >= 0]
        return self.tokens if self.keeps_stop or not found else (text[: min(found)],)


SCRIPTS = {
    "paris": Script(),
    "vietnamese": Script(VIETNAMESE),
    # The stop sequence is cut over two tokens, and more follows.
    "stop": Script(("Paris", " ST", "OP", " Lyon")),
    "stop_kept": Script(("Paris", " ST", "OP"), keeps_stop=True),
    "tool": Script((), TOOL_ARGUMENTS, "tool_calls"),
    "json": Script(('{"city": ', '"Paris"}')),
    "late": Script(late_s=0.05),
    "silent": Script((), then="silence"),
    "stall": Script(("Pa", "ri"), then="silence"),
    "forever": Script(("Pa", "ri"), then="more"),
    "break": Script(("Pa", "ri", "s."), then="break"),
    "no_finish": Script(finish=None),
}


@dataclass
class Asked:
    """One request that arrived; `was_left` is set when its client went before the answer had ended."""

    body: Mapping[str, Any]
    was_left: threading.Event = field(default_factory=threading.Event)


class ScriptedModel:
    """The server. `url` is known before it runs."""

    def __init__(self) -> None:
        self.requests: list[Asked] = []
        self._socket = socket.socket()
        self._socket.bind(("127.0.0.1", 0))
        self._socket.listen()
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"

    @contextlib.contextmanager
    def running(self) -> Iterator[ScriptedModel]:
        routes = [
            Route("/v1/chat/completions", self._chat, methods=["POST"]),
            Route("/v1/models", _models),
        ]
        server = uvicorn.Server(uvicorn.Config(Starlette(routes=routes), log_config=None, log_level="critical"))
        thread = threading.Thread(target=server.run, args=([self._socket],), daemon=True)
        thread.start()
        try:
            yield self
        finally:
            server.should_exit = True
            thread.join(timeout=5)

    async def _chat(self, request: Request) -> Response:
        asked = Asked(await request.json())
        self.requests.append(asked)
        script = _script_of(asked.body)
        if asked.body.get("stream"):
            return _Streamed(_events(script, asked.body), asked)
        return await _whole(script, asked, request)


class _Streamed(StreamingResponse):
    """A stream that notes when its client leaves."""

    media_type = "text/event-stream"

    def __init__(self, content: AsyncIterator[bytes], asked: Asked) -> None:
        super().__init__(content, headers={"cache-control": "no-cache"})
        self._asked = asked

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def watched() -> Any:
            message = await receive()
            if message["type"] == "http.disconnect":
                self._asked.was_left.set()
            return message

        await super().__call__(scope, watched, send)


async def _whole(script: Script, asked: Asked, request: Request) -> Response:
    if script.then in ("silence", "more"):
        while (await request.receive())["type"] != "http.disconnect":
            pass
        asked.was_left.set()
        return Response(status_code=499)
    if script.then == "break":
        raise ConnectionAbortedError("the scripted model breaks off, as it was told to")
    await asyncio.sleep(script.late_s)
    pieces = script.pieces(_stops(asked.body))
    message = {"role": "assistant", "content": "".join(pieces) or None, **_tool_calls(script)}
    choice = {"index": 0, "message": message, "finish_reason": script.finish or "stop"}
    return JSONResponse(
        {
            **{"id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": "scripted"},
            **{"choices": [choice], "usage": _usage(pieces)},
        }
    )


async def _events(script: Script, body: Mapping[str, Any]) -> AsyncIterator[bytes]:
    await asyncio.sleep(script.late_s)
    pieces = script.pieces(_stops(body))
    if script.then != "silence" or pieces:
        yield _event({"role": "assistant", "content": None})
    for piece in pieces:
        yield _event({"content": piece})
    for number, arguments in enumerate(script.tool_arguments):
        yield _event(_tool_call_delta(number, arguments))
    async for event in _what_comes_then(script):
        yield event
    if script.finish is None:
        return
    yield _event({}, script.finish)
    if (body.get("stream_options") or {}).get("include_usage"):
        yield _encoded({**_CHUNK, "choices": [], "usage": _usage(pieces)})
    yield b"data: [DONE]\n\n"


async def _what_comes_then(script: Script) -> AsyncIterator[bytes]:
    if script.then == "break":
        raise ConnectionAbortedError("the scripted model breaks off, as it was told to")
    if script.then == "silence":
        await asyncio.Event().wait()
    while script.then == "more":
        yield _event({"content": " and"})
        await asyncio.sleep(0.01)


def _script_of(body: Mapping[str, Any]) -> Script:
    found = _ORDER.findall(json.dumps(body["messages"]))
    return SCRIPTS[found[-1]] if found else SCRIPTS["paris"]


def _stops(body: Mapping[str, Any]) -> list[str]:
    stop = body.get("stop") or []
    return [stop] if isinstance(stop, str) else list(stop)


def _usage(pieces: tuple[str, ...]) -> dict[str, int]:
    made = max(1, len(pieces))
    return {"prompt_tokens": 5, "completion_tokens": made, "total_tokens": 5 + made}


def _tool_calls(script: Script) -> dict[str, Any]:
    if not script.tool_arguments:
        return {}
    function = {"name": "get_weather", "arguments": "".join(script.tool_arguments)}
    return {"tool_calls": [{"id": "call_1", "type": "function", "function": function}]}


def _tool_call_delta(number: int, arguments: str) -> dict[str, Any]:
    begin = {"id": "call_1", "type": "function"} if number == 0 else {}
    name = {"name": "get_weather"} if number == 0 else {}
    return {"tool_calls": [{"index": 0, **begin, "function": {**name, "arguments": arguments}}]}


_CHUNK = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "scripted"}


def _event(delta: Mapping[str, Any], finish: str | None = None) -> bytes:
    return _encoded({**_CHUNK, "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]})


def _encoded(document: Mapping[str, Any]) -> bytes:
    return b"data: " + json.dumps(document, ensure_ascii=False).encode() + b"\n\n"


async def _models(_: Request) -> Response:
    return JSONResponse({"object": "list", "data": [{"id": "scripted", "object": "model"}]})
