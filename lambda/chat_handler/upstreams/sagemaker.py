"""SageMaker endpoints: containers that speak OpenAI's chat API (wire "messages"), or TGI's and LMI's own ("generate").

In: OpenAI's chat request. Out: OpenAI's answer; what is in the container's request and answer is its wire's
(`sagemaker_wires.py`). Separate as every provider is. What an endpoint is doing comes from DescribeEndpoint, also
after InvokeEndpoint said "not found", which is its word for four different states.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import AsyncGenerator, Iterator
from functools import partial
from typing import Any

from chat_handler import aws_sending, threads
from chat_handler.errors import ChatError
from chat_handler.upstreams import aws_failures
from chat_handler.upstreams.aws_streams import interrupt
from chat_handler.upstreams.base import (
    ChatRequest,
    JsonObject,
    ModelRecord,
    Provider,
    Services,
    Status,
)
from chat_handler.upstreams.container_failures import container_failure
from chat_handler.upstreams.endpoint_status import EndpointStatus, gone
from chat_handler.upstreams.sagemaker_wires import GenerateWire, wire_of


def build(record: ModelRecord, services: Services) -> SageMakerUpstream:
    """The upstream of one entry.

    Raises:
        RecordError: the record does not name an endpoint, or names a wire that is not known here.

    """
    return SageMakerUpstream(record, record.text("endpoint"), record.text("region"), services)


class SageMakerUpstream:
    """One endpoint in one region."""

    def __init__(self, record: ModelRecord, endpoint: str, region: str, services: Services) -> None:
        self._endpoint = endpoint
        self._subject = f"SageMaker endpoint {endpoint!r}"
        self._wire = wire_of(record, self._subject)
        if isinstance(self._wire, GenerateWire):
            self.parameters = self._wire.parameters
        self._client = partial(services.aws.generation, "sagemaker-runtime", region)
        is_own = endpoint.startswith(f"terrachat-{services.settings.deployment}-")
        client = partial(services.aws.control, "sagemaker", region)
        self.source = f"sagemaker {region}"
        self._status = EndpointStatus(endpoint, client, gone(record, is_own=is_own), self.source)

    async def status(self) -> Status:
        """What DescribeEndpoint says, at most a few seconds old."""
        return (await self._status.get()).status

    async def complete(self, request: ChatRequest) -> JsonObject:
        """The whole answer. SageMaker gives the container 60 s for it."""
        try:
            return self._wire.completion(await aws_sending.call(partial(self._invoked, request)), request)
        except aws_failures.botocore_errors() as exc:
            raise await self._translated(exc) from exc

    async def stream(self, request: ChatRequest) -> AsyncGenerator[JsonObject, None]:
        """The chunks. SageMaker gives the container 8 minutes for them."""
        try:
            parts = aws_sending.iterate(partial(self._opened, request))
            async with contextlib.aclosing(parts), contextlib.aclosing(self._wire.chunks(parts, request)) as chunks:
                async for chunk in chunks:
                    yield chunk
        except aws_failures.botocore_errors() as exc:
            raise await self._translated(exc) from exc

    def _invoked(self, request: ChatRequest) -> bytes:
        reply = self._client().invoke_endpoint(**self._arguments(request))
        body: bytes = reply["Body"].read()
        return body

    def _opened(self, request: ChatRequest) -> threads.Blocking[bytes]:
        reply = self._client().invoke_endpoint_with_response_stream(**self._arguments(request))
        return threads.Blocking(_parts(reply["Body"]), partial(interrupt, reply["Body"]))

    def _arguments(self, request: ChatRequest) -> dict[str, Any]:
        return {
            "EndpointName": self._endpoint,
            "ContentType": "application/json",
            "Accept": "application/json",
            "Body": json.dumps(self._wire.body(request), ensure_ascii=False).encode(),
        }

    async def _translated(self, exc: Exception) -> ChatError:
        code = aws_failures.client_error_code(exc)
        if code == "modelerror":
            return container_failure(exc, self._subject)
        if code == "validationerror":
            described = await self._status.get(max_age_s=0)
            if (error := described.not_serving(self._subject)) is not None:
                return error
        return aws_failures.translated(exc, self._subject)


def _parts(events: Any) -> Iterator[bytes]:
    with contextlib.closing(events):
        for event in events:
            yield event.get("PayloadPart", {}).get("Bytes", b"")


PROVIDER = Provider("sagemaker", build)
