from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.unit.chat_handler.fake_server import ConnectionCut, FakeServer, Reply, Request, json_reply
from tests.unit.chat_handler.stage import (
    CHUNKS,
    COMPLETION,
    KEY,
    SSE,
    Handler,
    ask_chat,
    chunk,
    error_of,
    events_of,
    question,
    secret,
    sse,
)

NEW_KEY = "sk-canary-new-9876543210"


def refusal(status: int, code: str | None = None, message: str = "their words", **headers: str) -> Reply:
    return json_reply({"error": {"message": message, "code": code, "param": "temperature"}}, status, **headers)


def accepting(key: str) -> Any:
    """An OpenAI that knows one key, and echoes a wrong one in its refusal, as the real one has done."""

    def reply(request: Request) -> Reply:
        offered = request.headers["authorization"].removeprefix("Bearer ")
        return json_reply(COMPLETION) if offered == key else refusal(401, "invalid_api_key", f"bad key {offered}")

    return reply


def test_the_body_passes_with_the_entrys_model_and_defaults(app: Handler, server: FakeServer) -> None:
    extras = {"temperature": 0, "tools": [{"type": "function"}], "x_new": {"a": None}, "top_p": None}

    reply = ask_chat(app, question("gpt", **extras))

    assert (reply.status_code, reply.json()) == (200, COMPLETION)
    (sent,) = server.asked("completions")
    assert sent.json() == {**question("gpt-4o"), **extras, "max_tokens": 512}
    assert sent.headers["authorization"] == f"Bearer {KEY}"


def test_one_token_limit_is_never_sent_twice_under_two_names(app: Handler, server: FakeServer) -> None:
    ask_chat(app, question("gpt", max_completion_tokens=9))

    assert server.asked("completions")[0].json() == question("gpt-4o", max_completion_tokens=9)


@pytest.mark.parametrize("is_stream", [False, True], ids=["plain", "stream"])
def test_half_of_a_surrogate_pair_passes_as_it_came(app: Handler, server: FakeServer, is_stream: bool) -> None:
    halves = [chunk(r"\ud83d"), chunk(r"\ude00", "stop")]
    replies = {False: json.dumps({"choices": halves}).encode(), True: sse(*halves)}
    server.replies["completions"] = Reply([replies[is_stream].replace(rb"\\u", rb"\u")], headers=SSE)

    reply = ask_chat(app, question("gpt", stream=is_stream))

    assert reply.status_code == 200
    assert r'"\ud83d"' in reply.text
    assert "error" not in reply.text


def test_a_stream_passes_chunk_by_chunk(app: Handler) -> None:
    reply = ask_chat(app, question("gpt", stream=True, stream_options={"include_usage": True}))

    assert reply.headers["content-type"].startswith("text/event-stream")
    assert events_of(reply) == [*CHUNKS, "[DONE]"]


@pytest.mark.parametrize("is_stream", [False, True], ids=["plain", "stream"])
@pytest.mark.parametrize(
    ("upstream", "status", "code", "said"),
    [
        pytest.param(refusal(400), 400, "invalid_request", "their words", id="400"),
        pytest.param(refusal(413), 400, "invalid_request", "their words", id="413"),
        pytest.param(refusal(401), 502, "authentication_failed", "secrets set OPENAI_API_KEY", id="401"),
        pytest.param(refusal(403), 403, "no_access", "gpt-4o", id="403"),
        pytest.param(refusal(404, "model_not_found"), 403, "no_access", "gpt-4o", id="404 model"),
        pytest.param(refusal(404, "DeploymentNotFound"), 403, "no_access", "does not exist", id="404 of Azure's"),
        pytest.param(refusal(404), 502, "upstream_error", "base URL", id="404 URL"),
        pytest.param(refusal(302, location="http://else.where/"), 502, "upstream_error", "302", id="redirect"),
        pytest.param(refusal(429), 429, "throttled", "slow down", id="429"),
        pytest.param(refusal(429, "insufficient_quota"), 429, "insufficient_quota", "used up its quota", id="quota"),
        pytest.param(refusal(500), 502, "upstream_error", "HTTP 500", id="500"),
        pytest.param(Reply(b"<html>", 503), 502, "upstream_error", "HTTP 503", id="503 with HTML"),
        pytest.param(Reply(b"<html>"), 502, "bad_upstream_response", "not", id="200 with HTML"),
        pytest.param(json_reply({"object": "list"}, 502), 502, "upstream_error", "HTTP 502", id="502"),
        pytest.param(json_reply({"error": {"code": "oops"}}), 502, "upstream_error", "'oops'", id="200 with an error"),
    ],
)
def test_failures_before_the_first_byte_have_a_status(
    app: Handler, server: FakeServer, is_stream: bool, upstream: Reply, status: int, code: str, said: str
) -> None:
    server.replies["completions"] = upstream

    reply = ask_chat(app, question("gpt", stream=is_stream))

    assert error_of(reply)[:2] == (status, code)
    assert said in error_of(reply)[2]
    assert ("their words" in reply.text) == (said == "their words")


