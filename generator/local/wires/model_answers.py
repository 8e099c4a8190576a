"""What the model server answered, in the terms that every vendor's API has: text, reasoning, tool calls, an end.

In: a chat completion, or the events of a stream of them. Out: an `Answer`, or the `Part`s of one as they arrive. The
dialects are made of these, so that what OpenAI's API is like is known here and in the two wires that pass it through.

Two faults are done here, because they are a model's and not a wire's: `no_finish` and `content_filter`.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from generator.local import sse
from generator.local.faults import Fault
from generator.local.model_client import UnreachableError
from generator.local.wires.chat_requests import JsonObject


@dataclass(frozen=True)
class Usage:
    """Tokens, as OpenAI counts them: those from the cache are among `given`, those of reasoning among `made`."""

    given: int = 0
    made: int = 0
    cached: int = 0
    reasoning: int = 0


@dataclass(frozen=True)
class ToolCall:
    """A call; `arguments` is the JSON text that the model wrote."""

    id: str
    name: str
    arguments: str

    @property
    def input(self) -> JsonObject:
        """The arguments, for the APIs that want an object; empty where the model wrote none."""
        try:
            document = json.loads(self.arguments or "{}")
        except ValueError:
            return {}
        return document if isinstance(document, dict) else {}


@dataclass(frozen=True)
class End:
    """How an answer ended. `reason` is OpenAI's, None where there was none; `stop` the stop sequence, if it is told."""

    reason: str | None
    stop: str | None = None
    usage: Usage = Usage()


@dataclass(frozen=True)
class Answer:
    """A whole answer."""

    text: str
    reasoning: str
    calls: tuple[ToolCall, ...]
    end: End


@dataclass(frozen=True)
class Text:
    text: str


@dataclass(frozen=True)
class Reasoning:
    text: str


@dataclass(frozen=True)
class CallStart:
    """A tool call begins; the `CallArguments` that follow are its."""

    id: str
    name: str


@dataclass(frozen=True)
class CallArguments:
    text: str


Part: TypeAlias = Text | Reasoning | CallStart | CallArguments | End
Event: TypeAlias = tuple[bytes, JsonObject | None]
"""An event of the model server's stream as it came, and the object in it, if it holds one."""


def answer_of(completion: Mapping[str, Any]) -> Answer:
    """A whole chat completion.

    Raises:
        LookupError: it is none.

    """
    choice = completion["choices"][0]
    message = choice["message"]
    return Answer(
        text=message.get("content") or "",
        reasoning=message.get("reasoning_content") or "",
        calls=tuple(
            ToolCall(call.get("id") or "", call["function"]["name"], call["function"].get("arguments") or "")
            for call in message.get("tool_calls") or ()
        ),
        end=End(choice.get("finish_reason"), _matched(choice), _usage(completion)),
    )


async def parts(events: AsyncIterator[Event]) -> AsyncIterator[Part]:
    """The parts of a streamed answer. The `End` comes last, and not at all where the stream told none.

    Raises:
        UnreachableError: the model server broke off, or said in its stream that it failed.

    """
    end: End | None = None
    usage = Usage()
    async for _, document in events:
        if document is None:
            continue
        if "error" in document:
            raise UnreachableError("the model server says in its stream that it failed")
        usage = _usage(document) if document.get("usage") else usage
        for choice in document.get("choices") or ():
            for part in _parts_of(choice.get("delta") or {}):
                yield part
            if choice.get("finish_reason"):
                end = End(choice["finish_reason"], _matched(choice))
    if end is not None:
        yield End(end.reason, end.stop, usage)


@dataclass
class CallBuffer:
    """Collects the calls of a stream, for the APIs that send each whole."""

    _calls: list[tuple[CallStart, list[str]]] = field(default_factory=list)

    def take(self, part: CallStart | CallArguments) -> None:
        if isinstance(part, CallStart):
            self._calls.append((part, []))
        elif self._calls:
            self._calls[-1][1].append(part.text)

    def whole(self) -> tuple[ToolCall, ...]:
        return tuple(ToolCall(start.id, start.name, "".join(texts)) for start, texts in self._calls)


async def events(chunks: AsyncIterator[bytes], fault: Fault) -> AsyncIterator[Event]:
    """The events of the model server's stream, as the fault leaves them."""
    async for event in sse.split(chunks):
        document = sse.parse(event)
        choices = (document or {}).get("choices") or []
        if fault.kind in ("no_finish", "content_filter") and any(choice.get("finish_reason") for choice in choices):
            if fault.kind == "no_finish":
                return
            filtered = [{**choice, "finish_reason": "content_filter"} for choice in choices]
            document = {**(document or {}), "choices": filtered}
            yield sse.encode(document), document
        else:
            yield event, document


def completion(content: bytes, fault: Fault) -> JsonObject:
    """The model server's whole answer, as the fault leaves it.

    Raises:
        ValueError: it is not a JSON object.

    """
    document = json.loads(content)
    if not isinstance(document, dict):
        raise ValueError("not a JSON object")
    if fault.kind not in ("no_finish", "content_filter"):
        return document
    reason = None if fault.kind == "no_finish" else "content_filter"
    return {**document, "choices": [{**one, "finish_reason": reason} for one in document.get("choices") or ()]}


def _parts_of(delta: Mapping[str, Any]) -> list[Part]:
    found: list[Part] = []
    if delta.get("reasoning_content"):
        found.append(Reasoning(delta["reasoning_content"]))
    if delta.get("content"):
        found.append(Text(delta["content"]))
    for call in delta.get("tool_calls") or ():
        function = call.get("function") or {}
        if function.get("name"):  # said once, with the first piece
            found.append(CallStart(call.get("id") or "", function["name"]))
        if function.get("arguments"):
            found.append(CallArguments(function["arguments"]))
    return found


def _matched(choice: Mapping[str, Any]) -> str | None:
    """The stop sequence that ended the answer, where the model server tells: vLLM does, llama.cpp does not."""
    matched = choice.get("stop_reason")
    return matched if isinstance(matched, str) else None


def _usage(document: Mapping[str, Any]) -> Usage:
    counted = document.get("usage") or {}
    given, made = counted.get("prompt_tokens_details") or {}, counted.get("completion_tokens_details") or {}
    return Usage(
        given=counted.get("prompt_tokens") or 0,
        made=counted.get("completion_tokens") or 0,
        cached=given.get("cached_tokens") or 0,
        reasoning=made.get("reasoning_tokens") or 0,
    )
