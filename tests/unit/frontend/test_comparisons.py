"""Asking several models at once, without a page: who is asked, what is kept, and what is told of it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

import pytest

from frontend.chat import Chat, QuestionTooLongError
from frontend.client import ChatClient
from frontend.comparisons import ComparisonGoneError, Comparisons, NobodyToAskError, best, grown
from frontend.history.records import ChatSettings, TurnRecord
from frontend.history.table import Table
from frontend.turn import TurnBusyError
from frontend.turns import TooManyTurnsError, TurnRegistry
from frontend.wire import ModelInfo, Usage
from tests.browser.fake_models import Script
from tests.browser.stack import REGION, Stack, turn

ECHO, PARROT, HANG = ModelInfo(id="echo"), ModelInfo(id="parrot"), ModelInfo(id="hang")
HELD = ModelInfo(id="held")
STOPPED = ModelInfo(id="asleep", status="stopped")
PLAIN = ChatSettings()


@pytest.fixture
def chat(stack: Stack) -> Iterator[Chat]:
    yield Chat("tester", ChatClient(stack.handler.url, REGION), Table(stack.table, REGION), TurnRegistry())


def ended(comparisons: Comparisons, run: str) -> None:
    comparison = comparisons.find(run)
    assert comparison is not None
    deadline = time.monotonic() + 10
    while comparisons.live(comparison):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def conversations(stack: Stack) -> int:
    return sum(item["sk"]["S"].startswith("conversation#") for item in stack.items())


def test_the_texts_of_all_panes_grow_together_until_one_ends(chat: Chat, stack: Stack) -> None:
    stack.handler.scripts["echo"] = lambda _: Script([f"a{number} " for number in range(10)], pause_s=0.02)
    comparisons = Comparisons(chat)
    run = comparisons.begin("Grow", [ECHO, HANG], PLAIN)
    comparison = comparisons.find(run)
    assert comparison is not None
    live = list(comparisons.live(comparison).values())

    seen: dict[int, str] = {}
    for news in grown(live, every=0.01):
        assert all(text.startswith(seen.get(index, "")) for index, text in news.items())
        seen |= news

    assert seen[0].startswith("a0 a1")
    assert seen[1] == "one two three "
    with pytest.raises(TurnBusyError):
        comparisons.ask(run, "Too early", {"echo": ECHO}, PLAIN)
    chat.stop(comparison.panes[1].conversation_id)
    assert [turn is not None and turn.status for turn in comparisons.rounds(comparison)[0].answers] == [
        "done",
        "stopped",
    ]


def test_nothing_is_kept_of_a_comparison_in_which_nobody_could_be_asked(chat: Chat, stack: Stack) -> None:
    comparisons = Comparisons(chat)
    with pytest.raises(NobodyToAskError):
        comparisons.begin("Anybody?", [STOPPED, STOPPED], PLAIN)
    with pytest.raises(QuestionTooLongError):
        comparisons.begin("x" * 90_001, [ECHO, PARROT], PLAIN)
    full = Comparisons(replace(chat, turns=TurnRegistry(live=0)))
    with pytest.raises(TooManyTurnsError):
        full.begin("Full?", [ECHO, PARROT], PLAIN)

    assert comparisons.list_comparisons() == ()
    assert conversations(stack) == 0


def test_a_pane_that_finds_no_room_is_left_out_and_can_be_asked_after(chat: Chat) -> None:
    comparisons = Comparisons(replace(chat, turns=TurnRegistry(live=1)))
    run = comparisons.begin("One seat", [HANG, HELD], PLAIN)
    comparison = comparisons.find(run)
    assert comparison is not None
    assert comparison.rounds in (((1, 0),), ((0, 1),))  # both are asked at once
    seated = comparison.rounds[0].index(1)

    comparisons.chat.stop(comparison.panes[seated].conversation_id)
    left = comparison.panes[1 - seated]
    comparisons.retry(run, left.conversation_id, {"hang": HANG, "held": HELD})
    comparisons.chat.stop(left.conversation_id)
    ended(comparisons, run)
    told = comparisons.rounds(comparisons.find(run) or comparison)[0]
    assert [answer.status if answer else None for answer in told.answers] == ["stopped", "stopped"]


def test_a_retry_takes_the_place_of_the_answer_and_keeps_what_was_said_before(chat: Chat, stack: Stack) -> None:
    comparisons, models = Comparisons(chat), {"echo": ECHO, "parrot": PARROT}
    run = comparisons.begin("First", [ECHO, PARROT], PLAIN)
    ended(comparisons, run)
    comparisons.ask(run, "Second", models, PLAIN)
    ended(comparisons, run)
    comparison = comparisons.find(run)
    assert comparison is not None
    comparisons.retry(run, comparison.panes[0].conversation_id, models)
    ended(comparisons, run)

    again = comparisons.find(run)
    assert again is not None
    assert again.rounds == ((1, 1), (3, 2))
    assert [message["content"] for message in stack.handler.requests[-1]["messages"]][::2] == ["First", "Second"]
    with pytest.raises(NobodyToAskError):
        comparisons.retry(run, comparison.panes[0].conversation_id, {})


def test_what_is_gone_or_of_another_comparison_is_refused(chat: Chat) -> None:
    comparisons = Comparisons(chat)
    run = comparisons.begin("Mine", [ECHO, PARROT], PLAIN)
    ended(comparisons, run)
    for unknown in ("x", "A" * 22, "y" * 2000):
        with pytest.raises(ComparisonGoneError):
            comparisons.ask(unknown, "Where?", {"echo": ECHO}, PLAIN)
    with pytest.raises(ComparisonGoneError):
        comparisons.vote(run, "A" * 22)
    with pytest.raises(ComparisonGoneError):
        comparisons.continue_with(run, "A" * 22)
    with pytest.raises(ComparisonGoneError):
        comparisons.retry(run, "A" * 22, {"echo": ECHO})
    comparisons.delete(run)
    comparisons.delete(run)
    assert comparisons.find(run) is None


def test_a_pane_that_has_just_become_a_chat_in_another_tab_is_asked_no_more_from_here(chat: Chat) -> None:
    comparisons = Comparisons(chat)
    run = comparisons.begin("First", [ECHO, PARROT], PLAIN)
    ended(comparisons, run)
    comparison = comparisons.find(run)
    assert comparison is not None
    adopted = comparison.panes[1].conversation_id
    chat.store.adopt(chat.owner, adopted)  # the comparison does not say so yet
    comparisons.ask(run, "Second", {"echo": ECHO, "parrot": PARROT}, PLAIN)
    ended(comparisons, run)

    assert [each.question for each in chat.read(adopted)] == ["First"]
    assert (comparisons.find(run) or comparison).rounds == ((1, 1), (2, 0))


def answered(first_token_ms: int, tokens: int, cost: str | None = None, status: str = "done") -> TurnRecord:
    return turn(
        1,
        "Q",
        "A",
        status=status,
        first_token_ms=first_token_ms,
        elapsed_ms=first_token_ms * 10,
        usage=Usage(1, tokens),
        cost_usd=None if cost is None else Decimal(cost),
    )


def test_the_best_is_told_by_measure_of_whole_answers_only() -> None:
    marks = best([answered(300, 40, "0.2"), answered(200, 50, "0.1"), answered(1, 1, "0", status="error"), None])

    assert marks == {
        "first_token_ms": frozenset({1}),
        "elapsed_ms": frozenset({1}),
        "tokens": frozenset({0}),
        "cost_usd": frozenset({1}),
    }
    assert best([answered(300, 40), None])["tokens"] == frozenset()
    assert best([answered(300, 40), answered(300, 40)])["first_token_ms"] == frozenset()
