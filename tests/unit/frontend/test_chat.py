"""What a click sets off, from the wish to the stored answer, with a fake handler and an emulated table."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from frontend.chat import Chat
from frontend.client import ChatClient
from frontend.history.conversations import ConversationGoneError
from frontend.history.records import MAX_QUESTION_BYTES, ChatSettings, TurnRecord
from frontend.history.table import Table
from frontend.history.usage import UsageBook
from frontend.reading import Reading
from frontend.state import COMPOSER_KEY, UNSETTLED_S, Notice, PageState
from frontend.turns import TurnRegistry
from frontend.wire import Image, ModelInfo, Price
from frontend.wishes import perform, stop
from tests.browser.fake_handler import FakeHandler
from tests.browser.stack import REGION, Stack, turn
from tests.unit.frontend.runs import page_of

ECHO, HANG = ModelInfo(id="echo"), ModelInfo(id="hang")


@pytest.fixture
def chat(stack: Stack) -> Chat:
    return Chat("ann", ChatClient(stack.handler.url, REGION), Table(stack.table, REGION), TurnRegistry())


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


def ask(chat: Chat, state: PageState, question: str, model: ModelInfo = ECHO, **more: object) -> None:
    state.wish("ask", text=question, **more)
    perform(page_of(chat, state, model))


def do(chat: Chat, state: PageState, action: str, **arguments: object) -> None:
    state.wish(action, **arguments)
    perform(page_of(chat, state, ECHO, ModelInfo(id="clipped")))


def test_a_question_opens_a_conversation_and_is_answered(chat: Chat, state: PageState) -> None:
    ask(chat, state, "Why?")

    (turn,) = finished(chat, state)
    assert (turn.question, turn.answer, turn.status, turn.model) == ("Why?", "You said: Why?", "done", "echo")
    assert [found.title for found in chat.conversations()] == ["Why?"]
    assert state.query == {"chat": chat.conversations()[0].id}
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
    state.wish("stop", conversations=[state.conversation_id])
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
        state.wish("ask", text="Why?")
        perform(page_of(chat, state, model))

        assert state.take_notices() == [Notice("notice.not_asked")]
        assert state.session.pop(COMPOSER_KEY) == "Why?"
    assert (handler.requests, chat.conversations(), state.query) == ([], (), {})


def test_a_conversation_that_was_deleted_meanwhile_is_not_continued(
    chat: Chat, state: PageState, handler: FakeHandler, stack: Stack
) -> None:
    ask(chat, state, "Why?")
    finished(chat, state)
    chat.delete(state.conversation_id or "")
    ask(chat, state, "And then?")

    assert (state.take_notices(), state.query) == ([Notice("notice.gone")], {})
    assert state.session[COMPOSER_KEY] == "And then?"
    assert (len(handler.requests), chat.conversations()) == (1, ())


@pytest.mark.parametrize("garbage", ["", "#", "x" * 3000, "conversation", "\N{GRINNING FACE}" * 22])
def test_what_cannot_be_an_id_is_no_conversation(chat: Chat, stack: Stack, garbage: str) -> None:
    stack.drop_table()  # DynamoDB would refuse such a key; here it is not even asked

    assert chat.find(garbage) is None


def test_a_question_that_does_not_fit_is_refused(chat: Chat, state: PageState) -> None:
    ask(chat, state, "x" * (MAX_QUESTION_BYTES + 1))

    assert state.take_notices() == [Notice("error.too_long.hint")]
    assert chat.conversations() == ()


def test_delete_removes_the_conversation_and_stops_its_answer(
    chat: Chat, state: PageState, handler: FakeHandler
) -> None:
    ask(chat, state, "Why?", HANG)
    conversation_id = state.conversation_id or ""
    do(chat, state, "delete", conversation=conversation_id)

    assert (chat.find(conversation_id), chat.read(conversation_id), chat.live(conversation_id)) == (None, (), None)
    assert (state.query, state.take_notices()) == ({}, [Notice("notice.deleted")])


def test_a_table_that_is_gone_is_a_notice_and_no_crash(chat: Chat, state: PageState, stack: Stack) -> None:
    stack.drop_table()

    ask(chat, state, "Why?")

    assert state.take_notices() == [Notice("error.history_missing.hint")]


def test_a_question_asked_again_is_another_version_in_the_same_place(
    chat: Chat, state: PageState, handler: FakeHandler
) -> None:
    for question in ("One?", "Two?"):
        ask(chat, state, question)
        finished(chat, state)
    do(chat, state, "regenerate", number=2)
    finished(chat, state)

    shown = chat.line(state.conversation_id or "", state.versions)
    assert [(each.turn.number, each.versions) for each in shown] == [(1, (1,)), (3, (2, 3))]
    state.show_version(1, 2)
    assert [each.turn.number for each in chat.line(state.conversation_id or "", state.versions)] == [1, 2]
    assert [message["content"] for message in handler.requests[2]["messages"]] == ["One?", "You said: One?", "Two?"]


def test_it_can_be_another_model_that_answers_again(chat: Chat, state: PageState, handler: FakeHandler) -> None:
    ask(chat, state, "One?")
    finished(chat, state)
    do(chat, state, "regenerate", number=1, model="clipped")
    finished(chat, state)

    assert [body["model"] for body in handler.requests] == ["echo", "clipped"]


def test_a_question_in_other_words_leaves_what_followed_behind(
    chat: Chat, state: PageState, handler: FakeHandler
) -> None:
    for question in ("One?", "Two?", "Three?"):
        ask(chat, state, question)
        finished(chat, state)
    do(chat, state, "edit", number=2, text="Twice?")
    finished(chat, state)
    ask(chat, state, "And?")
    finished(chat, state)

    shown = chat.line(state.conversation_id or "", state.versions)
    assert [each.turn.question for each in shown] == ["One?", "Twice?", "And?"]
    told = [message["content"] for message in handler.requests[-1]["messages"]]
    assert told == ["One?", "You said: One?", "Twice?", "You said: Twice?", "And?"]


def test_the_next_question_follows_the_version_that_is_shown(
    chat: Chat, state: PageState, handler: FakeHandler
) -> None:
    ask(chat, state, "One?")
    finished(chat, state)
    do(chat, state, "edit", number=1, text="First?")
    finished(chat, state)
    state.show_version(0, 1)
    ask(chat, state, "And?")
    finished(chat, state)

    assert [message["content"] for message in handler.requests[-1]["messages"]] == ["One?", "You said: One?", "And?"]
    assert [each.turn.number for each in chat.line(state.conversation_id or "", state.versions)] == [1, 3]


def test_a_turn_that_is_gone_is_not_asked_again(chat: Chat, state: PageState, handler: FakeHandler) -> None:
    ask(chat, state, "One?")
    finished(chat, state)
    do(chat, state, "regenerate", number=7)

    assert (state.take_notices(), len(handler.requests)) == ([Notice("notice.not_found")], 1)


def test_the_settings_of_a_conversation_reach_the_model(chat: Chat, state: PageState, handler: FakeHandler) -> None:
    settings = ChatSettings("Be brief.", {"temperature": 0.1, "max_tokens": 9})
    Reading(state).choose(settings)
    ask(chat, state, "One?")
    (turn,) = finished(chat, state)
    chat.store.configure("ann", state.conversation_id or "", ChatSettings("", {"temperature": 0.5}))
    ask(chat, state, "Two?", ModelInfo(id="echo", unsupported_parameters=("temperature",)))
    finished(chat, state)

    first, second = handler.requests
    assert (first["messages"][0], first["temperature"], first["max_tokens"]) == (
        {"role": "system", "content": "Be brief."},
        0.1,
        9,
    )
    assert (turn.settings, "temperature" in second) == (settings, False)


def test_pictures_are_kept_and_sent_to_models_that_take_them(
    chat: Chat, state: PageState, handler: FakeHandler
) -> None:
    sees = ModelInfo(id="echo", modalities=("text", "image"))
    Reading(state).attach((Image("image/png", b"png"),))
    ask(chat, state, "What is this?", sees)
    (turn,) = finished(chat, state)
    for question, model in (("And now?", sees), ("And then?", ECHO)):
        ask(chat, state, question, model)
        finished(chat, state)

    assert chat.picture(state.conversation_id or "", turn.images[0]) == Image("image/png", b"png")
    with_picture, again, without = (body["messages"][0]["content"] for body in handler.requests)
    assert with_picture[0]["type"] == again[0]["type"] == "image_url"
    assert without == "What is this?"


def test_an_answer_is_priced_and_counted_once(chat: Chat, state: PageState) -> None:
    ask(chat, state, "One two three", ModelInfo(id="echo", price=Price(input=Decimal(2), output=Decimal(10))))
    (turn,) = finished(chat, state)

    assert turn.usage is not None
    cost = (turn.usage.prompt_tokens * 2 + turn.usage.completion_tokens * 10) / Decimal(1_000_000)
    assert (turn.cost_usd, turn.estimated) == (cost, False)
    today = turn.started_at.date()
    (day,) = UsageBook(chat.table).read("ann", today, today)
    assert (day.model, day.answers, day.prompt_tokens, day.unpriced) == ("echo", 1, turn.usage.prompt_tokens, 0)


def test_panes_of_comparisons_are_no_chats_and_pinned_ones_come_first(chat: Chat, state: PageState) -> None:
    made = [chat.store.create("ann", title) for title in ("old", "new")]
    chat.store.create("ann", "pane", kind="compare")
    chat.store.pin("ann", made[0].id, True)

    assert [each.title for each in chat.conversations()] == ["old", "new"]


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


def test_what_a_page_had_in_its_address_is_there_when_it_is_opened_again(state: PageState) -> None:
    state.enter("chat")
    state.put("lang", "vi")
    state.open("c1")

    state.query.clear()  # as Streamlit does when another page is opened
    state.enter("models")
    assert state.query == {"lang": "vi"}

    state.query.clear()
    state.enter("chat")
    assert state.query == {"lang": "vi", "chat": "c1"}

    state.open(None)
    state.enter("chat")
    assert state.query == {"lang": "vi"}


def test_an_address_that_is_opened_directly_is_taken_as_it_is() -> None:
    state = PageState({}, {"chat": "c2"})
    state.enter("chat")

    assert state.conversation_id == "c2"


def test_a_second_click_does_not_ask_again(chat: Chat, state: PageState) -> None:
    for _ in range(2):
        ask(chat, state, "Why?", HANG)

    assert len(chat.read(state.conversation_id or "")) == 1
    assert (state.take_notices(), COMPOSER_KEY in state.session) == ([], False)
    chat.stop(state.conversation_id or "")


def test_a_click_from_the_page_of_before_does_not_close_what_was_opened(state: PageState) -> None:
    state.enter("chat")
    state.open("c1")
    state.query.clear()  # such is the address that the browser sends with the click
    state.enter("chat")
    assert state.conversation_id == "c1"

    state.query.clear()
    state.open(None)  # the click is on New chat
    state.enter("chat")
    assert state.conversation_id is None


def test_a_new_chat_is_not_left_by_a_click_from_the_page_of_before() -> None:
    state = PageState({}, {"chat": "c1"})
    state.enter("chat")
    state.open(None)
    state.query["chat"] = "c1"

    state.enter("chat")

    assert state.conversation_id is None


def test_going_back_in_the_browser_is_going_back() -> None:
    now = 0.0
    state = PageState({}, {}, now=lambda: now)
    state.enter("chat")
    state.open("c1")
    now += UNSETTLED_S
    state.query.clear()

    state.enter("chat")

    assert state.conversation_id is None


def test_nothing_is_left_of_a_question_whose_conversation_is_deleted_meanwhile(chat: Chat, stack: Stack) -> None:
    now = datetime.now(UTC)

    with pytest.raises(ConversationGoneError):
        chat.store.add_turn("ann", "deleted", TurnRecord(1, "Why?", "echo", started_at=now, heartbeat_at=now))

    assert stack.items() == []


def test_a_second_click_asks_nothing_twice_even_when_the_answer_was_there_first(
    stack: Stack, state: PageState, handler: FakeHandler
) -> None:
    now = datetime.now(UTC)
    table = Table(stack.table, REGION, clock=lambda: now)
    chat = Chat("ann", ChatClient(handler.url, REGION), table, TurnRegistry())
    for _ in range(2):
        ask(chat, state, "Why?")
        finished(chat, state)
    for _ in range(2):
        do(chat, state, "regenerate", number=1)
        finished(chat, state)
    for _ in range(2):
        do(chat, state, "edit", number=2, text="How?")
        finished(chat, state)

    assert [turn.question for turn in chat.read(state.conversation_id or "")] == ["Why?", "Why?", "How?"]
    assert (len(handler.requests), state.take_notices()) == (3, [])
    now += timedelta(seconds=2)  # no double click takes so long
    ask(chat, state, "How?")
    assert len(finished(chat, state)) == 4


def test_what_is_asked_belongs_to_what_was_open_then(chat: Chat, state: PageState, stack: Stack) -> None:
    here, there = (stack.keep([turn(1, name, "…")], owner="ann") for name in ("here", "there"))
    state.open(here)
    state.wish("ask", text="Why?")
    state.wish("open", conversation=there)
    state.enter("chat")
    perform(page_of(chat, state, ECHO))

    assert state.conversation_id == there
    assert [one.question for one in chat.read(here)] == ["here", "Why?"]
    assert [one.question for one in chat.read(there)] == ["there"]


def test_a_second_stop_does_not_wait_for_the_next_answer(chat: Chat, state: PageState) -> None:
    for _ in range(2):
        state.wish("stop", conversations=["c1"])
    stop(state, chat)

    assert not state.has_wish


@pytest.mark.parametrize("opened", [True, False], ids=["in a chat", "before the first question"])
def test_a_system_prompt_that_is_too_long_stays_where_it_is_and_nothing_is_asked(
    chat: Chat, state: PageState, stack: Stack, opened: bool
) -> None:
    if opened:
        state.open(stack.keep([turn(1, "here", "…")], owner="ann"))
    settings = ChatSettings("é" * 4_001)
    Reading(state).choose(settings)
    ask(chat, state, "Why?")

    assert state.take_notices() == [Notice("error.prompt_too_long.hint")]
    assert (state.session[COMPOSER_KEY], Reading(state).settings) == ("Why?", settings)
    assert stack.handler.requests == []


def test_two_clicks_before_the_first_one_is_done_begin_one_conversation(chat: Chat, state: PageState) -> None:
    state.wish("ask", text="First")
    state.wish("ask", text="Second")
    perform(page_of(chat, state, HANG))

    assert [conversation.title for conversation in chat.conversations()] == ["First"]
    assert (state.take_notices(), state.session[COMPOSER_KEY]) == ([Notice("notice.busy")], "Second")
    chat.stop(state.conversation_id or "")
    finished(chat, state)


def test_a_pane_of_a_comparison_is_not_asked_as_a_chat(chat: Chat, state: PageState, handler: FakeHandler) -> None:
    pane = chat.store.create(chat.owner, "Compared", kind="compare")
    state.open(pane.id)
    ask(chat, state, "And here?")

    assert (state.take_notices(), state.query) == ([Notice("notice.gone")], {})
    assert (state.session[COMPOSER_KEY], handler.requests) == ("And here?", [])
