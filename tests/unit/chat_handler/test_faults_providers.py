"""Rows 26 to 35 of the fault list: what providers answer, and how their streams end."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from tests.unit.chat_handler import stage
from tests.unit.chat_handler.event_stream import event
from tests.unit.chat_handler.fake_server import ConnectionCut, FakeServer, Reply, Request, StallingUpstream, json_reply
from tests.unit.chat_handler.stage import (
    BEDROCK,
    CHUNKS,
    COMPLETION,
    EVENT_STREAM,
    OPENAI,
    SAGEMAKER,
    SSE,
    Clock,
    Handler,
    ask_chat,
    aws_error,
    chunk,
    error_of,
    events_of,
    failure_of,
    question,
    sse,
    text_of,
)

STREAMED = pytest.mark.parametrize("is_stream", [False, True], ids=["plain", "stream"])
WITH_FALLBACK = OPENAI | {"fallback": ["smollm2"]}


def refusal(status: int, code: str | None = None, *, message: str = "secret words", **headers: str) -> Reply:
    return json_reply({"error": {"message": message, "code": code}}, status, **headers)


def cut(_: Request) -> Reply:
    raise ConnectionResetError


@pytest.mark.parametrize(
    ("header", "attempts", "pause_s"),
    [
        pytest.param({"retry_after": "3"}, 2, (3, 3), id="3 s"),
        pytest.param({"retry_after_ms": "1500"}, 2, (1.5, 1.5), id="milliseconds"),
        pytest.param({"retry_after": "0.25"}, 2, (0.25, 0.25), id="a fraction"),
        pytest.param({"retry_after": "soon"}, 2, (0, 0.6), id="garbage"),
        pytest.param({}, 2, (0, 0.6), id="nothing"),
        pytest.param({"retry_after": "600"}, 1, None, id="600 s"),
    ],
)
def test_fault_26_retry_after(
    app: Handler,
    server: FakeServer,
    clock: Clock,
    header: dict[str, str],
    attempts: int,
    pause_s: tuple[float, float] | None,
) -> None:
    server.replies["completions"] = refusal(429, **header)

    assert failure_of(ask_chat(app, question("gpt"))) == (429, "throttled", True)
    assert len(server.asked("completions")) == attempts
    assert len(clock.pauses) == attempts - 1
    if pause_s is not None:
        assert pause_s[0] <= clock.pauses[0] <= pause_s[1]


def test_fault_26_retry_after_as_a_date(app: Handler, server: FakeServer, clock: Clock) -> None:
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=4), usegmt=True)
    server.replies["completions"] = refusal(429, retry_after=date)

    ask_chat(app, question("gpt"))

    assert [2 < pause_s <= 4 for pause_s in clock.pauses] == [True]


@pytest.mark.parametrize(
    "upstream",
    [
        pytest.param(refusal(529), id="529"),
        pytest.param(Reply([sse({"error": {"type": "overloaded_error"}})], headers=SSE), id="first event"),
        pytest.param(
            Reply([sse(chunk(""), {"error": {"type": "overloaded_error"}})], headers=SSE), id="event after the role"
        ),
    ],
)
def test_fault_27_an_overloaded_provider_falls_back_before_the_first_byte(
    app: Handler, server: FakeServer, upstream: Reply
) -> None:
    stage.script_everything_well(server, WITH_FALLBACK, SAGEMAKER)
    server.replies["completions"] = upstream

    reply = ask_chat(app, question("gpt", stream=True))

    assert reply.headers["x-terrachat-model"] == "smollm2"
    assert text_of(events_of(reply)) == "Paris."
    assert len(server.asked("completions")) == 2


@STREAMED
@pytest.mark.parametrize(
    "upstream",
    [
        pytest.param(refusal(402), id="402"),
        pytest.param(refusal(429, "insufficient_quota"), id="OpenAI"),
        pytest.param(json_reply({"error": {"type": "billing_error"}}, 403), id="Anthropic"),
    ],
)
def test_fault_28_an_account_with_nothing_left(
    app: Handler, server: FakeServer, upstream: Reply, is_stream: bool
) -> None:
    server.replies["completions"] = upstream
    assert failure_of(ask_chat(app, question("gpt", stream=is_stream))) == (429, "insufficient_quota", False)
    assert len(server.asked("completions")) == 1


def test_fault_28_an_account_with_nothing_left_falls_back(app: Handler, server: FakeServer) -> None:
    stage.script_everything_well(server, WITH_FALLBACK, SAGEMAKER)
    server.replies["completions"] = refusal(402)

    assert ask_chat(app, question("gpt")).headers["x-terrachat-model"] == "smollm2"


TOO_LONG = {
    "OpenAI": ("gpt", "completions", refusal(400, "context_length_exceeded", message="16385 tokens")),
    "llama.cpp": ("gpt", "completions", json_reply({"error": {"type": "exceed_context_size_error"}}, 500)),
    "vLLM": (
        "smollm2",
        "invocations",
        aws_error(
            "ModelError",
            424,
            OriginalStatusCode=400,
            OriginalMessage=json.dumps({"error": {"message": "the model's context length is only 1024 tokens"}}),
        ),
    ),
    "TGI": (
        "smollm2",
        "invocations",
        aws_error(
            "ModelError",
            424,
            OriginalStatusCode=422,
            OriginalMessage=json.dumps({"error": "`inputs` tokens + `max_new_tokens` must be <= 2048."}),
        ),
    ),
    "Bedrock": (
        "nova-micro",
        "converse",
        aws_error("ValidationException", message="Input is too long for requested model."),
    ),
}


@pytest.mark.parametrize(("model", "operation", "upstream"), TOO_LONG.values(), ids=TOO_LONG)
def test_fault_29_a_context_that_is_too_long(
    app: Handler, server: FakeServer, model: str, operation: str, upstream: Reply
) -> None:
    server.replies[operation] = upstream

    reply = ask_chat(app, question(model))

    assert failure_of(reply) == (400, "context_length_exceeded", False)
    assert ".;" not in reply.json()["error"]["message"]
    assert len(server.asked(operation)) == 1


@pytest.mark.parametrize(
    ("windows", "answered"),
    [
        pytest.param((8_000, 32_000), True, id="larger"),
        pytest.param((8_000, 8_000), False, id="as large"),
        pytest.param((8_000, None), False, id="not known"),
    ],
)
def test_fault_29_only_a_larger_window_may_answer(
    app: Handler, server: FakeServer, windows: tuple[int, int | None], answered: bool
) -> None:
    own, other = windows
    stage.script_everything_well(server, WITH_FALLBACK | {"context_tokens": own}, SAGEMAKER | {"context_tokens": other})
    server.replies["completions"] = refusal(400, "context_length_exceeded")

    reply = ask_chat(app, question("gpt"))

    assert (reply.status_code, len(server.asked("invocations"))) == ((200, 1) if answered else (400, 0))


@STREAMED
@pytest.mark.parametrize(
    ("model", "operations"),
    [("gpt", ["completions"]), ("smollm2", ["invocations", "invocations-response-stream"])],
)
def test_fault_30_a_connection_that_is_reset_before_the_reply(
    app: Handler, server: FakeServer, clock: Clock, model: str, operations: list[str], is_stream: bool
) -> None:
    usual = {operation: server.replies[operation] for operation in operations}

    def first_cut(request: Request) -> Reply:
        server.replies |= usual
        return cut(request)

    server.replies |= dict.fromkeys(operations, first_cut)

    assert ask_chat(app, question(model, stream=is_stream)).status_code == 200
    assert clock.pauses == [0]  # at once: a connection that was idle while Lambda froze the process is dead like this


def _then(*ends: bytes | Exception) -> Iterator[bytes]:
    yield sse(chunk("Pa"), done=False)
    for end in ends:
        if isinstance(end, Exception):
            raise end
        yield end


@pytest.mark.parametrize(
    ("end", "code"),
    [
        pytest.param([ConnectionCut()], "upstream_error", id="31 reset"),
        pytest.param([], "stream_truncated", id="32 clean end without a finish"),
        pytest.param([b"data: [DONE]\n\n"], "stream_truncated", id="32 [DONE] without a finish"),
        pytest.param([b"data: {bro\n\n"], "bad_upstream_response", id="33 broken JSON"),
        pytest.param([b"<html>secret words</html>\n"], "bad_upstream_response", id="33 HTML"),
        pytest.param([b"data: \xff\n\n"], "bad_upstream_response", id="33 not UTF-8"),
    ],
)
def test_fault_31_32_33_a_stream_that_ends_badly(
    app: Handler, server: FakeServer, end: list[bytes | Exception], code: str
) -> None:
    server.replies["completions"] = lambda _: Reply(_then(*end), headers=SSE)

    reply = ask_chat(app, question("gpt", stream=True))

    assert failure_of(reply)[:2] == (200, code)
    assert events_of(reply)[:-1] == [chunk("Pa")]
    assert "[DONE]" not in reply.text


@STREAMED
@pytest.mark.parametrize(
    "body", [b"<html>secret words</html>\n", b"", b'["secret words"]\n', b"data: {secret words\n\n"], ids=repr
)
def test_fault_33_a_success_that_is_no_answer(app: Handler, server: FakeServer, body: bytes, is_stream: bool) -> None:
    server.replies["completions"] = Reply(body, headers={"content-type": "text/html"})

    status, code, _ = failure_of(ask_chat(app, question("gpt", stream=is_stream)))

    # Nothing at all is the beginning of a stream that was cut.
    assert (status, code) == (502, "stream_truncated" if is_stream and not body else "bad_upstream_response")


STALLS = {
    "gpt": ("completions", [sse(chunk("Pa"), done=False)], SSE),
    "smollm2": ("invocations-response-stream", [event("PayloadPart", sse(chunk("Pa"), done=False))], EVENT_STREAM),
    "nova-micro": ("converse-stream", stage.converse_events("Pa")[:2], EVENT_STREAM),
}


def _impatient(server: FakeServer, **timeouts: float) -> None:
    records = [record | {"timeouts": timeouts} for record in (OPENAI, SAGEMAKER, BEDROCK)]
    stage.script_everything_well(server, *records)


@pytest.mark.parametrize("model", STALLS)
def test_fault_34_a_stall_between_tokens(app: Handler, server: FakeServer, model: str) -> None:
    operation, beginning, headers = STALLS[model]
    _impatient(server, between_tokens_s=0.1)
    server.replies[operation] = upstream = StallingUpstream(beginning, headers)

    reply = ask_chat(app, question(model, stream=True))

    assert failure_of(reply) == (200, "upstream_timeout", True)
    assert text_of(events_of(reply)) == "Pa"
    assert upstream.was_closed.wait(5), "the upstream is still being read"


@pytest.mark.parametrize("model", STALLS)
def test_fault_34_a_first_token_that_does_not_come(app: Handler, server: FakeServer, model: str) -> None:
    operation, _, headers = STALLS[model]
    _impatient(server, first_token_s=0.3)
    server.replies[operation] = StallingUpstream([], headers)

    assert failure_of(ask_chat(app, question(model, stream=True))) == (504, "upstream_timeout", True)
    assert len(server.asked(operation)) == 1


def test_fault_34_a_first_token_that_does_not_come_falls_back(app: Handler, server: FakeServer) -> None:
    stage.script_everything_well(server, WITH_FALLBACK | {"timeouts": {"first_token_s": 0.3}}, SAGEMAKER)
    server.replies["completions"] = StallingUpstream([sse(chunk(""), done=False)], SSE)

    assert ask_chat(app, question("gpt", stream=True)).headers["x-terrachat-model"] == "smollm2"


@pytest.mark.parametrize("timeouts", [None, "soon", {"between_tokens_s": 0}, {"between_tokens_s": "1"}, {}])
def test_timeouts_that_are_none_are_the_usual_ones(app: Handler, server: FakeServer, timeouts: Any) -> None:
    stage.script_everything_well(server, OPENAI | {"timeouts": timeouts})

    assert events_of(ask_chat(app, question("gpt", stream=True))) == [*CHUNKS[:3], "[DONE]"]


def test_fault_35_a_drip_within_the_limit_runs_to_the_deadline(app: Handler, server: FakeServer) -> None:
    def drip(request: Request) -> Iterator[bytes]:
        while not request.is_closed(0.02):
            yield sse(chunk("."), done=False)

    _impatient(server, between_tokens_s=0.5)
    server.replies["completions"] = lambda request: Reply(drip(request), headers=SSE)
    killed_at = time.time() + 2.3

    reply = ask_chat(
        app,
        question("gpt", stream=True),
        headers={"x-amzn-lambda-context": json.dumps({"deadline": killed_at * 1000})},
    )

    assert failure_of(reply) == (200, "deadline_exceeded", False)
    assert len(text_of(events_of(reply))) > 5
    assert time.time() < killed_at - 1


def test_a_reply_that_comes_in_time_is_left_alone(app: Handler, server: FakeServer) -> None:
    _impatient(server, first_token_s=60, between_tokens_s=60)

    assert ask_chat(app, question("gpt")).json() == COMPLETION
    assert error_of(ask_chat(app, question("nope")))[1] == "model_not_found"
