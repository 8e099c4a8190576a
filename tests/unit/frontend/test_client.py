"""The client against a handler that behaves as told."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable

import pytest

from frontend.client import ChatClient, ChatStream
from frontend.wire import AnsweredBy, ChatError, ChatRequest, Event, Finish, Image, Message, Text, Usage
from tests.browser.fake_handler import FakeHandler

REGION = "us-east-1"


def question(model: str, text: str = "hello there") -> ChatRequest:
    return ChatRequest(model, (Message("user", text),))


def until(condition: Callable[[], bool], seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "the condition did not come true in time"
        time.sleep(0.01)


def read(stream: ChatStream) -> list[Event]:
    with stream as events:
        return list(events)


def test_models_are_listed_ready_or_not(handler: FakeHandler) -> None:
    handler.models = ("echo", "starting", "away")
    told = [
        (model.id, model.provider, model.status, model.reason, model.can_be_asked)
        for model in ChatClient(handler.url, REGION).list_models()
    ]

    assert told == [
        ("echo", "fake", "ready", None, True),
        ("starting", "fake", "starting", "The endpoint is being created (fake).", False),
        ("away", "fake", "stopped", "It is night (fake).", True),
    ]


def test_what_the_handler_says_beside_is_kept(handler: FakeHandler) -> None:
    model, *_ = ChatClient(handler.url, REGION).list_models()

    told = model.model_dump(exclude_unset=True)
    assert told.pop("checked_at").tzinfo is not None
    assert told == {
        "id": "echo",
        "object": "model",
        "created": 0,
        "owned_by": "fake",
        "provider": "fake",
        "status": "ready",
        "reason": None,
        "modalities": ("text",),
        "supports_streaming": True,
        "context_tokens": 8192,
        "fallback": (),
        "region": "us-east-1",
        "until": None,
        "stops_at": None,
        "startable": False,
        "price": None,
        "parameters": None,
        "unsupported_parameters": (),
    }


def test_a_fallback_is_named_before_its_answer(handler: FakeHandler) -> None:
    stream = ChatClient(handler.url, REGION).stream(question("away"))

    assert read(stream)[:2] == [AnsweredBy("echo"), Text("You said: hello there")]


def test_an_answer_arrives_as_events(handler: FakeHandler) -> None:
    stream = ChatClient(handler.url, REGION).stream(question("echo"))

    assert read(stream) == [Text("You said: hello there"), Finish("stop"), Usage(2, 1)]
    assert handler.requests == [
        {
            "model": "echo",
            "messages": [{"role": "user", "content": "hello there"}],
            "stream": True,
            "stream_options": {"include_usage": True},
        }
    ]
    assert handler.request_ids[-1] == stream.request_id


def test_parameters_are_sent_when_they_are_given(handler: FakeHandler) -> None:
    read(
        ChatClient(handler.url, REGION).stream(
            ChatRequest("echo", (Message("user", "x"),), {"max_tokens": 7, "temperature": 0.0, "seed": 3})
        )
    )

    sent = handler.requests[0]
    assert (sent["max_tokens"], sent["temperature"], sent["seed"]) == (7, 0.0, 3)


def test_pictures_are_sent_before_the_words_about_them(handler: FakeHandler) -> None:
    message = Message("user", "What is this?", (Image("image/png", b"png"),))
    read(ChatClient(handler.url, REGION).stream(ChatRequest("echo", (message,))))

    assert handler.requests[0]["messages"] == [
        {
            "role": "user",
            "content": [
                {"type": "image_url", "image_url": {"url": "data:image/png;base64,cG5n"}},
                {"type": "text", "text": "What is this?"},
            ],
        }
    ]


def test_nothing_is_sent_over_loopback_in_the_name_of_an_aws_identity(handler: FakeHandler) -> None:
    ChatClient(handler.url, REGION).list_models()

    assert "x-amz-date" not in handler.headers[0]


@pytest.mark.parametrize(
    ("model", "code", "message"),
    [
        pytest.param("broken", "upstream_error", "the upstream failed", id="error event in mid-stream"),
        pytest.param("cut", "stream_truncated", "The answer ended before the model was finished.", id="no finish"),
    ],
)
def test_a_failure_in_mid_stream_comes_after_the_partial_text(
    handler: FakeHandler, model: str, code: str, message: str
) -> None:
    stream = ChatClient(handler.url, REGION).stream(question(model))
    events = []
    with pytest.raises(ChatError) as caught, stream as open_stream:
        for event in open_stream:
            events.append(event)

    assert events == [Text(f"part{n} ") for n in range(10)]
    error = caught.value
    assert (error.code, error.message, error.request_id) == (code, message, stream.request_id)
    assert error.retryable


def test_a_connection_that_breaks_in_mid_stream_is_a_cut_answer() -> None:
    chunk = {"id": "c", "object": "chat.completion.chunk", "created": 0, "model": "m"}
    text = json.dumps({**chunk, "choices": [{"index": 0, "delta": {"content": "part \ud83d"}}]})
    # Three bytes more are promised than are sent before the connection ends.
    with one_reply(200, f"data: {text}\n\n", missing=3, kind="text/event-stream") as url:
        stream = ChatClient(url, REGION).stream(question("echo"))
        events = []
        with pytest.raises(ChatError) as caught, stream as open_stream:
            for event in open_stream:
                events.append(event)

    assert events == [Text("part ?")]
    assert (caught.value.code, caught.value.request_id) == ("stream_truncated", stream.request_id)


def test_a_refusal_keeps_the_handlers_code_and_words(handler: FakeHandler) -> None:
    with pytest.raises(ChatError) as caught:
        read(ChatClient(handler.url, REGION).stream(question("nope")))

    error = caught.value
    assert (error.code, error.message, error.retryable) == (
        "model_not_found",
        "no model 'nope'; near: 'echo'",
        False,
    )
    assert error.hint == "Choose another model; `terrachat models` lists those that are deployed."


def test_a_handler_that_is_gone_is_unreachable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]

    with pytest.raises(ChatError) as caught:
        read(ChatClient(f"http://127.0.0.1:{port}/", REGION).stream(question("echo")))

    assert caught.value.code == "handler_unreachable"


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [
        pytest.param(403, '{"Message":"Forbidden"}', "handler_forbidden", id="the function URL refuses"),
        pytest.param(502, "Internal Server Error", "handler_failed", id="the function crashes"),
        pytest.param(200, "<html>hello</html>", "bad_response", id="something else answers"),
        pytest.param(200, '{"data": [{"id": 7}]}', "bad_response", id="a model without a proper id"),
        pytest.param(
            429, '{"error":{"message":"slow down","code":"throttled"}}', "throttled", id="the handler's own error"
        ),
    ],
)
def test_replies_that_are_no_list_of_models(status: int, body: str, code: str) -> None:
    with one_reply(status, body) as url, pytest.raises(ChatError) as caught:
        ChatClient(url, REGION).list_models()

    assert caught.value.code == code


@pytest.mark.parametrize("model", ["hang", "mute"])
def test_close_from_another_thread_ends_a_blocked_stream_at_once(handler: FakeHandler, model: str) -> None:
    stream = ChatClient(handler.url, REGION).stream(question(model))
    texts: list[Event] = []
    reader = threading.Thread(target=lambda: texts.extend(read(stream)))
    reader.start()
    until(lambda: len(handler.requests) == 1)

    began = time.monotonic()
    stream.close()
    reader.join(5)

    assert not reader.is_alive()
    assert time.monotonic() - began < 1
    until(lambda: handler.closed == [model])


def test_a_stream_that_is_closed_before_it_begins_yields_nothing(handler: FakeHandler) -> None:
    stream = ChatClient(handler.url, REGION).stream(question("slow"))
    stream.close()

    assert read(stream) == []


class one_reply:  # noqa: N801 reads as a function: `with one_reply(200, "x") as url`
    """A server on loopback that gives the same reply to every request."""

    def __init__(self, status: int, body: str, missing: int = 0, kind: str = "application/json") -> None:
        """`missing` bytes are promised and not sent."""
        self._reply = (
            f"HTTP/1.1 {status} X\r\nContent-Type: {kind}\r\n"
            f"Content-Length: {len(body) + missing}\r\nConnection: close\r\n\r\n{body}"
        ).encode()
        self._server = socket.create_server(("127.0.0.1", 0))

    def __enter__(self) -> str:
        threading.Thread(target=self._serve, daemon=True).start()
        return f"http://127.0.0.1:{self._server.getsockname()[1]}/"

    def __exit__(self, *_: object) -> None:
        self._server.close()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._server.accept()
            except OSError:  # closed at the end of the test
                return
            with connection:
                connection.recv(65536)
                connection.sendall(self._reply)
