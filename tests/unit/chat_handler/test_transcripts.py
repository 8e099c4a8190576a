"""Prompts and answers in the log: only where the catalog wants them, and never a secret."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest

from chat_handler.transcripts import MOST_CHARACTERS, Transcript
from tests.unit.chat_handler.fake_server import FakeServer, Reply, json_reply
from tests.unit.chat_handler.stage import COMPLETION, KEY, SSE, Handler, ask, ask_chat, chunk, question, sse

PNG = "data:image/png;base64," + "A" * 1000


@pytest.fixture(autouse=True)
def prompts_are_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a catalog whose `handler.log_prompts` is true."""
    monkeypatch.setenv("TERRACHAT_LOG_PROMPTS", "true")


def prompts(log: io.StringIO) -> list[dict[str, Any]]:
    return [line for line in map(json.loads, log.getvalue().split("\n")[:-1]) if line["message"] == "prompt"]


@pytest.mark.parametrize("model", ["smollm2", "nova-micro", "gpt"])
@pytest.mark.parametrize("is_stream", [False, True], ids=["plain", "stream"])
def test_question_and_answer_have_a_line_of_their_own(
    app: Handler, log: io.StringIO, model: str, is_stream: bool
) -> None:
    ask_chat(app, question(model, stream=is_stream), headers={"x-request-id": "mine-1"})

    (line,) = prompts(log)
    assert (line["request_id"], line["model"]) == ("mine-1", model)
    assert (line["messages"], line["answer"]) == (question(model)["messages"], "Paris.")
    (request,) = (one for one in map(json.loads, log.getvalue().splitlines()) if one["message"] == "request")
    assert not {"messages", "answer"} & request.keys()


def test_a_secret_in_a_prompt_or_an_answer_is_taken_out(app: Handler, server: FakeServer, log: io.StringIO) -> None:
    said = {**COMPLETION, "choices": [{"index": 0, "message": {"content": f"no, {KEY}"}, "finish_reason": "stop"}]}
    server.replies["completions"] = json_reply(said)

    ask_chat(app, {"model": "gpt", "messages": [{"role": "user", "content": f"Is {KEY} mine?"}]})

    (line,) = prompts(log)
    assert line["messages"][0]["content"] == "Is [redacted] mine?"
    assert line["answer"] == "no, [redacted]"


def test_tool_calls_are_part_of_an_answer(app: Handler, server: FakeServer, log: io.StringIO) -> None:
    call = {"index": 0, "id": "call_1", "type": "function", "function": {"name": "weather", "arguments": "{}"}}
    called = {"choices": [{"index": 0, "delta": {"tool_calls": [call]}, "finish_reason": None}]}
    server.replies["completions"] = Reply([sse(called, chunk(finish_reason="tool_calls"))], headers=SSE)

    ask_chat(app, question("gpt", stream=True))

    assert prompts(log)[0]["tool_calls"] == [call]


@pytest.mark.parametrize("separator", ["\u2028", "\u2029", "\x85"])
@pytest.mark.parametrize("is_stream", [False, True], ids=["plain", "stream"])
def test_what_ends_a_line_for_python_only_ends_no_answer(
    app: Handler, server: FakeServer, log: io.StringIO, separator: str, is_stream: bool
) -> None:
    said = f"one{separator}data: two"
    whole = {**COMPLETION, "choices": [{"index": 0, "message": {"content": said}, "finish_reason": "stop"}]}
    events = Reply([sse(chunk(said), chunk(finish_reason="stop"))], headers=SSE)
    server.replies["completions"] = events if is_stream else Reply(json.dumps(whole, ensure_ascii=False).encode())

    ask_chat(app, question("gpt", stream=is_stream))

    assert [line["answer"] for line in prompts(log)] == [said]


def test_images_are_told_by_their_size(app: Handler, log: io.StringIO) -> None:
    parts = [{"type": "text", "text": "What is it?"}, {"type": "image_url", "image_url": {"url": PNG}}]

    ask_chat(app, {"model": "gpt", "messages": [{"role": "user", "content": parts}]})

    assert prompts(log)[0]["messages"][0]["content"] == [
        parts[0],
        {"type": "image_url", "image_url": {"url": f"data:image/png;base64,… ({len(PNG)} characters)"}},
    ]


def test_what_is_too_long_for_a_log_event_keeps_its_beginning() -> None:
    transcript = Transcript()
    transcript.add(json.dumps({"choices": [{"message": {"content": "a" * 300_000}}]}).encode())

    fields = transcript.fields([{"role": "user", "content": "q" * 300_000}])

    assert fields["answer"] == "a" * MOST_CHARACTERS
    assert fields["messages"].startswith('[{"role": "user", "content": "qqq')
    assert len(fields["messages"]) == MOST_CHARACTERS


def test_a_long_reply_is_not_kept_whole() -> None:
    transcript = Transcript()
    event = sse(chunk("a" * 1000), done=False)
    for _ in range(8000):
        transcript.add(event)

    assert transcript.fields(None)["answer"] == "a" * MOST_CHARACTERS


def test_an_answer_in_small_pieces_is_kept_whole() -> None:
    transcript = Transcript()
    event = sse(chunk("word ", created=1, model="gpt-4o-2024-11-20", system_fingerprint="fp_0123456789"), done=False)
    for _ in range(20_000):
        transcript.add(event)

    assert transcript.fields(None)["answer"] == "word " * 20_000


@pytest.mark.parametrize("text", ["data: 1, 2, 3. What is their mean?", "data:,"])
def test_words_are_no_image(text: str) -> None:
    assert Transcript().fields([{"role": "user", "content": text}])["messages"][0]["content"] == text


@pytest.mark.parametrize(
    "reply",
    [
        *(b"", b"<html>", b"[]", b"data: [DONE]\n\n"),
        *(b'{"choices": [null, {"message": 1}]}', b'{"choices": [{"message": {"tool_calls": 5}}]}'),
    ],
)
def test_what_is_no_answer_is_an_empty_one(reply: bytes) -> None:
    transcript = Transcript()
    transcript.add(reply)

    assert transcript.fields(None) == {"messages": None, "answer": ""}


def test_only_questions_have_one(app: Handler, log: io.StringIO) -> None:
    ask(app, "GET", "/v1/models")

    assert prompts(log) == []
