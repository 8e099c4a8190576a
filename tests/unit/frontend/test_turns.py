"""A turn belongs to its threads: pages come and go, Stop is immediate, the store always learns the end."""

from __future__ import annotations

import gc
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Self

import pytest

from frontend.history.conversations import TurnExistsError
from frontend.history.records import MAX_ANSWER_BYTES, TurnRecord
from frontend.history.table import HistoryError
from frontend.turn import Turn, TurnBusyError
from frontend.turns import TooManyTurnsError, TurnRegistry
from frontend.wire import ChatError, Event, Finish, Text, Usage

NOW = datetime(2026, 11, 22, tzinfo=UTC)
ASKED = TurnRecord(1, "Why?", "echo", started_at=NOW, heartbeat_at=NOW)


class Script:
    """A stream that says its events one by one, when it is told to go on; closing ends it, unless it is stubborn."""

    def __init__(self, *events: Event | Exception, stubborn: bool = False, paced: bool = False) -> None:
        self.request_id = "r1"
        self.closed = threading.Event()
        self._events = events
        self._stubborn = stubborn
        self._go = threading.Semaphore(0 if paced else len(events))
        self._over = threading.Event()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def __iter__(self) -> Iterator[Event]:
        for event in self._events:
            self._go.acquire(timeout=10)
            if self.closed.is_set() and not self._stubborn:
                return
            if isinstance(event, Exception):
                raise event
            yield event

    def go_on(self, events: int = 1) -> None:
        self._go.release(events)

    def close(self) -> None:
        self.closed.set()
        if not self._stubborn:
            self._go.release(len(self._events))


class Shelf:
    """A store that keeps what it is given, and fails when it is told to."""

    def __init__(self) -> None:
        self.turns: dict[int, TurnRecord] = {}
        self.failing = False

    def add_turn(self, owner: str, conversation_id: str, turn: TurnRecord) -> None:
        self._check()
        if turn.number in self.turns:
            raise TurnExistsError
        self.turns[turn.number] = turn

    def put_turn(self, owner: str, conversation_id: str, turn: TurnRecord) -> bool:
        self._check()
        if turn.number not in self.turns:
            return False
        self.turns[turn.number] = turn
        return True

    def _check(self) -> None:
        if self.failing:
            raise HistoryError("history_unavailable", "no table")


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture
def registry() -> TurnRegistry:
    return TurnRegistry()


def start(registry: TurnRegistry, shelf: Shelf, script: Script, conversation: str = "c") -> Turn:
    return registry.start(shelf, "ann", conversation, ASKED, script)


def ended(turn: Turn) -> TurnRecord:
    """The turn after its end, without what differs between runs."""
    assert turn.wait_until_kept(10), "the turn did not end in time"
    record = turn.snapshot()
    assert record.elapsed_ms is not None
    return replace(record, first_token_ms=None, elapsed_ms=None)


