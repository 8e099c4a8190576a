"""Many requests at once, and clients that leave at the worst moment, behind a real socket."""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
import socket
import threading
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import httpx2

from chat_handler.app import create_app
from chat_handler.aws import AwsClients
from chat_handler.breaker import FAILURES_TO_OPEN, OPEN_S
from tests.unit.chat_handler.event_stream import event
from tests.unit.chat_handler.fake_server import FakeServer, Reply, Request, StallingUpstream, json_reply
from tests.unit.chat_handler.stage import (
    BEDROCK,
    COMPLETION,
    EVENT_STREAM,
    OPENAI,
    SAGEMAKER,
    SSE,
    Clock,
    Handler,
    ask_chat,
    aws_error,
    chunk,
    converse_events,
    events_of,
    question,
    script_everything_well,
    secret,
    served,
    sse,
    text_of,
    wait_until,
)

STREAMS = 64


def answers(url: str, bodies: list[dict[str, Any]]) -> list[httpx2.Response]:
    """The replies to `bodies`, all asked at once."""

    async def asked() -> list[httpx2.Response]:
        limits = httpx2.Limits(max_connections=None)
        async with httpx2.AsyncClient(base_url=url, limits=limits, timeout=30) as client:
            return await asyncio.gather(*(client.post("/v1/chat/completions", json=body) for body in bodies))

    return asyncio.run(asked())


@contextlib.contextmanager
def asked_and_left(url: str, body: dict[str, Any]) -> Iterator[None]:
    """A client that asks, and leaves at the end of the block without having read anything."""
    address, raw = urlsplit(url), json.dumps(body).encode()
    with socket.create_connection((address.hostname, address.port)) as client:
        head = f"POST /v1/chat/completions HTTP/1.1\r\nhost: handler\r\ncontent-length: {len(raw)}\r\n\r\n"
        client.sendall(head.encode() + raw)
        yield


def tried(log: io.StringIO) -> list[tuple[str, str | None]]:
    """The attempts of the only request in the log: model and error."""
    (line,) = [one for one in map(json.loads, log.getvalue().splitlines()) if one["message"] == "request"]
    return [(attempt["model"], attempt.get("error")) for attempt in line["attempts"]]


def test_64_streams_at_once_are_answered_side_by_side_and_not_mixed_up(app: Handler, server: FakeServer) -> None:
    everybody = threading.Barrier(STREAMS)

    def parts(number: str, model: str) -> Iterator[bytes]:
        texts = (number, "!")
        if model == "nova-micro":
            first, *rest = converse_events(*texts)
        elif model == "smollm2":
            first, *rest = [event("PayloadPart", one) for one in _spoken(*texts)]
        else:
            first, *rest = _spoken(*texts)
        yield first
        everybody.wait(20)  # a stream that waited for another one's end would break it
        yield from rest

    def streamed(model: str) -> Any:
        def answer(request: Request) -> Reply:
            said = request.json()["messages"][0]["content"]
            number = said if isinstance(said, str) else said[0]["text"]
            return Reply(parts(number, model), headers=SSE if model == "gpt" else EVENT_STREAM)

        return answer

    server.replies |= {
        "completions": streamed("gpt"),
        "invocations-response-stream": streamed("smollm2"),
        "converse-stream": streamed("nova-micro"),
    }
    models = ["gpt", "smollm2", "nova-micro"]
    bodies = [
        {"model": models[number % 3], "stream": True, "messages": [{"role": "user", "content": str(number)}]}
        for number in range(STREAMS)
    ]

    with served(app.asgi) as url:
        replies = answers(url, bodies)

    assert [text_of(events_of(reply)) for reply in replies] == [f"{number}!" for number in range(STREAMS)]


def _spoken(*texts: str) -> list[bytes]:
    return [*(sse(chunk(text), done=False) for text in texts), sse(chunk(finish_reason="stop"))]


