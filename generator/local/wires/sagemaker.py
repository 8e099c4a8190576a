"""SageMaker runtime: InvokeEndpoint and InvokeEndpointWithResponseStream.

In: a request as botocore signs and sends it, whose body is what the container takes: vLLM's messages wire (OpenAI chat
JSON, `model` optional), or TGI's native one, which `generate_container.py` plays. Out: the container's reply, whole or
as `PayloadPart` events. Parts are cut anywhere, in the middle of a line or of a UTF-8 character, as the real service
does; whoever reads a stream must cope.

Errors have the service model's shapes (botocore 1.44.5, sagemaker-runtime 2017-05-13).
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import AsyncIterator, Callable, Iterable
from itertools import pairwise
from typing import Any, ClassVar

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from generator.local import eventstream, sse
from generator.local.faults import Fault, Faults
from generator.local.model_client import ModelClient, UnreachableError
from generator.local.wires import generate_container, model_answers
from generator.local.wires.answering import answer
from generator.local.wires.chat_requests import JsonObject
from generator.local.wires.dialect import Dialect, Why
from generator.local.wires.model_answers import Event

_REGION = re.compile(r"Credential=[^/]+/\d{8}/([^/]+)/")
_VARIANT = {"x-Amzn-Invoked-Production-Variant": "AllTraffic"}
_MAX_BODY_BYTES = 6_291_456  # service model's BodyBlob
_PARTS_PER_CHUNK = 3
_REFUSED: dict[Why, tuple[int, str, str]] = {
    "throttle": (400, "ThrottlingException", "Rate exceeded"),
    "unauthorized": (403, "AccessDeniedException", "User is not authorized to perform: sagemaker:InvokeEndpoint"),
}
# vLLM's words for a conversation that is too long (vllm-project/vllm #8133, read 2026-11-22).
_TOO_LONG = json.dumps(
    {
        "object": "error",
        "message": "This model's maximum context length is 4096 tokens. Please reduce the length of the messages.",
        "type": "BadRequestError",
        "param": "input_tokens",
        "code": 400,
    }
)
_FROM_CONTAINER: dict[Why, tuple[int, str]] = {
    "overloaded": (503, "Model is overloaded"),
    "context_too_long": (400, _TOO_LONG),
    "invalid": (400, ""),
    "failed": (502, ""),
    "unavailable": (503, ""),
}


class SageMakerWire:
    """Both operations over one model.

    Args:
        status: EndpointStatus of an endpoint in a region, None when there is none (`control_plane.endpoint_status`).
        cutter: where streams are cut; seeded by tests.

    """

    def __init__(
        self,
        model: ModelClient,
        faults: Faults,
        *,
        account: str,
        status: Callable[[str | None, str], str | None],
        cutter: random.Random,
    ) -> None:
        self._model = model
        self._faults = faults
        self._account = account
        self._status = status
        self._cutter = cutter

    async def invoke(self, request: Request, body: bytes) -> Response:
        """InvokeEndpoint: the container's reply as it is."""
        return await self._answer(request, body, is_streamed=False)

    async def invoke_with_stream(self, request: Request, body: bytes) -> Response:
        """InvokeEndpointWithResponseStream: the container's reply in parts, each sent at once."""
        return await self._answer(request, body, is_streamed=True)

    async def _answer(self, request: Request, body: bytes, *, is_streamed: bool) -> Response:
        refusal = self._refusal(request, body)
        if refusal is not None:
            return refusal
        asked = json.loads(body)
        speaks = _Generate if generate_container.is_spoken_in(asked) else _Messages
        dialect = speaks(asked, self._cutter, is_streamed=is_streamed)
        return await answer(self._model, self._faults.take("sagemaker"), dialect)

    def _refusal(self, request: Request, body: bytes) -> Response | None:
        name = request.path_params["name"]
        # The real service has the same words for an endpoint that is still being created.
        if self._status(_signed_region(request), name) != "InService":
            return _error(400, "ValidationError", f"Endpoint {name} of account {self._account} not found.")
        if len(body) > _MAX_BODY_BYTES:
            return _error(400, "ValidationError", f"body is longer than {_MAX_BODY_BYTES} bytes")
        if not _is_object(body):
            return _model_error(400, "the request body is not a JSON object")
        return None


