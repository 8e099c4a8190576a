"""A handler that behaves as told: OpenAI's wire on loopback, no AWS, no model.

`FakeHandler.start()` serves on a free port until `stop()`. The models say what they do: `echo` repeats the question,
`slow` writes 40 numbered words in four seconds, `hang` writes three words and falls silent, `mute` never sends a
byte, `broken` fails after ten words, `cut` ends without a finish, `clipped` at the limit of tokens, `torture` writes
hostile Markdown, `starting` is not ready, `away` neither, and its fallback `echo` answers. Also run as a program:
`python -m tests.browser.fake_handler PORT`.
"""

from __future__ import annotations

import asyncio
import json
import socket
import sys
import threading
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

SECRET = "SECRET123"  # what an upstream would say in its error; it must reach nobody
TORTURE = """Before the torture.

<script>window.XSS = 1</script> <img src=x onerror="window.XSS = 2">

![remote](https://evil.invalid/a.png) ![ref][evil] [evil]

[evil]: https://evil.invalid/b.png

[click](javascript:window.XSS=3) [data](data:text/html,x) [fine](https://example.invalid/page)

`![code](https://evil.invalid/d.png)` ` ![split `
` ![two lines](https://evil.invalid/e.png) `

| ` | ![cell](https://evil.invalid/f.png) | ` |
|---|---|---|
| 1 | 2 | 3 |

:red[not red] :material/face: :smile: Note:this costs $5 and $10; \\(x^2\\)

$$
```
$$
![hidden in math](https://evil.invalid/g.png)

After the torture.

<div>
```

![hidden in html](https://evil.invalid/c.png)
"""
MODELS = ("echo", "slow", "hang", "mute", "broken", "cut", "clipped", "torture", "starting", "away")
_STATUS = {
    "starting": ("starting", "The endpoint is being created (fake)."),
    "away": ("stopped", "It is night (fake)."),
}
_FALLBACKS = {"away": "echo"}


def _is_set() -> threading.Event:
    event = threading.Event()
    event.set()
    return event


@dataclass
class FakeHandler:
    """`requests` are the bodies of all chat requests so far, `closed` the models whose stream the client left.

    While `lists` is cleared, `GET /v1/models` does not answer.
    """

    requests: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)
    statuses: dict[str, tuple[str, str | None]] = field(default_factory=lambda: dict(_STATUS))
    models: tuple[str, ...] = MODELS
    lists: threading.Event = field(default_factory=_is_set)
    url: str = ""
    _server: uvicorn.Server | None = None
    _thread: threading.Thread | None = None

    def start(self, port: int = 0) -> FakeHandler:
        listening = socket.create_server(("127.0.0.1", port))
        config = uvicorn.Config(self.app(), log_level="critical", lifespan="off", timeout_graceful_shutdown=1)
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [listening]}, daemon=True)
        self._thread.start()
        self.url = f"http://127.0.0.1:{listening.getsockname()[1]}/"
        deadline = time.monotonic() + 10
        while not self._server.started:
            if time.monotonic() > deadline:
                raise TimeoutError("the fake handler did not start")
            time.sleep(0.01)
        return self

    def stop(self) -> None:
        """End, and return when nobody is answered any more."""
        if self._server is not None and self._thread is not None:
            self._server.should_exit = True
            self._server.force_exit = True
            self._thread.join(timeout=5)

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/v1/models", self._list),
                Route("/v1/chat/completions", self._chat, methods=["POST"]),
            ]
        )

    async def _list(self, request: Request) -> Response:
        self.headers.append(dict(request.headers))
        while not self.lists.is_set():
            await asyncio.sleep(0.02)
        return JSONResponse({"object": "list", "data": [self._model(name) for name in self.models]})

    def _model(self, name: str) -> dict[str, Any]:
        status, reason = self.statuses.get(name, ("ready", None))
        return {
            "id": name,
            "object": "model",
            "created": 0,
            "owned_by": "fake",
            "provider": "fake",
            "status": status,
            "reason": reason,
            "modalities": ["text"],
            "supports_streaming": True,
            "context_tokens": 8192,
            "fallback": [_FALLBACKS[name]] if name in _FALLBACKS else [],
        }

    async def _chat(self, request: Request) -> Response:
        body = await request.json()
        self.requests.append(body)
        self.headers.append(dict(request.headers))
        request_id = {"X-Request-Id": request.headers.get("x-request-id", "none")}
        if body["model"] not in self.models:
            error = {
                "message": f"no model {body['model']!r}; near: 'echo'",
                "type": "invalid_request_error",
                "param": "model",
                "code": "model_not_found",
            }
            return JSONResponse({"error": error}, status_code=404, headers=request_id)
        if body["model"] == "mute":
            await self._until_left(request, "mute")
            return Response()
        return StreamingResponse(self._events(body, request), media_type="text/event-stream", headers=request_id)

    async def _events(self, body: dict[str, Any], request: Request) -> AsyncIterator[str]:
        ended = False
        try:
            async for event in self._told(body):
                yield event
            ended = True
        finally:  # Starlette cancels this when the client leaves
            if not ended:
                self.closed.append(body["model"])

    async def _told(self, body: dict[str, Any]) -> AsyncIterator[str]:
        model, question = body["model"], body["messages"][-1]["content"]
        words, pause = _words(model, question)
        if model in _FALLBACKS:
            told = {"answered_by": _FALLBACKS[model], "fallback_from": [model]}
            yield _event(model, choices=[{"index": 0, "delta": {"role": "assistant"}}], terrachat=told)
        for word in words:
            yield _chunk(model, {"content": word})
            await asyncio.sleep(pause)
        if model == "hang":
            await asyncio.sleep(3600)
        if model == "broken":
            print(f"upstream said {SECRET}", file=sys.stderr)
            error = {
                "message": "the upstream failed",
                "type": "server_error",
                "param": None,
                "code": "upstream_error",
            }
            yield f"data: {json.dumps({'error': error})}\n\n"
            return
        if model == "cut":
            return
        yield _chunk(model, {}, "length" if model == "clipped" else "stop")
        yield _usage(model, question, words)
        yield "data: [DONE]\n\n"

    async def _until_left(self, request: Request, model: str) -> None:
        while not await request.is_disconnected():
            await asyncio.sleep(0.02)
        self.closed.append(model)


def _words(model: str, question: str) -> tuple[list[str], float]:
    match model:
        case "slow":
            return [f"word{n} " for n in range(40)], 0.1
        case "hang":
            return ["one ", "two ", "three "], 0.02
        case "broken" | "cut":
            return [f"part{n} " for n in range(10)], 0.01
        case "torture":
            return [TORTURE[start : start + 7] for start in range(0, len(TORTURE), 7)], 0.005
    return [f"You said: {question}"], 0.01


def _chunk(model: str, delta: dict[str, str], finish: str | None = None) -> str:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return _event(model, choices=[choice])


def _usage(model: str, question: str, words: list[str]) -> str:
    counts = {"prompt_tokens": len(question.split()), "completion_tokens": len(words)}
    return _event(model, choices=[], usage={**counts, "total_tokens": sum(counts.values())})


def _event(model: str, **rest: Any) -> str:
    document = {"id": "fake", "object": "chat.completion.chunk", "created": 0, "model": model, **rest}
    return f"data: {json.dumps(document)}\n\n"


if __name__ == "__main__":
    uvicorn.run(FakeHandler().app(), port=int(sys.argv[1]))
