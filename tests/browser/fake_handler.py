"""A handler that behaves as told: OpenAI's wire on loopback, no AWS, no model.

`FakeHandler.start()` serves on a free port until `stop()`. What its models do is in `fake_models.py`: `echo` repeats
the question, `slow` writes 40 numbered words in four seconds, `held` as many and waits in the middle to be let go on,
`parrot` writes exactly what it is asked, `failing` fails with the code that it is asked. Also run as a program:
`python -m tests.browser.fake_handler PORT`.
"""

from __future__ import annotations

import asyncio
import json
import socket
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from tests.browser.fake_models import FINAL, MODELS, SECRET, STATUS_OF_CODE, Asked, Script, listed, script


def _sources() -> list[dict[str, Any]]:
    checked_at = listed("echo")["checked_at"]
    names = ("models", "keys", "sagemaker us-east-1")
    return [{"source": name, "ok": True, "reason": None, "checked_at": checked_at} for name in names]


def _is_set() -> threading.Event:
    event = threading.Event()
    event.set()
    return event


@dataclass
class FakeHandler:
    """`requests` are the bodies of all chat requests so far, `request_ids` their ids, `headers` those of every request.

    `closed` are the models whose stream the client left. `told` has fields of models that are listed otherwise, and
    `scripts` models that do something else. `sources` are where the list comes from. While `lists` is cleared,
    `GET /v1/models` does not answer; while `lists_fail` is a status, it answers that. The model `held` stays in the
    middle of its answer until `release` is set.
    """

    requests: list[dict[str, Any]] = field(default_factory=list)
    request_ids: list[str] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)
    told: dict[str, dict[str, Any]] = field(default_factory=dict)
    scripts: dict[str, Callable[[Asked], Script]] = field(default_factory=dict)
    sources: list[dict[str, Any]] = field(default_factory=_sources)
    models: tuple[str, ...] = MODELS
    lists: threading.Event = field(default_factory=_is_set)
    lists_fail: int | None = None
    release: threading.Event = field(default_factory=threading.Event)
    url: str = ""
    _asked: set[tuple[str, str]] = field(default_factory=set)
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
        if self.lists_fail is not None:
            return Response(status_code=self.lists_fail)
        models = [self._model(name) for name in self.models]
        return JSONResponse({"object": "list", "data": models, "terrachat": {"sources": self.sources}})

    def _model(self, name: str) -> dict[str, Any]:
        told = listed(name) | self.told.get(name, {})
        return {"id": name, "object": "model", "created": 0, "owned_by": "fake", **told}

    async def _chat(self, request: Request) -> Response:
        body = await request.json()
        self.requests.append(body)
        self.headers.append(dict(request.headers))
        request_id = request.headers.get("x-request-id", "none")
        self.request_ids.append(request_id)
        headers = {"X-Request-Id": request_id}
        if body["model"] not in self.models:
            error = _error("model_not_found", request_id, f"no model {body['model']!r}; near: 'echo'")
            return JSONResponse({"error": {**error, "param": "model"}}, status_code=404, headers=headers)
        played = self._script(body)
        if played.before and played.hangs:
            await self._until_left(request, body["model"])
            return Response()
        if played.before and played.error:
            print(f"upstream said {SECRET}", file=sys.stderr)
            status = STATUS_OF_CODE[played.error]
            told = {**headers, "x-should-retry": "false"}
            return JSONResponse({"error": _error(played.error, request_id)}, status_code=status, headers=told)
        return StreamingResponse(self._events(body, played), media_type="text/event-stream", headers=headers)

    def _script(self, body: dict[str, Any]) -> Script:
        """What the model does with this request; a fallback answers where the model has one."""
        question, images = _parts(body["messages"][-1]["content"])
        model = next(iter(self._fallback(body["model"])), body["model"])
        asked = Asked(
            model,
            question,
            images=images,
            questions=sum(message["role"] == "user" for message in body["messages"]),
            again=(model, question) in self._asked,
        )
        self._asked.add((model, question))
        return self.scripts.get(model, script)(asked)

    def _fallback(self, model: str) -> list[str]:
        fallback: list[str] = self._model(model)["fallback"] if self._model(model)["status"] != "ready" else []
        return fallback

    async def _events(self, body: dict[str, Any], played: Script) -> AsyncIterator[str]:
        ended = False
        try:
            async for event in self._played(body, played):
                yield event
            ended = True
        finally:  # Starlette cancels this when the client leaves
            if not ended:
                self.closed.append(body["model"])

    async def _played(self, body: dict[str, Any], played: Script) -> AsyncIterator[str]:
        model = body["model"]
        await asyncio.sleep(played.first_s)
        if told := self._told_beside(model, played):
            yield _event(model, choices=[{"index": 0, "delta": {"role": "assistant"}}], terrachat=told)
        for number, word in enumerate(played.words, 1):
            yield _chunk(model, {"content": word})
            if number % played.burst == 0:
                await asyncio.sleep(played.pause_s)
            while number == played.held_after and not self.release.is_set():
                await asyncio.sleep(0.02)
        if played.hangs:
            await asyncio.sleep(3600)
        if played.error is not None:
            print(f"upstream said {SECRET}", file=sys.stderr)
            yield f"data: {json.dumps({'error': _error(played.error, 'fake')})}\n\n"
        elif played.finish is not None:
            yield _chunk(model, {}, played.finish)
            yield _usage(model, _parts(body["messages"][-1]["content"])[0], played)
            yield "data: [DONE]\n\n"

    def _told_beside(self, model: str, played: Script) -> dict[str, Any]:
        told: dict[str, Any] = {"warnings": list(played.warnings)} if played.warnings else {}
        for fallback in self._fallback(model)[:1]:
            told |= {"answered_by": fallback, "fallback_from": [model]}
        return told

    async def _until_left(self, request: Request, model: str) -> None:
        while not await request.is_disconnected():
            await asyncio.sleep(0.02)
        self.closed.append(model)


def _parts(content: str | list[dict[str, Any]]) -> tuple[str, int]:
    """The words of a message, and how many pictures are in it."""
    if isinstance(content, str):
        return content, 0
    words = " ".join(part["text"] for part in content if part["type"] == "text")
    return words, sum(part["type"] == "image_url" for part in content)


def _error(code: str, request_id: str, message: str = "the upstream failed") -> dict[str, Any]:
    is_ours = STATUS_OF_CODE[code] < 500
    return {
        "message": message,
        "type": "invalid_request_error" if is_ours else "server_error",
        "param": None,
        "code": code,
        "retryable": code not in FINAL,
        "request_id": request_id,
    }


def _chunk(model: str, delta: dict[str, str], finish: str | None = None) -> str:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return _event(model, choices=[choice])


def _usage(model: str, question: str, played: Script) -> str:
    if not played.counts:
        return _event(model, choices=[], usage=None)
    counts = {"prompt_tokens": len(question.split()), "completion_tokens": len(played.words)}
    return _event(model, choices=[], usage={**counts, "total_tokens": sum(counts.values())})


def _event(model: str, **rest: Any) -> str:
    document = {"id": "fake", "object": "chat.completion.chunk", "created": 0, "model": model, **rest}
    return f"data: {json.dumps(document)}\n\n"


if __name__ == "__main__":
    uvicorn.run(FakeHandler().app(), port=int(sys.argv[1]))
