"""Several things are asked about at once, and nobody waits for an answer that does not come."""

from __future__ import annotations

import threading

import pytest

from generator.side_by_side import side_by_side


def test_as_many_as_wanted_are_asked_at_once() -> None:
    """Each of three goes on only when three have begun, which they never would one by one."""
    meeting = threading.Barrier(3, timeout=30)

    def ask(item: int) -> int:
        meeting.wait()
        return item * 10

    assert sorted(side_by_side(ask, range(6), at_once=3)) == [(index, index * 10) for index in range(6)]


def test_no_more_than_wanted_are_asked_at_once() -> None:
    asking = threading.Semaphore(2)
    most: list[bool] = []

    def ask(_: int) -> None:
        most.append(asking.acquire(blocking=False))
        asking.release()

    for _ in side_by_side(ask, range(50), at_once=2):
        pass

    assert all(most)


def test_what_is_raised_is_raised_here_and_nothing_more_is_begun() -> None:
    asked: list[int] = []
    threads: set[threading.Thread] = set()
    is_raised = threading.Event()

    def ask(item: int) -> None:
        asked.append(item)
        threads.add(threading.current_thread())
        if item == 0:
            raise ValueError("boom")
        is_raised.wait(30)

    with pytest.raises(ValueError, match="boom"):
        list(side_by_side(ask, range(9), at_once=1))
    is_raised.set()
    for thread in tuple(threads):
        thread.join(30)

    assert asked in ([0], [0, 1])


def test_what_does_not_come_in_time_is_left_out() -> None:
    never = threading.Event()

    def ask(item: int) -> None:
        if item:
            never.wait()

    answers = list(side_by_side(ask, range(2), at_once=2, patience_s=1))
    never.set()

    assert answers == [(0, None)]


def test_nothing_to_ask_about_ends_at_once() -> None:
    assert list(side_by_side(str, (), at_once=4)) == []
