from __future__ import annotations

import asyncio
import base64
import gc
import io
import json
import logging
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat_handler.logs import NOISY_LOGGERS, SILENT_LOGGERS, JsonFormatter
from chat_handler.redaction import REPLACEMENT, redacted
from tests.unit.chat_handler.fake_server import FakeServer, Reply, json_reply
from tests.unit.chat_handler.stage import (
    KEY,
    OPENAI,
    SSE,
    Handler,
    ask,
    ask_chat,
    chunk,
    question,
    script_everything_well,
    sse,
)

SECRET = 'canary/key+"quoted"=='


def lines(captured: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in captured.splitlines()]


def formatted(record: logging.LogRecord) -> str:
    return JsonFormatter(lambda: [SECRET]).format(record)


@pytest.mark.parametrize(
    "form",
    [
        pytest.param(SECRET, id="plain"),
        pytest.param(quote(SECRET, safe=""), id="URL-quoted"),
        pytest.param(json.dumps(SECRET), id="JSON"),
        pytest.param(base64.b64encode(SECRET.encode()).decode(), id="base64"),
        pytest.param(base64.urlsafe_b64encode(SECRET.encode()).decode(), id="URL-safe base64"),
        pytest.param(base64.b64encode(f"x:{SECRET}".encode()).decode()[3:], id="base64 behind 2 bytes"),
        pytest.param(base64.b64encode(f"x:y:{SECRET}".encode()).decode()[6:], id="base64 behind 4 bytes"),
    ],
)
def test_a_secret_is_taken_out_in_every_form(form: str) -> None:
    assert redacted(f"before {form} after", [SECRET]).startswith("before ")
    assert form.strip('"=') not in redacted(f"before {form} after", [SECRET])
    assert "[redacted]" in redacted(f"before {form} after", [SECRET])
    assert redacted(f"before {form} after", [SECRET]).endswith(" after")


@given(st.text(), st.text(min_size=8), st.text())
def test_no_text_keeps_a_secret(before: str, secret: str, after: str) -> None:
    hidden = redacted(before + secret + after, [secret])

    assert secret not in hidden.replace(REPLACEMENT, "")


def test_text_without_a_secret_is_unchanged() -> None:
    assert redacted("nothing to hide", [SECRET, "short"]) == "nothing to hide"


def test_secrets_are_taken_out_of_message_arguments_and_fields() -> None:
    record = logging.LogRecord("x", logging.INFO, "f.py", 1, "key %s", (SECRET,), None)
    record.fields = {"url": f"http://x/?key={quote(SECRET, safe='')}"}

    line = json.loads(formatted(record))

    assert (line["message"], line["url"]) == ("key [redacted]", "http://x/?key=[redacted]")


def test_half_of_a_surrogate_pair_can_be_written() -> None:
    line = formatted(logging.LogRecord("x", logging.INFO, "f.py", 1, "key %s", ("\ud83d",), None))

    assert json.loads(line.encode())["message"] == "key \ud83d"


def test_of_an_exception_only_type_and_places_are_logged() -> None:
    try:
        raise ValueError("the user's prompt")
    except ValueError as exc:
        record = logging.LogRecord("x", logging.ERROR, "f.py", 1, "failed", (), (ValueError, exc, exc.__traceback__))

    line = json.loads(formatted(record))

    assert line["exception"] == "ValueError"
    assert line["places"][-1].endswith("test_of_an_exception_only_type_and_places_are_logged")
    assert "prompt" not in json.dumps(line)


def test_a_librarys_words_on_the_root_logger_are_left_out() -> None:
    record = logging.LogRecord("root", logging.WARNING, "/sdk/client.py", 7, "Skipping %s", ("Paris.",), None, "read")

    line = json.loads(formatted(record))

    assert (line["level"], line["places"]) == ("WARNING", ["/sdk/client.py:7 read"])
    assert "Paris" not in json.dumps(line)


def test_a_library_that_cannot_count_its_arguments_gets_none_of_them_printed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    handler = logging.StreamHandler()
    handler.setFormatter(JsonFormatter(lambda: [SECRET]))

    handler.handle(logging.LogRecord("x", logging.WARNING, "f.py", 1, "%d tokens", ("Paris.",), None))

    assert "Paris" not in capsys.readouterr().err


def test_what_a_forgotten_task_failed_with_is_not_repeated(log: io.StringIO) -> None:
    async def fail() -> None:
        raise ValueError("the user's prompt")

    async def story() -> None:
        task = asyncio.create_task(fail())
        await asyncio.wait([task])

    asyncio.run(story())
    gc.collect()

    (line,) = lines(log.getvalue())
    assert (line["message"], line["exception"]) == ("Task exception was never retrieved", "ValueError")
    assert "prompt" not in log.getvalue()


