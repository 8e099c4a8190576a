"""Fixtures: a scripted network, and the handler in front of it."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
from starlette.applications import Starlette

from chat_handler.app import create_app
from tests.unit.chat_handler.fake_server import FakeServer
from tests.unit.chat_handler.stage import environment, no_sleep, script_everything_well


@pytest.fixture(autouse=True)
def logging_as_it_was() -> Iterator[None]:
    """`create_app` sets up the process's logging; the next test must not find it."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.fixture
def server() -> Iterator[FakeServer]:
    """A network in which everything works."""
    with FakeServer().running() as running:
        script_everything_well(running)
        yield running


@pytest.fixture
def app(server: FakeServer, monkeypatch: pytest.MonkeyPatch) -> Starlette:
    """The handler as `run.sh` starts it, with `server` for all of AWS and OpenAI."""
    for name, value in environment(server).items():
        monkeypatch.setenv(name, value)
    return create_app(sleep=no_sleep)