def test_a_client_that_leaves_while_a_fallback_is_asked(app: Handler, server: FakeServer, log: io.StringIO) -> None:
    script_everything_well(server, OPENAI | {"fallback": ["smollm2", "nova-micro"]}, SAGEMAKER, BEDROCK)
    stalling = StallingUpstream(None, {})
    server.replies |= {"completions": Reply(status=402), "invocations": stalling}

    with served(app.asgi) as url:
        with asked_and_left(url, question("gpt")):
            wait_until(lambda: bool(server.asked("invocations")), "the fallback is asked")
        assert stalling.was_closed.wait(5), "the fallback is still being waited for"
        wait_until(lambda: '"status": 499' in log.getvalue(), "a line in the log")

    assert server.asked("converse") == []
    assert tried(log) == [("gpt", "insufficient_quota"), ("smollm2", "cancelled")]


def test_a_probe_whose_client_leaves_lets_the_next_request_probe(
    app: Handler, server: FakeServer, clock: Clock
) -> None:
    server.replies["invocations"] = aws_error("InternalFailure", 500)
    for _ in range(FAILURES_TO_OPEN):
        ask_chat(app, question("smollm2"))
    clock.time += OPEN_S
    stalling = StallingUpstream(None, {})
    asked = len(server.asked("invocations"))
    server.replies["invocations"] = stalling

    with served(app.asgi) as url:
        with asked_and_left(url, question("smollm2")):
            wait_until(lambda: len(server.asked("invocations")) > asked, "the probe is asked")
            meanwhile = httpx2.post(f"{url}/v1/chat/completions", json=question("smollm2"))
        assert stalling.was_closed.wait(5), "the probe is still being waited for"
        server.replies["invocations"] = json_reply(COMPLETION)
        after = httpx2.post(f"{url}/v1/chat/completions", json=question("smollm2"))

    assert (meanwhile.json()["error"]["code"], after.status_code) == ("circuit_open", 200)


def test_a_rotated_key_under_many_requests_is_read_once(app: Handler, server: FakeServer) -> None:
    rotated = "sk-new-0123456789"

    def answer(request: Request) -> Reply:
        is_new = request.headers["authorization"] == f"Bearer {rotated}"
        return json_reply(COMPLETION) if is_new else Reply(status=401)

    with served(app.asgi) as url:
        answers(url, [question("gpt")])
        server.replies |= {"GetSecretValue": secret({"OPENAI_API_KEY": rotated}, "v2"), "completions": answer}
        replies = answers(url, [question("gpt")] * 32)

    assert {reply.status_code for reply in replies} == {200}
    assert len(server.asked("GetSecretValue")) == 2


def test_a_handler_that_is_to_stop_ends_its_streams_first(app: Handler, server: FakeServer) -> None:
    is_stopping = threading.Event()

    def parts() -> Iterator[bytes]:
        first, *rest = _spoken("Pa", "ris.")
        yield first
        is_stopping.wait(5)
        yield from rest
        yield b"data: [DONE]\n\n"

    server.replies["completions"] = Reply(parts(), headers=SSE)
    with contextlib.ExitStack() as stack:
        with served(app.asgi) as url:
            client = stack.enter_context(httpx2.Client(base_url=url))
            asked = client.stream("POST", "/v1/chat/completions", json=question("gpt", stream=True))
            texts = stack.enter_context(asked).iter_text()
            beginning = next(texts)
            threading.Timer(0.2, is_stopping.set).start()

        assert beginning + "".join(texts) == sse(chunk("Pa"), chunk("ris."), chunk(finish_reason="stop")).decode()


def test_a_client_that_leaves_during_the_pause_before_a_second_attempt(
    app: Handler, server: FakeServer, aws: AwsClients
) -> None:
    pausing, has_ended = threading.Event(), threading.Event()

    async def endless(_: float) -> None:
        pausing.set()
        try:
            await asyncio.Event().wait()
        finally:
            has_ended.set()

    server.replies["completions"] = Reply(status=500)
    with served(create_app(sleep=endless, aws=aws)) as url:
        with asked_and_left(url, question("gpt")):
            assert pausing.wait(5)
        assert has_ended.wait(5), "the pause goes on for nobody"

    assert len(server.asked("completions")) == 1
