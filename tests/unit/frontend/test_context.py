"""What of a conversation a model is sent, what it costs, and which of its versions are shown."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frontend.branches import line
from frontend.context import MOST_CHARACTERS, UNKNOWN_CONTEXT_CHARACTERS, context_for, room
from frontend.costs import settled
from frontend.history.records import TurnRecord
from frontend.wire import Image, Message, Price, Usage

NOW = datetime(2026, 11, 22, tzinfo=UTC)
ASKED = Message("user", "q9")


def turn(number: int, **changes: Any) -> TurnRecord:
    record = TurnRecord(number, f"q{number}", "echo", started_at=NOW, heartbeat_at=NOW, answer=f"a{number}")
    return replace(record, **{"status": "done", "parent": number - 1, **changes})


def test_turns_without_a_good_answer_are_not_repeated() -> None:
    earlier = [turn(1), turn(2, status="error"), turn(3, answer=""), turn(4, status="stopped")]

    context = context_for(earlier, ASKED, "", 1000)

    assert context.messages == (
        Message("user", "q1"),
        Message("assistant", "a1"),
        Message("user", "q4"),
        Message("assistant", "a4"),
        ASKED,
    )
    assert context.left_out == 0


def test_the_latest_turns_that_fit_are_repeated_whole_and_the_others_counted() -> None:
    long = "x" * (UNKNOWN_CONTEXT_CHARACTERS // 3)
    earlier = [turn(n, answer=long) for n in range(1, 6)]

    context = context_for(earlier, ASKED, "Be brief.", UNKNOWN_CONTEXT_CHARACTERS)

    assert [message.content for message in context.messages] == ["Be brief.", "q4", long, "q5", long, "q9"]
    assert context.left_out == 3


def test_pictures_are_repeated_as_far_as_a_request_may_hold_them() -> None:
    picture = Image("image/png", b"x" * 2_000_000)
    earlier = [turn(n, images=(f"i{n}",)) for n in (1, 2)]

    context = context_for(earlier, ASKED, "", 1000, lambda _: picture)

    assert [len(message.images) for message in context.messages] == [0, 0, 1, 0, 0]
    assert context.pictures_left_out == 1


@pytest.mark.parametrize(
    ("context_tokens", "max_tokens", "characters"),
    [
        pytest.param(None, None, UNKNOWN_CONTEXT_CHARACTERS, id="nobody says how much it reads"),
        pytest.param(8192, None, (8192 - 1024) * 3, id="room for an answer of usual length"),
        pytest.param(8192, 4000, (8192 - 4000) * 3, id="room for the answer that may be"),
        pytest.param(2048, 9999, 1024 * 3, id="at least half for the conversation"),
        pytest.param(1_000_000, None, MOST_CHARACTERS, id="not everything that it could read"),
    ],
)
def test_the_room_of_a_model(context_tokens: int | None, max_tokens: int | None, characters: int) -> None:
    assert room(context_tokens, max_tokens) == characters


def test_an_answer_costs_what_its_tokens_cost() -> None:
    price = Price(input=Decimal("0.15"), output=Decimal("0.6"))
    done = settled(turn(1, usage=Usage(1000, 500)), price, 0)

    assert (done.cost_usd, done.estimated) == (Decimal("0.00045"), False)


def test_tokens_that_nobody_counted_are_guessed_and_called_so() -> None:
    guessed = settled(turn(1, answer="x" * 41), None, sent_characters=100)

    assert (guessed.usage, guessed.estimated, guessed.cost_usd) == (Usage(25, 11), True, None)


def test_of_a_turn_without_a_word_nothing_is_known() -> None:
    assert settled(turn(1, answer="", status="error"), None, 100).usage is None


def test_the_newest_version_is_shown_unless_another_is_chosen() -> None:
    turns = [turn(1), turn(2), turn(3, parent=1), turn(4, parent=3), turn(5, parent=2)]

    assert [(each.turn.number, each.version, each.versions) for each in line(turns, {})] == [
        (1, 1, (1,)),
        (3, 2, (2, 3)),
        (4, 1, (4,)),
    ]
    assert [each.turn.number for each in line(turns, {1: 2})] == [1, 2, 5]
    assert [each.turn.number for each in line(turns, {1: 99})] == [1, 3, 4]


def test_what_is_left_of_a_conversation_is_shown_when_its_first_turns_have_expired() -> None:
    turns = [turn(3), turn(4), turn(5, parent=3)]

    assert [each.turn.number for each in line(turns, {})] == [3, 5]


@given(st.lists(st.integers(0, 12), max_size=12), st.dictionaries(st.integers(0, 12), st.integers(0, 12)))
def test_the_line_ends_whatever_the_table_says(parents: list[int], chosen: dict[int, int]) -> None:
    turns = [turn(number, parent=parent) for number, parent in enumerate(parents, 1)]

    shown = [each.turn.number for each in line(turns, chosen)]

    assert shown == sorted(set(shown))
    assert bool(shown) == bool(turns)
