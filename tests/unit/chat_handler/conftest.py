"""Fixtures: a scripted network, and the handler in front of it."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator

import pytest

from chat_handler.app import create_app
from chat_handler.aws import AwsClients
from chat_handler.logs import JsonFormatter
from tests.unit.chat_handler.fake_server import FakeServer
from tests.unit.chat_handler.stage import Clock, Handler, environment, script_everything_well


@pytest.fixture(autouse=True)
def logging_as_it_was() -> Iterator[None]:
    """`create_app` sets up the process's logging; the next test must not find it."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.fixture(scope="session")
def network() -> Iterator[FakeServer]:
    """One loopback server for all tests."""
    with FakeServer().running() as running:
        yield running


@pytest.fixture(scope="session")
def aws() -> AwsClients:
    """One set of boto3 clients for all tests: making them takes most of a test's time."""
    return AwsClients("us-east-1")


@pytest.fixture
def server(network: FakeServer) -> FakeServer:
    """A network in which everything works; a test then breaks the one thing that it is about."""
    network.requests.clear()
    network.replies.clear()
    script_everything_well(network)
    return network


@pytest.fixture
def clock() -> Clock:
    """What the handler pauses by, and its circuit breakers tell the time by."""
    return Clock()


@pytest.fixture
def app(server: FakeServer, aws: AwsClients, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Iterator[Handler]:
    """The handler as `run.sh` starts it, with `server` for all of AWS and OpenAI."""
    for name, value in environment(server).items():
        monkeypatch.setenv(name, value)
    with Handler.of(create_app(sleep=clock.sleep, aws=aws, now=clock.now)) as handler:
        yield handler


@pytest.fixture
def log(app: Handler) -> io.StringIO:
    """What the handler writes to its log."""
    written = io.StringIO()
    (handler,) = [one for one in logging.getLogger().handlers if isinstance(one.formatter, JsonFormatter)]
    assert isinstance(handler, logging.StreamHandler)
    handler.setStream(written)
    return written
