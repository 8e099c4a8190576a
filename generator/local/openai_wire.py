"""OpenAI's API and Azure OpenAI's, passed through to the model server behind a check of the key.

Any key is good but an empty one and `sk-wrong`, which rehearses a key that the provider refuses. A request without an
`Authorization` header is answered too: this port also stands for the servers that take no key. The reply carries the
model name that was asked for, as OpenAI's does.

The refusals are worded as the two services word them (OpenAI: `invalid_api_key`, `rate_limit_exceeded`; Azure: an
error object whose code is the status).
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from generator.local import sse
from generator.local.faults import Fault, Faults
from generator.local.model_client import ModelClient, OpenReply, UnreachableError
from generator.local.streams import Stream

WRONG_KEY = "sk-wrong"


class OpenAIWire:
    """Both services over one model."""

    def __init__(self, model: ModelClient, faults: Faults) -> None:
        self._model = model
        self._faults = faults

    async def models(self, request: Request, _: bytes) -> Response:
        """GET /openai/v1/models: what the model server lists."""
        if not _is_good(_bearer(request)):
            return _wrong_key()
        try:
            status, body = await self._model.models()
        except UnreachableError as exc:
            return _overloaded(exc)
        return Response(body, status, media_type="application/json")

    async def chat(self, request: Request, body: bytes) -> Response:
        """POST /openai/v1/chat/completions."""
        if not _is_good(_bearer(request)):
            return _wrong_key()
        return await self._answer(body, model=None, wrong_key=_wrong_key)

    async def azure_chat(self, request: Request, body: bytes) -> Response:
        """POST /azure/openai/deployments/{name}/chat/completions?api-version=…"""
        if not _is_good(request.headers.get("api-key", "")):
            return _wrong_azure_key()
        if not request.query_params.get("api-version"):
            return _azure_error(404, "Resource not found")
        return await self._answer(body, model=request.path_params["name"], wrong_key=_wrong_azure_key)

    async def _answer(self, body: bytes, *, model: str | None, wrong_key: Callable[[], Response]) -> Response:
        fault = self._faults.take("openai")
        if fault.kind == "throttle":
            return _throttled()
        if fault.kind == "unauthorized":
            return wrong_key()
        asked = _object(body)
        if asked is None:
            return _error(400, "We could not parse the JSON body of your request.", "invalid_request_error")
        await fault.delay()
        try:
            return await self._pass_on(asked, model or asked.get("model"), fault)
        except UnreachableError as exc:
            return _overloaded(exc)

    async def _pass_on(self, asked: dict[str, Any], model: Any, fault: Fault) -> Response:
        async with AsyncExitStack() as opened:
            reply = await opened.enter_async_context(self._model.chat(asked))
            if not reply.content_type.startswith("text/event-stream"):
                content = await reply.read()
                return JSONBytes(fault.spoil(_renamed_body(content, model)), reply.status)
            events = fault.spoil_stream(_renamed_events(reply, model))
            return Stream(events, opened.pop_all(), status=reply.status, media_type="text/event-stream")


class JSONBytes(Response):
    """JSON that is already encoded."""

    media_type = "application/json"


async def _renamed_events(reply: OpenReply, model: Any) -> AsyncIterator[bytes]:
    async for event in sse.split(reply.chunks()):
        document = sse.parse(event)
        yield event if document is None else sse.encode(_renamed(document, model))


def _renamed_body(content: bytes, model: Any) -> bytes:
    document = _object(content)
    return content if document is None else json.dumps(_renamed(document, model), ensure_ascii=False).encode()


def _renamed(document: dict[str, Any], model: Any) -> dict[str, Any]:
    return {**document, "model": model} if model and "model" in document else document


def _object(body: bytes) -> dict[str, Any] | None:
    try:
        document = json.loads(body)
    except ValueError:
        return None
    return document if isinstance(document, dict) else None


def _bearer(request: Request) -> str:
    scheme, _, key = request.headers.get("authorization", "Bearer none").partition(" ")
    return key.strip() if scheme.lower() == "bearer" else ""


def _is_good(key: str) -> bool:
    return key not in ("", WRONG_KEY)


def _wrong_key() -> Response:
    message = "Incorrect API key provided. You can find your API key at https://platform.openai.com/account/api-keys."
    return _error(401, message, "invalid_request_error", "invalid_api_key")


def _throttled() -> Response:
    response = _error(
        429, "Rate limit reached for requests. Please try again in 1s.", "requests", "rate_limit_exceeded"
    )
    response.headers["retry-after"] = "1"
    return response


def _overloaded(exc: UnreachableError) -> Response:
    return _error(503, f"The local model server does not answer: {exc}", "server_error", "service_unavailable")


def _error(status: int, message: str, kind: str, code: str | None = None) -> Response:
    return JSONResponse({"error": {"message": message, "type": kind, "param": None, "code": code}}, status)


def _wrong_azure_key() -> Response:
    reason = "Access denied due to invalid subscription key or wrong API endpoint. Make sure to provide a valid key "
    return _azure_error(401, reason + "for an active subscription and use a correct regional API endpoint.")


def _azure_error(status: int, message: str) -> Response:
    return JSONResponse({"error": {"code": str(status), "message": message}}, status)