def test_the_field_that_openai_refuses_is_named(app: Handler, server: FakeServer) -> None:
    server.replies["completions"] = refusal(400)

    assert ask_chat(app, question("gpt")).json()["error"]["param"] == "temperature"


@pytest.mark.parametrize(
    ("body", "message"),
    [
        pytest.param(b"", "answered 0 bytes that are not JSON", id="empty"),
        pytest.param(b"[" * 5000, "answered 5000 bytes that are not JSON", id="nested"),
        pytest.param(b"[]", "answered JSON that is not a chat completion", id="list"),
    ],
)
def test_an_answer_that_is_no_completion(app: Handler, server: FakeServer, body: bytes, message: str) -> None:
    server.replies["completions"] = Reply(body)

    assert error_of(ask_chat(app, question("gpt"))) == (
        502,
        "bad_upstream_response",
        f"OpenAI's model 'gpt-4o' {message}",
    )


@pytest.mark.parametrize(
    ("headers", "attempts", "passed_on"),
    [
        pytest.param({}, 2, None, id="no hint"),
        pytest.param({"retry_after": "3"}, 2, "3", id="3 s"),
        pytest.param({"retry_after_ms": "1500"}, 2, "2", id="1500 ms"),
        pytest.param({"retry_after": "600"}, 1, "600", id="600 s"),
        pytest.param({"retry_after": "soon"}, 2, None, id="garbage"),
        pytest.param({"retry_after": "nan"}, 2, None, id="nan"),
    ],
)
def test_retry_after_is_obeyed_and_passed_on(
    app: Handler, server: FakeServer, headers: dict[str, str], attempts: int, passed_on: str | None
) -> None:
    server.replies["completions"] = refusal(429, **headers)

    reply = ask_chat(app, question("gpt"))

    assert (reply.status_code, reply.headers.get("retry-after")) == (429, passed_on)
    assert len(server.asked("completions")) == attempts


def test_a_passing_failure_is_tried_again_once(app: Handler, server: FakeServer) -> None:
    answers = iter([Reply(status=500), json_reply(COMPLETION)])
    server.replies["completions"] = lambda _: next(answers)

    assert ask_chat(app, question("gpt")).json() == COMPLETION


def test_a_connection_that_is_cut_before_the_reply_is_tried_again_once(app: Handler, server: FakeServer) -> None:
    def cut(_: Request) -> Reply:
        raise ConnectionResetError

    server.replies["completions"] = lambda request: (
        cut(request) if len(server.asked("completions")) == 1 else json_reply(COMPLETION)
    )

    assert ask_chat(app, question("gpt")).json() == COMPLETION


def test_a_rotated_key_works_at_once(app: Handler, server: FakeServer) -> None:
    server.replies["completions"] = accepting(KEY)
    assert ask_chat(app, question("gpt")).status_code == 200
    server.replies["GetSecretValue"] = secret({"OPENAI_API_KEY": NEW_KEY}, version="v2")
    server.replies["completions"] = accepting(NEW_KEY)

    assert ask_chat(app, question("gpt")).status_code == 200


