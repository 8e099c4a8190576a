"""What the model answered, in the words of Cohere's chat API (v2). Pure.

In: an answer, or its parts as they arrive. Out: a reply, or its events. Shapes: cohere 5.21.1,
`v2/types/v2chat_response.py` and `v2/types/v2chat_stream_response.py`, read 2026-11-22.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

from generator.local.wires import chat_requests
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

_FINISH_REASONS = {"stop": "COMPLETE", "length": "MAX_TOKENS", "tool_calls": "TOOL_CALL", "content_filter": "ERROR"}


def reply_of(answer: Answer, message_id: str) -> JsonObject:
    """The model's answer as the API gives it."""
    thoughts = [{"type": "thinking", "thinking": answer.reasoning}] if answer.reasoning else []
    texts = [{"type": "text", "text": answer.text}] if answer.text else []
    calls = [chat_requests.call(call.id, call.name, call.arguments) for call in answer.calls]
    message: JsonObject = {"role": "assistant", "content": [*thoughts, *texts]}
    return {
        "id": message_id,
        "finish_reason": _finish_reason(answer.end),
        "message": {**message, **({"tool_calls": calls} if calls else {})},
        "usage": _usage(answer.end.usage),
    }


async def events_of(parts: AsyncIterator[Part], message_id: str) -> AsyncIterator[JsonObject]:
    """The parts of an answer as the API's events."""
    empty = {"role": "assistant", "content": [], "tool_plan": "", "tool_calls": [], "citations": []}
    yield {"type": "message-start", "id": message_id, "delta": {"message": empty}}
    blocks = _Blocks()
    async for part in parts:
        if isinstance(part, End):
            for event in blocks.close():
                yield event
            ended = {"finish_reason": _finish_reason(part), "usage": _usage(part.usage)}
            yield {"type": "message-end", "delta": ended}
            return
        for event in blocks.take(part):
            yield event


def failure(message: str) -> JsonObject:
    """The event of a stream that failed in its middle."""
    return {"type": "message-end", "delta": {"error": message, "finish_reason": "ERROR"}}


class _Blocks:
    """Content blocks and tool calls, each kind counted for itself, of which one is open at a time."""

    def __init__(self) -> None:
        self._counted = {"content": -1, "tool-call": -1}
        self._open: tuple[str, str] | None = None

    def take(self, part: Part) -> Iterator[JsonObject]:
        """The events of a part of the answer."""
        if isinstance(part, CallStart):
            call = chat_requests.call(part.id, part.name, "")
            yield from self._begin(("tool-call", "function"), {"tool_calls": call}, is_new=True)
        elif isinstance(part, CallArguments):
            yield self._event("delta", {"tool_calls": {"function": {"arguments": part.text}}})
        elif isinstance(part, Reasoning):
            yield from self._begin(("content", "thinking"), {"content": {"type": "thinking", "thinking": ""}})
            yield self._event("delta", {"content": {"thinking": part.text}})
        elif isinstance(part, Text):
            yield from self._begin(("content", "text"), {"content": {"type": "text", "text": ""}})
            yield self._event("delta", {"content": {"text": part.text}})

    def close(self) -> Iterator[JsonObject]:
        if self._open is not None:
            yield self._event("end", None)
            self._open = None

    def _begin(self, kind: tuple[str, str], message: JsonObject, *, is_new: bool = False) -> Iterator[JsonObject]:
        if self._open == kind and not is_new:
            return
        yield from self.close()
        self._open = kind
        self._counted[kind[0]] += 1
        yield self._event("start", message)

    def _event(self, what: str, message: JsonObject | None) -> JsonObject:
        kind = self._open[0] if self._open else "tool-call"
        event = {"type": f"{kind}-{what}", "index": self._counted[kind]}
        return event if message is None else {**event, "delta": {"message": message}}


def _finish_reason(end: End) -> str | None:
    return "STOP_SEQUENCE" if end.stop else _FINISH_REASONS.get(end.reason or "")


def _usage(usage: Usage) -> JsonObject:
    counted = {"input_tokens": usage.given, "output_tokens": usage.made}
    return {"billed_units": counted, "tokens": counted, "cached_tokens": usage.cached}
