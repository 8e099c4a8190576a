"""Cohere's chat API, version 2, answered by the model server.

    POST /cohere/v2/chat        Authorization: Bearer any but the empty one and `sk-wrong`

In: `cohere_requests.py`; out: `cohere_answers.py`. Any model name is served by the one model that there is. Errors: an
object with a `message` (https://docs.cohere.com/reference/errors, read 2026-11-22); in a stream the last event says
them.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from uuid import uuid4

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from generator.local import sse
from generator.local.faults import Faults
from generator.local.model_client import ModelClient, UnreachableError
from generator.local.wires import cohere_answers, cohere_requests, model_answers
from generator.local.wires.answering import answer
from generator.local.wires.chat_requests import InvalidQuestionError, JsonObject
from generator.local.wires.dialect import Dialect, Why
from generator.local.wires.model_answers import Event
from generator.local.wires.openai import bearer, is_good

_REFUSALS: dict[Why, tuple[int, str]] = {
    "throttle": (429, "You are past the per minute request limit, please wait and try again later."),
    "unauthorized": (401, "invalid api token"),
    "overloaded": (503, "the service is overloaded, please try again later"),
    "context_too_long": (
        400,
        "too many tokens: total number of tokens in the prompt cannot exceed 4081 - received 4292. "
        "Try using a shorter prompt, or enabling prompt truncating.",
    ),
    "invalid": (400, "invalid request"),
    "failed": (500, "internal server error"),
    "unavailable": (503, "the service is not available"),
}


class CohereWire:
    """The API over one model."""

    def __init__(self, model: ModelClient, faults: Faults) -> None:
        self._model = model
        self._faults = faults

    async def chat(self, request: Request, body: bytes) -> Response:
        """POST /cohere/v2/chat."""
        if not is_good(bearer(request)):
            return _refusal("unauthorized")
        try:
            dialect = _Cohere(cohere_requests.parse(body))
        except InvalidQuestionError as exc:
            return _refusal("invalid", str(exc))
        return await answer(self._model, self._faults.take("cohere"), dialect)


class _Cohere(Dialect):
    def __init__(self, asked: cohere_requests.ChatRequest) -> None:
        super().__init__(cohere_requests.chat_request(asked), is_streamed=asked.stream)
        self._message_id = str(uuid4())

    def refusal(self, why: Why, said: str = "") -> Response:
        return _refusal(why, said)

    def whole(self, completion: JsonObject) -> JsonObject:
        return cohere_answers.reply_of(model_answers.answer_of(completion), self._message_id)

    async def pieces(self, events: AsyncIterator[Event]) -> AsyncIterator[bytes]:
        async for event in cohere_answers.events_of(model_answers.parts(events), self._message_id):
            yield _named(event)

    def broken(self, exc: UnreachableError) -> bytes:
        return _named(cohere_answers.failure(f"the generation failed: {exc}"))

    @property
    def malformed(self) -> bytes:
        return b"event: content-delta\n" + sse.MALFORMED

    @property
    def error_event(self) -> bytes:
        return _named(cohere_answers.failure("the generation failed"))


def _named(event: JsonObject) -> bytes:
    return sse.encode(event, event["type"])


def _refusal(why: Why, said: str = "") -> Response:
    status, message = _REFUSALS[why]
    return JSONResponse({"id": str(uuid4()), "message": said or message}, status)
