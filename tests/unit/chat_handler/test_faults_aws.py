"""Rows 1 to 19 of the fault list: what SageMaker and Bedrock do, and what the caller is told."""

from __future__ import annotations

import io
import json
import time
from typing import Any

import pytest

from tests.unit.chat_handler import stage
from tests.unit.chat_handler.event_stream import event, exception
from tests.unit.chat_handler.fake_server import FakeServer, Reply, StallingUpstream, json_reply
from tests.unit.chat_handler.stage import (
    BEDROCK,
    CHUNKS,
    COMPLETION,
    EVENT_STREAM,
    OPENAI,
    SAGEMAKER,
    Clock,
    Handler,
    ask,
    ask_chat,
    aws_error,
    chunk,
    converse_answer,
    converse_events,
    error_of,
    events_of,
    failure_of,
    parts,
    question,
    sse,
    text_of,
)

SAGEMAKER_OPERATIONS = {False: "invocations", True: "invocations-response-stream"}
BEDROCK_OPERATIONS = {False: "converse", True: "converse-stream"}
STREAMED = pytest.mark.parametrize("is_stream", [False, True], ids=["plain", "stream"])
NOT_FOUND = aws_error("ValidationError", message="Endpoint terrachat-demo-smollm2 of account 1 not found.")


def container_error(status: int, message: Any) -> Reply:
    return aws_error(
        "ModelError",
        424,
        OriginalStatusCode=status,
        OriginalMessage=json.dumps(message),
        LogStreamArn="arn:aws:logs:us-east-1:1:stream",
    )


@STREAMED
def test_fault_01_a_container_that_fails(app: Handler, server: FakeServer, log: io.StringIO, is_stream: bool) -> None:
    server.replies[SAGEMAKER_OPERATIONS[is_stream]] = container_error(503, "secret words")

    reply = ask_chat(app, question("smollm2", stream=is_stream))

    assert failure_of(reply) == (502, "model_error", True)
    assert len(server.asked(SAGEMAKER_OPERATIONS[is_stream])) == 2
    assert "HTTP 503" in error_of(reply)[2]
    assert "arn:aws:logs:us-east-1:1:stream" in log.getvalue()
    assert "arn:aws:logs" not in reply.text


@STREAMED
def test_fault_02_a_request_that_the_container_refuses(app: Handler, server: FakeServer, is_stream: bool) -> None:
    server.replies[SAGEMAKER_OPERATIONS[is_stream]] = container_error(422, {"message": "top_p must be below 1"})

    reply = ask_chat(app, question("smollm2", stream=is_stream))

    assert failure_of(reply) == (400, "invalid_request", False)
    assert "top_p must be below 1" in error_of(reply)[2]
    assert len(server.asked(SAGEMAKER_OPERATIONS[is_stream])) == 1


def test_fault_03_a_model_that_is_still_loading_is_waited_for(app: Handler, server: FakeServer, clock: Clock) -> None:
    loading = [aws_error("ModelNotReadyException", 429)] * 4
    server.replies["invocations"] = lambda _: loading.pop() if loading else json_reply(COMPLETION)

    assert ask_chat(app, question("smollm2")).json() == COMPLETION
    assert [pause_s > 0.9 for pause_s in clock.pauses] == [True] * 4


def test_fault_03_a_model_that_never_loads(app: Handler, server: FakeServer, clock: Clock) -> None:
    server.replies["invocations"] = aws_error("ModelNotReadyException", 429)

    assert failure_of(ask_chat(app, question("smollm2"))) == (503, "model_not_ready", True)
    assert 120 <= sum(clock.pauses) <= 145


@pytest.mark.parametrize(
    ("state", "ages", "said"),
    [
        pytest.param("Creating", {"CreationTime": 200}, "being created, for 3 min now", id="new"),
        pytest.param("Creating", {}, "being created;", id="of an unknown age"),
        pytest.param("Updating", {"LastModifiedTime": 0}, "Updating, for less than", id="updating"),
    ],
)
def test_fault_04_an_endpoint_that_does_not_serve_yet(
    app: Handler, server: FakeServer, state: str, ages: dict[str, float], said: str
) -> None:
    described = {"EndpointStatus": state} | {name: time.time() - age_s for name, age_s in ages.items()}
    server.replies |= {"invocations": NOT_FOUND, "DescribeEndpoint": json_reply(described)}

    reply = ask_chat(app, question("smollm2"))

    assert failure_of(reply) == (503, "model_not_ready", False)
    assert said in error_of(reply)[2]


@pytest.mark.parametrize(
    ("status", "said"), [("Failed", "InsufficientInstanceCapacity"), ("UpdateRollbackFailed", "roll-back")]
)
def test_fault_05_an_endpoint_that_could_not_be_created(
    app: Handler, server: FakeServer, status: str, said: str
) -> None:
    described = {"EndpointStatus": status, "FailureReason": "InsufficientInstanceCapacity: no GPU"}
    server.replies |= {"invocations": NOT_FOUND, "DescribeEndpoint": json_reply(described)}

    reply = ask_chat(app, question("smollm2"))

    assert failure_of(reply) == (503, "endpoint_failed", False)
    assert said in error_of(reply)[2]


