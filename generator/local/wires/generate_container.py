"""A container that speaks the native wire of TGI and LMI, played by a model that speaks OpenAI's.

    {"inputs": str, "parameters": {"max_new_tokens", "temperature", "top_p", "stop"}, "stream": bool}
    -> [{"generated_text", "details"}]
    -> stream of `data:{"token": {"text", "special"}, "generated_text": null | str, "details"}`

In: such a request. Out: the chat request for the model, and the model's answers as TGI gives them. TGI 3 tells the two
wires apart by the request as well (text-generation-inference, router/src/sagemaker.rs), and shapes its answers so
(clients/python/text_generation/types.py, read 2026-11-22). Pure; `sagemaker.py` does the sending.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from typing import Any

from generator.local.wires.chat_requests import JsonObject
from generator.local.wires.model_answers import Answer, End, Part, Text

_PARAMETERS = {
    "max_new_tokens": "max_tokens",
    "temperature": "temperature",
    "top_p": "top_p",
    "stop": "stop",
    "seed": "seed",
}
MALFORMED = b'data:{"token": {"id"\n\n'
TOO_LONG = json.dumps(
    {
        "error": "Input validation error: `inputs` tokens + `max_new_tokens` must be <= 4096",
        "error_type": "validation",
    }
)


def is_spoken_in(document: Mapping[str, Any]) -> bool:
    """Whether a request is of this wire and not of OpenAI's."""
    return isinstance(document.get("inputs"), str) and "messages" not in document


def chat_request(document: Mapping[str, Any]) -> JsonObject:
    """The chat request that gets the answer to `document`: its prompt is one message of the user."""
    parameters = document.get("parameters") or {}
    taken = {ours: parameters[theirs] for theirs, ours in _PARAMETERS.items() if parameters.get(theirs) is not None}
    messages = [{"role": "user", "content": document["inputs"]}]
    return {"messages": messages, "stream": bool(document.get("stream")), **taken}


def whole_answer(answer: Answer) -> bytes:
    """A whole answer as the container gives it."""
    details = _details(answer.end, answer.end.usage.made)
    return json.dumps([{"generated_text": answer.text, "details": details}], ensure_ascii=False).encode()


async def stream(parts: AsyncIterator[Part]) -> AsyncIterator[bytes]:
    """The parts of an answer as the container streams it: the last token carries the whole text."""
    texts: list[str] = []
    async for part in parts:
        if isinstance(part, Text):
            texts.append(part.text)
            yield _event(part.text, None, None)
        elif isinstance(part, End):  # a stream that broke off has none
            yield _event("", "".join(texts), _details(part, len(texts)))


def _details(end: End, tokens: int) -> dict[str, Any]:
    ended = "stop_sequence" if end.stop else "eos_token"
    return {"finish_reason": "length" if end.reason == "length" else ended, "generated_tokens": tokens}


def _event(text: str, whole: str | None, details: dict[str, Any] | None) -> bytes:
    token = {"id": 0, "text": text, "logprob": 0.0, "special": not text}
    document = {"token": token, "generated_text": whole, "details": details}
    return b"data:" + json.dumps(document, ensure_ascii=False).encode() + b"\n\n"
