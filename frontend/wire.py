"""What is asked of the handler and what comes back, as values.

In and out: nothing but data. Separate so that views, the turn worker and the command line share the words of
docs/contracts.md, section 3, without importing an HTTP client.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict

from frontend import i18n


class ModelInfo(BaseModel):
    """One model as `GET /v1/models` lists it. `reason` says in one sentence why `status` is not `ready`.

    What nothing on this side reads is kept as the handler says it.
    """

    model_config = ConfigDict(frozen=True, extra="allow")

    id: str
    provider: str = ""
    status: str = "ready"
    reason: str | None = None
    modalities: tuple[str, ...] = ("text",)
    supports_streaming: bool = True
    fallback: tuple[str, ...] = ()

    @property
    def is_ready(self) -> bool:
        return self.status == "ready"

    @property
    def can_be_asked(self) -> bool:
        """Whether somebody would answer: the model, or one of its fallbacks in its place."""
        return self.is_ready or bool(self.fallback)


@dataclass(frozen=True)
class Message:
    role: Literal["system", "user", "assistant"]
    content: str


@dataclass(frozen=True)
class ChatRequest:
    """One question with what was said before. What is None is left to the deployment's defaults."""

    model: str
    messages: tuple[Message, ...]
    max_tokens: int | None = None
    temperature: float | None = None


@dataclass(frozen=True)
class AnsweredBy:
    """A fallback answers, and not the model that was asked. Comes before the first `Text`."""

    model: str


@dataclass(frozen=True)
class Text:
    """The next piece of the answer; never empty."""

    text: str


@dataclass(frozen=True)
class Usage:
    """Tokens of the whole request and of the whole answer, as the upstream counts them."""

    prompt_tokens: int
    completion_tokens: int


@dataclass(frozen=True)
class Finish:
    """The answer has ended. `reason` is OpenAI's `finish_reason`: `stop`, or why it is not whole, such as `length`."""

    reason: str


Event = AnsweredBy | Text | Usage | Finish

# Whether the same request may well succeed in a moment. All codes of docs/contracts.md, section 3, and those that only
# this side can see (the second group).
RETRYABLE = {
    "invalid_request": False,
    "context_length_exceeded": False,
    "content_filter": False,
    "request_too_large": False,
    "model_not_found": False,
    "missing_key": False,
    "secret_unavailable": True,
    "secret_malformed": False,
    "provider_not_installed": False,
    "model_not_ready": True,
    "endpoint_failed": False,
    "endpoint_missing": False,
    "circuit_open": True,
    "no_access": False,
    "authentication_failed": False,
    "throttled": True,
    "insufficient_quota": False,
    "upstream_error": True,
    "model_error": True,
    "network_error": True,
    "bad_upstream_response": True,
    "response_too_large": False,
    "all_fallbacks_failed": True,
    "upstream_timeout": True,
    "deadline_exceeded": True,
    "stream_truncated": True,
    "internal": True,
    "handler_unreachable": True,
    "handler_timeout": True,
    "handler_forbidden": False,
    "handler_failed": True,
    "no_credentials": False,
    "bad_response": True,
}


class ChatError(Exception):
    """The handler, or the way to it, failed.

    `code` is a key of `RETRYABLE`; one that a newer handler invents is kept as it is. `request_id` finds the request
    in the handler's log; None when no request was made.
    """

    def __init__(self, code: str, message: str, request_id: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.request_id = request_id

    @property
    def retryable(self) -> bool:
        return RETRYABLE.get(self.code, True)

    @property
    def hint(self) -> str:
        """What to do next, in English. The page takes the same text in its own language from the same catalogue."""
        english = i18n.translator(i18n.DEFAULT)
        return english(f"error.{self.code if english.has(f'error.{self.code}.hint') else 'internal'}.hint")