def test_one_line_per_request(app: Handler, server: FakeServer, log: io.StringIO) -> None:
    script_everything_well(server, {**OPENAI, "price": {"input": 2.5, "output": 10}})

    reply = ask_chat(app, question("gpt"), headers={"x-request-id": "mine-1"})

    (line,) = lines(log.getvalue())
    timed = {name: line.pop(name) for name in ("time", "ms", "first_byte_ms")}
    assert timed["ms"] >= timed["first_byte_ms"] >= 0
    (attempt,) = line.pop("attempts")
    assert attempt.pop("ms") >= 0
    assert attempt == {"model": "gpt"}
    assert line == {
        "level": "INFO",
        "logger": "chat_handler.reports",
        "message": "request",
        "request_id": "mine-1",
        "method": "POST",
        "path": "/v1/chat/completions",
        "status": 200,
        "model": "gpt",
        "answered_by": "gpt",
        "provider": "openai",
        "stream": False,
        "finish_reason": "stop",
        "input_tokens": 5,
        "output_tokens": 2,
        "cost_usd": 0.0000325,
        "bytes_in": len(json.dumps(question("gpt"), separators=(",", ":"))),
        "bytes_out": len(reply.content),
    }


def test_a_streams_line_has_its_first_token(app: Handler, log: io.StringIO) -> None:
    ask_chat(app, question("gpt", stream=True, stream_options={"include_usage": True}))

    (line,) = lines(log.getvalue())
    assert line["ms"] >= line["first_token_ms"] >= 0
    assert (line["stream"], line["finish_reason"]) == (True, "stop")
    assert (line["input_tokens"], line["output_tokens"]) == (5, 2)


@pytest.mark.parametrize("path", ["/health", "/v1/models", "/nope"])
def test_a_line_without_a_model_says_so_by_leaving_it_out(app: Handler, log: io.StringIO, path: str) -> None:
    ask(app, "GET", path)

    line = lines(log.getvalue())[-1]
    assert line.keys().isdisjoint({"model", "stream", "attempts", "input_tokens", "cost_usd", "first_token_ms"})
    assert (line["method"], line["path"]) == ("GET", path)


def test_a_streams_error_is_in_its_line(app: Handler, server: FakeServer, log: io.StringIO) -> None:
    server.replies["completions"] = Reply([sse(chunk("Pa"), done=False)], headers=SSE)

    ask_chat(app, question("gpt", stream=True))

    (line,) = lines(log.getvalue())
    assert (line["status"], line["error"], line["level"]) == (200, "stream_truncated", "ERROR")


@pytest.mark.parametrize("model", ["smollm2", "nova-micro", "gpt"])
@pytest.mark.parametrize("is_stream", [False, True], ids=["plain", "stream"])
def test_neither_prompt_nor_answer_nor_key_is_logged(
    app: Handler, log: io.StringIO, model: str, is_stream: bool
) -> None:
    for name in (*NOISY_LOGGERS, "botocore.parsers"):
        assert not logging.getLogger(name).isEnabledFor(logging.INFO)
    for name in (*SILENT_LOGGERS, "langchain_aws.chat_models", "cohere.core.pydantic_utilities"):
        assert not logging.getLogger(name).isEnabledFor(logging.CRITICAL)

    ask_chat(app, question(model, stream=is_stream))

    assert f'"model": "{model}"' in log.getvalue()
    assert not any(word in log.getvalue() for word in ("Capital", "France", "Paris", KEY))


def test_a_defect_is_told_without_its_text(app: Handler, server: FakeServer, log: io.StringIO) -> None:
    # A status that no AWS service sends, in a place where the handler trusts botocore's parsing.
    server.replies["invocations"] = json_reply(
        {"__type": "ModelError", "OriginalStatusCode": "their words"}, 424, x_amzn_errortype="ModelError"
    )

    reply = ask_chat(app, question("smollm2"))

    assert (reply.status_code, reply.json()["error"]["code"]) == (500, "internal")
    defect, line = lines(log.getvalue())
    assert defect["message"] == "defect: ValueError"
    assert line["error"] == "internal"
    assert "their words" not in reply.text + json.dumps([defect, line])


@pytest.mark.parametrize(
    ("offered", "is_kept"),
    [
        pytest.param("abc.DEF_0-9", True, id="good"),
        pytest.param("x" * 64, True, id="64 characters"),
        pytest.param("x" * 65, False, id="65 characters"),
        pytest.param("a b", False, id="space"),
        pytest.param("a\n", False, id="line break"),
        pytest.param("", False, id="empty"),
    ],
)
def test_the_request_id_is_the_clients_or_a_new_one(app: Handler, offered: str, is_kept: bool) -> None:
    replied = ask(app, "GET", "/nope", headers=[(b"x-request-id", offered.encode())]).headers["x-request-id"]

    assert (replied == offered) is is_kept
    assert replied
