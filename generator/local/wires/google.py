"""Google's Gemini API, answered by the model server.

    POST /google_genai/v1beta/models/{model}:generateContent
    POST /google_genai/v1beta/models/{model}:streamGenerateContent?alt=sse
         x-goog-api-key: any but the empty one and `sk-wrong`

In: `google_requests.py`; out: `google_answers.py`. Any model name is served by the one model that there is. Errors: a
`Status` of https://ai.google.dev/gemini-api/docs/troubleshooting, read 2026-11-22. A wrong key is a 400 with the reason
`API_KEY_INVALID` (gemini-cli #25198, read 2026-11-22). A prompt that is filtered is an answer without candidates.
"""

from __future__ import annotations

from collections.abc import AsyncIterator

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from generator.local import sse
from generator.local.faults import Fault, Faults
from generator.local.model_client import ModelClient
from generator.local.wires import google_answers, google_requests, model_answers
from generator.local.wires.answering import answer
from generator.local.wires.chat_requests import InvalidQuestionError, JsonObject
from generator.local.wires.dialect import Dialect, Why
from generator.local.wires.model_answers import Event
from generator.local.wires.openai import is_good

_WRONG_KEY_DETAILS = [
    {
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        "reason": "API_KEY_INVALID",
        "domain": "googleapis.com",
        "metadata": {"service": "generativelanguage.googleapis.com"},
    }
]
_RETRY_DETAILS = [{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "1s"}]
_REFUSALS: dict[Why, tuple[int, str, str]] = {
    "throttle": (429, "RESOURCE_EXHAUSTED", "You exceeded your current quota. Please retry in 1s."),
    "unauthorized": (400, "INVALID_ARGUMENT", "API key not valid. Please pass a valid API key."),
    "overloaded": (503, "UNAVAILABLE", "The model is overloaded. Please try again later."),
    "context_too_long": (
        400,
        "INVALID_ARGUMENT",
        "The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).",
    ),
    "invalid": (400, "INVALID_ARGUMENT", "Request contains an invalid argument."),
    "failed": (500, "INTERNAL", "An internal error has occurred. Please retry."),
    "unavailable": (503, "UNAVAILABLE", "The service is currently unavailable."),
}


class GoogleWire:
    """Both methods over one model."""

    def __init__(self, model: ModelClient, faults: Faults) -> None:
        self._model = model
        self._faults = faults

    async def generate(self, request: Request, body: bytes) -> Response:
        """POST …:generateContent."""
        return await self._answer(request, body, is_streamed=False)

    async def stream_generate(self, request: Request, body: bytes) -> Response:
        """POST …:streamGenerateContent?alt=sse."""
        if request.query_params.get("alt") != "sse":
            return _refusal("invalid", "The local target streams server-sent events only: add ?alt=sse")
        return await self._answer(request, body, is_streamed=True)

    async def _answer(self, request: Request, body: bytes, *, is_streamed: bool) -> Response:
        if not is_good(request.headers.get("x-goog-api-key", "")):
            return _refusal("unauthorized")
        try:
            asked = google_requests.parse(body)
        except InvalidQuestionError as exc:
            return _refusal("invalid", str(exc))
        fault = self._faults.take("google_genai")
        dialect = _Google(asked, request.path_params["model"], fault, is_streamed=is_streamed)
        return await answer(self._model, fault, dialect)


class _Google(Dialect):
    def __init__(
        self, asked: google_requests.GenerateContentRequest, model: str, fault: Fault, *, is_streamed: bool
    ) -> None:
        super().__init__(google_requests.chat_request(asked, stream=is_streamed), is_streamed=is_streamed)
        self._model = model
        self._is_blocked = fault.kind == "content_filter"

    def refusal(self, why: Why, said: str = "") -> Response:
        return _refusal(why, said)

    def whole(self, completion: JsonObject) -> JsonObject:
        if self._is_blocked:
            return google_answers.blocked(self._model)
        return google_answers.response_of(model_answers.answer_of(completion), self._model)

    async def pieces(self, events: AsyncIterator[Event]) -> AsyncIterator[bytes]:
        if self._is_blocked:
            yield sse.encode(google_answers.blocked(self._model))
            return
        async for response in google_answers.responses_of(model_answers.parts(events), self._model):
            yield sse.encode(response)

    @property
    def malformed(self) -> bytes:
        return sse.MALFORMED

    @property
    def error_event(self) -> bytes:
        return sse.encode(_error("overloaded"))


def _refusal(why: Why, said: str = "") -> Response:
    return JSONResponse(_error(why, said), _REFUSALS[why][0])


def _error(why: Why, said: str = "") -> JsonObject:
    status, name, message = _REFUSALS[why]
    details = {"unauthorized": _WRONG_KEY_DETAILS, "throttle": _RETRY_DETAILS}.get(why)
    error = {"code": status, "message": said or message, "status": name}
    return {"error": error if details is None else {**error, "details": details}}
