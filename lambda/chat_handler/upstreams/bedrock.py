"""Bedrock's models, on demand, by any profile or with provisioned throughput, through LangChain's ChatBedrockConverse.

In: OpenAI's chat request. Out: OpenAI's answer, translated from Bedrock's Converse API. A record may name a role, in
whose account the model is called, and a guardrail. Separate as every provider is.
`langchain_aws` is imported with the first request: it takes 1.5 to 2 s, and while it is imported it replaces
`boto3.client` and `Session.client` for the process, which adds its name to the user agent and is otherwise harmless.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

from chat_handler import aws_sending, threads
from chat_handler.errors import ChatError, NoAccessError
from chat_handler.upstreams import aws_failures, converse, converse_request, langchain_wire
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
        RecordError: the record does not say which model, or in which region, or has half a guardrail.

    """
    return BedrockUpstream(record, services)


class BedrockUpstream:
    """One model or profile in one region, called by the handler itself or in a role's name."""

    def __init__(self, record: ModelRecord, services: Services) -> None:
        region = record.text("region")
        self._record = record
        self._model = record.text("model")
        self._role_arn = record.optional_text("role_arn")
        self._guardrail = _guardrail(record)
        self._subject = f"Bedrock model {self._model!r} in {region}"
        self._client = partial(services.aws.generation, "bedrock-runtime", region, self._role_arn)
        self._chat_model: ChatBedrockConverse | None = None
        self.parameters = converse_request.TAKES.fields

    async def status(self) -> Status:
        """`ready`: Bedrock has nothing to start, and whether access is granted shows only when it is used."""
        return READY

    async def complete(self, request: ChatRequest) -> JsonObject:
        """The whole answer."""
        try:
            return await aws_sending.call(partial(self._invoked, request))
        except aws_failures.botocore_errors() as exc:
            raise self._translated(exc) from exc

    async def stream(self, request: ChatRequest) -> AsyncGenerator[JsonObject, None]:
        """The chunks: the role first, then text and tool calls, the finish, and usage if it was asked for."""
        try:
            async with contextlib.aclosing(aws_sending.iterate(partial(self._opened, request))) as chunks:
                async for chunk in chunks:
                    yield chunk
        except aws_failures.botocore_errors() as exc:
            raise self._translated(exc) from exc

    def _invoked(self, request: ChatRequest) -> JsonObject:
        answer = converse.invoked(*self._prepared(request))
        return langchain_wire.completion_of(answer, request.model_id, converse.finish_reason_of)

    def _opened(self, request: ChatRequest) -> threads.Blocking[JsonObject]:
        answer = converse.ConverseStream(*self._prepared(request))
        chunks = langchain_wire.MessageChunks(
            request.model_id, converse.finish_reason_of, with_usage=request.wants_usage
        )
        return threads.Blocking(_translated(answer, chunks), answer.interrupt)

    def _prepared(self, request: ChatRequest) -> tuple[ChatBedrockConverse, list[BaseMessage], dict[str, Any]]:
        # Two threads may both build it on the first requests; either one works.
        if self._chat_model is None:
            self._chat_model = converse.chat_model(self._model, self._client(), self._guardrail)
        known = converse.known_of(self._chat_model)
        asked = converse_request.asked(request, self._record, known, self._subject)
        return self._chat_model, langchain_wire.messages_of(asked.turns), asked.arguments

    def _translated(self, exc: Exception) -> ChatError:
        if getattr(exc, "operation_name", None) == "AssumeRole":
            return _role_failure(exc, str(self._role_arn), self._subject)
        return aws_failures.translated(exc, self._subject)


def _translated(answer: converse.ConverseStream, chunks: langchain_wire.MessageChunks) -> Iterator[JsonObject]:
    for message in answer:
        yield from chunks.of(message)
    yield from chunks.last()


def _role_failure(exc: Exception, role_arn: str, subject: str) -> ChatError:
    code = aws_failures.client_error_code(exc)
    if code in ("accessdenied", "validationerror"):
        return NoAccessError(
            f"the handler may not assume the role {role_arn!r}, with which it calls {subject}; let that role trust the "
            "handler's role, and apply the module again"
        )
    return aws_failures.translated(exc, f"role {role_arn!r}")


def _guardrail(record: ModelRecord) -> dict[str, str] | None:
    """What Converse takes as its guardrailConfig.

    Raises:
        RecordError: `guardrail` is there, and does not say which and which version.

    """
    guardrail = record.fields.get("guardrail")
    if guardrail is None:
        return None
    named = [guardrail.get(name) if isinstance(guardrail, dict) else None for name in ("id", "version")]
    if not all(isinstance(value, str) and value for value in named):
        raise RecordError("'guardrail' must have an 'id' and a 'version'")
    return {"guardrailIdentifier": str(named[0]), "guardrailVersion": str(named[1])}


PROVIDER = Provider("bedrock", build)
