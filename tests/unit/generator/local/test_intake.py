"""Requests that come at once, in pieces, or again: what an application behind the intake sees of them."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterable, Mapping
from typing import Any

import pytest

from generator.local.intake import Turnstile, Whole


class Register:
    """An application that creates what is named, once, and notes how many were in it at a time."""

    def __init__(self, size: int = 2) -> None:
        self.made: list[str] = []
        self.most_at_once = 0
        self._inside = 0
        self._size = size

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        self._inside += 1
        self.most_at_once = max(self.most_at_once, self._inside)
        threading.Event().wait(0.005)  # others get their turn now, if anything lets them
        name = environ["PATH_INFO"]
        status = "400 Bad Request" if name in self.made else "200 OK"
        self.made.append(name)
        self._inside -= 1
        start_response(status, [("X-Made", name)])
        return [b"o" * self._size]


def ask(application: Any, name: str, invocation: str = "", **environ: str) -> tuple[str, list[Any], bytes]:
    said: list[Any] = []
    headers: Mapping[str, str] = {"HTTP_AMZ_SDK_INVOCATION_ID": invocation} if invocation else {}
    body = b"".join(application({"PATH_INFO": name, **headers, **environ}, lambda *answer: said.extend(answer)))
    return said[0], said[1], body


def test_one_request_is_let_in_at_a_time() -> None:
    register = Register()
    turnstile = Turnstile(register)

    threads = [threading.Thread(target=ask, args=(turnstile, f"/{number}")) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (len(register.made), register.most_at_once) == (8, 1)


def test_a_repeated_request_is_answered_as_the_first_time(caplog: pytest.LogCaptureFixture) -> None:
    register = Register()
    turnstile = Turnstile(register)

    first = ask(turnstile, "/role", "11-22", HTTP_X_AMZ_TARGET="Service.CreateRole")
    again = ask(turnstile, "/role", "11-22", HTTP_X_AMZ_TARGET="Service.CreateRole")

    assert again == first == ("200 OK", [("X-Made", "/role")], b"oo")
    assert register.made == ["/role"]
    assert "CreateRole: asked again, and answered as the first time" in caplog.text


def test_a_repeated_request_waits_for_the_first_one() -> None:
    register = Register()
    turnstile = Turnstile(register)
    answers: list[tuple[str, list[Any], bytes]] = []

    threads = [
        threading.Thread(target=lambda: answers.append(ask(turnstile, "/role", "11-22"))) for _ in range(2)
    ]  # the SDK gave up waiting for the first one
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [status for status, _, _ in answers] == ["200 OK", "200 OK"]
    assert register.made == ["/role"]


@pytest.mark.parametrize(("first", "second"), [("", ""), ("11-22", "33-44")], ids=["without ids", "with other ids"])
def test_requests_that_do_not_belong_together_are_answered_each(first: str, second: str) -> None:
    turnstile = Turnstile(Register())

    assert [ask(turnstile, "/role", each)[0] for each in (first, second)] == ["200 OK", "400 Bad Request"]


def test_what_failed_is_tried_again_in_earnest() -> None:
    register = Register()
    turnstile = Turnstile(register)
    ask(turnstile, "/role")

    assert [ask(turnstile, "/role", "11-22")[0] for _ in range(2)] == ["400 Bad Request"] * 2
    assert len(register.made) == 3


def test_a_large_answer_is_not_kept() -> None:
    register = Register(size=100_000)
    turnstile = Turnstile(register)

    assert [ask(turnstile, "/object", "11-22")[0] for _ in range(2)] == ["200 OK", "400 Bad Request"]


def test_the_oldest_answers_are_forgotten() -> None:
    turnstile = Turnstile(Register(), kept=2)
    for number in range(3):
        ask(turnstile, f"/{number}", str(number))

    assert [ask(turnstile, f"/{number}", str(number))[0] for number in (1, 2, 0)] == [
        "200 OK",
        "200 OK",
        "400 Bad Request",
    ]


@pytest.mark.parametrize(
    "environ",
    [{"CONTENT_LENGTH": "5"}, {"wsgi.input_terminated": "yes", "HTTP_TRANSFER_ENCODING": "chunked"}],
    ids=["of a known length", "in chunks"],
)
def test_a_body_is_there_before_anybody_answers(environ: dict[str, str]) -> None:
    stream = io.BytesIO(b"12345")
    read: list[bytes] = []

    def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        read.extend([stream.read(), environ["wsgi.input"].read()])
        start_response("200 OK", [])
        return []

    list(Whole(application)({"wsgi.input": stream, **environ}, lambda *_: None))

    assert read == [b"", b"12345"]


def test_a_request_without_a_body_is_not_waited_for() -> None:
    class Endless(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            raise AssertionError("nothing comes from this client before it has its answer")

    status, _, _ = ask(Whole(Register()), "/role", **{"wsgi.input": Endless()})  # type: ignore[arg-type]

    assert status == "200 OK"
