from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.unit.chat_handler import stage
from tests.unit.chat_handler.event_stream import exception, json_event
from tests.unit.chat_handler.fake_server import FakeServer, Reply, Request
from tests.unit.chat_handler.stage import (
    BEDROCK,
    EVENT_STREAM,
    Handler,
    ask_chat,
    aws_error,
    converse_answer,
    converse_events,
    error_of,
    events_of,
    question,
    text_of,
)

OPERATIONS = {False: "converse", True: "converse-stream"}
USAGE = {"prompt_tokens": 5, "completion_tokens": 2, "total_tokens": 7}


def without_identity(document: dict[str, Any]) -> dict[str, Any]:
    """`document` without its id and time, which are new each time."""
    assert document["id"].startswith("chatcmpl-")
    return {name: value for name, value in document.items() if name not in ("id", "created")}


def test_messages_and_parameters_reach_converse(app: Handler, server: FakeServer) -> None:
    messages = [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "Hi"},
        {"role": "assistant", "content": "Hello", "refusal": None, "tool_calls": []},
        {"role": "user", "content": [{"type": "text", "text": "Capital of France?"}]},
    ]
    neutral = {"n": 1, "logprobs": False, "presence_penalty": 0, "seed": None, "response_format": {"type": "text"}}

    reply = ask_chat(
        app,
        {"model": "nova-micro", "messages": messages, "temperature": 0, "top_p": 0.5, "max_tokens": 9, "stop": "END"}
        | neutral,
    )

    assert without_identity(reply.json()) == {
        "object": "chat.completion",
        "model": "nova-micro",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": "Paris."}, "finish_reason": "stop"}],
        "usage": USAGE,
    }
    (sent,) = server.asked("converse")
    assert sent.path == "/model/us.amazon.nova-micro-v1%3A0/converse"
    assert sent.json() == {
        "messages": [
            {"role": "user", "content": [{"text": "Hi"}]},
            {"role": "assistant", "content": [{"text": "Hello"}]},
            {"role": "user", "content": [{"text": "Capital of France?"}]},
        ],
        "system": [{"text": "Be brief."}],
        "inferenceConfig": {"maxTokens": 9, "temperature": 0, "topP": 0.5, "stopSequences": ["END"]},
    }


def test_a_stream_is_role_text_finish_and_usage(app: Handler) -> None:
    reply = ask_chat(app, question("nova-micro", stream=True, stream_options={"include_usage": True}))

    *chunks, done = events_of(reply)
    assert done == "[DONE]"
    assert len({one["id"] for one in chunks}) == 1
    assert [without_identity(one) for one in chunks] == [
        {"object": "chat.completion.chunk", "model": "nova-micro", **fields}
        for fields in (
            {"choices": [{"index": 0, "delta": {"role": "assistant", "content": ""}, "finish_reason": None}]},
            {"choices": [{"index": 0, "delta": {"content": "Pa"}, "finish_reason": None}]},
            {"choices": [{"index": 0, "delta": {"content": "ris."}, "finish_reason": None}]},
            {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]},
            {"choices": [], "usage": USAGE},
        )
    ]


def test_usage_is_streamed_only_when_it_is_wanted(app: Handler) -> None:
    chunks = events_of(ask_chat(app, question("nova-micro", stream=True)))[:-1]

    assert not any("usage" in one for one in chunks)


@pytest.mark.parametrize("is_stream", [False, True], ids=["plain", "stream"])
@pytest.mark.parametrize(
    ("stop_reason", "finish_reason"),
    [
        ("end_turn", "stop"),
        ("stop_sequence", "stop"),
        ("max_tokens", "length"),
        ("model_context_window_exceeded", "length"),
        ("tool_use", "tool_calls"),
        ("guardrail_intervened", "content_filter"),
        ("content_filtered", "content_filter"),
        ("a_new_reason", "stop"),
    ],
)
def test_finish_reasons(
    app: Handler, server: FakeServer, is_stream: bool, stop_reason: str, finish_reason: str
) -> None:
    server.replies["converse"] = converse_answer(stop_reason=stop_reason)
    server.replies["converse-stream"] = Reply(converse_events("Hi", stop_reason=stop_reason), headers=EVENT_STREAM)

    reply = ask_chat(app, question("nova-micro", stream=is_stream))

    answers = [one for one in events_of(reply) if one != "[DONE]"] if is_stream else [reply.json()]
    reasons = [choice["finish_reason"] for one in answers for choice in one["choices"] if choice["finish_reason"]]
    assert reasons == [finish_reason]


