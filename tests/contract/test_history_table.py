"""The conversations table holds what docs/contracts.md, section 5, says, and is read as it says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import boto3
import pytest
from boto3.dynamodb.types import TypeSerializer

from frontend.history.comparisons import ComparisonStore, Pane
from frontend.history.conversations import ConversationStore, TurnExistsError, title_of
from frontend.history.pictures import MAX_PICTURE_BYTES, PictureStore
from frontend.history.preferences import Preferences, PreferenceStore
from frontend.history.ratings import Rating, RatingStore
from frontend.history.records import (
    MAX_ANSWER_BYTES,
    MAX_QUESTION_BYTES,
    MAX_SYSTEM_PROMPT_BYTES,
    ChatSettings,
    TurnRecord,
)
from frontend.history.table import HistoryError, Table
from frontend.history.usage import DayOfUse, UsageBook
from frontend.wire import Image, Usage
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
    store = ConversationStore(Table(stack.table, REGION, clock=clock))
    yield store
    for owner in ("ann", "bob"):
        for conversation in store.list_conversations(owner):
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
            "parent": {"N": "0"},
        },
    ]


@pytest.mark.parametrize(
    "record",
    [
        pytest.param(turn(), id="just asked"),
        pytest.param(turn(answer="ạ ấ 🙂\n", status="stopped", elapsed_ms=5), id="stopped"),
        pytest.param(turn(status="done", answered_by="spare", finish_reason="length"), id="a fallback's"),
        pytest.param(turn(status="error", error_code="throttled", error_message="Slow down."), id="failed"),
        pytest.param(turn(status="error", error_code="no_access", retryable=False), id="failed for good"),
        pytest.param(
            turn(2, parent=0, images=("i1", "i2"), left_out=3, warnings=("seed is left out",)), id="a version"
        ),
        pytest.param(
            turn(settings=ChatSettings("Be brief.", {"temperature": 0.1, "max_tokens": 9})), id="with settings"
        ),
        pytest.param(turn(usage=Usage(3, 1), cost_usd=Decimal("0.000012"), estimated=True), id="with its cost"),
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


def test_a_turn_of_before_there_were_versions_follows_the_one_before(stack: Stack, store: ConversationStore) -> None:
    conversation = store.create("ann", "Why?")
    store.add_turn("ann", conversation.id, turn(4, parent=0))
    stack.session.client("dynamodb", endpoint_url=stack.aws_url).update_item(
        TableName=stack.table,
        Key={"pk": {"S": f"ann#{conversation.id}"}, "sk": {"S": "turn#000004"}},
        UpdateExpression="REMOVE parent",
    )

    assert [record.parent for record in store.load_turns("ann", conversation.id)] == [3]


def test_a_conversation_is_changed_in_place_and_only_where_it_is(store: ConversationStore) -> None:
    conversation = store.create("ann", "Why?", kind="compare")
    settings = ChatSettings("Be brief.", {"temperature": 0.0, "max_tokens": 64})

    assert store.rename("ann", conversation.id, "  A\nbetter   title ")
    assert store.pin("ann", conversation.id, True)
    assert store.configure("ann", conversation.id, settings)
    assert store.adopt("ann", conversation.id)
    assert not store.rename("bob", conversation.id, "Mine")
    assert not store.pin("ann", "x" * 22, True)

    assert store.find("ann", conversation.id) == replace(
        conversation, title="A better title", pinned=True, settings=settings, kind="chat"
    )
    assert store.pin("ann", conversation.id, False)
    assert store.configure("ann", conversation.id, ChatSettings())
    assert store.find("ann", conversation.id) == replace(conversation, title="A better title", kind="chat")
    assert store.list_conversations("bob") == ()


def test_what_is_kept_for_days_says_when_it_ends_and_is_left_out_then(stack: Stack, clock: Clock) -> None:
    store = ConversationStore(Table(stack.table, REGION, clock=clock, days=2))
    conversation = store.create("ann", "Why?")
    clock.wait(86_400)
    store.add_turn("ann", conversation.id, turn(status="done"))

    ends = int((NOW + timedelta(days=3)).timestamp())
    assert [item["expires_at"] for item in stack.items()] == [{"N": str(ends)}, {"N": str(ends)}]
    clock.wait(2 * 86_400 - 1)
    assert len(store.load_turns("ann", conversation.id)) == 1
    clock.wait(1)
    assert (store.load_turns("ann", conversation.id), store.find("ann", conversation.id)) == ((), None)
    ConversationStore(Table(stack.table, REGION)).delete("ann", conversation.id)


def test_use_is_added_up_by_day_and_model(stack: Stack) -> None:
    book = UsageBook(Table(stack.table, REGION))
    done = turn(status="done", usage=Usage(10, 5), cost_usd=Decimal("0.0125"))
    book.add("ann", done)
    book.add("ann", replace(done, cost_usd=None, estimated=True))
    book.add("ann", replace(done, answered_by="spare"))
    book.add("ann", replace(done, usage=None))
    book.add("ann", replace(done, started_at=NOW + timedelta(days=1)))
    book.add("bob", done)

    day = NOW.date()
    assert book.read("ann", day, day) == (
        DayOfUse(day, "echo", 2, 20, 10, Decimal("0.0125"), unpriced=1, estimated=1),
        DayOfUse(day, "spare", 1, 10, 5, Decimal("0.0125"), unpriced=0, estimated=0),
    )
    assert len(book.read("ann", day, day + timedelta(days=1))) == 3
    book.delete("ann")
    assert book.read("ann", day, day + timedelta(days=1)) == ()
    assert len(book.read("bob", day, day)) == 1
    book.delete("bob")


def test_the_other_items_are_as_the_contract_says(stack: Stack, clock: Clock, store: ConversationStore) -> None:
    table = Table(stack.table, REGION, clock=clock, days=30)
    talk = store.create("ann", "Why?")
    UsageBook(table).add("ann", turn(usage=Usage(10, 5), cost_usd=Decimal("0.0125"), estimated=True))
    PreferenceStore(table).write("ann", Preferences("echo", "vi"))
    RatingStore(table).put("ann", talk.id, 1, Rating(False, "wrong", "No."))
    picture = PictureStore(table).add("ann", talk.id, Image("image/png", b"png"))
    comparisons = ComparisonStore(table)
    compared = comparisons.new("Which?", [Pane("echo", talk.id), Pane("slow", "x" * 22, True)])
    comparisons.put("ann", compared)
    ends = {"expires_at": {"N": str(int(NOW.timestamp()) + 30 * 86_400)}}

    try:
        found = {item["sk"]["S"]: item for item in stack.items()}
        within = {"pk": {"S": f"ann#{talk.id}"}}
        assert found["usage#2026-11-22#echo"] == {
            "pk": {"S": "ann"},
            "sk": {"S": "usage#2026-11-22#echo"},
            "answers": {"N": "1"},
            "prompt_tokens": {"N": "10"},
            "completion_tokens": {"N": "5"},
            "cost_millionths": {"N": "12500"},
            "unpriced": {"N": "0"},
            "estimated": {"N": "1"},
        }
        assert found["preferences"] == {
            "pk": {"S": "ann"},
            "sk": {"S": "preferences"},
            "default_model": {"S": "echo"},
            "language": {"S": "vi"},
        }
        rating = {"is_good": {"BOOL": False}, "reason": {"S": "wrong"}, "comment": {"S": "No."}}
        assert found["rating#000001"] == {**within, "sk": {"S": "rating#000001"}, **rating, **ends}
        image = {"media_type": {"S": "image/png"}, "data": {"B": b"png"}}
        assert found[f"picture#{picture}"] == {**within, "sk": {"S": f"picture#{picture}"}, **image, **ends}
        panes = [
            {"model": "echo", "conversation": talk.id},
            {"model": "slow", "conversation": "x" * 22, "continued": True},
        ]
        assert found[f"comparison#{compared.id}"] == {
            "pk": {"S": "ann"},
            "sk": {"S": f"comparison#{compared.id}"},
            "title": {"S": "Which?"},
            "created_at": {"S": "2026-11-22T10:00:00.000Z"},
            "panes": TypeSerializer().serialize(panes),
            "rounds": {"L": []},
            **ends,
        }
    finally:
        table.delete({"pk": str(item["pk"]), "sk": str(item["sk"])} for item in table.query("ann", ""))
        store.delete("ann", talk.id)


def test_a_picture_is_the_owners_and_goes_with_its_conversation(stack: Stack, store: ConversationStore) -> None:
    pictures = PictureStore(Table(stack.table, REGION))
    conversation = store.create("ann", "What is this?")
    image = Image("image/jpeg", bytes(range(256)) * (MAX_PICTURE_BYTES // 256))
    image_id = pictures.add("ann", conversation.id, image)

    assert pictures.find("ann", conversation.id, image_id) == image
    assert pictures.find("bob", conversation.id, image_id) is None
    store.delete("ann", conversation.id)
    assert stack.items() == []


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


def test_conversations_are_listed_by_their_last_use(store: ConversationStore, clock: Clock) -> None:
    made = []
    for n in range(4):
        clock.wait(60)
        made.append(store.create("ann", f"question {n}"))
    clock.wait(60)
    store.add_turn("ann", made[0].id, turn())

    found = store.list_conversations("ann")

    assert [each.title for each in found] == ["question 0", "question 3", "question 2", "question 1"]
    assert (found[0].updated_at, found[0].created_at) == (clock.now, made[0].created_at)


def test_another_owner_sees_and_changes_nothing(store: ConversationStore) -> None:
    conversation = store.create("ann", "Why?")
    store.add_turn("ann", conversation.id, turn())

    assert store.find("bob", conversation.id) is None
    assert store.list_conversations("bob") == ()
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
    longest = turn(
        question="q" * MAX_QUESTION_BYTES,
        answer="a" * MAX_ANSWER_BYTES,
        settings=ChatSettings("s" * MAX_SYSTEM_PROMPT_BYTES, {"temperature": 0.5}),
        images=("i" * 22,) * 8,
    )

    store.add_turn("ann", conversation.id, longest)

    assert store.load_turns("ann", conversation.id) == (longest,)


def test_a_table_that_is_missing_is_said_to_be(stack: Stack) -> None:
    with pytest.raises(HistoryError) as caught:
        ConversationStore(Table("gone", REGION)).create("ann", "Why?")

    assert (caught.value.code, "'gone'" in caught.value.message) == ("history_missing", True)


def test_a_table_that_cannot_be_reached_is_unavailable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")

    with pytest.raises(HistoryError) as caught:
        ConversationStore(Table("any", REGION, boto3.Session("key", "secret"))).find("ann", "x")

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
