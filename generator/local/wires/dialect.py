"""One request in a vendor's own words: how it is asked of the model, and how every outcome is said.

In: what a wire understood of a request. Out: the chat request for the model server, and the vendor's form of its
answer, of its errors and of each refusal. `answering.py` works with any dialect; each wire module has its own.
"""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Iterable, Mapping
from typing import Any, ClassVar, Literal, TypeAlias

from starlette.responses import Response

from generator.local.faults import Fault, Refused
from generator.local.model_client import UnreachableError
from generator.local.wires.chat_requests import JsonObject
from generator.local.wires.model_answers import Event, completion

Why: TypeAlias = Refused | Literal["invalid", "failed", "unavailable"]
"""Why a request is refused: as a fault says, or because of itself, of the model's answer, or for want of a model."""

_CONTEXT_CODES = ("exceed_context_size_error", "context_length_exceeded")  # llama.cpp's type, OpenAI's code


class Dialect(ABC):
    """One request.

    Attributes:
        chat: the chat request for the model server.
        is_streamed: whether the caller wants a stream.
        headers: of every answer.
        overload_is_an_event: whether a stream says `overloaded` after HTTP 200.
        filter_is_an_end: whether `content_filter` ends an answer, and is no refusal.

    """

    stream_type: ClassVar[str] = "text/event-stream"
    overload_is_an_event: ClassVar[bool] = False
    filter_is_an_end: ClassVar[bool] = True

    def __init__(self, chat: JsonObject, *, is_streamed: bool, headers: Mapping[str, str] | None = None) -> None:
        self.chat = chat
        self.is_streamed = is_streamed
        self.headers = headers or {}

    @abstractmethod
    def refusal(self, why: Why, said: str = "") -> Response:
        """The refusal in the vendor's own shape."""

    @abstractmethod
    def whole(self, completion: JsonObject) -> JsonObject:
        """The reply for a whole chat completion. Raises LookupError where it is none."""

    @abstractmethod
    def pieces(self, events: AsyncIterator[Event]) -> AsyncIterator[bytes]:
        """The events of the reply, not framed yet. Raises UnreachableError where the model broke off."""

    @property
    @abstractmethod
    def malformed(self) -> bytes:
        """See `spoiling.Wiring`."""

    @property
    @abstractmethod
    def error_event(self) -> bytes:
        """See `spoiling.Wiring`."""

    def framed(self, piece: bytes) -> Iterable[bytes]:
        """See `spoiling.Wiring`."""
        return (piece,)

    def broken(self, exc: UnreachableError) -> bytes | None:
        """What a stream says when the model broke off, framed; None where the connection breaks too."""
        return None

    def whole_bytes(self, content: bytes, fault: Fault) -> bytes:
        """The body of a whole reply, for the model server's. Raises ValueError or LookupError where that is none."""
        return json.dumps(self.whole(completion(content, fault)), ensure_ascii=False).encode()

    def refused_by_model(self, status: int, content: bytes) -> Response:
        """The model server's own refusal, as the vendor would say it."""
        if is_context_error(content):
            return self.refusal("context_too_long")
        said = content.decode("utf-8", errors="replace")
        return self.refusal("invalid" if status < 500 else "failed", said)


def is_context_error(content: bytes) -> bool:
    """Whether the model server says that the conversation is longer than its window."""
    try:
        error: Any = json.loads(content)["error"]
    except (ValueError, LookupError, TypeError):
        return False
    return isinstance(error, dict) and (error.get("type") in _CONTEXT_CODES or error.get("code") in _CONTEXT_CODES)