@pytest.mark.parametrize("is_stream", [False, True], ids=["plain", "stream"])
def test_malformed_output_is_an_error(app: Handler, server: FakeServer, is_stream: bool) -> None:
    server.replies["converse"] = converse_answer(stop_reason="malformed_model_output")
    events = converse_events("Hi", stop_reason="malformed_model_output")
    server.replies["converse-stream"] = Reply(events, headers=EVENT_STREAM)

    reply = ask_chat(app, question("nova-micro", stream=is_stream))

    error = events_of(reply)[-1] if is_stream else reply.json()
    assert error["error"]["code"] == "upstream_error"


@pytest.mark.parametrize("is_stream", [False, True], ids=["plain", "stream"])
@pytest.mark.parametrize(
    ("fields", "param"),
    [
        pytest.param({"n": 2}, "n", id="n"),
        pytest.param({"logprobs": True}, "logprobs", id="logprobs"),
        pytest.param({"seed": 7}, "seed", id="seed"),
        pytest.param({"tools": [{"type": "function"}]}, "tools[0]", id="tools"),
        pytest.param({"response_format": {"type": "json_object"}}, "response_format", id="response_format"),
        pytest.param({"x_new": 1}, "x_new", id="a field that nobody knows"),
        pytest.param({"max_tokens": 0}, "max_tokens", id="max_tokens 0"),
        pytest.param({"max_completion_tokens": "9"}, "max_completion_tokens", id="max_completion_tokens text"),
        pytest.param({"temperature": "hot"}, "temperature", id="temperature text"),
        pytest.param({"top_p": True}, "top_p", id="top_p true"),
        pytest.param({"stop": [1]}, "stop", id="stop number"),
        pytest.param({"messages": [{"role": "function", "content": "x"}]}, "messages[0].role", id="function message"),
        pytest.param({"messages": [{"role": "user", "content": "x", "name": "An"}]}, "messages[0].name", id="name"),
        pytest.param(
            {"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "u"}}]}]},
            "messages[0].content[0]",
            id="image",
        ),
    ],
)
def test_what_cannot_be_carried_is_refused_by_name(
    app: Handler, server: FakeServer, is_stream: bool, fields: dict[str, Any], param: str
) -> None:
    reply = ask_chat(app, {**question("nova-micro", stream=is_stream), **fields})

    assert error_of(reply)[:2] == (400, "invalid_request")
    assert reply.json()["error"]["param"] == param
    assert server.asked(OPERATIONS[is_stream]) == []


def test_a_model_without_a_temperature(app: Handler, server: FakeServer) -> None:
    opus = BEDROCK | {"id": "opus", "model": "us.anthropic.claude-opus-4-7", "defaults": {"temperature": 0.6}}
    stage.script_everything_well(server, opus)

    by_default, by_request = ask_chat(app, question("opus")), ask_chat(app, question("opus", temperature=0.5))

    assert by_default.status_code == 200
    assert server.asked("converse")[0].json()["inferenceConfig"] == {}
    assert (by_request.status_code, by_request.json()["error"]["param"]) == (400, "temperature")


@pytest.mark.parametrize(
    ("model", "sent"),
    [
        ("global.anthropic.claude-sonnet-4-5-20250929-v1:0", {"temperature": 0.6}),
        ("amazon.nova-micro-v1:0", {"temperature": 0.6, "topP": 0.9}),
    ],
)
def test_claude_is_not_given_both_sampling_parameters_of_the_catalog(
    app: Handler, server: FakeServer, model: str, sent: dict[str, float]
) -> None:
    stage.script_everything_well(server, BEDROCK | {"model": model, "defaults": {"temperature": 0.6, "top_p": 0.9}})

    ask_chat(app, question("nova-micro"))

    assert server.asked("converse")[0].json()["inferenceConfig"] == sent


@pytest.mark.parametrize(
    "model",
    [
        pytest.param("amazon.nova-micro-v1:0", id="on demand"),
        pytest.param("acme.unheard-of-v9:0", id="a model that LangChain does not know"),
        pytest.param("arn:aws:bedrock:us-west-2::foundation-model/amazon.nova-micro-v1:0", id="ARN of a model"),
        pytest.param(
            "arn:aws:bedrock:us-west-2:123456789012:inference-profile/us.amazon.nova-micro-v1:0", id="ARN of a profile"
        ),
        pytest.param(
            "arn:aws:bedrock:us-west-2:123456789012:application-inference-profile/a1b2c3d4e5f6",
            id="ARN of an application profile",
        ),
        pytest.param(
            "arn:aws:bedrock:us-west-2:123456789012:provisioned-model/a1b2c3d4e5f6", id="provisioned throughput"
        ),
    ],
)
def test_every_kind_of_model_id_streams(app: Handler, server: FakeServer, model: str) -> None:
    stage.script_everything_well(server, BEDROCK | {"model": model})

    assert text_of(events_of(ask_chat(app, question("nova-micro", stream=True)))) == "Paris."
    assert len(server.asked("converse-stream")) == 1


@pytest.mark.parametrize("is_stream", [False, True], ids=["plain", "stream"])
@pytest.mark.parametrize(
    ("upstream", "status", "code", "said"),
    [
        pytest.param(aws_error("ThrottlingException", 429), 429, "throttled", "slow down", id="throttled"),
        pytest.param(aws_error("AccessDeniedException", 403), 403, "no_access", "nova-micro", id="access denied"),
        pytest.param(aws_error("ResourceNotFoundException", 404), 403, "no_access", "us-west-2", id="no such model"),
        pytest.param(aws_error("FTUFormNotFilled", 404), 403, "no_access", "use-case form", id="use-case form missing"),
        pytest.param(
            aws_error("ValidationException", message="no such field"),
            400,
            "invalid_request",
            "no such field",
            id="400",
        ),
        pytest.param(aws_error("ModelTimeoutException", 408), 504, "upstream_timeout", "in time", id="timeout"),
        pytest.param(aws_error("ModelNotReadyException", 429), 503, "model_not_ready", "loading", id="not ready"),
        pytest.param(aws_error("ModelErrorException", 424), 502, "model_error", "failed", id="model error"),
        pytest.param(aws_error("InternalServerException", 500), 502, "upstream_error", "failed", id="500"),
    ],
)
def test_failures_before_the_first_byte_have_a_status(
    app: Handler, server: FakeServer, is_stream: bool, upstream: Reply, status: int, code: str, said: str
) -> None:
    server.replies[OPERATIONS[is_stream]] = upstream

    found = error_of(ask_chat(app, question("nova-micro", stream=is_stream)))

    assert found[:2] == (status, code)
    assert said in found[2]


@pytest.mark.parametrize("body", [b"{}", b"<html>"], ids=["JSON without an answer", "HTML"])
def test_an_answer_that_is_no_converse_answer(app: Handler, server: FakeServer, body: bytes) -> None:
    server.replies["converse"] = Reply(body)

    assert error_of(ask_chat(app, question("nova-micro")))[:2] == (502, "bad_upstream_response")


@pytest.mark.parametrize(
    ("failure", "code"),
    [
        pytest.param(exception("throttlingException", {"message": "m"}), "throttled", id="throttled"),
        pytest.param(exception("modelStreamErrorException", {"message": "m"}), "upstream_error", id="model error"),
        pytest.param(exception("internalServerException", {"message": "m"}), "upstream_error", id="internal"),
        pytest.param(exception("validationException", {"message": "m"}), "invalid_request", id="validation"),
        pytest.param(json_event("contentBlockStop", {"contentBlockIndex": 0}), "stream_truncated", id="clean end"),
    ],
)
def test_a_failure_in_mid_stream_is_an_event_after_the_partial_text(
    app: Handler, server: FakeServer, failure: bytes, code: str
) -> None:
    server.replies["converse-stream"] = Reply([*converse_events("Pa")[:2], failure], headers=EVENT_STREAM)

    events = events_of(ask_chat(app, question("nova-micro", stream=True)))

    assert text_of(events) == "Pa"
    assert events[-1]["error"]["code"] == code


@pytest.mark.parametrize("is_stream", [False, True], ids=["plain", "stream"])
def test_a_guardrail_goes_along_and_its_intervention_is_said(app: Handler, server: FakeServer, is_stream: bool) -> None:
    stage.script_everything_well(server, BEDROCK | {"guardrail": {"id": "gr1a2b3c", "version": "3"}})
    server.replies["converse"] = converse_answer("I cannot say.", "guardrail_intervened")
    events = converse_events("I cannot say.", stop_reason="guardrail_intervened")
    server.replies["converse-stream"] = Reply(events, headers=EVENT_STREAM)

    reply = ask_chat(app, question("nova-micro", stream=is_stream))

    answers = [one for one in events_of(reply) if one != "[DONE]"] if is_stream else [reply.json()]
    reasons = [choice["finish_reason"] for one in answers for choice in one["choices"] if choice["finish_reason"]]
    assert reasons == ["content_filter"]
    (sent,) = server.asked(OPERATIONS[is_stream])
    assert sent.json()["guardrailConfig"] == {"guardrailIdentifier": "gr1a2b3c", "guardrailVersion": "3"}


def assumed(access_key: str, ends: str) -> Reply:
    """AssumeRole's reply."""
    fields = {"AccessKeyId": access_key, "SecretAccessKey": "s" * 40, "SessionToken": "t" * 40, "Expiration": ends}
    inside = "".join(f"<{name}>{value}</{name}>" for name, value in fields.items())
    result = f"<AssumeRoleResult><Credentials>{inside}</Credentials></AssumeRoleResult>"
    return Reply(f"<AssumeRoleResponse>{result}</AssumeRoleResponse>".encode(), headers={"content-type": "text/xml"})


def refused_role(code: str) -> Reply:
    error = f"<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>no</Message></Error></ErrorResponse>"
    return Reply(error.encode(), 403, {"content-type": "text/xml"})


def signed_by(request: Request) -> str:
    """The access key that a request was signed with."""
    return request.headers["authorization"].partition("Credential=")[2].partition("/")[0]


def test_a_role_is_assumed_once_and_again_before_its_credentials_end(app: Handler, server: FakeServer) -> None:
    role = "arn:aws:iam::210987654321:role/models"
    stage.script_everything_well(server, BEDROCK | {"role_arn": role})
    soon = (datetime.now(UTC) + timedelta(minutes=5)).isoformat()  # botocore renews ten minutes before the end
    lives = iter([assumed("AKIAFIRST", soon), assumed("AKIASECOND", "2099-01-01T00:00:00Z")])
    server.replies["AssumeRole"] = lambda _: next(lives)

    for _ in range(3):
        assert ask_chat(app, question("nova-micro")).status_code == 200

    (first, second) = server.asked("AssumeRole")
    assert b"RoleArn=arn%3Aaws%3Aiam%3A%3A210987654321%3Arole%2Fmodels" in first.body
    assert {signed_by(first), signed_by(second)} == {"AKIACANARY"}
    assert [signed_by(sent) for sent in server.asked("converse")] == ["AKIAFIRST", "AKIASECOND", "AKIASECOND"]


@pytest.mark.parametrize("is_stream", [False, True], ids=["plain", "stream"])
def test_a_role_that_may_not_be_assumed_is_named(app: Handler, server: FakeServer, is_stream: bool) -> None:
    role = "arn:aws:iam::210987654321:role/closed"
    stage.script_everything_well(server, BEDROCK | {"role_arn": role})
    server.replies["AssumeRole"] = refused_role("AccessDenied")

    found = error_of(ask_chat(app, question("nova-micro", stream=is_stream)))

    assert found[:2] == (403, "no_access")
    assert role in found[2]
    assert server.asked(OPERATIONS[is_stream]) == []
