"""Putting a question to a deployed model: who answered, whether the answer is whole, and what is said of a failure."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from frontend.client import ChatClient
from frontend.wire import ModelInfo
from generator.asking import Answer, ask, choose, in_a_line
from generator.errors import NoAnswerError
from tests.browser.fake_handler import FakeHandler


@pytest.fixture(scope="module")
def client() -> Iterator[ChatClient]:
    handler = FakeHandler().start()
    yield ChatClient(handler.url, "us-east-1")
    handler.stop()


def test_a_fallbacks_answer_is_its_own(client: ChatClient) -> None:
    pieces: list[str] = []

    answer = ask(client, choose(client.list_models(), "away").id, "Who?", pieces.append)

    assert (answer.model, answer.answered_by, answer.text) == ("away", "echo", "You said: Who?")
    assert in_a_line(answer).startswith("echo instead of away: first token 0.")


def test_an_answer_that_is_not_whole_says_why(client: ChatClient) -> None:
    answer = ask(client, "clipped", "More?", lambda _: None)

    assert in_a_line(answer).endswith("1 + 1 tokens, not whole: length")


def test_a_whole_answer_is_told_in_a_line() -> None:
    assert in_a_line(Answer("gpt", "gpt", "stop", "Yes.", 0.25, 1)) == "gpt: first token 0.25 s, whole 1.00 s"


def test_an_answer_that_breaks_off_ends_its_line_and_is_told_as_such(client: ChatClient) -> None:
    pieces: list[str] = []

    with pytest.raises(NoAnswerError, match="'broken' broke off its answer: upstream_error: the upstream failed"):
        ask(client, "broken", "Why?", pieces.append)

    assert "".join(pieces).endswith("part9 \n")


def test_a_model_that_is_not_ready_is_asked_only_if_a_fallback_may_answer() -> None:
    asleep = ModelInfo(id="a", status="stopped", reason="It is night.")

    with pytest.raises(NoAnswerError, match=r"'a' is stopped: It is night\."):
        choose([asleep], "a")

    assert choose([asleep.model_copy(update={"fallback": ("b",)})], "a").id == "a"