def until(condition: Callable[[], bool], seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "the condition did not come true in time"
        time.sleep(0.005)


def test_a_turn_is_answered_and_kept(registry: TurnRegistry, shelf: Shelf) -> None:
    turn = start(registry, shelf, Script(Text("Be"), Text("cause."), Finish("stop"), Usage(2, 3)))

    expected = replace(
        ASKED, answer="Because.", status="done", finish_reason="stop", usage=Usage(2, 3), request_id="r1"
    )
    assert ended(turn) == expected
    kept = shelf.turns[1]
    assert replace(kept, first_token_ms=None, elapsed_ms=None, heartbeat_at=NOW) == expected
    assert kept.heartbeat_at > NOW
    assert 0 <= (kept.first_token_ms or 0) <= (kept.elapsed_ms or 0)


def test_deltas_are_the_text_from_its_beginning_whenever_one_looks(registry: TurnRegistry, shelf: Shelf) -> None:
    script = Script(Text("one "), Text("two "), Text("three"), paced=True)
    turn = start(registry, shelf, script)
    script.go_on()
    first = next(part for part in turn.deltas(every=0.01) if part)
    late_page = turn.deltas(every=0.01)
    script.go_on(2)

    assert first == "one "
    assert "".join(late_page) == "one two three"
    assert "".join(turn.deltas()) == "one two three"


def test_an_ended_turn_lets_go_of_its_connection(registry: TurnRegistry, shelf: Shelf) -> None:
    script = Script(Text("one "), Finish("stop"))
    held = weakref.ref(script)
    turn = start(registry, shelf, script)
    del script
    ended(turn)

    until(lambda: gc.collect() >= 0 and held() is None)
    turn.stop()
    assert turn.snapshot().status == "done"


def test_many_pieces_are_put_together(registry: TurnRegistry, shelf: Shelf) -> None:
    turn = start(registry, shelf, Script(*[Text("x")] * 3000))

    pieces = list(turn.deltas(every=0.1))

    assert "".join(pieces) == "x" * 3000
    assert len(pieces) < 100


@pytest.mark.parametrize("stubborn", [False, True], ids=["upstream gives way", "upstream blocks"])
def test_stop_is_immediate_and_keeps_the_text(registry: TurnRegistry, shelf: Shelf, stubborn: bool) -> None:
    script = Script(Text("one "), Text("two "), stubborn=stubborn, paced=True)
    turn = start(registry, shelf, script)
    script.go_on()
    until(lambda: turn.snapshot().answer == "one ")

    began = time.monotonic()
    turn.stop()
    assert time.monotonic() - began < 0.5
    assert ended(turn) == replace(ASKED, answer="one ", status="stopped", request_id="r1")
    assert script.closed.is_set()

    script.go_on()  # a stubborn upstream goes on; nobody listens
    assert shelf.turns[1].answer == "one "
    assert turn.snapshot().answer == "one "


@pytest.mark.parametrize(
    ("failure", "code", "message"),
    [
        pytest.param(ChatError("throttled", "Slow down."), "throttled", "Slow down.", id="the handler's error"),
        pytest.param(
            RuntimeError("SECRET123"), "internal", "The page's server could not read the answer.", id="a defect"
        ),
    ],
)
def test_a_failure_keeps_the_partial_text(
    registry: TurnRegistry, shelf: Shelf, failure: Exception, code: str, message: str
) -> None:
    turn = start(registry, shelf, Script(Text("Be"), failure))

    assert ended(turn) == replace(
        ASKED, answer="Be", status="error", error_code=code, error_message=message, request_id="r1"
    )


def test_an_answer_that_no_item_can_hold_is_ended(registry: TurnRegistry, shelf: Shelf) -> None:
    half = Text("x" * (MAX_ANSWER_BYTES // 2 + 1))
    turn = start(registry, shelf, Script(half, half, half))

    record = ended(turn)

    assert (record.error_code, len(record.answer)) == ("answer_too_long", 2 * len(half.text))


def test_one_turn_of_a_conversation_is_live(registry: TurnRegistry, shelf: Shelf) -> None:
    turn = start(registry, shelf, Script(Text("x"), paced=True))

    with pytest.raises(TurnBusyError):
        start(registry, shelf, Script(Text("y")))
    assert list(shelf.turns) == [1]

    turn.stop()
    assert registry.find("ann", "c") is turn
    assert "".join(start(registry, shelf, Script(Text("z"))).deltas()) == "z"


def test_so_many_turns_are_live(shelf: Shelf) -> None:
    registry = TurnRegistry(live=1)
    turn = start(registry, shelf, Script(Text("x"), paced=True), "c")

    with pytest.raises(TooManyTurnsError):
        registry.ensure_free("ann")
    turn.stop()
    registry.ensure_free("ann")


def test_old_turns_are_forgotten(shelf: Shelf) -> None:
    registry = TurnRegistry(kept=2)
    for name in "abc":
        ended(start(registry, shelf, Script(Text(name)), name))

    assert [registry.find("ann", name) is None for name in "abc"] == [True, False, False]


def test_a_number_that_another_process_took_is_passed_over(registry: TurnRegistry, shelf: Shelf) -> None:
    shelf.turns[1] = ASKED

    turn = start(registry, shelf, Script(Text("x")))

    assert ended(turn).number == 2
    assert shelf.turns[1] == ASKED


def test_nothing_is_asked_when_the_question_cannot_be_kept(registry: TurnRegistry, shelf: Shelf) -> None:
    shelf.failing = True

    with pytest.raises(HistoryError):
        start(registry, shelf, Script(Text("x")))

    assert registry.find("ann", "c") is None


def test_an_answer_that_cannot_be_saved_says_so(registry: TurnRegistry, shelf: Shelf) -> None:
    script = Script(Text("x"), paced=True)
    turn = start(registry, shelf, script)
    shelf.failing = True
    script.go_on()

    assert ended(turn).answer == "x"
    assert turn.unsaved


def test_a_deleted_conversation_is_not_written_again(registry: TurnRegistry, shelf: Shelf) -> None:
    turn = start(registry, shelf, Script(Text("x"), paced=True))

    registry.forget("ann", "c")
    shelf.turns.clear()

    assert turn.wait_until_kept(10)
    assert (shelf.turns, registry.find("ann", "c"), turn.unsaved) == ({}, None, False)
