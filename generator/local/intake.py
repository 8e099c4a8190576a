"""How requests reach the emulator: whole, one at a time, and none twice.

In: a WSGI application whose state is not made for threads, moto's. Out: the same application, as safe as AWS is to ask.
Separate from `control_plane.py` because it needs nothing of moto.
"""

from __future__ import annotations

import io
import logging
import threading
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from generator.local.aws_errors import Environ, StartResponse, WsgiApp, call_of

# What is kept for those who ask again: an apply asks some thirty times a second, and an SDK waits up to 20 s.
_KEPT_ANSWERS = 1_000
_KEPT_BYTES = 64 * 1024  # of an answer; what changes something answers with less
_LOG = logging.getLogger("control plane")


class Whole:
    """Reads a request's body before anybody answers it.

    An answer that does not wait for it, such as a refusal, ends in a connection that is reset while the client still
    sends (werkzeug 3.1.9 waits 10 ms for the rest): the SDK reports that, and not the refusal.
    """

    def __init__(self, application: WsgiApp) -> None:
        self._application = application

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        stream = environ["wsgi.input"]
        length = environ.get("CONTENT_LENGTH", "")
        body = stream.read(int(length)) if length.isdecimal() else b""
        if not length and environ.get("wsgi.input_terminated"):  # it comes in chunks
            body = stream.read()
        environ["wsgi.input"] = io.BytesIO(body)
        return self._application(environ, start_response)


@dataclass(frozen=True)
class _Answer:
    status: str
    headers: list[tuple[str, str]]
    content: bytes

    def give(self, start_response: StartResponse) -> Iterable[bytes]:
        start_response(self.status, self.headers)
        return [self.content]

    @property
    def is_worth_keeping(self) -> bool:
        """What failed is tried again in earnest."""
        return int(self.status.split()[0]) < HTTPStatus.BAD_REQUEST and len(self.content) <= _KEPT_BYTES


class Turnstile:
    """Lets one request in at a time, and answers one that an SDK repeats as it was answered before.

    One at a time: moto lists what it holds while other threads change it, and then fails with "dictionary changed size
    during iteration" (5.2.5, DescribeParameters among others). None twice: an SDK repeats what it got no answer to, and
    a second CreateRole or DeleteScalingPolicy fails because the first one did not. All attempts at one thing carry the
    same Amz-Sdk-Invocation-Id. `kept` is how many answers are remembered.
    """

    def __init__(self, application: WsgiApp, kept: int = _KEPT_ANSWERS) -> None:
        self._application = application
        self._kept = kept
        self._lock = threading.Lock()
        self._answers: OrderedDict[str, _Answer] = OrderedDict()

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        invocation = environ.get("HTTP_AMZ_SDK_INVOCATION_ID", "")
        with self._lock:  # a repeated request waits for the first one here
            answer = self._answers.get(invocation)
            if answer is None:
                answer = self._ask(environ)
                self._keep(invocation, answer)
            else:
                _LOG.warning("%s: asked again, and answered as the first time", call_of(environ))
        return answer.give(start_response)

    def _ask(self, environ: Environ) -> _Answer:
        heads: list[tuple[str, list[tuple[str, str]]]] = []

        def start_response(status: str, headers: list[tuple[str, str]], _: Any = None) -> None:
            heads.append((status, headers))

        parts = self._application(environ, start_response)
        try:
            content = b"".join(parts)
        finally:
            if hasattr(parts, "close"):
                parts.close()
        return _Answer(*heads[-1], content)

    def _keep(self, invocation: str, answer: _Answer) -> None:
        if invocation and answer.is_worth_keeping:
            self._answers[invocation] = answer
            if len(self._answers) > self._kept:
                self._answers.popitem(last=False)
