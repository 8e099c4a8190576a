"""A container that speaks the native wire of TGI and LMI, played by a model that speaks OpenAI's.

    {"inputs": str, "parameters": {"max_new_tokens", "temperature", "top_p", "stop"}, "stream": bool}
    -> [{"generated_text", "details"}]
    -> stream of `data:{"token": {"text", "special"}, "generated_text": null | str, "details"}`

In: such a request. Out: the chat request for the model, and the model's answers as TGI gives them. TGI 3 tells the two
wires apart by the request as well (text-generation-inference, router/src/sagemaker.rs), and shapes its answers so
(clients/python/text_generation/types.py, read 2026-11-22). Pure; `sagemaker_wire.py` does the sending.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from typing import Any

from generator.local import sse

_PARAMETERS = {"max_new_tokens": "max_tokens", "temperature": "temperature", "top_p": "top_p", "stop": "stop"}
_FINISH_REASONS = {"length": "length", "stop": "eos_token"}


def is_spoken_in(document: Mapping[str, Any]) -> bool:
    """Whether a request is of this wire and not of OpenAI's."""
    return isinstance(document.get("inputs"), str) and "messages" not in document


def chat_request(document: Mapping[str, Any]) -> dict[str, Any]:
    """The chat request that gets the answer to `document`: its prompt is one message of the user."""
    parameters = document.get("parameters") or {}
    taken = {ours: parameters[theirs] for theirs, ours in _PARAMETERS.items() if parameters.get(theirs) is not None}
    messages = [{"role": "user", "content": document["inputs"]}]
    return {"messages": messages, "stream": bool(document.get("stream")), **taken}


def whole_answer(content: bytes) -> bytes:
    """A whole chat completion as the container answers it. Raises ValueError or LookupError where it is none."""
    choice = (completion := json.loads(content))["choices"][0]
    details = _details(choice.get("finish_reason"), (completion.get("usage") or {}).get("completion_tokens", 0))
    return json.dumps([{"generated_text": choice["message"]["content"], "details": details}]).encode()


async def stream(chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """A stream of chat completion chunks as the container streams it: the last token carries the whole text."""
    texts: list[str] = []
    reason = None
    async for event in sse.split(chunks):
        for choice in (sse.parse(event) or {}).get("choices", []):
            text = choice.get("delta", {}).get("content") or ""
            reason = choice.get("finish_reason") or reason
            if text:
                texts.append(text)
                yield _event(text, None, None)
    if reason is not None:  # a stream that broke off has no end
        yield _event("", "".join(texts), _details(reason, len(texts)))


def _details(reason: str | None, tokens: int) -> dict[str, Any]:
    return {"finish_reason": _FINISH_REASONS.get(reason or "", "eos_token"), "generated_tokens": tokens}


def _event(text: str, whole: str | None, details: dict[str, Any] | None) -> bytes:
    token = {"id": 0, "text": text, "logprob": 0.0, "special": not text}
    document = {"token": token, "generated_text": whole, "details": details}
    return b"data:" + json.dumps(document, ensure_ascii=False).encode() + b"\n\n"
