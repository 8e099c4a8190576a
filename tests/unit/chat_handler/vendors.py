"""What Anthropic's, Cohere's and Google's servers send and are sent, as far as the handler sees it.

Sources: the types of anthropic 2.12.0, cohere 5.21.1 and google-genai 2.34.0, which the handler's requirements pin.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.unit.chat_handler.fake_server import Reply, Request, json_reply
from tests.unit.chat_handler.stage import SSE


@dataclass(frozen=True)
class Vendor:
    """One provider's wire.

    Attributes:
        asks: the operations of a plain and of a streamed question, as `FakeServer` names them.
        answer: a whole answer of a text, with a finish reason.
        events: the same as the events of a stream; a finish reason of None leaves out the end.
        error: a refusal with a message.
        key_of: the key in a request.
        sends: the whole body of the question that test_langchain.py asks.

    """

    provider: str
    key_name: str
    asks: dict[bool, str]
    path: str
    stop: str
    cut: str
    answer: Callable[[str, str], Any]
    events: Callable[[list[str], str | None], bytes]
    error: Callable[[str], Any]
    key_of: Callable[[Request], str]
    sends: dict[str, Any]

    @property
    def record(self) -> dict[str, Any]:
        """A model's parameter."""
        model = {"id": "asked", "provider": self.provider, "model": "some-model", "defaults": {"max_tokens": 9}}
        return {"version": 1, **model}

    def reply(self, request: Request) -> Reply:
        """A whole answer, streamed or not as `request` asks."""
        if request.operation == self.asks[True] and (
            self.asks[True] != self.asks[False] or request.json().get("stream")
        ):
            return Reply(self.events(["Pa", "ris."], self.stop), headers=SSE)
        return json_reply(self.answer("Paris.", self.stop))


def _sse(*events: dict[str, Any], named: bool = False) -> bytes:
    lines = [(f"event: {one['type']}\n" if named else "") + f"data: {json.dumps(one)}\n\n" for one in events]
    return "".join(lines).encode()


def _anthropic_answer(text: str, stop: str) -> Any:
    return {
        **{"id": "msg_1", "type": "message", "role": "assistant", "model": "some-model", "stop_sequence": None},
        "content": [{"type": "text", "text": text}],
        "stop_reason": stop,
        "usage": {"input_tokens": 5, "output_tokens": 2},
    }


def _anthropic_events(texts: list[str], stop: str | None) -> bytes:
    begin = {**_anthropic_answer("", ""), "content": [], "stop_reason": None}
    usage = {"input_tokens": 5, "output_tokens": 2}
    end: list[dict[str, Any]] = [
        {"type": "content_block_stop", "index": 0},
        {"type": "message_delta", "delta": {"stop_reason": stop, "stop_sequence": None}, "usage": usage},
        {"type": "message_stop"},
    ]
    return _sse(
        {"type": "message_start", "message": {**begin, "usage": {"input_tokens": 5, "output_tokens": 1}}},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
        {"type": "ping"},
        *({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": text}} for text in texts),
        *(end if stop else ()),
        named=True,
    )


ANTHROPIC = Vendor(
    provider="anthropic",
    key_name="ANTHROPIC_API_KEY",
    asks={False: "messages", True: "messages"},
    path="/anthropic/v1/messages",
    stop="end_turn",
    cut="max_tokens",
    answer=_anthropic_answer,
    events=_anthropic_events,
    error=lambda message: {"type": "error", "error": {"type": "some_error", "message": message}},
    key_of=lambda request: request.headers["authorization"].removeprefix("Bearer "),
    sends={
        "model": "some-model",
        "max_tokens": 9,
        "temperature": 0.5,
        "top_p": 0.5,
        "stop_sequences": ["END"],
        "system": "Be brief.",
        "messages": [
            {"role": "user", "content": "Hi"},
            {"role": "assistant", "content": "Hello"},
            {"role": "user", "content": "Capital of France?"},
        ],
    },
)

_COHERE_USAGE = {
    "billed_units": {"input_tokens": 5, "output_tokens": 2},
    "tokens": {"input_tokens": 5, "output_tokens": 2},
}


def _cohere_events(texts: list[str], stop: str | None) -> bytes:
    end: list[dict[str, Any]] = [
        {"type": "content-end", "index": 0},
        {"type": "message-end", "delta": {"finish_reason": stop, "usage": _COHERE_USAGE}},
    ]
    return _sse(
        {"type": "message-start", "id": "1", "delta": {"message": {"role": "assistant", "content": []}}},
        {"type": "content-start", "index": 0, "delta": {"message": {"content": {"type": "text", "text": ""}}}},
        *({"type": "content-delta", "index": 0, "delta": {"message": {"content": {"text": text}}}} for text in texts),
        *(end if stop else ()),
    )


COHERE = Vendor(
    provider="cohere",
    key_name="COHERE_API_KEY",
    asks={False: "chat", True: "chat"},
    path="/cohere/v2/chat",
    stop="COMPLETE",
    cut="MAX_TOKENS",
    answer=lambda text, stop: {
        "id": "1",
        "finish_reason": stop,
        "message": {"role": "assistant", "content": [{"type": "text", "text": text}]},
        "usage": _COHERE_USAGE,
    },
    events=_cohere_events,
    error=lambda message: {"message": message},
    key_of=lambda request: request.headers["authorization"].removeprefix("Bearer "),
    sends={
        "model": "some-model",
        "max_tokens": 9,
        "temperature": 0.5,
        "p": 0.5,
        "stop_sequences": ["END"],
        "stream": False,
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "Hi"},
            {"role": "assistant", "content": "Hello"},
            {"role": "user", "content": "Capital of France?"},
        ],
    },
)


def _google_answer(text: str, stop: str | None) -> Any:
    candidate = {"index": 0, "content": {"role": "model", "parts": [{"text": text}]}}
    return {
        "candidates": [{**candidate, **({"finishReason": stop} if stop else {})}],
        "usageMetadata": {"promptTokenCount": 5, "candidatesTokenCount": 2, "totalTokenCount": 7},
        "modelVersion": "some-model",
    }


def _google_events(texts: list[str], stop: str | None) -> bytes:
    *begin, last = texts
    parts = [*(_google_answer(text, None) for text in begin), _google_answer(last, stop)]
    return "".join(f"data: {json.dumps(one)}\r\n\r\n" for one in parts).encode()


GOOGLE = Vendor(
    provider="google_genai",
    key_name="GOOGLE_API_KEY",
    asks={False: "some-model:generateContent", True: "some-model:streamGenerateContent?alt=sse"},
    path="/google_genai/v1beta/models/some-model:generateContent",
    stop="STOP",
    cut="MAX_TOKENS",
    answer=_google_answer,
    events=_google_events,
    error=lambda message: {"error": {"code": 400, "message": message, "status": "SOME_STATUS"}},
    key_of=lambda request: request.headers["x-goog-api-key"],
    sends={
        "systemInstruction": {"parts": [{"text": "Be brief."}]},
        "contents": [
            {"role": "user", "parts": [{"text": "Hi"}]},
            {"role": "model", "parts": [{"text": "Hello"}]},
            {"role": "user", "parts": [{"text": "Capital of France?"}]},
        ],
        "safetySettings": [],
        "generationConfig": {
            "temperature": 0.5,
            "topP": 0.5,
            "maxOutputTokens": 9,
            "stopSequences": ["END"],
            "candidateCount": 1,
        },
    },
)

VENDORS = (ANTHROPIC, COHERE, GOOGLE)
