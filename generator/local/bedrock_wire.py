"""Bedrock runtime: Converse and ConverseStream, translated to the model server's chat completions and back.

In and out: the JSON and the events of botocore's bedrock-runtime model (1.44.5), text only. Any model id that has the
form of one is served by the one model that there is. Refusals use the service's own exceptions and words.
"""

from __future__ import annotations

import functools
import json
import re
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import botocore.session
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from generator.local import eventstream, sse
from generator.local.bedrock_messages import (
    ConverseRequest,
    InvalidConversationError,
    chat_request,
    parse,
    stop_reason,
    usage,
)
from generator.local.faults import Fault, Faults
from generator.local.model_client import ModelClient, OpenReply, UnreachableError
from generator.local.streams import Stream


class BedrockWire:
    """Both operations over one model."""

    def __init__(self, model: ModelClient, faults: Faults) -> None:
        self._model = model
        self._faults = faults

    async def converse(self, request: Request, body: bytes) -> Response:
        """Converse: one message."""
        fault = self._faults.take("bedrock")
        started = time.monotonic()
        asked = _understand(request, body, fault)
        if isinstance(asked, Response):
            return asked
        await fault.delay()
        try:
            async with self._model.chat(chat_request(asked, stream=False)) as reply:
                content = await reply.read()
        except UnreachableError as exc:
            return _unavailable(exc)
        if reply.status != 200:
            return _model_refused(reply.status, content)
        answer = json.dumps(_message(json.loads(content), started), ensure_ascii=False).encode()
        return Response(fault.spoil(answer), media_type="application/json")

    async def converse_stream(self, request: Request, body: bytes) -> Response:
        """ConverseStream: the message as events."""
        fault = self._faults.take("bedrock")
        asked = _understand(request, body, fault)
        if isinstance(asked, Response):
            return asked
        await fault.delay()
        async with AsyncExitStack() as opened:
            try:
                reply = await opened.enter_async_context(self._model.chat(chat_request(asked, stream=True)))
                if reply.status != 200:
                    return _model_refused(reply.status, await reply.read())
            except UnreachableError as exc:
                return _unavailable(exc)
            frames = fault.spoil_stream(_frames(reply))
            return Stream(frames, opened.pop_all(), media_type=eventstream.CONTENT_TYPE)


async def _frames(reply: OpenReply) -> AsyncIterator[bytes]:
    """The events of one streamed message; a broken upstream becomes the service's own exception event."""
    try:
        async for frame in _events(reply):
            yield frame
    except UnreachableError as exc:
        body = {"message": f"The model's stream broke: {exc}", "originalStatusCode": 500}
        yield eventstream.exception("modelStreamErrorException", body)


async def _events(reply: OpenReply) -> AsyncIterator[bytes]:
    started = time.monotonic()
    finish, counted = None, None
    yield eventstream.json_event("messageStart", {"role": "assistant"})
    async for event in sse.split(reply.chunks()):
        document = sse.parse(event) or {}
        counted = document.get("usage") or counted
        for choice in document.get("choices", []):
            finish = choice.get("finish_reason") or finish
            text = choice.get("delta", {}).get("content")
            if text:
                delta = {"delta": {"text": text}, "contentBlockIndex": 0}
                yield eventstream.json_event("contentBlockDelta", delta)
    yield eventstream.json_event("contentBlockStop", {"contentBlockIndex": 0})
    yield eventstream.json_event("messageStop", {"stopReason": stop_reason(finish)})
    yield eventstream.json_event("metadata", {"usage": usage(counted), "metrics": _metrics(started)})


def _understand(request: Request, body: bytes, fault: Fault) -> ConverseRequest | Response:
    """The request, or why it is refused."""
    if fault.kind == "throttle":
        return _error(429, "ThrottlingException", "Too many requests, please wait before trying again.")
    if fault.kind == "unauthorized":
        return _error(403, "AccessDeniedException", "You don't have access to the model with the specified model ID.")
    if not _model_id_form().fullmatch(request.path_params["id"]):
        return _error(400, "ValidationException", "The provided model identifier is invalid.")
    try:
        return parse(body)
    except InvalidConversationError as exc:
        return _error(400, "ValidationException", str(exc))


@functools.cache
def _model_id_form() -> re.Pattern[str]:
    """What the service model takes for an id: foundation models, inference profiles, ARNs, …"""
    service = botocore.session.get_session().get_service_model("bedrock-runtime")
    shape: Any = service.operation_model("Converse").input_shape
    return re.compile(shape.members["modelId"].metadata["pattern"])


def _message(document: dict[str, Any], started: float) -> dict[str, Any]:
    choice = document["choices"][0]
    text = choice["message"].get("content") or ""
    return {
        "output": {"message": {"role": "assistant", "content": [{"text": text}]}},
        "stopReason": stop_reason(choice.get("finish_reason")),
        "usage": usage(document.get("usage")),
        "metrics": _metrics(started),
    }


def _metrics(started: float) -> dict[str, int]:
    return {"latencyMs": int((time.monotonic() - started) * 1000)}


def _model_refused(status: int, content: bytes) -> Response:
    said = content.decode("utf-8", errors="replace")
    if status < 500:
        return _error(400, "ValidationException", f"The model returned the following errors: {said}")
    return _error(424, "ModelErrorException", f"The model failed: {said}")


def _unavailable(exc: UnreachableError) -> Response:
    return _error(503, "ServiceUnavailableException", f"The local model server does not answer: {exc}")


def _error(status: int, kind: str, message: str) -> Response:
    return JSONResponse({"message": message}, status, {"x-amzn-errortype": kind})
