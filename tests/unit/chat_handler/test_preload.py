"""What is loaded while Lambda starts the function, and what the Web Adapter asks meanwhile."""

from __future__ import annotations

import asyncio
import gc
import importlib.machinery
import io
import json
import random
import sys
import threading
import types
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.routing import Route

from chat_handler.aws import AwsClients
from chat_handler.http_client import HttpClient
from chat_handler.preload import BEDROCK, VENDORS, Preload, Step, steps_of
from chat_handler.settings import Settings
from tests.unit.chat_handler.fake_server import FakeServer
from tests.unit.chat_handler.stage import Handler, ask, ask_chat, question

BEFORE, AFTER = "/snapstart/before", "/snapstart/after"


class Stage:
    """An application with nothing but `/ready`, whose one step ends when the test says so."""

    def __init__(self, longest_s: float | None = 8.0, **steps: Step) -> None:
        self.may_end = threading.Event()
        self.times_begun = 0
        self.preload = Preload({"waiting": self._wait, **steps}, longest_s)
        self.app = Starlette(routes=[Route("/ready", self.preload.ready)])

    def _wait(self) -> None:
        self.times_begun += 1
        assert self.may_end.wait(10)

    async def ready(self) -> Any:
        transport = httpx2.ASGITransport(self.app)
        async with httpx2.AsyncClient(transport=transport, base_url="http://handler") as client:
            reply = await client.get("/ready")
        assert reply.status_code == 200
        return reply.json()["status"]


def test_ready_answers_when_all_is_loaded() -> None:
    async def ask_often() -> None:
        stage = Stage()
        asked = [asyncio.ensure_future(stage.ready()) for _ in range(3)]
        done, _ = await asyncio.wait(asked, timeout=0.05)
        assert not done

        stage.may_end.set()

        assert await asyncio.gather(*asked) == ["ready"] * 3
        assert (await stage.ready(), stage.times_begun) == ("ready", 1)

    asyncio.run(ask_often())


def test_ready_does_not_wait_until_lambda_gives_up() -> None:
    async def ask_late() -> None:
        stage = Stage(longest_s=0.0)

        assert await stage.ready() == "loading"
        assert stage.times_begun == 1
        stage.may_end.set()
        await stage.preload.loaded()
        assert await stage.ready() == "ready"

    asyncio.run(ask_late())


def test_who_stops_waiting_stops_nobody_else() -> None:
    async def leave() -> None:
        stage = Stage()
        first, second = asyncio.ensure_future(stage.ready()), asyncio.ensure_future(stage.ready())
        await asyncio.wait([first, second], timeout=0.05)

        first.cancel()
        stage.may_end.set()

        assert await second == "ready"

    asyncio.run(leave())


def test_what_cannot_be_loaded_is_left_to_the_first_request(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")

    def broken() -> None:
        raise RuntimeError("the words of a vendor")

    stage = Stage(broken=broken)
    stage.may_end.set()

    assert asyncio.run(stage.ready()) == "ready"
    assert "broken could not be loaded ahead of time: RuntimeError" in caplog.messages
    assert "words" not in caplog.text


@pytest.fixture
def without_vendors(monkeypatch: pytest.MonkeyPatch) -> None:
    """As out of a zip without any: their imports take seconds."""
    for name in (BEDROCK, *(vendor.module for vendor in VENDORS)):
        monkeypatch.setitem(sys.modules, name, None)


def test_vendors_are_loaded_where_the_zip_has_them(without_vendors: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def steps() -> dict[str, Step]:
        return steps_of(Settings("demo", "us-east-1", None), AwsClients("us-east-1"), HttpClient())

    assert list(steps()) == ["ssm", "http"]

    for name in (BEDROCK, "langchain_cohere"):
        there = types.ModuleType(name)
        there.__spec__ = importlib.machinery.ModuleSpec(name, None)
        monkeypatch.setitem(sys.modules, name, there)

    assert list(steps()) == ["ssm", "http", BEDROCK, "bedrock-runtime", "langchain_cohere"]
    assert steps()[BEDROCK]() is sys.modules[BEDROCK]


@pytest.fixture
def on_snap_start(monkeypatch: pytest.MonkeyPatch, without_vendors: None) -> None:
    """As in a catalog whose `handler.snap_start` is true."""
    monkeypatch.setenv("AWS_LAMBDA_INITIALIZATION_TYPE", "snap-start")
    monkeypatch.setenv("AWS_LWA_SNAPSTART_BEFORE_CHECKPOINT_PATH", BEFORE)
    monkeypatch.setenv("AWS_LWA_SNAPSTART_AFTER_RESTORE_PATH", AFTER)


@pytest.fixture(autouse=True)
def nothing_stays_frozen() -> Iterator[None]:
    """The tests that come after share this process."""
    yield
    gc.unfreeze()


def test_loading_asks_nobody(without_vendors: None, app: Handler, server: FakeServer, log: io.StringIO) -> None:
    assert ask(app, "GET", "/ready").json() == {"status": "ready"}

    assert server.requests == []
    assert gc.get_freeze_count() > 0
    (loaded,) = (line for line in map(json.loads, log.getvalue().splitlines()) if line["message"] == "loaded")
    assert list(loaded["steps_ms"]) == ["ssm", "secretsmanager", "http"]
    assert ask_chat(app, question("gpt")).status_code == 200


def test_a_snapshot_is_taken_when_all_is_loaded(
    on_snap_start: None, app: Handler, server: FakeServer, log: io.StringIO
) -> None:
    assert ask(app, "POST", BEFORE).status_code == 200

    assert '"message": "loaded"' in log.getvalue()
    assert server.requests == []


def test_after_a_restore_nothing_is_taken_for_fresh(on_snap_start: None, app: Handler, server: FakeServer) -> None:
    ask_chat(app, question("gpt"))
    state = random.getstate()
    server.requests.clear()

    assert ask(app, "POST", AFTER).status_code == 200
    assert ask_chat(app, question("gpt")).status_code == 200

    assert [request.operation for request in server.requests] == [
        "GetParametersByPath",
        "GetSecretValue",
        "completions",
    ]
    assert random.getstate() != state


@pytest.mark.parametrize("path", [BEFORE, AFTER])
def test_without_snap_start_nobody_can_call_its_hooks(app: Handler, path: str) -> None:
    assert ask(app, "POST", path).status_code == 404