def test_fault_06_an_endpoint_that_is_gone_is_gone_from_the_list_too(app: Handler, server: FakeServer) -> None:
    assert ask(app, "GET", "/v1/models/smollm2").json()["status"] == "ready"
    server.replies |= {"invocations": NOT_FOUND, "DescribeEndpoint": aws_error("ValidationException")}

    reply = ask_chat(app, question("smollm2"))

    assert failure_of(reply) == (503, "endpoint_missing", False)
    assert "terrachat apply" in error_of(reply)[2]
    assert ask(app, "GET", "/v1/models/smollm2").json()["status"] == "stopped"


@pytest.mark.parametrize(
    ("record", "said"),
    [
        pytest.param({"stopped": True}, "terrachat start smollm2", id="stopped"),
        pytest.param(
            {"schedule": {"start": "0 8 ? * * *", "stop": "0 18 ? * * *", "timezone": "UTC"}},
            "creates it at '0 8 ? * * *' (UTC)",
            id="outside its hours",
        ),
    ],
)
def test_fault_06_an_endpoint_that_is_meant_to_be_gone(
    app: Handler, server: FakeServer, record: dict[str, Any], said: str
) -> None:
    stage.script_everything_well(server, SAGEMAKER | record)
    server.replies |= {"invocations": NOT_FOUND, "DescribeEndpoint": aws_error("ValidationException")}

    reply = ask_chat(app, question("smollm2"))

    assert failure_of(reply) == (503, "model_not_ready", False)
    assert said in error_of(reply)[2]


@STREAMED
@pytest.mark.parametrize(
    "throttled",
    [
        pytest.param(aws_error("ThrottlingException"), id="400 with a code"),
        pytest.param(Reply(status=429), id="429 without a body"),
    ],
)
def test_fault_07_throttling_is_waited_out_once(
    app: Handler, server: FakeServer, clock: Clock, throttled: Reply, is_stream: bool
) -> None:
    headers = {**throttled.headers, "x-amz-retry-after": "1500"}
    server.replies[SAGEMAKER_OPERATIONS[is_stream]] = Reply(throttled.body, throttled.status, headers)

    reply = ask_chat(app, question("smollm2", stream=is_stream))

    assert failure_of(reply) == (429, "throttled", True)
    assert (clock.pauses, reply.headers["retry-after"]) == ([1.5], "2")


@STREAMED
@pytest.mark.parametrize(
    ("code", "status"), [("InternalFailure", 500), ("ServiceUnavailable", 503), ("InternalDependencyException", 530)]
)
def test_fault_08_a_failing_runtime_is_asked_twice_and_then_the_fallback(
    app: Handler, server: FakeServer, code: str, status: int, is_stream: bool
) -> None:
    stage.script_everything_well(server, SAGEMAKER | {"fallback": ["gpt"]}, OPENAI)
    server.replies[SAGEMAKER_OPERATIONS[is_stream]] = aws_error(code, status)

    reply = ask_chat(app, question("smollm2", stream=is_stream))

    first = events_of(reply)[0] if is_stream else reply.json()
    assert (reply.status_code, reply.headers["x-terrachat-model"]) == (200, "gpt")
    assert first["terrachat"] == {"answered_by": "gpt", "fallback_from": ["smollm2"]}
    assert len(server.asked(SAGEMAKER_OPERATIONS[is_stream])) == 2


def test_fault_08_without_a_fallback_the_failure_is_told(app: Handler, server: FakeServer) -> None:
    server.replies["invocations"] = aws_error("InternalFailure", 500)

    assert failure_of(ask_chat(app, question("smollm2"))) == (502, "upstream_error", True)


@STREAMED
@pytest.mark.parametrize("model", ["smollm2", "nova-micro", "gpt"])
def test_fault_09_an_upstream_that_hangs_never_outlives_lambda(
    app: Handler, server: FakeServer, model: str, is_stream: bool
) -> None:
    for operation in (SAGEMAKER_OPERATIONS[is_stream], BEDROCK_OPERATIONS[is_stream], "completions"):
        server.replies[operation] = StallingUpstream([], {})
    killed_at = time.time() + 2.1

    reply = ask_chat(
        app,
        question(model, stream=is_stream),
        headers={"x-amzn-lambda-context": json.dumps({"deadline": killed_at * 1000})},
    )

    assert failure_of(reply) == (504, "deadline_exceeded", False)
    assert time.time() < killed_at - 1


@pytest.mark.parametrize("code", ["StreamBroken", "ModelInvocationTimeExceeded"])
def test_fault_10_a_sagemaker_stream_that_breaks_off(app: Handler, server: FakeServer, code: str) -> None:
    broken = exception("ModelStreamError", {"Message": "secret words", "ErrorCode": code})
    begun = event("PayloadPart", sse(chunk("Pa"), done=False))
    server.replies["invocations-response-stream"] = Reply([begun, broken], headers=EVENT_STREAM)

    reply = ask_chat(app, question("smollm2", stream=True))

    assert failure_of(reply) == (200, "upstream_error", True)
    assert events_of(reply)[:-1] == [chunk("Pa")]


