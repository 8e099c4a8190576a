"""The two wires of SageMaker's containers: what goes into an endpoint, and what comes out of it.

In: a chat request, and the bytes of the container's answer. Out: the container's request, and OpenAI's answer.
Separate from `sagemaker.py`, which only carries bytes: an endpoint's wire is its container's, and AWS does not care.
Both wires also take a whole answer for a stream, because not every container streams.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from typing import Protocol

from chat_handler import streaming
from chat_handler.completions import checked_completion
from chat_handler.upstreams import generate_wire, reasoning
from chat_handler.upstreams.base import ChatRequest, JsonObject, ModelRecord, RecordError
from chat_handler.upstreams.request_shape import RequestShape


class Wire(Protocol):
    """What a container understands. Everything it raises is a `ChatError`."""

    def body(self, request: ChatRequest) -> JsonObject:
        """The container's request."""
        ...

    def completion(self, answer: bytes, request: ChatRequest) -> JsonObject:
        """The container's whole answer as OpenAI's."""
        ...

    def chunks(self, parts: AsyncIterator[bytes], request: ChatRequest) -> AsyncGenerator[JsonObject, None]:
        """The container's stream as OpenAI's chunks."""
        ...


def wire_of(record: ModelRecord, subject: str) -> Wire:
    """The wire that a record names.

    Raises:
        RecordError: it names none, or one that is not known here.

    """
    match record.text("wire"):
        case "messages":
            return MessagesWire(record, subject)
        case "generate":
            return GenerateWire(record, subject)
        case other:
            raise RecordError(f"wire {other!r} is not known; this handler knows 'messages' and 'generate'")


class MessagesWire:
    """OpenAI's own, passed through. `model` is left out: vLLM compares it with the name that it serves, which is never
    the endpoint's.
    """

    def __init__(self, record: ModelRecord, subject: str) -> None:
        self._shape = RequestShape(record)
        self._subject = subject

    def body(self, request: ChatRequest) -> JsonObject:
        """The request with the defaults."""
        return self._shape.body(request)

    def completion(self, answer: bytes, _: ChatRequest) -> JsonObject:
        """The answer, as the container sent it."""
        return reasoning.named(checked_completion(answer, self._subject))

    async def chunks(self, parts: AsyncIterator[bytes], _: ChatRequest) -> AsyncGenerator[JsonObject, None]:
        """The chunks, as the container sent them; a whole answer becomes one."""
        async for chunk in streaming.decoded(parts):
            yield reasoning.named(_as_chunk(chunk))


class GenerateWire:
    """TGI's and LMI's own, translated. `parameters`: the request fields that it carries."""

    parameters = generate_wire.TAKES.fields

    def __init__(self, record: ModelRecord, subject: str) -> None:
        self._record = record
        self._subject = subject

    def body(self, request: ChatRequest) -> JsonObject:
        """The request as a prompt with parameters."""
        return generate_wire.body_of(request, self._record, self._subject)

    def completion(self, answer: bytes, request: ChatRequest) -> JsonObject:
        """The generated text as a completion."""
        return generate_wire.completion_of(answer, request, self._subject)

    async def chunks(self, parts: AsyncIterator[bytes], request: ChatRequest) -> AsyncGenerator[JsonObject, None]:
        """The tokens as chunks."""
        generated = generate_wire.GeneratedChunks(request)
        async for chunk in streaming.decoded(parts):
            for translated in generated.of(chunk):
                yield translated
        for translated in generated.last():
            yield translated


def _as_chunk(chunk: JsonObject) -> JsonObject:
    """`chunk`, or one that says all that a whole completion says."""
    choices = chunk.get("choices")
    if not isinstance(choices, list) or not any(isinstance(one, dict) and "message" in one for one in choices):
        return chunk
    told = [_as_delta(one) for one in choices if isinstance(one, dict) and "message" in one]
    return {**chunk, "object": "chat.completion.chunk", "choices": told}


def _as_delta(choice: JsonObject) -> JsonObject:
    others = {name: value for name, value in choice.items() if name != "message"}
    delta = choice["message"]
    calls = delta.get("tool_calls") if isinstance(delta, dict) else None
    if isinstance(calls, list):  # only in a delta they have numbers, and clients read them
        numbered = [{"index": number, **call} for number, call in enumerate(calls) if isinstance(call, dict)]
        delta = {**delta, "tool_calls": numbered}
    return {**others, "delta": delta}
