"""What a click sets off, from the wish to the stored answer, with a fake handler and an emulated table."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from frontend.chat import MAX_CONTEXT_CHARACTERS, Chat, messages_for
from frontend.client import ChatClient
from frontend.history.conversations import ConversationStore
from frontend.history.records import MAX_QUESTION_BYTES, TurnRecord
from frontend.state import COMPOSER_KEY, Notice, PageState
from frontend.turns import TurnRegistry
from frontend.wire import Message, ModelInfo
from frontend.wishes import perform, stop
from tests.browser.fake_handler import FakeHandler
from tests.browser.stack import REGION, Stack

NOW = datetime(2026, 11, 22, tzinfo=UTC)
ECHO, HANG = ModelInfo(id="echo"), ModelInfo(id="hang")


@pytest.fixture
def chat(stack: Stack) -> Chat:
    client = ChatClient(stack.handler.url, REGION)
    return Chat("ann", client, ConversationStore(stack.table, REGION), TurnRegistry())


@pytest.fixture
def handler(stack: Stack) -> FakeHandler:
    return stack.handler


@pytest.fixture
def state() -> PageState:
    return PageState({}, {})


def finished(chat: Chat, state: PageState) -> tuple[TurnRecord, ...]:
    """The turns of the open conversation once its answer has ended and is stored."""
    turn = chat.turns.find(chat.owner, state.conversation_id or "")
    assert turn is not None
    assert turn.wait_until_kept(10)
    return chat.store.load_turns(chat.owner, state.conversation_id or "")


def ask(chat: Chat, state: PageState, question: str, model: ModelInfo = ECHO) -> None:
    state.wish("ask", question)
    perform(state, chat, model)


def test_a_question_opens_a_conversation_and_is_answered(chat: Chat, state: PageState) -> None:
    ask(chat, state, "Why?")

    (turn,) = finished(chat, state)
    assert (turn.question, turn.answer, turn.status, turn.model) == ("Why?", "You said: Why?", "done", "echo")
    assert [found.title for found in chat.conversations(10)] == ["Why?"]
    assert state.query == {"chat": chat.conversations(10)[0].id}
    assert state.take_wish() is None


def test_the_next_question_brings_what_was_said(chat: Chat, state: PageState, handler: FakeHandler) -> None:
    ask(chat, state, "Why?")
    finished(chat, state)
    ask(chat, state, "And then?")

    assert [turn.number for turn in finished(chat, state)] == [1, 2]
    assert handler.requests[1]["messages"] == [
        {"role": "user", "content": "Why?"},
        {"role": "assistant", "content": "You said: Why?"},
        {"role": "user", "content": "And then?"},
    ]


def test_stop_ends_the_open_turn(chat: Chat, state: PageState) -> None:
    ask(chat, state, "Why?", HANG)
    deadline = time.monotonic() + 10
    while chat.read(state.conversation_id or "")[-1].answer != "one two three ":
        assert time.monotonic() < deadline
        time.sleep(0.01)
    state.wish("stop")
    stop(state, chat)

    (turn,) = finished(chat, state)
    assert (turn.status, turn.answer) == ("stopped", "one two three ")


def test_a_second_question_waits_for_the_first_answer(chat: Chat, state: PageState) -> None:
    ask(chat, state, "Why?", HANG)
    ask(chat, state, "And?", HANG)

    assert state.take_notices() == [Notice("notice.busy")]
    assert state.session[COMPOSER_KEY] == "And?"
    chat.stop(state.conversation_id or "")
    assert len(finished(chat, state)) == 1


def test_a_model_that_is_not_ready_is_not_asked(chat: Chat, state: PageState, handler: FakeHandler) -> None:
    for model in (ModelInfo(id="echo", status="stopped"), None):
        state.wish("ask", "Why?")
        perform(state, chat, model)

        assert state.take_notices() == [Notice("notice.not_asked")]
        assert state.session.pop(COMPOSER_KEY) == "Why?"
    assert (handler.requests, chat.conversations(10), state.query) == ([], (), {})


def test_a_conversation_that_was_deleted_meanwhile_is_not_continued(
    chat: Chat, state: PageState, handler: FakeHandler, stack: Stack
) -> None:
    ask(chat, state, "Why?")
    finished(chat, state)
    chat.delete(state.conversation_id or "")
    ask(chat, state, "And then?")

    assert (state.take_notices(), state.query) == ([Notice("notice.gone")], {})
    assert state.session[COMPOSER_KEY] == "And then?"
    assert (len(handler.requests), stack.items()) == (1, [])


@pytest.mark.parametrize("garbage", ["", "#", "x" * 3000, "conversation", "\N{GRINNING FACE}" * 22])
def test_what_cannot_be_an_id_is_no_conversation(chat: Chat, stack: Stack, garbage: str) -> None:
    stack.drop_table()  # DynamoDB would refuse such a key; here it is not even asked

    assert chat.find(garbage) is None


def test_a_question_that_does_not_fit_is_refused(chat: Chat, state: PageState) -> None:
    ask(chat, state, "x" * (MAX_QUESTION_BYTES + 1))

    assert state.take_notices() == [Notice("error.too_long.hint")]
    assert chat.conversations(10) == ()


def test_delete_removes_the_conversation_and_stops_its_answer(
    chat: Chat, state: PageState, handler: FakeHandler
) -> None:
    ask(chat, state, "Why?", HANG)
    conversation_id = state.conversation_id or ""
    state.wish("delete", conversation_id)
    perform(state, chat, HANG)

    assert (chat.find(conversation_id), chat.read(conversation_id), chat.live(conversation_id)) == (None, (), None)
    assert (state.query, state.take_notices()) == ({}, [Notice("notice.deleted")])


def test_a_table_that_is_gone_is_a_notice_and_no_crash(chat: Chat, state: PageState, stack: Stack) -> None:
    stack.drop_table()

    ask(chat, state, "Why?")

    assert state.take_notices() == [Notice("error.history_missing.hint")]


def turn(number: int, **changes: Any) -> TurnRecord:
    record = TurnRecord(number, f"q{number}", "echo", started_at=NOW, heartbeat_at=NOW, answer=f"a{number}")
    return replace(record, status="done", **changes)


def test_turns_without_a_good_answer_are_not_repeated() -> None:
    earlier = [
        turn(1),
        replace(turn(2), status="error"),
        replace(turn(3), answer=""),
        replace(turn(4), status="stopped"),
    ]

    assert messages_for(earlier, "q5") == (
        Message("user", "q1"),
        Message("assistant", "a1"),
        Message("user", "q4"),
        Message("assistant", "a4"),
        Message("user", "q5"),
    )


def test_the_latest_turns_that_fit_are_repeated_whole() -> None:
    long = "x" * (MAX_CONTEXT_CHARACTERS // 3)
    earlier = [turn(n, answer=long) for n in range(1, 6)]

    assert [message.content for message in messages_for(earlier, "q6")] == ["q4", long, "q5", long, "q6"]


@pytest.mark.parametrize(
    ("picked", "url", "chosen", "notices"),
    [
        pytest.param(None, None, "b", [], id="the first that is ready"),
        pytest.param(None, "a", "a", [], id="the URL's, ready or not"),
        pytest.param("c", "a", "c", [], id="the picker's before the URL's"),
        pytest.param(
            None,
            "gone",
            "b",
            [Notice("picker.unknown", {"model": "gone", "fallback": "b"})],
            id="an unknown one leaves a notice",
        ),
    ],
)
def test_the_model_of_a_tab(picked: str | None, url: str | None, chosen: str, notices: list[Notice]) -> None:
    models = (ModelInfo(id="a", status="failed"), ModelInfo(id="b"), ModelInfo(id="c"))
    state = PageState({"model": picked} if picked else {}, {"model": url} if url else {})

    assert state.choose_model(models) == next(model for model in models if model.id == chosen)
    assert state.take_notices() == notices
    assert state.query == {"model": chosen}


def test_without_models_there_is_none_to_choose(state: PageState) -> None:
    assert state.choose_model(()) is None


def test_another_conversation_changes_the_side_of_the_page(state: PageState) -> None:
    sides = []
    for conversation_id in (None, None, "c1", "c1", "c2", None):
        state.open(conversation_id)
        sides.append(state.side_of_page())

    assert sides == [0, 0, 1, 1, 0, 1]
