"""Containers that speak TGI's and LMI's own wire, and containers that do not stream."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat_handler.upstreams.generate_wire import StopFilter
from tests.unit.chat_handler import stage
from tests.unit.chat_handler.fake_server import FakeServer, Reply, json_reply
from tests.unit.chat_handler.stage import (
    COMPLETION,
    SAGEMAKER,
    Handler,
    ask_chat,
    error_of,
    events_of,
    parts,
    question,
    text_of,
)

OPERATIONS = {False: "invocations", True: "invocations-response-stream"}
STOPS = ["\nUser:", "\nSystem:"]
DETAILS = {"finish_reason": "eos_token", "generated_tokens": 2}


def token(text: str, **fields: Any) -> dict[str, Any]:
    return {"token": {"id": 1, "text": text, "logprob": -0.1, "special": False}, "generated_text": None, **fields}


TOKENS = [token(" Pa"), token("ris."), token("</s>", generated_text=" Paris.", details=DETAILS)]
TOKENS[2]["token"]["special"] = True
TGI_STREAM = "".join(f"data:{json.dumps(one)}\n\n" for one in TOKENS).encode()
LMI_STREAM = b"".join(
    json.dumps({name: value for name, value in one.items() if value is not None}).encode() + b"\n" for one in TOKENS
)


@pytest.fixture
def container(server: FakeServer) -> FakeServer:
    """A network in which the endpoint's container speaks the wire "generate"."""
    stage.script_everything_well(server, SAGEMAKER | {"wire": "generate"})
    server.replies["invocations"] = json_reply([{"generated_text": " Paris.", "details": DETAILS}])
    server.replies["invocations-response-stream"] = parts(TGI_STREAM)
    return server


@pytest.mark.parametrize("is_stream", [False, True], ids=["plain", "stream"])
def test_the_conversation_becomes_a_transcript(app: Handler, container: FakeServer, is_stream: bool) -> None:
    messages = [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "Hi"},
        {"role": "assistant", "content": "Hello"},
        {"role": "user", "content": [{"type": "text", "text": "Capital of France?"}]},
    ]

    ask_chat(app, {"model": "smollm2", "messages": messages, "top_p": 0.5, "stop": "END", "stream": is_stream})

    assert container.asked(OPERATIONS[is_stream])[0].json() == {
        "inputs": "Be brief.\nUser: Hi\nAssistant: Hello\nUser: Capital of France?\nAssistant:",
        "parameters": {
            "max_new_tokens": 512,
            "details": True,
            "stop": ["END", *STOPS],
            "stop_sequences": ["END", *STOPS],
            "do_sample": True,
            "temperature": 0.6,
            "top_p": 0.5,
        },
        "stream": is_stream,
    }


@pytest.mark.parametrize(
    ("fields", "parameters"),
    [
        pytest.param({"temperature": 0}, {}, id="greedy"),
        pytest.param({"temperature": 0, "top_p": 0.5}, {}, id="greedy beside a top_p, with which TGI would sample"),
        pytest.param({"temperature": 1, "top_p": 1}, {"do_sample": True, "temperature": 1}, id="top_p 1"),
        pytest.param({"max_tokens": 7, "temperature": 0}, {"max_new_tokens": 7}, id="a limit"),
    ],
)
def test_values_that_tgi_does_not_take_are_put_otherwise(
    app: Handler, container: FakeServer, fields: dict[str, Any], parameters: dict[str, Any]
) -> None:
    ask_chat(app, question("smollm2", **fields))

    usual = {"max_new_tokens": 512, "details": True, "stop": STOPS, "stop_sequences": STOPS}
    assert container.asked("invocations")[0].json()["parameters"] == usual | parameters


