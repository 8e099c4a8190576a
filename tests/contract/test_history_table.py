"""The conversations table holds what docs/contracts.md, section 5, says, and is read as it says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest

from frontend.history.conversations import ConversationStore, TurnExistsError, title_of
from frontend.history.table import HistoryError, Table
from frontend.history.records import MAX_ANSWER_BYTES, MAX_QUESTION_BYTES, TurnRecord
from frontend.wire import Usage
from tests.browser.stack import REGION, Stack, running_stack

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)


class Clock:
    """Time that moves when it is told to."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now

    def wait(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    with running_stack() as running, pytest.MonkeyPatch.context() as patch:
        for name, value in running.environment.items():
            patch.setenv(name, value)
        yield running


@pytest.fixture
def store(stack: Stack, clock: Clock) -> Iterator[ConversationStore]:
    store = ConversationStore(stack.table, REGION, clock=clock)
    yield store
    for owner in ("ann", "bob"):
        for conversation in store.list_conversations(owner, 100):
            store.delete(owner, conversation.id)


def turn(number: int = 1, **changes: Any) -> TurnRecord:
    return replace(TurnRecord(number, "Why?", "echo", started_at=NOW, heartbeat_at=NOW), **changes)


def test_items_are_as_the_contract_says(stack: Stack, store: ConversationStore) -> None:
    conversation = store.create("ann", "Why is the sky blue?")
    done = turn(
        answer="Because.",
        status="done",
        usage=Usage(3, 1),
        first_token_ms=20,
        elapsed_ms=45,
        request_id="r1",
        answered_by="spare",
        finish_reason="stop",
    )
    store.add_turn("ann", conversation.id, done)

    assert len(conversation.id) == 22
    assert stack.items() == [
        {
            "pk": {"S": "ann"},
            "sk": {"S": f"conversation#{conversation.id}"},
            "title": {"S": "Why is the sky blue?"},
            "created_at": {"S": "2026-11-22T10:00:00.000Z"},
            "updated_at": {"S": "2026-11-22T10:00:00.000Z"},
        },
        {
            "pk": {"S": f"ann#{conversation.id}"},
            "sk": {"S": "turn#000001"},
            "question": {"S": "Why?"},
            "answer": {"S": "Because."},
            "model": {"S": "echo"},
            "status": {"S": "done"},
            "request_id": {"S": "r1"},
            "answered_by": {"S": "spare"},
            "finish_reason": {"S": "stop"},
            "usage": {"M": {"prompt_tokens": {"N": "3"}, "completion_tokens": {"N": "1"}}},
            "started_at": {"S": "2026-11-22T10:00:00.000Z"},
            "heartbeat_at": {"S": "2026-11-22T10:00:00.000Z"},
            "first_token_ms": {"N": "20"},
            "elapsed_ms": {"N": "45"},
        },
    ]


@pytest.mark.parametrize(
    "record",
    [
        pytest.param(turn(), id="just asked"),
        pytest.param(turn(answer="ạ ấ 🙂\n", status="stopped", elapsed_ms=5), id="stopped"),
        pytest.param(turn(status="done", answered_by="spare", finish_reason="length"), id="a fallback's"),
        pytest.param(turn(status="error", error_code="throttled", error_message="Slow down."), id="failed"),
    ],
)
def test_a_turn_is_read_as_it_was_written(store: ConversationStore, record: TurnRecord) -> None:
    conversation = store.create("ann", "Why?")
    store.add_turn("ann", conversation.id, record)

    assert store.load_turns("ann", conversation.id) == (record,)


def test_turns_come_in_order_also_after_the_ninth(store: ConversationStore) -> None:
    conversation = store.create("ann", "Why?")
    for number in (11, 2, 10, 1):
        store.add_turn("ann", conversation.id, turn(number))

    assert [record.number for record in store.load_turns("ann", conversation.id)] == [1, 2, 10, 11]


@pytest.mark.parametrize(("seconds", "status"), [(30, "streaming"), (31, "interrupted")])
def test_a_turn_without_a_sign_of_life_reads_as_interrupted(
    store: ConversationStore, clock: Clock, seconds: float, status: str
) -> None:
    conversation = store.create("ann", "Why?")
    store.add_turn("ann", conversation.id, turn(answer="Bec"))
    clock.wait(seconds)

    assert store.load_turns("ann", conversation.id) == (turn(answer="Bec", status=status),)


def test_a_turn_is_rewritten_under_its_own_key_until_it_is_deleted(store: ConversationStore) -> None:
    conversation = store.create("ann", "Why?")
    store.add_turn("ann", conversation.id, turn())

    assert store.put_turn("ann", conversation.id, turn(answer="Because.", status="done"))
    assert store.load_turns("ann", conversation.id) == (turn(answer="Because.", status="done"),)

    store.delete("ann", conversation.id)
    assert not store.put_turn("ann", conversation.id, turn(answer="Because."))
    assert store.load_turns("ann", conversation.id) == ()


def test_a_number_is_taken_once(store: ConversationStore) -> None:
    conversation = store.create("ann", "Why?")
    store.add_turn("ann", conversation.id, turn())

    with pytest.raises(TurnExistsError):
        store.add_turn("ann", conversation.id, turn(question="What?"))

    assert store.load_turns("ann", conversation.id) == (turn(),)


def test_conversations_are_listed_by_their_last_use_in_pages(store: ConversationStore, clock: Clock) -> None:
    made = []
    for n in range(4):
        clock.wait(60)
        made.append(store.create("ann", f"question {n}"))
    clock.wait(60)
    store.add_turn("ann", made[0].id, turn())

    first, second = store.list_conversations("ann", 3), store.list_conversations("ann", 3, offset=3)

    assert [found.title for found in (*first, *second)] == ["question 0", "question 3", "question 2", "question 1"]
    assert (len(first), first[0].updated_at, first[0].created_at) == (3, clock.now, made[0].created_at)


def test_another_owner_sees_and_changes_nothing(store: ConversationStore) -> None:
    conversation = store.create("ann", "Why?")
    store.add_turn("ann", conversation.id, turn())

    assert store.find("bob", conversation.id) is None
    assert store.list_conversations("bob", 10) == ()
    assert store.load_turns("bob", conversation.id) == ()
    store.delete("bob", conversation.id)

    assert store.find("ann", conversation.id) == conversation
    assert store.load_turns("ann", conversation.id) == (turn(),)


def test_deleting_removes_every_item_of_one_conversation(stack: Stack, store: ConversationStore) -> None:
    kept, gone = store.create("ann", "kept"), store.create("ann", "gone")
    for number in range(1, 31):
        store.add_turn("ann", gone.id, turn(number))

    store.delete("ann", gone.id)

    assert [item["sk"]["S"] for item in stack.items()] == [f"conversation#{kept.id}"]


def test_the_longest_turn_fits_into_an_item(store: ConversationStore) -> None:
    conversation = store.create("ann", "Why?")
    longest = turn(question="q" * MAX_QUESTION_BYTES, answer="a" * MAX_ANSWER_BYTES)

    store.add_turn("ann", conversation.id, longest)

    assert store.load_turns("ann", conversation.id) == (longest,)


def test_a_table_that_is_missing_is_said_to_be(stack: Stack) -> None:
    with pytest.raises(HistoryError) as caught:
        ConversationStore("gone", REGION).create("ann", "Why?")

    assert (caught.value.code, "'gone'" in caught.value.message) == ("history_missing", True)


def test_a_table_that_cannot_be_reached_is_unavailable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")

    with pytest.raises(HistoryError) as caught:
        ConversationStore("any", REGION, boto3.Session("key", "secret")).find("ann", "x")

    assert caught.value.code == "history_unavailable"


@pytest.mark.parametrize(
    ("question", "title"),
    [
        pytest.param("Why?", "Why?", id="short"),
        pytest.param("  Why\n\nis\tit? ", "Why is it?", id="one line"),
        pytest.param("word " * 20, "word " * 10 + "word…", id="cut at a word"),
        pytest.param("x" * 80, "x" * 59 + "…", id="one long word"),
    ],
)
def test_the_title_is_the_first_question_cut(question: str, title: str) -> None:
    assert title_of(question) == title
