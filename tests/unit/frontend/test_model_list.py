from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest

from frontend.client import ChatClient
from frontend.discovery import DiscoveryError, ModelRecord, read_models
from frontend.model_list import FRESH_S, OLD_S, Deployed, ModelList, ModelWatch
from tests.browser.fake_handler import FakeHandler
from tests.browser.stack import REGION, Stack


@dataclass
class World:
    """A fake handler, what SSM says, and a clock."""

    handler: FakeHandler
    records: list[str] = field(default_factory=lambda: ["echo", "new"])
    ssm_fails: bool = False
    handler_url: str = ""
    time: float = 1000.0
    looks: int = 0
    known_limit_s: float = 20.0

    def __post_init__(self) -> None:
        self.handler_url = self.handler.url
        self.handler.models = ("echo", "slow")
        self.watch = ModelWatch(
            ChatClient(self.handler.url, REGION),
            self.find,
            self.handler.url,
            now=lambda: self.time,
            wait_s=20,
            handler_limit_s=0.1,
            known_limit_s=self.known_limit_s,
        )

    def find(self) -> Deployed:
        self.looks += 1
        if self.ssm_fails:
            raise DiscoveryError("unreachable", "SSM cannot be reached.", "Try again.")
        records = tuple(ModelRecord(version=1, id=one, provider="fake", region="us-east-1") for one in self.records)
        return Deployed(self.handler_url, records)

    def until(self, condition: Callable[[ModelList], bool]) -> ModelList:
        """The first list that `condition` holds for; looks go on behind."""
        deadline = time.monotonic() + 20
        while not condition(told := self.watch.current()):
            assert time.monotonic() < deadline, told
            threading.Event().wait(0.01)
        return told

    def fails(self) -> None:
        self.handler.lists_fail = 403


@pytest.fixture
def world(handler: FakeHandler) -> Iterator[World]:
    made = World(handler)
    yield made
    handler.lists.set()


def statuses(told: ModelList) -> dict[str, str]:
    return {model.id: model.status for model in told.models}


def sources(told: ModelList) -> dict[str, bool]:
    return {source.source: source.ok for source in told.sources}


def test_the_handlers_list_with_its_sources(world: World) -> None:
    told = world.watch.current()

    assert statuses(told) == {"echo": "ready", "slow": "ready"}
    assert sources(told) == {"handler": True, "models": True, "keys": True, "sagemaker us-east-1": True}
    assert told.checked_at is not None
    assert (told.failure, told.failing, told.moved, world.looks) == (None, (), False, 0)


def test_a_list_is_kept_for_ten_seconds_and_renewed_behind_the_page(world: World) -> None:
    first = world.watch.current()
    world.time += FRESH_S - 0.1
    assert world.watch.current() is first
    assert len(world.handler.headers) == 1
    world.handler.models = ("echo",)
    world.time += 0.2

    world.watch.current()  # shows what is known, and begins a look
    assert statuses(world.until(lambda told: told is not first)) == {"echo": "ready"}
    assert len(world.handler.headers) == 2


def test_a_list_that_nobody_looked_at_for_a_minute_is_not_shown_before_it_was_renewed(world: World) -> None:
    world.watch.current()
    world.handler.models = ("echo", "new")
    world.time += OLD_S

    assert statuses(world.watch.current()) == {"echo": "ready", "new": "ready"}


def test_a_model_that_is_listed_twice_is_there_once(world: World) -> None:
    world.handler.models = ("echo", "slow", "echo")

    assert [model.id for model in world.watch.current().models] == ["echo", "slow"]


def test_refresh_looks_at_once(world: World) -> None:
    world.watch.current()
    world.handler.told["slow"] = {"status": "failed", "reason": "no capacity"}

    world.watch.refresh()

    assert statuses(world.watch.current()) == {"echo": "ready", "slow": "failed"}


def test_many_pages_at_once_ask_once(world: World) -> None:
    world.handler.lists.clear()
    found: list[ModelList] = []
    pages = [threading.Thread(target=lambda: found.append(world.watch.current())) for _ in range(8)]
    for page in pages:
        page.start()
    world.handler.lists.set()
    for page in pages:
        page.join(20)

    assert len(found) == 8
    assert len(world.handler.headers) == 1