@pytest.mark.parametrize(
    ("answer", "text", "reason", "usage"),
    [
        pytest.param([{"generated_text": " Paris."}], "Paris.", "stop", None, id="TGI without details"),
        pytest.param(
            {"generated_text": "Paris.", "details": {"finish_reason": "length"}}, "Paris.", "length", None, id="LMI"
        ),
        pytest.param(
            [{"generated_text": " Paris.\nUser: And Spain?", "details": {"finish_reason": "stop_sequence"}}],
            "Paris.",
            "stop",
            None,
            id="with the stop text, as TGI sends it",
        ),
        pytest.param(
            [{"generated_text": "P", "details": DETAILS | {"prefill": [{"id": 1}] * 5}}],
            "P",
            "stop",
            {"prompt_tokens": 5, "completion_tokens": 2, "total_tokens": 7},
            id="with both counts",
        ),
    ],
)
def test_an_answer(
    app: Handler, container: FakeServer, answer: Any, text: str, reason: str, usage: dict[str, int] | None
) -> None:
    container.replies["invocations"] = json_reply(answer)

    reply = ask_chat(app, question("smollm2")).json()

    assert reply["choices"] == [
        {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": reason}
    ]
    assert (reply["object"], reply["model"], reply["usage"]) == ("chat.completion", "smollm2", usage)


@pytest.mark.parametrize(
    "stream",
    [
        pytest.param(TGI_STREAM, id="TGI's events"),
        pytest.param(LMI_STREAM, id="LMI's JSON lines"),
        pytest.param(json.dumps([{"generated_text": " Paris."}]).encode(), id="a whole answer of TGI's"),
        pytest.param(json.dumps({"generated_text": " Paris."}).encode(), id="a whole answer of LMI's"),
    ],
)
@pytest.mark.parametrize("size", [1, 1000])
def test_a_stream(app: Handler, container: FakeServer, stream: bytes, size: int) -> None:
    cut = [stream[start : start + size] for start in range(0, len(stream), size)]
    container.replies["invocations-response-stream"] = parts(*cut)

    events = events_of(ask_chat(app, question("smollm2", stream=True, stream_options={"include_usage": True})))

    *chunks, last, done = events
    assert (text_of(chunks), last["choices"], last["usage"], done) == ("Paris.", [], None, "[DONE]")
    assert chunks[0]["choices"][0]["delta"] == {"role": "assistant", "content": ""}
    assert chunks[-1]["choices"] == [{"index": 0, "delta": {}, "finish_reason": "stop"}]


@pytest.mark.parametrize(
    ("end", "code"),
    [
        pytest.param(b"", "stream_truncated", id="clean end"),
        pytest.param(b'data:{"error":"secret words","error_type":"overloaded"}\n\n', "upstream_error", id="TGI error"),
        pytest.param(
            json.dumps(token("", generated_text="", details={"finish_reason": "error"})).encode() + b"\n",
            "upstream_error",
            id="LMI error",
        ),
    ],
)
def test_a_failure_in_mid_stream_is_an_event_after_the_partial_text(
    app: Handler, container: FakeServer, end: bytes, code: str
) -> None:
    container.replies["invocations-response-stream"] = parts(f"data:{json.dumps(token(' Pa'))}\n\n".encode(), end)

    reply = ask_chat(app, question("smollm2", stream=True))

    assert text_of(events_of(reply)) == "Pa"
    assert events_of(reply)[-1]["error"]["code"] == code
    assert "secret words" not in reply.text


@pytest.mark.parametrize("is_stream", [False, True], ids=["plain", "stream"])
@pytest.mark.parametrize("fields", [{"tools": [{"type": "function"}]}, {"seed": 7}], ids=["tools", "seed"])
def test_what_the_wire_cannot_carry_is_refused_by_name(
    app: Handler, container: FakeServer, is_stream: bool, fields: dict[str, Any]
) -> None:
    reply = ask_chat(app, question("smollm2", stream=is_stream, **fields))

    assert error_of(reply)[:2] == (400, "invalid_request")
    assert [reply.json()["error"]["param"]] == list(fields)


@pytest.mark.parametrize("wants_usage", [True, False])
def test_a_streams_tokens_are_counted_and_told_to_those_who_ask(
    app: Handler, container: FakeServer, log: io.StringIO, wants_usage: bool
) -> None:
    end = token("</s>", generated_text=" Paris.", details=DETAILS | {"input_length": 5})
    container.replies["invocations-response-stream"] = parts(f"data:{json.dumps(end)}\n\n".encode())

    events = events_of(ask_chat(app, question("smollm2", stream=True, stream_options={"include_usage": wants_usage})))

    told = [event["usage"] for event in events if isinstance(event, dict) and "usage" in event]
    assert told == ([{"prompt_tokens": 5, "completion_tokens": 2, "total_tokens": 7}] if wants_usage else [])
    line = json.loads(log.getvalue().splitlines()[-1])
    assert (line["input_tokens"], line["output_tokens"]) == (5, 2)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        pytest.param(b"<html>", "bad_upstream_response", id="HTML"),
        pytest.param(json.dumps(COMPLETION).encode(), "bad_upstream_response", id="a chat completion"),
        pytest.param(b"[]", "bad_upstream_response", id="an empty list"),
        pytest.param(b'{"error": "secret words", "code": 424}', "upstream_error", id="LMI's error"),
    ],
)
def test_an_answer_that_is_none(app: Handler, container: FakeServer, body: bytes, code: str) -> None:
    container.replies["invocations"] = Reply(body)

    reply = ask_chat(app, question("smollm2"))

    assert error_of(reply)[:2] == (502, code)
    assert "secret words" not in reply.text


def test_a_whole_completion_is_a_stream_of_one_chunk(app: Handler, server: FakeServer) -> None:
    """A container with OpenAI's wire that does not stream."""
    server.replies["invocations-response-stream"] = parts(json.dumps(COMPLETION).encode())

    chunk, done = events_of(ask_chat(app, question("smollm2", stream=True)))

    assert (chunk["object"], chunk["usage"], done) == ("chat.completion.chunk", COMPLETION["usage"], "[DONE]")
    assert chunk["choices"] == [
        {"index": 0, "delta": {"role": "assistant", "content": "Paris."}, "finish_reason": "stop"}
    ]


def test_the_calls_of_a_whole_completion_are_numbered_in_a_stream(app: Handler, server: FakeServer) -> None:
    calls = [{"id": i, "type": "function", "function": {"name": "now", "arguments": "{}"}} for i in "ab"]
    choice = {"index": 0, "message": {"role": "assistant", "tool_calls": calls}, "finish_reason": "tool_calls"}
    server.replies["invocations-response-stream"] = parts(json.dumps(COMPLETION | {"choices": [choice]}).encode())

    chunk, done = events_of(ask_chat(app, question("smollm2", stream=True)))

    assert chunk["choices"][0]["delta"]["tool_calls"] == [{"index": n, **one} for n, one in enumerate(calls)]
    assert done == "[DONE]"


@given(
    st.lists(st.text("abEND\nUser: "), max_size=8),
    st.lists(st.text("abEND\nU", min_size=1, max_size=4), min_size=1, max_size=3),
)
def test_a_stop_text_ends_the_answer_wherever_its_pieces_are_cut(pieces: list[str], stops: list[str]) -> None:
    filtered = StopFilter(stops)

    passed_on = "".join([*map(filtered.feed, pieces), filtered.rest()])

    whole = "".join(pieces).lstrip()
    ends = [place for stop in stops if (place := whole.find(stop)) >= 0]
    if not ends:
        assert passed_on == whole
    else:
        # A stop text may end before another one that begins earlier: what counts is that none is in the answer.
        assert whole.startswith(passed_on)
        assert not any(stop in passed_on for stop in stops)
        assert len(passed_on) >= min(ends)
