from __future__ import annotations

import json
from typing import Any

import pytest

from tests.unit.chat_handler import stage
from tests.unit.chat_handler.event_stream import event, exception
from tests.unit.chat_handler.fake_server import FakeServer, Reply, json_reply
from tests.unit.chat_handler.stage import (
    CHUNKS,
    COMPLETION,
    EVENT_STREAM,
    Handler,
    ask,
    ask_chat,
    aws_error,
    chunk,
    error_of,
    events_of,
    question,
    sse,
)

NOT_FOUND = aws_error("ValidationError", message="Endpoint terrachat-demo-smollm2 of account 1 not found.")
OPERATIONS = {False: "invocations", True: "invocations-response-stream"}


def container_error(status: int, message: Any) -> Reply:
    body = message if isinstance(message, str) else json.dumps(message)
    return aws_error("ModelError", 424, OriginalStatusCode=status, OriginalMessage=body, LogStreamArn="arn:log")


def test_the_body_passes_without_the_model_and_with_the_defaults(app: Handler, server: FakeServer) -> None:
    reply = ask_chat(app, question("smollm2", temperature=0, tools=[{"type": "function"}], x_new=1))

    assert (reply.status_code, reply.json()) == (200, COMPLETION)
    (sent,) = server.asked("invocations")
    assert sent.path == "/endpoints/terrachat-demo-smollm2/invocations"
    assert sent.json() == {
        "messages": question("smollm2")["messages"],
        "temperature": 0,
        "tools": [{"type": "function"}],
        "x_new": 1,
        "max_tokens": 512,
    }


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
def test_a_stream_is_whole_however_its_parts_are_cut(app: Handler, server: FakeServer, size: int) -> None:
    sent = [chunk("Xin chào 🌏"), chunk(finish_reason="stop")]
    stream = sse(*sent)
    cut = [stream[start : start + size] for start in range(0, len(stream), size)]
    server.replies["invocations-response-stream"] = stage.parts(*cut)

    assert events_of(ask_chat(app, question("smollm2", stream=True))) == [*sent, "[DONE]"]


def test_json_lines_without_a_last_newline(app: Handler, server: FakeServer) -> None:
    lines = "\n".join(json.dumps(one) for one in CHUNKS[:3]).encode()
    server.replies["invocations-response-stream"] = stage.parts(lines)

    assert events_of(ask_chat(app, question("smollm2", stream=True))) == [*CHUNKS[:3], "[DONE]"]


@pytest.mark.parametrize("is_stream", [False, True], ids=["plain", "stream"])
@pytest.mark.parametrize(
    ("upstream", "status", "code", "said"),
    [
        pytest.param(container_error(500, "secret words"), 502, "model_error", "HTTP 500", id="container 500"),
        pytest.param(container_error(429, "secret words"), 429, "throttled", "slow down", id="container 429"),
        pytest.param(container_error(400, {"message": "too long"}), 400, "invalid_request", "too long", id="vLLM 400"),
        pytest.param(
            container_error(422, {"error": {"message": "too long"}}),
            400,
            "invalid_request",
            "too long",
            id="OpenAI 422",
        ),
        pytest.param(container_error(422, {"error": "too long"}), 400, "invalid_request", "too long", id="TGI 422"),
        pytest.param(container_error(400, "<html>"), 400, "invalid_request", "no reason", id="container 400 with HTML"),
        pytest.param(aws_error("ThrottlingException"), 429, "throttled", "slow down", id="throttled"),
        pytest.param(Reply(status=429), 429, "throttled", "slow down", id="429 without a body"),
        pytest.param(aws_error("AccessDeniedException", 403), 403, "no_access", "role", id="access denied"),
        pytest.param(aws_error("ExpiredTokenException", 403), 403, "no_access", "credentials", id="expired token"),
        pytest.param(aws_error("ModelNotReadyException", 429), 503, "model_not_ready", "loading", id="not ready"),
        pytest.param(aws_error("InternalFailure", 500), 502, "upstream_error", "AWS's side", id="500"),
        pytest.param(aws_error("SomethingNew", 503), 502, "upstream_error", "HTTP 503", id="unknown code"),
        pytest.param(NOT_FOUND, 400, "invalid_request", "not found", id="validation error of a running endpoint"),
    ],
)
def test_failures_before_the_first_byte_have_a_status(
    app: Handler, server: FakeServer, is_stream: bool, upstream: Reply, status: int, code: str, said: str
) -> None:
    server.replies[OPERATIONS[is_stream]] = upstream

    reply = ask_chat(app, question("smollm2", stream=is_stream))

    assert error_of(reply)[:2] == (status, code)
    assert said in error_of(reply)[2]
    assert "secret words" not in reply.text
    assert "arn:log" not in reply.text


