"""What the page asks of its table, counted at the wire, and what happens while the table refuses to answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

import frontend
from frontend import own_data
from frontend.chat import Chat
from frontend.client import ChatClient
from frontend.comparisons import Comparisons
from frontend.history.preferences import Preferences, PreferenceStore
from frontend.history.records import ChatSettings
from frontend.history.table import HistoryError, Table
from frontend.state import COMPOSER_KEY, Notice, PageState
from frontend.turns import TurnRegistry
from frontend.wire import ModelInfo
from frontend.wishes import perform
from tests.browser.stack import OWNER, REGION, Stack, turn
from tests.unit.frontend.aws_tap import THROTTLED, AwsTap, Reply, tapped
from tests.unit.frontend.runs import page_of

APP = Path(frontend.__file__).with_name("app.py")
ECHO, PARROT = ModelInfo(id="echo"), ModelInfo(id="parrot")


@pytest.fixture
def tap(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> Iterator[AwsTap]:
    """Between the page and the emulated AWS."""
    with tapped(stack.aws_url) as running:
        monkeypatch.setenv("AWS_ENDPOINT_URL", running.url)
        yield running
    st.cache_resource.clear()
    st.cache_data.clear()


@pytest.fixture
def pauses() -> list[float]:
    """How long the table was left alone between two tries, in seconds."""
    return []


@pytest.fixture
def chat(stack: Stack, tap: AwsTap, pauses: list[float]) -> Chat:
    table = Table(stack.table, REGION, sleep=pauses.append)
    return Chat(OWNER, ChatClient(stack.handler.url, REGION), table, TurnRegistry())


def do(chat: Chat, state: PageState, action: str, **arguments: object) -> None:
    state.wish(action, **arguments)
    perform(page_of(chat, state, ECHO, PARROT))


def settled(chat: Chat, state: PageState) -> None:
    answered = chat.turns.find(chat.owner, state.conversation_id or "")
    assert answered is not None
    assert answered.wait_until_kept(10)


def test_a_rerun_reads_the_conversations_and_the_open_ones_turns_once(stack: Stack, tap: AwsTap) -> None:
    conversation = stack.keep([turn(number, f"q{number}", "a") for number in (1, 2, 3)])
    page = AppTest.from_file(str(APP), default_timeout=30)
    page.run()
    tap.asked.clear()
    page.run()
    assert tap.of_the_table() == ["Query"]

    page.query_params["chat"] = conversation
    page.run()
    tap.asked.clear()
    page.run()

    assert len(page.chat_message) == 6
    assert tap.of_the_table() == ["Query", "Query"]


def test_a_question_costs_no_more_requests_than_it_needs(chat: Chat, tap: AwsTap) -> None:
    """Before the model is asked: what one waits for. Then the end of the answer and its count, two writes."""
    state = PageState({}, {})
    needed = {
        ("ask", "Why?"): ["PutItem", "PutItem", "UpdateItem"],
        ("ask", "And then?"): ["GetItem", "Query", "PutItem", "UpdateItem"],
        ("regenerate", ""): ["GetItem", "Query", "PutItem", "UpdateItem"],
    }
    for (action, text), asked in needed.items():
        tap.asked.clear()
        do(chat, state, action, **({"text": text} if text else {"number": 1}))
        settled(chat, state)
        assert Counter(tap.of_the_table()) == Counter([*asked, "PutItem", "UpdateItem"])


def test_taking_a_conversation_along_is_one_query(chat: Chat, stack: Stack, tap: AwsTap) -> None:
    for number in range(12):
        stack.keep([turn(1, f"q{number}", "a")])
    tap.asked.clear()
    own_data.everything(chat, "Conversation")

    assert Counter(tap.of_the_table()) == {"Query": 1 + 12 + 2, "GetItem": 1}


@pytest.mark.parametrize("refused", ["PutItem conversation", "PutItem turn", "UpdateItem"])
def test_a_table_that_is_busy_in_the_middle_of_asking_loses_nothing_and_leaves_nothing(
    chat: Chat, stack: Stack, tap: AwsTap, refused: str
) -> None:
    def refuses(operation: str, body: Reply) -> str | None:
        told = f"{operation} {body['Item']['sk']['S']}" if operation == "PutItem" else operation
        return THROTTLED if told.startswith(refused) else None

    state, tap.refuses = PageState({}, {}), refuses
    do(chat, state, "ask", text="Do not lose me")

    assert state.session[COMPOSER_KEY] == "Do not lose me"
    assert state.take_notices() == [Notice("error.history_unavailable.hint")]
    assert (stack.items(), stack.handler.requests, state.conversation_id) == ([], [], None)
    tap.refuses = lambda operation, body: None
    do(chat, state, "ask", text="Do not lose me")
    settled(chat, state)
    assert [each.answer for each in chat.read(state.conversation_id or "")] == ["You said: Do not lose me"]


def test_a_table_that_is_busy_in_the_middle_of_a_conversation_leaves_it_as_it_was(
    chat: Chat, stack: Stack, tap: AwsTap
) -> None:
    state = PageState({}, {"chat": stack.keep([turn(1, "First", "Yes.")])})
    before = stack.items()
    tap.refuses = lambda operation, body: THROTTLED if operation == "UpdateItem" else None
    do(chat, state, "ask", text="Second")

    assert stack.items() == before
    assert state.session[COMPOSER_KEY] == "Second"
    tap.refuses = lambda operation, body: None
    do(chat, state, "ask", text="Second")
    settled(chat, state)
    assert [each.question for each in chat.read(state.conversation_id or "")] == ["First", "Second"]


def test_an_answer_whose_end_the_table_refuses_at_first_is_kept(chat: Chat, stack: Stack, tap: AwsTap) -> None:
    state, refusals = PageState({}, {}), iter([True] * 4)

    def refuses(operation: str, body: Reply) -> str | None:
        is_end = operation == "PutItem" and body["Item"].get("status", {}).get("S") == "done"
        return THROTTLED if is_end and next(refusals, False) else None

    tap.refuses = refuses
    do(chat, state, "ask", text="Keep this")
    settled(chat, state)

    (kept,) = chat.store.load_turns(chat.owner, state.conversation_id or "")
    assert (kept.status, kept.answer) == ("done", "You said: Keep this")


def test_a_comparison_that_the_table_refuses_leaves_nothing(chat: Chat, stack: Stack, tap: AwsTap) -> None:
    comparisons, plain = Comparisons(chat), ChatSettings()
    tap.refuses = lambda operation, body: (
        THROTTLED if operation == "PutItem" and body["Item"]["sk"]["S"].startswith("turn#") else None
    )
    with pytest.raises(HistoryError):
        comparisons.begin("Which?", [ECHO, PARROT], plain)
    assert (stack.items(), stack.handler.requests) == ([], [])

    tap.refuses = lambda operation, body: None
    run = comparisons.begin("Which?", [ECHO, PARROT], plain)
    tap.refuses = lambda operation, body: THROTTLED if operation == "UpdateItem" else None
    found = comparisons.find(run)
    assert found is not None
    for pane in found.panes:
        settled(chat, PageState({}, {"chat": pane.conversation_id}))
    with pytest.raises(HistoryError):
        comparisons.ask(run, "And on?", {"echo": ECHO, "parrot": PARROT}, plain)
    assert comparisons.find(run) == found


def test_what_a_busy_table_leaves_undone_is_tried_again_after_growing_pauses(
    chat: Chat, stack: Stack, tap: AwsTap, pauses: list[float]
) -> None:
    conversation = stack.keep([turn(number, "q", "a") for number in range(1, 31)])
    busy = iter([True] * 5)
    tap.replies = lambda operation, body: (
        {"UnprocessedItems": body["RequestItems"]} if operation == "BatchWriteItem" and next(busy, False) else None
    )
    chat.delete(conversation)

    assert stack.items() == []
    assert len(pauses) == 5
    assert all(later > earlier for earlier, later in zip(pauses, pauses[2:], strict=False))


def test_a_table_that_takes_nothing_for_a_moment_is_left_alone_and_asked_again(
    chat: Chat, stack: Stack, tap: AwsTap, pauses: list[float]
) -> None:
    conversation = stack.keep([turn(1, "q", "a")])
    busy = iter([True] * 3)  # as often as the SDK asks by itself
    tap.refuses = lambda operation, body: THROTTLED if operation == "BatchWriteItem" and next(busy, False) else None
    chat.delete(conversation)

    assert (stack.items(), len(pauses)) == ([], 1)


def test_a_table_that_stays_busy_ends_a_deletion_that_says_what_is_left_and_can_be_repeated(
    chat: Chat, stack: Stack, tap: AwsTap, pauses: list[float]
) -> None:
    conversation = stack.keep([turn(number, "q", "a") for number in range(1, 61)])
    taken = iter([True])
    tap.replies = lambda operation, body: (
        {"UnprocessedItems": body["RequestItems"]} if operation == "BatchWriteItem" and not next(taken, False) else None
    )
    with pytest.raises(HistoryError) as caught:
        chat.delete(conversation)

    assert "35 of 60 items are left" in caught.value.message
    assert 1 < sum(pauses) < 10
    assert [each.id for each in chat.conversations()] == [conversation]
    tap.replies = lambda operation, body: None
    chat.delete(conversation)
    assert stack.items() == []


def test_preferences_that_could_not_be_read_are_read_again(stack: Stack, tap: AwsTap) -> None:
    PreferenceStore(Table(stack.table, REGION)).write(OWNER, Preferences("slow", "vi"))
    tap.refuses = lambda operation, body: "AccessDeniedException" if operation == "GetItem" else None
    page = AppTest.from_file(str(APP), default_timeout=30)
    page.run()
    assert page.subheader or page.header
    assert page.selectbox(key="model").value == "echo"

    tap.refuses = lambda operation, body: None
    page.run()

    assert not page.exception
    assert page.session_state["preferences"] == Preferences("slow", "vi")
    assert page.query_params["lang"] in ("vi", ["vi"])
    tap.asked.clear()
    page.run()
    assert "GetItem" not in tap.asked


def test_another_process_that_answers_ends_when_its_conversation_is_deleted(chat: Chat, stack: Stack) -> None:
    elsewhere, state = Chat(OWNER, chat.client, chat.table, TurnRegistry()), PageState({}, {})
    state.wish("ask", text="Still there?")
    perform(page_of(elsewhere, state, ModelInfo(id="hang")))
    live = elsewhere.live(state.conversation_id or "")
    assert live is not None
    chat.delete(state.conversation_id or "")

    assert live.wait_until_kept(20)
    assert not live.is_live
    assert stack.items() == []