def test_a_handler_that_fails_leaves_the_deployed_models(world: World) -> None:
    world.fails()

    told = world.watch.current()

    assert statuses(told) == {"echo": "unknown", "new": "unknown"}
    assert told.models[0].region == "us-east-1"
    assert told.failure is not None
    assert (told.failure.code, told.checked_at) == ("handler_forbidden", None)
    assert sources(told) == {"handler": False, "models": True}
    assert all(model.can_be_asked for model in told.models)


def test_a_handler_that_hangs_does_not_hold_up_the_list(world: World) -> None:
    world.handler.lists.clear()

    told = world.until(lambda told: bool(told.models))

    assert statuses(told) == {"echo": "unknown", "new": "unknown"}
    assert told.failure is not None
    assert told.failure.code == "handler_timeout"
    world.handler.lists.set()
    assert statuses(world.until(lambda told: told.failure is None)) == {"echo": "ready", "slow": "ready"}


def test_what_is_known_is_kept_while_the_handler_takes_its_time(world: World) -> None:
    world.watch.current()
    world.handler.lists.clear()
    world.time += FRESH_S

    told = [world.watch.current() for _ in range(3)]
    world.until(lambda _: len(world.handler.headers) == 2)
    told.append(world.watch.current())
    world.handler.lists.set()

    assert [statuses(one) for one in told] == [{"echo": "ready", "slow": "ready"}] * 4
    assert world.looks == 0


def test_a_handler_that_hangs_is_told_in_the_end(handler: FakeHandler) -> None:
    world = World(handler, known_limit_s=0.1)
    world.watch.current()
    handler.lists.clear()
    world.time += FRESH_S

    told = world.until(lambda told: told.failure is not None)

    handler.lists.set()
    assert statuses(told) == {"echo": "unknown", "new": "unknown"}


def test_what_was_known_is_not_called_ready_when_the_handler_goes(world: World) -> None:
    world.handler.told["echo"] = {"price": {"input": 1, "output": 2}, "until": "2026-11-23T01:00:00Z"}
    before = world.watch.current()
    world.fails()

    world.watch.refresh()
    told = world.watch.current()

    echo = next(model for model in told.models if model.id == "echo")
    assert (echo.status, echo.until) == ("unknown", None)
    assert echo.price is not None  # what does not change with the hour is kept
    assert told.checked_at == before.checked_at
    assert statuses(told) == {"echo": "unknown", "new": "unknown"}


def test_with_neither_the_last_known_are_listed(world: World) -> None:
    world.watch.current()
    world.fails()
    world.ssm_fails = True

    world.watch.refresh()
    told = world.watch.current()

    assert statuses(told) == {"echo": "unknown", "slow": "unknown"}
    assert [source.reason for source in told.failing][1] == "SSM cannot be reached."


def test_with_neither_and_nothing_known_there_is_a_failure_and_no_model(world: World) -> None:
    world.fails()
    world.ssm_fails = True

    told = world.watch.current()

    assert (told.models, len(told.failing)) == ((), 2)
    assert told.failure is not None


def test_a_handler_that_was_replaced_is_noticed(world: World) -> None:
    world.fails()
    world.handler_url = "http://127.0.0.1:1/"

    assert world.watch.current().moved


def test_it_recovers(world: World) -> None:
    world.fails()
    assert world.watch.current().failure is not None
    world.handler.lists_fail = None
    world.time += FRESH_S

    assert statuses(world.until(lambda told: told.failure is None)) == {"echo": "ready", "slow": "ready"}


def test_the_records_are_read_from_ssm_and_those_that_cannot_be_are_left_out(stack: Stack) -> None:
    stack.publish_model("echo")
    stack.publish_model("night", provider="sagemaker", region="eu-west-1", endpoint="e", start={"endpoint_config": "c"})
    stack.publish_model("later", version=2)
    stack.publish_model("odd", fallback=5)

    found = {record.id: record for record in read_models(stack.deployment, REGION)}

    assert found["night"].start is not None
    assert (found["night"].start.endpoint_config, found["night"].start.tags) == ("c", {})
    assert {"echo", "night"} <= set(found)
    assert not {"later", "odd"} & set(found)


def test_who_asks_a_question_does_not_wait_for_an_old_list(world: World) -> None:
    first = world.watch.current()
    world.time += OLD_S + 1
    world.handler.lists.clear()

    assert world.watch.current(waits=False) is first