class _Messages(Dialect):
    """A container that speaks OpenAI's wire: what it says goes through unchanged."""

    stream_type: ClassVar[str] = eventstream.CONTENT_TYPE

    def __init__(self, asked: JsonObject, cutter: random.Random, *, is_streamed: bool) -> None:
        content_type = "text/event-stream" if asked.get("stream") else "application/json"
        told = {"X-Amzn-SageMaker-Content-Type": content_type} if is_streamed else {}
        super().__init__(self.chat_of(asked), is_streamed=is_streamed, headers={**_VARIANT, **told})
        self._cutter = cutter

    def chat_of(self, asked: JsonObject) -> JsonObject:
        return asked

    def refusal(self, why: Why, said: str = "") -> Response:
        if why in _REFUSED:
            return _error(*_REFUSED[why])
        status, message = _FROM_CONTAINER[why]
        return _model_error(status, said or message)

    def refused_by_model(self, status: int, content: bytes) -> Response:
        return _model_error(status, content.decode("utf-8", errors="replace"))

    def whole(self, completion: JsonObject) -> JsonObject:
        return completion

    async def pieces(self, events: AsyncIterator[Event]) -> AsyncIterator[bytes]:
        async for event, _ in events:
            yield event

    def framed(self, piece: bytes) -> Iterable[bytes]:
        return (eventstream.event("PayloadPart", part, "application/octet-stream") for part in cut(piece, self._cutter))

    def broken(self, exc: UnreachableError) -> bytes:
        body = {"Message": f"The model's stream broke: {exc}", "ErrorCode": "StreamBroken"}
        return eventstream.exception("ModelStreamError", body)

    @property
    def malformed(self) -> bytes:
        return sse.MALFORMED

    @property
    def error_event(self) -> bytes:
        body = {"Message": "The model took too long.", "ErrorCode": "ModelInvocationTimeExceeded"}
        return eventstream.exception("ModelStreamError", body)


class _Generate(_Messages):
    """A container that speaks its own wire."""

    def chat_of(self, asked: JsonObject) -> JsonObject:
        return generate_container.chat_request(asked)

    def refusal(self, why: Why, said: str = "") -> Response:
        if why == "context_too_long":
            return _model_error(422, generate_container.TOO_LONG)
        return super().refusal(why, said)

    def whole_bytes(self, content: bytes, fault: Fault) -> bytes:
        return generate_container.whole_answer(model_answers.answer_of(model_answers.completion(content, fault)))

    async def pieces(self, events: AsyncIterator[Event]) -> AsyncIterator[bytes]:
        async for event in generate_container.stream(model_answers.parts(events)):
            yield event

    @property
    def malformed(self) -> bytes:
        return generate_container.MALFORMED


def cut(chunk: bytes, cutter: random.Random) -> list[bytes]:
    """`chunk` in up to three parts; the first cut goes inside a multi-byte character when there is one."""
    inside = [index for index, byte in enumerate(chunk) if byte & 0xC0 == 0x80]
    places = {cutter.choice(inside)} if inside else set()
    places |= {cutter.randint(1, len(chunk)) for _ in range(_PARTS_PER_CHUNK - 1 - len(places))}
    edges = [0, *sorted(places), len(chunk)]
    parts = [chunk[start:end] for start, end in pairwise(edges)]
    return [part for part in parts if part]


def _signed_region(request: Request) -> str | None:
    found = _REGION.search(request.headers.get("authorization", ""))
    return found[1] if found else None


def _is_object(body: bytes) -> bool:
    try:
        return isinstance(json.loads(body), dict)
    except ValueError:
        return False


def _model_error(status: int, said: str) -> Response:
    origin = "client" if status < 500 else "server"
    details = {"OriginalStatusCode": status, "OriginalMessage": said, "LogStreamArn": ""}
    message = f'Received {origin} error ({status}) from primary with message "{said}".'
    return _error(424, "ModelError", message, details)


def _error(status: int, kind: str, message: str, details: dict[str, Any] | None = None) -> Response:
    headers = {"x-amzn-errortype": kind}
    return JSONResponse({"Message": message, "message": message, **(details or {})}, status, headers)
