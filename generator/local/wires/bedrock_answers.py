"""What the model answered, in Converse's words. Pure.

In: an answer, or its parts as they arrive. Out: a reply, or the names and bodies of events. Shapes: botocore 1.44.5,
bedrock-runtime.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

from generator.local.wires.chat_requests import JsonObject
from generator.local.wires.model_answers import (
    Answer,
    CallArguments,
    CallStart,
    End,
    Part,
    Reasoning,
    Text,
    Usage,
)

GUARDRAIL_TEXT = "Sorry, the guardrail of this model blocked the answer."
_STOP_REASONS = {
    "stop": "end_turn",
    "length": "max_tokens",
    "tool_calls": "tool_use",
    "content_filter": "content_filtered",
}


def message_of(answer: Answer, latency_ms: int, *, is_guarded: bool) -> JsonObject:
    """The model's answer as Converse gives it."""
    thoughts = [{"reasoningContent": {"reasoningText": {"text": answer.reasoning}}}] if answer.reasoning else []
    calls = [{"toolUse": {"toolUseId": call.id, "name": call.name, "input": call.input}} for call in answer.calls]
    text = GUARDRAIL_TEXT if _is_blocked(answer.end, is_guarded=is_guarded) else answer.text
    content = [*thoughts, *([{"text": text}] if text or not calls else []), *calls]
    reason = stop_reason(answer.end, is_guarded=is_guarded)
    return {
        "output": {"message": {"role": "assistant", "content": content}},
        **({} if reason is None else {"stopReason": reason}),
        "usage": usage(answer.end.usage),
        "metrics": {"latencyMs": latency_ms},
    }


async def events_of(parts: AsyncIterator[Part], *, is_guarded: bool) -> AsyncIterator[tuple[str, JsonObject]]:
    """The parts of an answer as ConverseStream's events: their names and bodies."""
    yield "messageStart", {"role": "assistant"}
    blocks = _Blocks()
    async for part in parts:
        if not isinstance(part, End):
            for event in blocks.take(part):
                yield event
            continue
        if _is_blocked(part, is_guarded=is_guarded):
            for event in blocks.take(Text(GUARDRAIL_TEXT)):
                yield event
        for event in blocks.close():
            yield event
        yield "messageStop", {"stopReason": stop_reason(part, is_guarded=is_guarded)}
        yield "metadata", {"usage": usage(part.usage)}


class _Blocks:
    """Content blocks, of which one is open at a time. Only a tool's has an event that opens it."""

    def __init__(self) -> None:
        self._index = -1
        self._open: str | None = None

    def take(self, part: Part) -> Iterator[tuple[str, JsonObject]]:
        if isinstance(part, CallStart):
            yield from self._begin("toolUse", is_new=True)
            start = {"toolUse": {"toolUseId": part.id, "name": part.name}}
            yield "contentBlockStart", {"start": start, "contentBlockIndex": self._index}
        elif isinstance(part, CallArguments):
            yield self._delta({"toolUse": {"input": part.text}})
        elif isinstance(part, Reasoning):
            yield from self._begin("reasoning")
            yield self._delta({"reasoningContent": {"text": part.text}})
        elif isinstance(part, Text):
            yield from self._begin("text")
            yield self._delta({"text": part.text})

    def close(self) -> Iterator[tuple[str, JsonObject]]:
        if self._open is not None:
            yield "contentBlockStop", {"contentBlockIndex": self._index}
            self._open = None

    def _begin(self, kind: str, *, is_new: bool = False) -> Iterator[tuple[str, JsonObject]]:
        if self._open == kind and not is_new:
            return
        yield from self.close()
        self._index += 1
        self._open = kind

    def _delta(self, delta: JsonObject) -> tuple[str, JsonObject]:
        return "contentBlockDelta", {"delta": delta, "contentBlockIndex": self._index}


def stop_reason(end: End, *, is_guarded: bool = False) -> str | None:
    """Bedrock's word for how an answer ended, None where the model did not say."""
    if end.stop:
        return "stop_sequence"
    return "guardrail_intervened" if _is_blocked(end, is_guarded=is_guarded) else _STOP_REASONS.get(end.reason or "")


def usage(counted: Usage) -> dict[str, int]:
    """Bedrock's usage; zeros when the model did not count. What came from the cache is not among the input."""
    cached = {"cacheReadInputTokens": counted.cached} if counted.cached else {}
    given = counted.given - counted.cached
    return {
        "inputTokens": given,
        "outputTokens": counted.made,
        "totalTokens": counted.given + counted.made,
        **cached,
    }


def _is_blocked(end: End, *, is_guarded: bool) -> bool:
    return is_guarded and end.reason == "content_filter"
