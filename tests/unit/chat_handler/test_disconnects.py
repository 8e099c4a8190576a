"""A client that leaves, behind a real socket: the upstream's connection closes too."""

from __future__ import annotations

import io
import json
import socket
import time
from urllib.parse import urlsplit

import httpx2
import pytest

from tests.unit.chat_handler.event_stream import event
from tests.unit.chat_handler.fake_server import FakeServer, StallingUpstream
from tests.unit.chat_handler.stage import (
    EVENT_STREAM,
    SSE,
    Handler,
    chunk,
    converse_events,
    events_of,
    question,
    served,
    sse,
    wait_until,
)

OPERATIONS = {"gpt": "completions", "smollm2": "invocations-response-stream", "nova-micro": "converse-stream"}
BEGINNINGS = {
    "gpt": ([sse(chunk("Pa"), done=False)], SSE),
    "smollm2": ([event("PayloadPart", sse(chunk("Pa"), done=False))], EVENT_STREAM),
    "nova-micro": (converse_events("Pa")[:2], EVENT_STREAM),
}


@pytest.mark.parametrize("model", OPERATIONS)
def test_fault_39_a_client_that_leaves_in_mid_stream(app: Handler, server: FakeServer, model: str) -> None:
    upstream = StallingUpstream(*BEGINNINGS[model])
    server.replies[OPERATIONS[model]] = upstream

    with served(app.asgi) as url, httpx2.Client(base_url=url) as client:
        with client.stream("POST", "/v1/chat/completions", json=question(model, stream=True)) as reply:
            texts = reply.iter_text()  # kept: the connection closes when this iterator is dropped
            assert "data: {" in next(texts)
            assert not upstream.was_closed.is_set()

        assert upstream.was_closed.wait(5), "the upstream is still being read"


@pytest.mark.parametrize("is_stream", [False, True], ids=["plain", "stream"])
@pytest.mark.parametrize("model", OPERATIONS)
def test_fault_39_a_client_that_leaves_before_the_first_byte(
    app: Handler, server: FakeServer, log: io.StringIO, model: str, is_stream: bool
) -> None:
    upstream = StallingUpstream(None, {})
    operations = {*OPERATIONS.values(), "invocations", "converse"}
    server.replies |= dict.fromkeys(operations, upstream)
    body = json.dumps(question(model, stream=is_stream)).encode()

    with served(app.asgi) as url:
        address = urlsplit(url)
        with socket.create_connection((address.hostname, address.port)) as client:
            head = f"POST /v1/chat/completions HTTP/1.1\r\nhost: handler\r\ncontent-length: {len(body)}\r\n\r\n"
            client.sendall(head.encode() + body)
            wait_until(lambda: bool(operations & {one.operation for one in server.requests}), "the upstream is asked")

        assert upstream.was_closed.wait(5), "the upstream is still being waited for"
        wait_until(lambda: '"status": 499' in log.getvalue(), "a line in the log")


def test_a_stall_ends_at_the_deadline_with_an_event(app: Handler, server: FakeServer) -> None:
    upstream = StallingUpstream(*BEGINNINGS["gpt"])
    server.replies["completions"] = upstream
    context = json.dumps({"deadline": (time.time() + 2.3) * 1000})

    with served(app.asgi) as url, httpx2.Client(base_url=url, timeout=5) as client:
        reply = client.post(
            "/v1/chat/completions",
            json=question("gpt", stream=True),
            headers={"x-amzn-lambda-context": context},
        )

        partial, error = events_of(reply)
        assert (partial, error["error"]["code"]) == (chunk("Pa"), "deadline_exceeded")
        assert time.time() < json.loads(context)["deadline"] / 1000 - 1
        assert upstream.was_closed.wait(5)


@pytest.mark.parametrize("model", ["gpt", "smollm2", "nova-micro"])
@pytest.mark.parametrize("is_stream", [False, True], ids=["plain", "stream"])
def test_without_time_nothing_is_asked(app: Handler, server: FakeServer, model: str, is_stream: bool) -> None:
    with served(app.asgi) as url, httpx2.Client(base_url=url, timeout=5) as client:
        reply = client.post(
            "/v1/chat/completions",
            json=question(model, stream=is_stream),
            headers={"x-amzn-lambda-context": '{"deadline": 1}'},
        )

    assert (reply.status_code, reply.json()["error"]["code"]) == (504, "deadline_exceeded")