@pytest.mark.parametrize(
    ("described", "status", "code", "said"),
    [
        pytest.param({"EndpointStatus": "Creating"}, 503, "model_not_ready", "is being created", id="creating"),
        pytest.param(
            {"EndpointStatus": "Failed", "FailureReason": "no GPU"}, 503, "endpoint_failed", "no GPU", id="failed"
        ),
        pytest.param(aws_error("ValidationException"), 503, "endpoint_missing", "does not exist", id="gone"),
        pytest.param(aws_error("AccessDeniedException"), 403, "no_access", "may not describe", id="no access"),
    ],
)
def test_an_endpoint_that_is_not_found_is_described(
    app: Handler, server: FakeServer, described: Any, status: int, code: str, said: str
) -> None:
    server.replies["invocations"] = NOT_FOUND
    server.replies["DescribeEndpoint"] = described if isinstance(described, Reply) else json_reply(described)

    found = error_of(ask_chat(app, question("smollm2")))

    assert found[:2] == (status, code)
    assert said in found[2]


@pytest.mark.parametrize(
    ("described", "state", "said"),
    [
        pytest.param({"EndpointStatus": "InService"}, "ready", None, id="InService"),
        pytest.param({"EndpointStatus": "Creating"}, "starting", "created", id="Creating"),
        pytest.param({"EndpointStatus": "Updating"}, "ready", None, id="Updating"),
        pytest.param({"EndpointStatus": "SystemUpdating"}, "ready", None, id="SystemUpdating"),
        pytest.param({"EndpointStatus": "RollingBack"}, "ready", None, id="RollingBack"),
        pytest.param({"EndpointStatus": "OutOfService"}, "stopped", "out of service", id="OutOfService"),
        pytest.param({"EndpointStatus": "Deleting"}, "stopped", "deleted", id="Deleting"),
        pytest.param({"EndpointStatus": "UpdateRollbackFailed"}, "failed", "roll-back", id="UpdateRollbackFailed"),
        pytest.param({"EndpointStatus": "Failed", "FailureReason": "no GPU"}, "failed", "no GPU", id="Failed"),
        pytest.param({"EndpointStatus": "Failed"}, "failed", "no reason", id="Failed without a reason"),
        pytest.param({"EndpointStatus": "Melting"}, "failed", "'Melting'", id="a new status"),
        pytest.param(aws_error("ValidationException"), "stopped", "terrachat apply", id="no such endpoint"),
        pytest.param(aws_error("AccessDeniedException"), "no_access", "may not describe", id="access denied"),
        pytest.param(aws_error("InternalFailure", 500), "unknown", "InternalFailure", id="DescribeEndpoint fails"),
    ],
)
def test_the_model_list_says_what_the_endpoint_is_doing(
    app: Handler, server: FakeServer, described: Any, state: str, said: str | None
) -> None:
    server.replies["DescribeEndpoint"] = described if isinstance(described, Reply) else json_reply(described)

    model = ask(app, "GET", "/v1/models/smollm2").json()

    assert model["status"] == state
    assert (model["reason"] is None) if said is None else (said in model["reason"])


def test_an_endpoint_of_somebody_elses_is_not_created_by_an_apply(app: Handler, server: FakeServer) -> None:
    stage.script_everything_well(server, stage.SAGEMAKER | {"endpoint": "Search-Rewriter"})
    server.replies["DescribeEndpoint"] = aws_error("ValidationException")

    model = ask(app, "GET", "/v1/models/smollm2").json()

    assert (model["status"], model["reason"]) == (
        "stopped",
        "the endpoint does not exist, and no apply creates it; create it, or correct the catalog's endpoint, region",
    )


@pytest.mark.parametrize(
    ("failure", "code"),
    [
        pytest.param(
            exception("ModelStreamError", {"Message": "m", "ErrorCode": "StreamBroken"}),
            "upstream_error",
            id="StreamBroken",
        ),
        pytest.param(
            exception("ModelStreamError", {"Message": "m", "ErrorCode": "ModelInvocationTimeExceeded"}),
            "upstream_error",
            id="ModelInvocationTimeExceeded",
        ),
        pytest.param(
            exception("InternalStreamFailure", {"Message": "m"}), "upstream_error", id="InternalStreamFailure"
        ),
        pytest.param(event("PayloadPart", b"")[:-4] + b"xxxx", "upstream_error", id="bad checksum"),
        pytest.param(b"", "stream_truncated", id="clean end"),
        pytest.param(event("PayloadPart", b"data: half an event")[:-9], "stream_truncated", id="end inside an event"),
    ],
)
def test_a_failure_in_mid_stream_is_an_event_after_the_partial_text(
    app: Handler, server: FakeServer, failure: bytes, code: str
) -> None:
    begin = event("PayloadPart", sse(chunk("Pa"), done=False))
    server.replies["invocations-response-stream"] = Reply(
        [begin, *([failure] if failure else [])], headers=EVENT_STREAM
    )

    *partial, error = events_of(ask_chat(app, question("smollm2", stream=True)))

    assert partial == [chunk("Pa")]
    assert error["error"]["code"] == code
