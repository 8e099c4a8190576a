"""The four providers that are asked in their own words: what each sends and is sent beyond plain text.

`vendors.py` has the wires of three of them; Bedrock's is in `stage.py`. Sources as there, and the service model of
botocore 1.44.5.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.unit.chat_handler import vendors
from tests.unit.chat_handler.event_stream import json_event
from tests.unit.chat_handler.fake_server import Reply, json_reply
from tests.unit.chat_handler.stage import CONVERSE_USAGE, EVENT_STREAM, SSE

Json = dict[str, Any]
# Two calls of one answer: the first with arguments, which come in pieces, the second with none.
CALLS = [("call-1", "get_weather", {"home_town": "Huế"}), ("call-2", "now", {})]
PIECES = ('{"home_', 'town": "Huế"}')
REASONING, TEXT = "The capital, so…", "Paris."


@dataclass(frozen=True)
class Translated:
    """One provider.

    Attributes:
        record: a model of it, of which nothing is known.
        asks: the operations of a plain and of a streamed question, as `FakeServer` names them.
        calls: an answer that makes `CALLS`, plain and streamed.
        reasoned: an answer that reasons, then says `TEXT`, plain and streamed; 3 of 8 answer tokens were reasoning
            where `counts_reasoning`, and 4 of 9 prompt tokens were cached.

    """

    name: str
    record: Json
    asks: Mapping[bool, str]
    key_name: str | None
    calls: Mapping[bool, Reply]
    reasoned: Mapping[bool, Reply]
    counts_reasoning: bool = True
    counts_cached: bool = True


def _record(provider: str, model: str = "some-model", **fields: Any) -> Json:
    return {"version": 1, "id": "asked", "provider": provider, "model": model, "defaults": {}, **fields}


def _sse(*events: Json) -> Reply:
    lines = [
        (f"event: {one['type']}\n" if "type" in one else "") + f"data: {json.dumps(one, ensure_ascii=False)}\n\n"
        for one in events
    ]
    return Reply("".join(lines).encode(), headers=SSE)


def _converse(content: list[Json], stop_reason: str, usage: Json = CONVERSE_USAGE) -> Reply:
    message = {"role": "assistant", "content": content}
    return json_reply(
        {"output": {"message": message}, "stopReason": stop_reason, "usage": usage, "metrics": {"latencyMs": 1}}
    )


def _converse_stream(*blocks: tuple[Json | None, list[Json]], stop_reason: str, usage: Json = CONVERSE_USAGE) -> Reply:
    """A stream of blocks, each with what it starts with and its deltas."""
    events = [json_event("messageStart", {"role": "assistant"})]
    for number, (start, deltas) in enumerate(blocks):
        if start is not None:
            events.append(json_event("contentBlockStart", {"start": start, "contentBlockIndex": number}))
        events += [json_event("contentBlockDelta", {"delta": one, "contentBlockIndex": number}) for one in deltas]
        events.append(json_event("contentBlockStop", {"contentBlockIndex": number}))
    events.append(json_event("messageStop", {"stopReason": stop_reason}))
    events.append(json_event("metadata", {"usage": usage, "metrics": {"latencyMs": 1}}))
    return Reply(events, headers=EVENT_STREAM)


_CONVERSE_CACHED = {"inputTokens": 5, "outputTokens": 8, "totalTokens": 17, "cacheReadInputTokens": 4}
BEDROCK = Translated(
    name="bedrock",
    record=_record("bedrock", "acme.unheard-of-v9:0", region="us-west-2"),
    asks={False: "converse", True: "converse-stream"},
    key_name=None,
    calls={
        False: _converse(
            [{"toolUse": {"toolUseId": i, "name": name, "input": given}} for i, name, given in CALLS], "tool_use"
        ),
        True: _converse_stream(
            ({"toolUse": {"toolUseId": "call-1", "name": "get_weather"}}, [{"toolUse": {"input": p}} for p in PIECES]),
            ({"toolUse": {"toolUseId": "call-2", "name": "now"}}, []),
            stop_reason="tool_use",
        ),
    },
    reasoned={
        False: _converse(
            [{"reasoningContent": {"reasoningText": {"text": REASONING, "signature": "s"}}}, {"text": TEXT}],
            "end_turn",
            _CONVERSE_CACHED,
        ),
        True: _converse_stream(
            (None, [{"reasoningContent": {"text": REASONING}}, {"reasoningContent": {"signature": "s"}}]),
            (None, [{"text": TEXT}]),
            stop_reason="end_turn",
            usage=_CONVERSE_CACHED,
        ),
    },
    counts_reasoning=False,
)


def _anthropic(content: list[Json], stop_reason: str | None, usage: Json) -> Json:
    head = {"id": "msg_1", "type": "message", "role": "assistant", "model": "some-model", "stop_sequence": None}
    return {**head, "content": content, "stop_reason": stop_reason, "usage": usage}


def _anthropic_stream(*blocks: tuple[Json, list[Json]], stop_reason: str, usage: Json) -> Reply:
    events: list[Json] = [{"type": "message_start", "message": _anthropic([], None, {**usage, "output_tokens": 1})}]
    for number, (start, deltas) in enumerate(blocks):
        events.append({"type": "content_block_start", "index": number, "content_block": start})
        events += [{"type": "content_block_delta", "index": number, "delta": one} for one in deltas]
        events.append({"type": "content_block_stop", "index": number})
    end = {"stop_reason": stop_reason, "stop_sequence": None}
    events += [{"type": "message_delta", "delta": end, "usage": usage}, {"type": "message_stop"}]
    return _sse(*events)


_ANTHROPIC_USAGE = {
    **{"input_tokens": 5, "output_tokens": 8, "cache_read_input_tokens": 4, "cache_creation_input_tokens": 0},
    "output_tokens_details": {"thinking_tokens": 3},
}
ANTHROPIC = Translated(
    name="anthropic",
    record=_record("anthropic"),
    asks=vendors.ANTHROPIC.asks,
    key_name="ANTHROPIC_API_KEY",
    calls={
        False: json_reply(
            _anthropic(
                [{"type": "tool_use", "id": i, "name": name, "input": given} for i, name, given in CALLS],
                "tool_use",
                {"input_tokens": 5, "output_tokens": 2},
            )
        ),
        True: _anthropic_stream(
            (
                {"type": "tool_use", "id": "call-1", "name": "get_weather", "input": {}},
                [{"type": "input_json_delta", "partial_json": piece} for piece in ("", *PIECES)],
            ),
            ({"type": "tool_use", "id": "call-2", "name": "now", "input": {}}, []),
            stop_reason="tool_use",
            usage={"input_tokens": 5, "output_tokens": 2},
        ),
    },
    reasoned={
        False: json_reply(
            _anthropic(
                [{"type": "thinking", "thinking": REASONING, "signature": "s"}, {"type": "text", "text": TEXT}],
                "end_turn",
                _ANTHROPIC_USAGE,
            )
        ),
        True: _anthropic_stream(
            (
                {"type": "thinking", "thinking": "", "signature": ""},
                [
                    {"type": "thinking_delta", "thinking": REASONING},
                    {"type": "signature_delta", "signature": "s"},
                ],
            ),
            ({"type": "text", "text": ""}, [{"type": "text_delta", "text": TEXT}]),
            stop_reason="end_turn",
            usage=_ANTHROPIC_USAGE,
        ),
    },
)


def _cohere(message: Json, finish_reason: str, output_tokens: int = 2) -> Reply:
    usage = _cohere_usage(output_tokens)
    document = {"id": "1", "finish_reason": finish_reason, "message": {"role": "assistant", **message}, "usage": usage}
    return json_reply(document)


def _cohere_usage(output_tokens: int) -> Json:
    tokens = {"input_tokens": 9.0, "output_tokens": float(output_tokens)}
    return {"billed_units": tokens, "tokens": tokens}


def _cohere_stream(*events: Json, finish_reason: str, output_tokens: int = 2) -> Reply:
    begin = {"type": "message-start", "id": "1", "delta": {"message": {"role": "assistant", "content": []}}}
    end = {"finish_reason": finish_reason, "usage": _cohere_usage(output_tokens)}
    return _sse(begin, *events, {"type": "message-end", "delta": end})


def _cohere_call(number: int, kind: str, call: Json) -> Json:
    return {"type": f"tool-call-{kind}", "index": number, "delta": {"message": {"tool_calls": call}}}


def _cohere_text(number: int, kind: str, text: str) -> list[Json]:
    start, delta = ({"message": {"content": {"type": kind, kind: some}}} for some in ("", text))
    del delta["message"]["content"]["type"]
    return [
        {"type": "content-start", "index": number, "delta": start},
        {"type": "content-delta", "index": number, "delta": delta},
        {"type": "content-end", "index": number},
    ]


def _function(name: str, arguments: str) -> Json:
    return {"name": name, "arguments": arguments}


COHERE = Translated(
    name="cohere",
    record=_record("cohere"),
    asks=vendors.COHERE.asks,
    key_name="COHERE_API_KEY",
    calls={
        False: _cohere(
            {
                "tool_calls": [
                    {"id": i, "type": "function", "function": _function(name, json.dumps(given))}
                    for i, name, given in CALLS
                ]
            },
            "TOOL_CALL",
        ),
        True: _cohere_stream(
            _cohere_call(0, "start", {"id": "call-1", "type": "function", "function": _function("get_weather", "")}),
            *(_cohere_call(0, "delta", {"function": {"arguments": piece}}) for piece in PIECES),
            {"type": "tool-call-end", "index": 0},
            _cohere_call(1, "start", {"id": "call-2", "type": "function", "function": _function("now", "")}),
            {"type": "tool-call-end", "index": 1},
            finish_reason="TOOL_CALL",
        ),
    },
    reasoned={
        False: _cohere(
            {"content": [{"type": "thinking", "thinking": REASONING}, {"type": "text", "text": TEXT}]}, "COMPLETE", 8
        ),
        True: _cohere_stream(
            *_cohere_text(0, "thinking", REASONING),
            *_cohere_text(1, "text", TEXT),
            finish_reason="COMPLETE",
            output_tokens=8,
        ),
    },
    counts_reasoning=False,
    counts_cached=False,
)


def _google(parts: list[Json], finish_reason: str | None, usage: Json) -> Json:
    candidate: Json = {"index": 0, "content": {"role": "model", "parts": parts}}
    if finish_reason is not None:
        candidate["finishReason"] = finish_reason
    return {"candidates": [candidate], "usageMetadata": usage, "modelVersion": "some-model"}


_GOOGLE_USAGE = {"promptTokenCount": 5, "candidatesTokenCount": 2, "totalTokenCount": 7}
_GOOGLE_REASONED = {
    **{"promptTokenCount": 9, "candidatesTokenCount": 5, "thoughtsTokenCount": 3, "totalTokenCount": 17},
    "cachedContentTokenCount": 4,
}
_GOOGLE_CALLS = [{"functionCall": {"id": i, "name": name, "args": given}} for i, name, given in CALLS]
_GOOGLE_THOUGHT: list[Json] = [{"text": REASONING, "thought": True}]
GOOGLE = Translated(
    name="google_genai",
    record=_record("google_genai"),
    asks=vendors.GOOGLE.asks,
    key_name="GOOGLE_API_KEY",
    calls={
        False: json_reply(_google(_GOOGLE_CALLS, "STOP", _GOOGLE_USAGE)),
        True: _sse(_google(_GOOGLE_CALLS[:1], None, _GOOGLE_USAGE), _google(_GOOGLE_CALLS[1:], "STOP", _GOOGLE_USAGE)),
    },
    reasoned={
        False: json_reply(_google([*_GOOGLE_THOUGHT, {"text": TEXT}], "STOP", _GOOGLE_REASONED)),
        True: _sse(
            _google(_GOOGLE_THOUGHT, None, _GOOGLE_REASONED), _google([{"text": TEXT}], "STOP", _GOOGLE_REASONED)
        ),
    },
)

TRANSLATED = (BEDROCK, ANTHROPIC, COHERE, GOOGLE)