def test_a_key_that_is_mended_right_after_a_refusal_works_at_once(app: Handler, server: FakeServer) -> None:
    server.replies["completions"] = accepting(NEW_KEY)

    refused = ask_chat(app, question("gpt"))
    server.replies["GetSecretValue"] = secret({"OPENAI_API_KEY": NEW_KEY}, "v2")
    mended = ask_chat(app, question("gpt"))

    assert error_of(refused)[:2] == (502, "authentication_failed")
    assert mended.status_code == 200


def test_a_refused_key_that_was_not_rotated_is_not_tried_again_and_again(app: Handler, server: FakeServer) -> None:
    server.replies["completions"] = accepting("another")

    replies = [ask_chat(app, question("gpt")) for _ in range(3)]

    assert {error_of(reply)[:2] for reply in replies} == {(502, "authentication_failed")}
    assert {reply.headers["x-should-retry"] for reply in replies} == {"false"}
    assert not any(KEY in reply.text for reply in replies)
    assert len(server.asked("completions")) == 3
    assert len(server.asked("GetSecretValue")) == 4  # at first, and once for each refusal: it may be rotated by now


def test_a_key_that_openai_echoes_is_taken_out(app: Handler, server: FakeServer) -> None:
    server.replies["completions"] = refusal(400, message=f"do not send {KEY} here")

    assert error_of(ask_chat(app, question("gpt")))[2].endswith("do not send [redacted] here")


def test_a_missing_key_is_said_before_anything_is_sent(app: Handler, server: FakeServer) -> None:
    server.replies["GetSecretValue"] = secret({})

    reply = ask_chat(app, question("gpt"))

    advice = "OPENAI_API_KEY is not in the API-keys secret; set it with: terrachat secrets set OPENAI_API_KEY"
    assert error_of(reply) == (503, "missing_key", advice)
    assert server.asked("completions") == []


def _then(end: bytes | Exception) -> Iterator[bytes]:
    yield sse(chunk("Pa"), done=False)
    if isinstance(end, Exception):
        raise end
    if end:
        yield end


@pytest.mark.parametrize(
    ("end", "code"),
    [
        pytest.param(b"", "stream_truncated", id="clean end without a finish"),
        pytest.param(b"data: [DONE]\n\n", "stream_truncated", id="[DONE] without a finish"),
        pytest.param(ConnectionCut(), "upstream_error", id="connection cut"),
        pytest.param(b"data: {bro\n\n", "bad_upstream_response", id="broken JSON"),
        pytest.param(sse({"error": {"code": "server_error"}}), "upstream_error", id="error event"),
        pytest.param(sse({"error": {"code": "rate_limit_exceeded"}}), "throttled", id="throttled in the stream"),
    ],
)
def test_a_failure_in_mid_stream_is_an_event_after_the_partial_text(
    app: Handler, server: FakeServer, end: bytes | Exception, code: str
) -> None:
    server.replies["completions"] = lambda _: Reply(_then(end), headers=SSE)

    reply = ask_chat(app, question("gpt", stream=True))

    *partial, error = events_of(reply)
    assert (reply.status_code, partial) == (200, [chunk("Pa")])
    assert error["error"]["code"] == code
    assert set(error["error"]) == {"message", "type", "param", "code", "retryable", "request_id"}


def test_a_last_line_without_a_newline_is_part_of_the_answer(app: Handler, server: FakeServer) -> None:
    server.replies["completions"] = Reply([sse(*CHUNKS[:3], done=False).rstrip(b"\n")], headers=SSE)

    assert events_of(ask_chat(app, question("gpt", stream=True))) == [*CHUNKS[:3], "[DONE]"]


def test_an_error_in_the_first_event_has_a_status(app: Handler, server: FakeServer) -> None:
    server.replies["completions"] = Reply([sse({"error": {"type": "overloaded_error"}})], headers=SSE)

    assert error_of(ask_chat(app, question("gpt", stream=True)))[:2] == (429, "throttled")


def test_the_question_is_sent_as_it_was_asked(app: Handler, server: FakeServer) -> None:
    ask_chat(app, {"model": "gpt", "messages": [{"role": "user", "content": "Xin chào 🌏"}]})

    assert json.loads(server.asked("completions")[0].body)["messages"][0]["content"] == "Xin chào 🌏"
