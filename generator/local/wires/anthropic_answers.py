"""What the model answered, in the words of Anthropic's Messages API. Pure.

In: an answer, or its parts as they arrive. Out: a message, or the events of one. Shapes: anthropic 2.12.0,
`types/message.py` and `types/raw_message_stream_event.py`, read 2026-11-22.
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

_STOP_REASONS = {
    "stop": "end_turn",
    "length": "max_tokens",
    "tool_calls": "tool_use",
    "content_filter": "refusal",
}


def message_of(answer: Answer, model: str, message_id: str) -> JsonObject:
    """The model's answer as a message."""
    thinking = [{"type": "thinking", "thinking": answer.reasoning, "signature": ""}] if answer.reasoning else []
    texts = [{"type": "text", "text": answer.text}] if answer.text else []
    calls = [{"type": "tool_use", "id": call.id, "name": call.name, "input": call.input} for call in answer.calls]
    return {
        **_empty_message(model, message_id),
        "content": [*thinking, *texts, *calls],
        **_stop(answer.end),
        "usage": _usage(answer.end.usage),
    }


async def events_of(parts: AsyncIterator[Part], model: str, message_id: str) -> AsyncIterator[JsonObject]:
    """The parts of an answer as the API's events.

    How many tokens were given is told at the end, as nobody knows it before; the real API says it at the start as well.
    """
    yield {"type": "message_start", "message": {**_empty_message(model, message_id), "usage": _usage(Usage())}}
    blocks = _Blocks()
    async for part in parts:
        if isinstance(part, End):
            for event in blocks.close():
                yield event
            yield {"type": "message_delta", "delta": _stop(part), "usage": _usage(part.usage)}
            yield {"type": "message_stop"}
            return
        for event in blocks.take(part):
            yield event


class _Blocks:
    """Content blocks, of which one is open at a time."""

    def __init__(self) -> None:
        self._index = -1
        self._open: str | None = None

    def take(self, part: Part) -> Iterator[JsonObject]:
        """The events of a part of the answer."""
        if isinstance(part, CallStart):
            block = {"type": "tool_use", "id": part.id, "name": part.name, "input": {}}
            yield from self._begin("tool_use", block, is_new=True)
        elif isinstance(part, CallArguments):
            yield self._delta({"type": "input_json_delta", "partial_json": part.text})
        elif isinstance(part, Reasoning):
            yield from self._begin("thinking", {"type": "thinking", "thinking": "", "signature": ""})
            yield self._delta({"type": "thinking_delta", "thinking": part.text})
        elif isinstance(part, Text):
            yield from self._begin("text", {"type": "text", "text": ""})
            yield self._delta({"type": "text_delta", "text": part.text})

    def close(self) -> Iterator[JsonObject]:
        if self._open is not None:
            yield {"type": "content_block_stop", "index": self._index}
            self._open = None

    def _begin(self, kind: str, block: JsonObject, *, is_new: bool = False) -> Iterator[JsonObject]:
        if self._open == kind and not is_new:
            return
        yield from self.close()
        self._index += 1
        self._open = kind
        yield {"type": "content_block_start", "index": self._index, "content_block": block}

    def _delta(self, delta: JsonObject) -> JsonObject:
        return {"type": "content_block_delta", "index": self._index, "delta": delta}


def _empty_message(model: str, message_id: str) -> JsonObject:
    return {
        "id": message_id,
        "type": "message",
        "role": "assistant",
        "model": model,
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
    }


def _stop(end: End) -> JsonObject:
    reason = "stop_sequence" if end.stop else _STOP_REASONS.get(end.reason or "")
    return {"stop_reason": reason, "stop_sequence": end.stop}


def _usage(usage: Usage) -> dict[str, int]:
    """Anthropic does not count what came from the cache among the input."""
    return {
        "input_tokens": usage.given - usage.cached,
        "cache_creation_input_tokens": 0,
        "cache_read_input_tokens": usage.cached,
        "output_tokens": usage.made,
    }
