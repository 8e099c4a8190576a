"""Bedrock's models, on demand or by inference profile, through LangChain's ChatBedrockConverse.

In: OpenAI's chat request. Out: OpenAI's answer, translated from Bedrock's Converse API. Separate as every provider is.
`langchain_aws` is imported with the first request: it takes 1.5 to 2 s, and while it is imported it replaces
`boto3.client` and `Session.client` for the process, which adds its name to the user agent and is otherwise harmless.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator
from functools import partial
from typing import TYPE_CHECKING, Any

from chat_handler import threads
from chat_handler.upstreams import aws_failures, converse, langchain_wire
from chat_handler.upstreams.base import (
    READY,
    ChatRequest,
    JsonObject,
    ModelRecord,
    Provider,
    RecordError,
    Services,
    Status,
)

if TYPE_CHECKING:
    from langchain_aws import ChatBedrockConverse
    from langchain_core.messages import BaseMessage


def build(record: ModelRecord, services: Services) -> BedrockUpstream:
    """The upstream of one entry.

    Raises:
        RecordError: the record does not say which model, or in which region.

    """
    if "application-inference-profile" in record.text("model"):
        raise RecordError("application inference profiles cannot be used yet; name the model or a system profile")
    return BedrockUpstream(record, record.text("model"), record.text("region"), services)


class BedrockUpstream:
    """One model or inference profile in one region."""

    def __init__(self, record: ModelRecord, model: str, region: str, services: Services) -> None:
        self._model = model
        self._defaults = record.defaults
        self._subject = f"Bedrock model {model!r} in {region}"
        self._client = partial(services.aws.generation, "bedrock-runtime", region)
        self._chat_model: ChatBedrockConverse | None = None

    async def status(self) -> Status:
        """`ready`: Bedrock has nothing to start, and whether access is granted shows only when it is used."""
        return READY

    async def complete(self, request: ChatRequest) -> JsonObject:
        """The whole answer."""
        try:
            return await threads.call(partial(self._invoked, request))
        except aws_failures.botocore_errors() as exc:
            raise aws_failures.translated(exc, self._subject) from exc

    async def stream(self, request: ChatRequest) -> AsyncGenerator[JsonObject, None]:
        """The chunks: the role first, then text, the finish, and usage if it was asked for."""
        try:
            async with contextlib.aclosing(threads.iterate(partial(self._opened, request))) as chunks:
                async for chunk in chunks:
                    yield chunk
        except aws_failures.botocore_errors() as exc:
            raise aws_failures.translated(exc, self._subject) from exc

    def _invoked(self, request: ChatRequest) -> JsonObject:
        answer = converse.invoked(*self._prepared(request))
        return langchain_wire.completion_of(answer, request.model_id, converse.finish_reason_of)

    def _opened(self, request: ChatRequest) -> threads.Blocking[JsonObject]:
        answer = converse.ConverseStream(*self._prepared(request))
        chunks = langchain_wire.chunks_of(
            answer, request.model_id, converse.finish_reason_of, with_usage=request.wants_usage
        )
        return threads.Blocking(chunks, answer.interrupt)

    def _prepared(self, request: ChatRequest) -> tuple[ChatBedrockConverse, list[BaseMessage], dict[str, Any]]:
        langchain_wire.refuse_other_parameters(request.body, converse.PARAMETERS, self._subject)
        # Two threads may both build it on the first requests; either one works.
        if self._chat_model is None:
            self._chat_model = converse.chat_model(self._model, self._client())
        arguments = converse.arguments_of(request, self._defaults, self._chat_model)
        return self._chat_model, langchain_wire.messages_of(request.body), arguments


PROVIDER = Provider("bedrock", build)
