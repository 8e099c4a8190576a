"""The reasoning text of pass-through servers, under the one name by which the handler's clients find it.

In: a chunk or a whole answer, as the server sent it. Out: the same with `reasoning_content` in each delta or message
that has reasoning text. Separate because servers have four ways to say it, and because a client knows one:

    reasoning_content: str     DeepSeek, SGLang, xAI, vLLM until 0.11: nothing to do
    reasoning: str             OpenRouter, Groq, Ollama, vLLM since 0.12
    reasoning_details: [...]   OpenRouter: {"type": "reasoning.text", "text"}, {"type": "reasoning.summary", "summary"}
    content: [...]             Mistral: {"type": "thinking", "thinking": [{"type": "text", "text"}]} beside the answer's

What the server sent stays, but for Mistral's parts: in an answer OpenAI's clients know `content` as a string.
https://docs.vllm.ai/en/v0.11.2/features/reasoning_outputs, https://openrouter.ai/docs/use-cases/reasoning-tokens,
https://docs.mistral.ai/capabilities/reasoning, read on 2026-11-22.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from chat_handler.upstreams.base import JsonObject


def named(chunk: JsonObject) -> JsonObject:
    """`chunk` with its reasoning text in `reasoning_content`; itself where there is nothing to be done."""
    choices = chunk.get("choices")
    if not isinstance(choices, list):
        return chunk
    changed: dict[int, Any] = {}
    for number, choice in enumerate(choices):
        if (new := _choice(choice)) is not choice:
            changed[number] = new
    if not changed:
        return chunk
    return {**chunk, "choices": [changed.get(number, choice) for number, choice in enumerate(choices)]}


def _choice(choice: Any) -> Any:
    if not isinstance(choice, dict):
        return choice
    for part in ("delta", "message"):
        said = choice.get(part)
        if isinstance(said, dict) and (new := _said(said)) is not said:
            return {**choice, part: new}
    return choice


def _said(said: JsonObject) -> JsonObject:
    content = said.get("content")
    if isinstance(content, list):
        thoughts = "".join(_thoughts(content))
        return {**said, "content": "".join(_texts(content)), **({"reasoning_content": thoughts} if thoughts else {})}
    if said.get("reasoning_content"):
        return said
    text = said.get("reasoning")
    reasoning = text if isinstance(text, str) else "".join(_details(said.get("reasoning_details")))
    return {**said, "reasoning_content": reasoning} if reasoning else said


def _details(details: Any) -> Iterable[str]:
    for one in details if isinstance(details, list) else ():
        text = (one.get("text") or one.get("summary")) if isinstance(one, dict) else None
        if isinstance(text, str):
            yield text


def _texts(parts: list[Any]) -> Iterable[str]:
    for one in parts:
        if isinstance(one, dict) and one.get("type") == "text" and isinstance(one.get("text"), str):
            yield one["text"]


def _thoughts(parts: list[Any]) -> Iterable[str]:
    for one in parts:
        if isinstance(one, dict) and one.get("type") == "thinking":
            thinking = one.get("thinking")
            if isinstance(thinking, list):
                yield from _texts(thinking)
            elif isinstance(thinking, str):
                yield thinking
