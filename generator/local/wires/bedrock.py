"""Bedrock runtime: Converse and ConverseStream, translated to the model server's chat completions and back.

In and out: the JSON and the events of botocore's bedrock-runtime model (1.44.5); `bedrock_requests.py` and
`bedrock_answers.py` have the shapes. Any model id that has the form of one is served by the one model that there is.
Refusals use the service's own exceptions and words. A fault `content_filter` is a guardrail's doing where the request
names one, else the model's.
"""

from __future__ import annotations

import functools
import re
import time
from collections.abc import AsyncIterator
from typing import Any, ClassVar

import botocore.session
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from generator.local import eventstream
from generator.local.faults import Faults
from generator.local.model_client import ModelClient, UnreachableError
from generator.local.wires import bedrock_answers, bedrock_requests, model_answers
from generator.local.wires.answering import answer
from generator.local.wires.chat_requests import InvalidQuestionError, JsonObject
from generator.local.wires.dialect import Dialect, Why
from generator.local.wires.model_answers import Event

_TOO_MANY = "Too many requests, please wait before trying again."
_REFUSALS: dict[Why, tuple[int, str, str]] = {
    "throttle": (429, "ThrottlingException", _TOO_MANY),
    "unauthorized": (
        403,
        "AccessDeniedException",
        "You don't have access to the model with the specified model ID.",
    ),
    "overloaded": (503, "ServiceUnavailableException", "Bedrock is unable to process your request."),
    "context_too_long": (400, "ValidationException", "Input is too long for requested model."),
    "invalid": (400, "ValidationException", "The model returned the following errors: "),
    "failed": (424, "ModelErrorException", "The model failed: "),
    "unavailable": (503, "ServiceUnavailableException", ""),
}


class BedrockWire:
    """Both operations over one model."""

    def __init__(self, model: ModelClient, faults: Faults) -> None:
        self._model = model
        self._faults = faults

    async def converse(self, request: Request, body: bytes) -> Response:
        """Converse: one message."""
        return await self._answer(request, body, is_streamed=False)

    async def converse_stream(self, request: Request, body: bytes) -> Response:
        """ConverseStream: the message as events."""
        return await self._answer(request, body, is_streamed=True)

    async def _answer(self, request: Request, body: bytes, *, is_streamed: bool) -> Response:
        if not _model_id_form().fullmatch(request.path_params["id"]):
            return _error(400, "ValidationException", "The provided model identifier is invalid.")
        try:
            dialect = _Bedrock(bedrock_requests.parse(body), is_streamed=is_streamed)
        except InvalidQuestionError as exc:
            return _error(400, "ValidationException", str(exc))
        return await answer(self._model, self._faults.take("bedrock"), dialect)


class _Bedrock(Dialect):
    stream_type: ClassVar[str] = eventstream.CONTENT_TYPE

    def __init__(self, asked: bedrock_requests.ConverseRequest, *, is_streamed: bool) -> None:
        super().__init__(bedrock_requests.chat_request(asked, stream=is_streamed), is_streamed=is_streamed)
        self._is_guarded = asked.guardrailConfig is not None
        self._started = time.monotonic()

    def refusal(self, why: Why, said: str = "") -> Response:
        status, kind, message = _REFUSALS[why]
        return _error(status, kind, message + said)

    def whole(self, completion: JsonObject) -> JsonObject:
        answered = model_answers.answer_of(completion)
        return bedrock_answers.message_of(answered, self._latency_ms(), is_guarded=self._is_guarded)

    async def pieces(self, events: AsyncIterator[Event]) -> AsyncIterator[bytes]:
        parts = model_answers.parts(events)
        async for kind, body in bedrock_answers.events_of(parts, is_guarded=self._is_guarded):
            measured = {"metrics": {"latencyMs": self._latency_ms()}} if kind == "metadata" else {}
            yield eventstream.json_event(kind, {**body, **measured})

    def broken(self, exc: UnreachableError) -> bytes:
        body = {"message": f"The model's stream broke: {exc}", "originalStatusCode": 500}
        return eventstream.exception("modelStreamErrorException", body)

    @property
    def malformed(self) -> bytes:
        return eventstream.event("contentBlockDelta", b'{"delta": {"te', "application/json")

    @property
    def error_event(self) -> bytes:
        return eventstream.exception("throttlingException", {"message": _TOO_MANY})

    def _latency_ms(self) -> int:
        return int((time.monotonic() - self._started) * 1000)


@functools.cache
def _model_id_form() -> re.Pattern[str]:
    """What the service model takes for an id: foundation models, inference profiles, ARNs, …"""
    service = botocore.session.get_session().get_service_model("bedrock-runtime")
    shape: Any = service.operation_model("Converse").input_shape
    return re.compile(shape.members["modelId"].metadata["pattern"])


def _error(status: int, kind: str, message: str) -> Response:
    return JSONResponse({"message": message}, status, {"x-amzn-errortype": kind})
