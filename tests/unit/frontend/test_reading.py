"""What a tab remembers of the open conversation."""

from __future__ import annotations

import pytest

from frontend.history.ratings import Rating
from frontend.reading import Reading
from frontend.state import PageState
from frontend.wire import Image


@pytest.fixture
def state() -> PageState:
    return PageState({}, {"chat": "a"})


def test_the_last_turns_are_shown_and_the_window_stands_still(state: PageState) -> None:
    reading = Reading(state)
    assert reading.pages(0) == ()
    state.open("b")
    assert reading.pages(100) == ((70, 100),)
    assert reading.pages(101) == ((70, 101),)
    state.show_earlier()
    assert reading.pages(101) == ((70, 101), (40, 70))
    for _ in range(5):
        state.show_earlier()
    assert reading.pages(101) == ((70, 101), (40, 70), (10, 40), (0, 10))


def test_a_window_that_grew_long_moves_on(state: PageState) -> None:
    reading = Reading(state)
    assert reading.pages(1) == ((0, 1),)
    assert reading.pages(90) == ((0, 90),)
    assert reading.pages(91) == ((61, 91),)


def test_another_turn_in_the_same_place_changes_sides(state: PageState) -> None:
    reading = Reading(state)
    assert [reading.side(0, 1), reading.side(0, 1), reading.side(0, 3), reading.side(0, 3), reading.side(0, 1)] == [
        0,
        0,
        1,
        1,
        0,
    ]
    reading.side(1, 2)
    assert reading.leave_behind(1) == 1
    assert reading.leave_behind(1) == 0


def test_one_panel_is_open_at_a_time(state: PageState) -> None:
    reading = Reading(state)
    reading.open_panel("details", 1)
    reading.open_panel("edit", 2)
    assert reading.has_open("edit", 2)
    assert not reading.has_open("details", 1)
    reading.open_panel("edit", 2)
    assert not reading.has_open("edit", 2)


def test_a_copy_is_made_once_and_every_one_is_another(state: PageState) -> None:
    reading = Reading(state)
    reading.copy(2)
    assert reading.take_copy(1) is None
    first = reading.take_copy(2)
    assert reading.take_copy(2) is None
    reading.copy(2)
    assert first != reading.take_copy(2)


def test_all_is_forgotten_with_the_conversation(state: PageState) -> None:
    reading = Reading(state)
    reading.attach([Image("image/png", b"x")])
    reading.open_panel("edit", 1)
    assert reading.ratings(lambda: {1: Rating(is_good=True)}) == {1: Rating(is_good=True)}
    assert reading.ratings(dict) == {1: Rating(is_good=True)}
    reading.forget_ratings()
    assert reading.ratings(dict) == {}

    state.open("b")

    assert reading.attached == ()
    assert not reading.has_open("edit", 1)
