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
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from itertools import pairwise
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from generator.local import eventstream, generate_container, sse
from generator.local.faults import Fault, Faults
from generator.local.model_client import ModelClient, UnreachableError
from generator.local.streams import Stream

_REGION = re.compile(r"Credential=[^/]+/\d{8}/([^/]+)/")
_VARIANT = {"x-Amzn-Invoked-Production-Variant": "AllTraffic"}
_MAX_BODY_BYTES = 6_291_456  # service model's BodyBlob
_PARTS_PER_CHUNK = 3


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
        fault = self._faults.take("sagemaker")
        refusal = self._refusal(request, body, fault)
        if refusal is not None:
            return refusal
        await fault.delay()
        asked = json.loads(body)
        is_generate = generate_container.is_spoken_in(asked)
        try:
            async with self._model.chat(generate_container.chat_request(asked) if is_generate else asked) as reply:
                content = await reply.read()
                if reply.status != 200:
                    return _model_error(reply.status, content)
                content = generate_container.whole_answer(content) if is_generate else content
                return Response(fault.spoil(content), headers=_VARIANT, media_type=reply.content_type)
        except UnreachableError as exc:
            return _model_error(503, str(exc).encode())
        except (ValueError, LookupError):
            return _model_error(502, b"the model server's answer is no chat completion")

    async def invoke_with_stream(self, request: Request, body: bytes) -> Response:
        """InvokeEndpointWithResponseStream: the container's reply in parts, each sent at once."""
        fault = self._faults.take("sagemaker")
        refusal = self._refusal(request, body, fault)
        if refusal is not None:
            return refusal
        await fault.delay()
        asked = json.loads(body)
        is_generate = generate_container.is_spoken_in(asked)
        async with AsyncExitStack() as opened:
            try:
                request_body = generate_container.chat_request(asked) if is_generate else asked
                reply = await opened.enter_async_context(self._model.chat(request_body))
                if reply.status != 200:
                    return _model_error(reply.status, await reply.read())
            except UnreachableError as exc:
                return _model_error(503, str(exc).encode())
            headers = {**_VARIANT, "X-Amzn-SageMaker-Content-Type": reply.content_type}
            chunks = generate_container.stream(reply.chunks()) if is_generate else reply.chunks()
            parts = self._parts(chunks, fault)
            return Stream(parts, opened.pop_all(), headers=headers, media_type=eventstream.CONTENT_TYPE)

    def _refusal(self, request: Request, body: bytes, fault: Fault) -> Response | None:
        if fault.kind == "throttle":
            return _error(400, "ThrottlingException", "Rate exceeded")
        if fault.kind == "unauthorized":
            reason = "User is not authorized to perform: sagemaker:InvokeEndpoint"
            return _error(403, "AccessDeniedException", reason)
        name = request.path_params["name"]
        # The real service has the same words for an endpoint that is still being created.
        if self._status(_signed_region(request), name) != "InService":
            return _error(400, "ValidationError", f"Endpoint {name} of account {self._account} not found.")
        if len(body) > _MAX_BODY_BYTES:
            return _error(400, "ValidationError", f"body is longer than {_MAX_BODY_BYTES} bytes")
        if not _is_object(body):
            return _model_error(400, b"the request body is not a JSON object")
        return None

    async def _parts(self, chunks: AsyncIterator[bytes], fault: Fault) -> AsyncIterator[bytes]:
        if fault.kind in ("cut", "bad_bytes"):
            chunks = fault.spoil_stream(sse.split(chunks))
        try:
            async for chunk in chunks:
                for part in cut(chunk, self._cutter):
                    yield eventstream.event("PayloadPart", part, "application/octet-stream")
        except UnreachableError as exc:
            body = {"Message": f"The model's stream broke: {exc}", "ErrorCode": "StreamBroken"}
            yield eventstream.exception("ModelStreamError", body)


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


def _model_error(status: int, content: bytes) -> Response:
    said = content.decode("utf-8", errors="replace")
    origin = "client" if status < 500 else "server"
    details = {"OriginalStatusCode": status, "OriginalMessage": said, "LogStreamArn": ""}
    message = f'Received {origin} error ({status}) from primary with message "{said}".'
    return _error(424, "ModelError", message, details)


def _error(status: int, kind: str, message: str, details: dict[str, Any] | None = None) -> Response:
    headers = {"x-amzn-errortype": kind}
    return JSONResponse({"Message": message, "message": message, **(details or {})}, status, headers)
