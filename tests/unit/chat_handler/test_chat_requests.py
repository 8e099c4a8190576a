from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat_handler.chat_requests import DEEPEST_NESTING, LARGEST_BODY_BYTES, MOST_MESSAGES, parse_chat_request
from chat_handler.errors import InvalidRequestError
from tests.unit.chat_handler.fake_server import FakeServer
from tests.unit.chat_handler.stage import Handler, ask, error_of, question


def said(role: str = "user", **fields: Any) -> dict[str, Any]:
    return {"role": role, "content": "hi", **fields}


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        pytest.param({"model": 5}, "model", id="model"),
        pytest.param({"model": ""}, "model", id="empty model"),
        pytest.param({"model": "x" * 1_000_000}, "model", id="huge model"),
        pytest.param({"messages": None}, "messages", id="no messages"),
        pytest.param({"messages": []}, "messages", id="empty messages"),
        pytest.param({"messages": ["hi"]}, "messages[0]", id="message"),
        pytest.param({"messages": [{"role": "user"}, {"content": "x"}]}, "messages[1].role", id="role"),
        pytest.param({"messages": [{"role": "user", "content": 5}]}, "messages[0].content", id="content"),
        pytest.param({"messages": [said(content=["hi"])]}, "messages[0].content[0]", id="content part"),
        pytest.param({"messages": [said(tool_calls="f()")]}, "messages[0].tool_calls", id="tool_calls"),
        pytest.param({"messages": [said(tool_calls=["f()"])]}, "messages[0].tool_calls[0]", id="tool call"),
        pytest.param({"messages": [said(tool_call_id=5)]}, "messages[0].tool_call_id", id="tool_call_id"),
        pytest.param({"messages": [said()] * (MOST_MESSAGES + 1)}, "messages", id="too many messages"),
        pytest.param({"n": 2}, "n", id="two answers"),
        pytest.param({"n": True}, "n", id="n of another type"),
        pytest.param({"tools": {}}, "tools", id="tools"),
        pytest.param({"tools": [{"type": "function"}, "f"]}, "tools[1]", id="tool"),
        pytest.param({"tool_choice": 5}, "tool_choice", id="tool_choice"),
        pytest.param({"response_format": "json"}, "response_format", id="response_format"),
        pytest.param({"response_format": {"json_schema": {}}}, "response_format", id="response_format without a type"),
        pytest.param({"stream": "yes"}, "stream", id="stream"),
        pytest.param({"stream": True, "stream_options": []}, "stream_options", id="stream_options"),
        pytest.param({"stream_options": {"include_usage": True}}, "stream_options", id="stream_options alone"),
        pytest.param(
            {"stream": True, "stream_options": {"include_usage": 1}}, "stream_options.include_usage", id="include_usage"
        ),
    ],
)
def test_a_refusal_names_the_field(app: Handler, server: FakeServer, fields: dict[str, Any], param: str) -> None:
    reply = ask(app, "POST", "/v1/chat/completions", json={**question("gpt"), **fields})

    assert error_of(reply)[:2] == (400, "invalid_request")
    assert reply.json()["error"]["param"] == param
    assert server.requests == []


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"text"', b"\xff", b"[" * 100_000], ids=range(6))
def test_a_body_that_is_no_json_object(app: Handler, body: bytes) -> None:
    assert error_of(ask(app, "POST", "/v1/chat/completions", content=body))[:2] == (400, "invalid_request")


@pytest.mark.parametrize(
    "value",
    [rb'"\ud83d"', b'"\xed\xa0\xbd"', b"NaN", b"-Infinity", b"1e999"],
    ids=["escaped", "raw", "NaN", "Inf", "too large"],
)
@pytest.mark.parametrize("model", ["gpt", "smollm2", "nova-micro"])
def test_what_python_takes_for_json_and_nobody_else_does(
    app: Handler, server: FakeServer, model: str, value: bytes
) -> None:
    body = json.dumps(question(model, temperature="?")).encode().replace(b'"?"', value)

    assert error_of(ask(app, "POST", "/v1/chat/completions", content=body))[:2] == (400, "invalid_request")
    assert server.requests == []


def test_a_whole_surrogate_pair_is_a_character(app: Handler) -> None:
    body = json.dumps(question("gpt", user="\N{GRINNING FACE}")).encode()

    assert ask(app, "POST", "/v1/chat/completions", content=body).status_code == 200


def test_a_body_that_is_too_large(app: Handler) -> None:
    reply = ask(app, "POST", "/v1/chat/completions", content=b" " * (LARGEST_BODY_BYTES + 1))

    assert error_of(reply)[:2] == (413, "request_too_large")


def test_a_body_of_just_the_limit_is_read(app: Handler) -> None:
    body = json.dumps(question("gpt")).encode()

    reply = ask(app, "POST", "/v1/chat/completions", content=body + b" " * (LARGEST_BODY_BYTES - len(body)))

    assert reply.status_code == 200


def nested(levels: int) -> dict[str, Any]:
    """A request with `levels` levels in it; more brackets than that are beside each other."""
    value: dict[str, Any] = {}
    for _ in range(levels - 2):
        value = {"x": value}
    return question("gpt", x=value, messages=[said()] * DEEPEST_NESTING)


def test_a_body_may_be_wide_and_not_too_deep() -> None:
    assert parse_chat_request(json.dumps(nested(DEEPEST_NESTING)).encode()).model_id == "gpt"
    with pytest.raises(InvalidRequestError, match="nested more than 64 levels deep"):
        parse_chat_request(json.dumps(nested(DEEPEST_NESTING + 1)).encode())


def test_every_role_that_openai_has_or_had_is_passed_on() -> None:
    messages = [said(role) for role in ("developer", "system", "user", "assistant", "tool", "function")]

    assert parse_chat_request(json.dumps(question("gpt", messages=messages, n=1)).encode()).body["messages"] == messages


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@given(
    st.dictionaries(st.sampled_from(["model", "messages", "stream", "stream_options", "n", "tools", "x"]), json_values)
)
def test_any_object_is_refused_or_kept_whole(body: dict[str, Any]) -> None:
    try:
        request = parse_chat_request(json.dumps(body).encode())
    except InvalidRequestError as error:
        assert error.message
    else:
        assert request.body == body
