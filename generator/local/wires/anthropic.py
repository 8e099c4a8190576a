"""Anthropic's Messages API, answered by the model server.

    POST /anthropic/v1/messages        x-api-key (or bearer): any but the empty one and `sk-wrong`

In: `anthropic_requests.py`; out: `anthropic_answers.py`. Any model name is served by the one model that there is.
Errors: the `error` object of https://platform.claude.com/docs/en/api/errors, read 2026-11-22; in a stream they are an
`error` event after HTTP 200, which is also where `overloaded_error` may come.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import ClassVar
from uuid import uuid4

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from generator.local import sse
from generator.local.faults import Faults
from generator.local.model_client import ModelClient, UnreachableError
from generator.local.wires import anthropic_answers, anthropic_requests, model_answers
from generator.local.wires.answering import answer
from generator.local.wires.chat_requests import InvalidQuestionError, JsonObject
from generator.local.wires.dialect import Dialect, Why
from generator.local.wires.model_answers import Event
from generator.local.wires.openai import bearer, is_good

_REFUSALS: dict[Why, tuple[int, str, str]] = {
    "throttle": (429, "rate_limit_error", "This request would exceed your organization's rate limit."),
    "unauthorized": (401, "authentication_error", "invalid x-api-key"),
    "overloaded": (529, "overloaded_error", "Overloaded"),
    "context_too_long": (400, "invalid_request_error", "prompt is too long: 208310 tokens > 200000 maximum"),
    "invalid": (400, "invalid_request_error", "invalid request"),
    "failed": (500, "api_error", "Internal server error"),
    "unavailable": (500, "api_error", "Internal server error"),
}


class AnthropicWire:
    """The API over one model."""

    def __init__(self, model: ModelClient, faults: Faults) -> None:
        self._model = model
        self._faults = faults

    async def messages(self, request: Request, body: bytes) -> Response:
        """POST /anthropic/v1/messages."""
        if not is_good(request.headers.get("x-api-key") or bearer(request)):
            return _refusal("unauthorized")
        if not request.headers.get("anthropic-version"):
            return _refusal("invalid", "anthropic-version: header is required")
        try:
            dialect = _Anthropic(anthropic_requests.parse(body))
        except InvalidQuestionError as exc:
            return _refusal("invalid", str(exc))
        return await answer(self._model, self._faults.take("anthropic"), dialect)


class _Anthropic(Dialect):
    overload_is_an_event: ClassVar[bool] = True

    def __init__(self, asked: anthropic_requests.MessagesRequest) -> None:
        super().__init__(
            anthropic_requests.chat_request(asked), is_streamed=asked.stream, headers={"request-id": _id("req")}
        )
        self._model = asked.model
        self._message_id = _id("msg")

    def refusal(self, why: Why, said: str = "") -> Response:
        return _refusal(why, said)

    def whole(self, completion: JsonObject) -> JsonObject:
        return anthropic_answers.message_of(model_answers.answer_of(completion), self._model, self._message_id)

    async def pieces(self, events: AsyncIterator[Event]) -> AsyncIterator[bytes]:
        parts = model_answers.parts(events)
        async for event in anthropic_answers.events_of(parts, self._model, self._message_id):
            yield sse.encode(event, event["type"])

    def broken(self, exc: UnreachableError) -> bytes:
        return _error_event("api_error", f"Internal server error: {exc}")

    @property
    def malformed(self) -> bytes:
        return b"event: content_block_delta\n" + sse.MALFORMED

    @property
    def error_event(self) -> bytes:
        return _error_event("overloaded_error", "Overloaded")


def _refusal(why: Why, said: str = "") -> Response:
    status, kind, message = _REFUSALS[why]
    request_id = _id("req")
    headers = {"request-id": request_id, **({"retry-after": "1"} if why == "throttle" else {})}
    return JSONResponse(_error(kind, said or message, request_id), status, headers)


def _error_event(kind: str, message: str) -> bytes:
    return sse.encode(_error(kind, message, _id("req")), "error")


def _error(kind: str, message: str, request_id: str) -> JsonObject:
    return {"type": "error", "error": {"type": kind, "message": message, "details": None}, "request_id": request_id}


def _id(prefix: str) -> str:
    return f"{prefix}_{uuid4().hex}"
