"""boto3 calls that are ended: before they connect, while they wait for a reply, and when their stream is open."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
from botocore.exceptions import HTTPClientError

from chat_handler import aws_sending
from chat_handler.aws import AwsClients
from chat_handler.threads import Blocking
from tests.unit.chat_handler.fake_server import FakeServer, Reply, Request, StallingUpstream, json_reply
from tests.unit.chat_handler.stage import COMPLETION, environment, wait_until


@pytest.fixture
def client(server: FakeServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    for name, value in environment(server).items():
        monkeypatch.setenv(name, value)
    clients = AwsClients("us-east-1")
    yield clients.generation("sagemaker-runtime")
    clients.close()


def invoked(client: Any) -> bytes:
    body: bytes = client.invoke_endpoint(EndpointName="an-endpoint", Body=b"{}")["Body"].read()
    return body


def opened(client: Any) -> Blocking[bytes]:
    return aws_sending.interruptible(lambda: Blocking(iter([invoked(client)]), lambda: None))


def test_a_wait_for_the_reply_is_ended(client: Any, server: FakeServer) -> None:
    server.replies["invocations"] = upstream = StallingUpstream(None, {})
    call = opened(client)

    def interrupt() -> None:
        wait_until(lambda: bool(server.asked("invocations")), "the endpoint is asked")
        call.interrupt()

    interrupting = threading.Thread(target=interrupt)
    interrupting.start()
    with pytest.raises(HTTPClientError):
        next(call.items)
    interrupting.join()

    assert upstream.was_closed.wait(5)


def test_nothing_is_sent_for_a_call_that_was_ended_before(client: Any, server: FakeServer) -> None:
    call = opened(client)
    call.interrupt()

    with pytest.raises(HTTPClientError):
        next(call.items)
    assert server.asked("invocations") == []


def test_calls_share_their_connections(client: Any, server: FakeServer) -> None:
    ports: list[int] = []

    def reply(request: Request) -> Reply:
        ports.append(request.client_port)
        return json_reply(COMPLETION)

    server.replies["invocations"] = reply

    async def story() -> None:
        for _ in range(3):
            await aws_sending.call(partial(invoked, client))

    asyncio.run(story())

    assert len(ports) == 3
    assert len(set(ports)) == 1


def test_what_is_open_is_ended_in_its_own_way() -> None:
    ended = threading.Event()
    call = aws_sending.interruptible(lambda: Blocking(iter("ab"), ended.set))

    assert next(call.items) == "a"
    call.interrupt()
    assert ended.is_set()