@pytest.mark.parametrize("model", ["smollm2", "gpt"])
def test_fault_11_a_stream_without_a_last_newline(app: Handler, server: FakeServer, model: str) -> None:
    unended = sse(*CHUNKS[:3], done=False).rstrip(b"\n")
    server.replies |= {"invocations-response-stream": parts(unended), "completions": Reply([unended])}

    assert events_of(ask_chat(app, question(model, stream=True))) == [*CHUNKS[:3], "[DONE]"]


def test_fault_12_a_character_that_is_cut_in_two(app: Handler, server: FakeServer) -> None:
    stream = sse(chunk("Xin chào 🌏"), chunk(finish_reason="stop"))
    inside = stream.index("🌏".encode()) + 2
    server.replies["invocations-response-stream"] = parts(stream[:inside], stream[inside:])

    assert text_of(events_of(ask_chat(app, question("smollm2", stream=True)))) == "Xin chào 🌏"


@STREAMED
def test_fault_13_bedrock_throttles_before_the_stream(app: Handler, server: FakeServer, is_stream: bool) -> None:
    stage.script_everything_well(server, BEDROCK | {"fallback": ["gpt"]}, OPENAI)
    server.replies[BEDROCK_OPERATIONS[is_stream]] = aws_error("ThrottlingException", 429)

    reply = ask_chat(app, question("nova-micro", stream=is_stream))

    assert (reply.status_code, reply.headers["x-terrachat-model"]) == (200, "gpt")
    assert len(server.asked(BEDROCK_OPERATIONS[is_stream])) == 2


def test_fault_14_bedrock_throttles_in_mid_stream(app: Handler, server: FakeServer) -> None:
    throttled = exception("throttlingException", {"message": "secret words"})
    server.replies["converse-stream"] = Reply([*converse_events("Pa")[:2], throttled], headers=EVENT_STREAM)

    reply = ask_chat(app, question("nova-micro", stream=True))

    assert failure_of(reply) == (200, "throttled", True)
    assert text_of(events_of(reply)) == "Pa"
    assert len(server.asked("converse-stream")) == 1


@STREAMED
def test_fault_15_bedrock_refuses_access(app: Handler, server: FakeServer, is_stream: bool) -> None:
    server.replies[BEDROCK_OPERATIONS[is_stream]] = aws_error("AccessDeniedException", 403, "secret words")

    reply = ask_chat(app, question("nova-micro", stream=is_stream))

    assert failure_of(reply) == (403, "no_access", False)
    assert "us.amazon.nova-micro-v1:0" in error_of(reply)[2]
    assert "us-west-2" in error_of(reply)[2]
    assert len(server.asked(BEDROCK_OPERATIONS[is_stream])) == 1


def test_fault_16_anthropics_form_was_not_filled_in(app: Handler, server: FakeServer) -> None:
    server.replies["converse"] = aws_error("FTUFormNotFilled", 404, "secret words")

    reply = ask_chat(app, question("nova-micro"))

    assert failure_of(reply) == (403, "no_access", False)
    assert "use-case form" in error_of(reply)[2]


def test_fault_17_a_model_that_timed_out_is_not_asked_again(app: Handler, server: FakeServer) -> None:
    server.replies["converse"] = aws_error("ModelTimeoutException", 408)

    assert failure_of(ask_chat(app, question("nova-micro"))) == (504, "upstream_timeout", True)
    assert len(server.asked("converse")) == 1


@STREAMED
def test_fault_18_a_guardrail_that_steps_in_is_no_error(app: Handler, server: FakeServer, is_stream: bool) -> None:
    server.replies["converse"] = converse_answer("Blocked.", "guardrail_intervened")
    events = converse_events("Blocked.", stop_reason="guardrail_intervened")
    server.replies["converse-stream"] = Reply(events, headers=EVENT_STREAM)

    reply = ask_chat(app, question("nova-micro", stream=is_stream))

    answers = [one for one in events_of(reply) if one != "[DONE]"] if is_stream else [reply.json()]
    reasons = [choice["finish_reason"] for one in answers for choice in one["choices"] if choice["finish_reason"]]
    assert (reply.status_code, reasons) == (200, ["content_filter"])


@pytest.mark.parametrize(
    "message",
    [
        "Invocation of model ID amazon.nova-micro-v1:0 with on-demand throughput isn’t supported.",
        "The provided model doesn't support on-demand throughput.",
    ],
)
def test_fault_19_a_model_that_needs_an_inference_profile(app: Handler, server: FakeServer, message: str) -> None:
    server.replies["converse"] = aws_error("ValidationException", message=message)

    reply = ask_chat(app, question("nova-micro"))

    assert failure_of(reply) == (403, "no_access", False)
    assert "inference profile" in error_of(reply)[2]
