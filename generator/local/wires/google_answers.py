"""What the model answered, in the words of Google's Gemini API. Pure.

In: an answer, or its parts as they arrive. Out: a response, or responses of which each has a piece. Shapes:
google-genai 2.34.0, `types.py`, read 2026-11-22.
"""

from __future__ import annotations

from collections.abc import AsyncIterator

from generator.local.wires.chat_requests import JsonObject
from generator.local.wires.model_answers import Answer, CallBuffer, End, Part, Reasoning, Text, ToolCall, Usage

_FINISH_REASONS = {"stop": "STOP", "length": "MAX_TOKENS", "tool_calls": "STOP", "content_filter": "SAFETY"}


def response_of(answer: Answer, model: str) -> JsonObject:
    """The model's answer as the API gives it."""
    thoughts = [{"text": answer.reasoning, "thought": True}] if answer.reasoning else []
    texts = [{"text": answer.text}] if answer.text else []
    return _response([*thoughts, *texts, *map(_call, answer.calls)], model, answer.end)


async def responses_of(parts: AsyncIterator[Part], model: str) -> AsyncIterator[JsonObject]:
    """The parts of an answer, each as a response. A function call comes whole, as it does from Google."""
    calls = CallBuffer()
    async for part in parts:
        if isinstance(part, Text):
            yield _response([{"text": part.text}], model)
        elif isinstance(part, Reasoning):
            yield _response([{"text": part.text, "thought": True}], model)
        elif isinstance(part, End):
            yield _response([_call(call) for call in calls.whole()] or [{"text": ""}], model, part)
        else:
            calls.take(part)


def blocked(model: str) -> JsonObject:
    """The answer to a prompt that Google's filters do not let through."""
    return {"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}, "usageMetadata": _usage(Usage()), **_of(model)}


def _call(call: ToolCall) -> JsonObject:
    return {"functionCall": {"id": call.id, "name": call.name, "args": call.input}}


def _response(parts: list[JsonObject], model: str, end: End | None = None) -> JsonObject:
    candidate: JsonObject = {"content": {"role": "model", "parts": parts}, "index": 0}
    if end is not None and end.reason is not None:
        candidate["finishReason"] = _FINISH_REASONS.get(end.reason, "OTHER")
    return {"candidates": [candidate], **({"usageMetadata": _usage(end.usage)} if end else {}), **_of(model)}


def _of(model: str) -> JsonObject:
    return {"modelVersion": model, "responseId": "local"}


def _usage(usage: Usage) -> dict[str, int]:
    """Google counts what was thought beside the answer."""
    cached = {"cachedContentTokenCount": usage.cached} if usage.cached else {}
    thought = {"thoughtsTokenCount": usage.reasoning} if usage.reasoning else {}
    return {
        "promptTokenCount": usage.given,
        "candidatesTokenCount": usage.made - usage.reasoning,
        "totalTokenCount": usage.given + usage.made,
        **cached,
        **thought,
    }
