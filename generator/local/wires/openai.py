"""OpenAI's API and Azure OpenAI's, passed through to the model server behind a check of the key.

Any key is good but an empty one and `sk-wrong`, which rehearses a key that the provider refuses. On OpenAI's paths a
request without an `Authorization` header is answered too: this port also stands for the servers that take no key. The
reply carries the model name that was asked for, as OpenAI's does.

The refusals are worded as the two services word them (OpenAI: `invalid_api_key`, `rate_limit_exceeded`; Azure: an
error object whose code is the status, and `content_filter` with `ResponsibleAIPolicyViolation` inside:
https://learn.microsoft.com/azure/ai-foundry/openai/concepts/content-filter, read 2026-11-22).
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any, ClassVar

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from generator.local import sse
from generator.local.faults import Faults
from generator.local.model_client import ModelClient, UnreachableError
from generator.local.wires.answering import answer
from generator.local.wires.chat_requests import InvalidQuestionError, JsonObject
from generator.local.wires.dialect import Dialect, Why
from generator.local.wires.model_answers import Event

WRONG_KEY = "sk-wrong"
_TOO_LONG = (
    "This model's maximum context length is 8192 tokens. However, your messages resulted in more tokens. Please reduce "
    "the length of the messages."
)
_OVERLOADED = "The server is currently overloaded with other requests. Sorry about that! You can retry your request."
# status, type, code, message
_REFUSALS: dict[Why, tuple[int, str, str | None, str]] = {
    "throttle": (429, "requests", "rate_limit_exceeded", "Rate limit reached for requests. Please try again in 1s."),
    "unauthorized": (
        401,
        "invalid_request_error",
        "invalid_api_key",
        "Incorrect API key provided. You can find your API key at https://platform.openai.com/account/api-keys.",
    ),
    "overloaded": (503, "server_error", None, _OVERLOADED),
    "context_too_long": (400, "invalid_request_error", "context_length_exceeded", _TOO_LONG),
    "invalid": (400, "invalid_request_error", None, "We could not parse the JSON body of your request."),
    "failed": (500, "server_error", None, "The server had an error while processing your request."),
    "unavailable": (503, "server_error", "service_unavailable", _OVERLOADED),
}
_AZURE_REFUSALS: dict[Why, tuple[int, str, str]] = {
    "throttle": (429, "429", "Requests have exceeded the call rate limit of your resource. Retry after 1 second."),
    "unauthorized": (
        401,
        "401",
        "Access denied due to invalid subscription key or wrong API endpoint. Make sure to provide a valid key "
        "for an active subscription and use a correct regional API endpoint.",
    ),
    "overloaded": (503, "503", "The service is temporarily unable to process your request. Please try again later."),
    "context_too_long": (400, "context_length_exceeded", _TOO_LONG),
    "content_filter": (
        400,
        "content_filter",
        "The response was filtered due to the prompt triggering Azure OpenAI's content management policy. "
        "Please modify your prompt and retry.",
    ),
    "invalid": (400, "400", "The request body is not valid JSON."),
    "failed": (500, "500", "The server had an error while processing your request."),
    "unavailable": (503, "503", "The service is temporarily unable to process your request."),
}


class OpenAIWire:
    """Both services over one model."""

    def __init__(self, model: ModelClient, faults: Faults) -> None:
        self._model = model
        self._faults = faults

    async def models(self, request: Request, _: bytes) -> Response:
        """GET /openai/v1/models: what the model server lists."""
        if not is_good(bearer(request, absent="none")):
            return _refusal("unauthorized")
        try:
            status, body = await self._model.models()
        except UnreachableError as exc:
            return _refusal("unavailable", str(exc))
        return Response(body, status, media_type="application/json")

    async def chat(self, request: Request, body: bytes) -> Response:
        """POST /openai/v1/chat/completions."""
        if not is_good(bearer(request, absent="none")):
            return _refusal("unauthorized")
        try:
            asked = object_in(body)
        except InvalidQuestionError:
            return _refusal("invalid")
        return await answer(self._model, self._faults.take("openai"), _OpenAI(asked, asked.get("model")))

    async def azure_chat(self, request: Request, body: bytes) -> Response:
        """POST /azure/openai/deployments/{name}/chat/completions?api-version=…"""
        if not is_good(request.headers.get("api-key", "")):
            return _azure_refusal("unauthorized")
        if not request.query_params.get("api-version"):
            return _azure_error(404, "404", "Resource not found")
        try:
            asked = object_in(body)
        except InvalidQuestionError:
            return _azure_refusal("invalid")
        dialect = _Azure(asked, request.path_params["name"])
        return await answer(self._model, self._faults.take("azure_openai"), dialect)


def bearer(request: Request, *, absent: str = "") -> str:
    """The bearer key of a request; `absent` where it has no `Authorization` header at all."""
    scheme, _, key = request.headers.get("authorization", f"Bearer {absent}").partition(" ")
    return key.strip() if scheme.lower() == "bearer" else ""


def is_good(key: str) -> bool:
    """Whether the local target takes `key`, on any wire."""
    return key not in ("", WRONG_KEY)


def object_in(body: bytes) -> JsonObject:
    """The JSON object in a request's body.

    Raises:
        InvalidQuestionError: there is none.

    """
    try:
        document: Any = json.loads(body)
    except ValueError:
        document = None
    if not isinstance(document, dict):
        raise InvalidQuestionError("the request body is not a JSON object")
    return document


class _OpenAI(Dialect):
    """A request passed through: whatever it holds reaches the model server, and whatever that says goes back."""

    def __init__(self, asked: JsonObject, model: Any) -> None:
        super().__init__(asked, is_streamed=bool(asked.get("stream")))
        self._model = model

    def refusal(self, why: Why, said: str = "") -> Response:
        return _refusal(why, said)

    def refused_by_model(self, status: int, content: bytes) -> Response:
        return Response(content, status, media_type="application/json")

    def whole(self, completion: JsonObject) -> JsonObject:
        return self._renamed(completion)

    async def pieces(self, events: AsyncIterator[Event]) -> AsyncIterator[bytes]:
        async for event, document in events:
            yield event if document is None else sse.encode(self._renamed(document))

    @property
    def malformed(self) -> bytes:
        return sse.MALFORMED

    @property
    def error_event(self) -> bytes:
        return sse.encode({"error": {"message": _OVERLOADED, "type": "server_error", "param": None, "code": None}})

    def _renamed(self, document: JsonObject) -> JsonObject:
        return {**document, "model": self._model} if self._model and "model" in document else document


class _Azure(_OpenAI):
    filter_is_an_end: ClassVar[bool] = False

    def refusal(self, why: Why, said: str = "") -> Response:
        return _azure_refusal(why, said)


def _refusal(why: Why, said: str = "") -> Response:
    status, kind, code, message = _REFUSALS[why]
    error = {"message": said or message, "type": kind, "param": None, "code": code}
    return JSONResponse({"error": error}, status, _waiting(why))


def _azure_refusal(why: Why, said: str = "") -> Response:
    status, code, message = _AZURE_REFUSALS[why]
    response = _azure_error(status, code, said or message)
    response.headers.update(_waiting(why))
    return response


def _azure_error(status: int, code: str, message: str) -> Response:
    filtered = {"code": "ResponsibleAIPolicyViolation", "content_filter_result": {}}
    inner = {"innererror": filtered} if code == "content_filter" else {}
    return JSONResponse({"error": {"code": code, "message": message, "status": status, **inner}}, status)


def _waiting(why: Why) -> dict[str, str]:
    return {"retry-after": "1"} if why == "throttle" else {}
