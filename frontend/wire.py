"""What is asked of the handler and what comes back, as values.

In and out: nothing but data. Separate so that views, the turn worker and the command line share the words of
docs/contracts.md, section 3, without importing an HTTP client.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, field_serializer

from frontend import i18n


class Price(BaseModel):
    """US dollars for a million tokens of prompt and of answer."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    input: Decimal
    output: Decimal

    @field_serializer("input", "output", when_used="json")
    def _as_number(self, value: Decimal) -> float:
        return float(value)


class ModelInfo(BaseModel):
    """One model as `GET /v1/models` lists it. `reason` says in one sentence why `status` is not `ready`.

    `checked_at` is when the status was learned, `until` when it will change, `stops_at` when its schedule ends it next;
    `startable` says that the page may offer to start it. `parameters` names the request fields that can be carried to
    it, None where all are.
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
    region: str | None = None
    checked_at: datetime | None = None
    until: datetime | None = None
    stops_at: datetime | None = None
    startable: bool = False
    usd_per_hour: Decimal | None = None
    context_tokens: int | None = None
    price: Price | None = None
    parameters: tuple[str, ...] | None = None
    unsupported_parameters: tuple[str, ...] = ()
    defaults: Mapping[str, Any] = {}

    @property
    def is_ready(self) -> bool:
        return self.status == "ready"

    @property
    def can_be_asked(self) -> bool:
        """Whether somebody may answer: the model, as far as anybody knows, or one of its fallbacks in its place."""
        return self.status in {"ready", "unknown"} or bool(self.fallback)

    @property
    def takes_images(self) -> bool:
        return "image" in self.modalities

    def takes(self, parameter: str) -> bool:
        """Whether the request field `parameter` reaches the model."""
        carried = self.parameters is None or parameter in self.parameters
        return carried and parameter not in self.unsupported_parameters


class SourceState(BaseModel):
    """Somewhere that the list of models comes from, and whether it could be asked."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    source: str
    ok: bool = True
    reason: str | None = None
    checked_at: datetime | None = None


@dataclass(frozen=True)
class Listed:
    """What `GET /v1/models` says: the models in the handler's order, and the sources behind them."""

    models: tuple[ModelInfo, ...]
    sources: tuple[SourceState, ...] = ()


@dataclass(frozen=True)
class Image:
    """A picture in a question. `media_type` is such as `image/jpeg`."""

    media_type: str
    data: bytes = field(repr=False)


@dataclass(frozen=True)
class Message:
    role: Literal["system", "user", "assistant"]
    content: str
    images: tuple[Image, ...] = ()


@dataclass(frozen=True)
class ChatRequest:
    """One question with what was said before.

    `parameters` are OpenAI's request fields (`temperature`, `max_tokens`, ...); what is not among them is left to the
    deployment's defaults.
    """

    model: str
    messages: tuple[Message, ...]
    parameters: Mapping[str, Any] = field(default_factory=dict)


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


@dataclass(frozen=True)
class Warned:
    """What the handler says of the request: a parameter that was left out, for instance."""

    warnings: tuple[str, ...]


Event = AnsweredBy | Warned | Text | Usage | Finish

# Whether the same request may well succeed in a moment, of the codes that only this side can see; of its own codes the
# handler says it in each error (docs/contracts.md, section 3).
RETRYABLE_HERE = {
    "stream_truncated": True,
    "handler_unreachable": True,
    "handler_timeout": True,
    "handler_forbidden": False,
    "handler_failed": True,
    "no_credentials": False,
    "bad_response": True,
}

# Codes of a request that is refused however often it is sent, until it says something else. What fails by any other
# code may succeed, too, once somebody has mended it elsewhere.
AT_FAULT = frozenset({"invalid_request", "context_length_exceeded", "content_filter", "request_too_large"})


class ChatError(Exception):
    """The handler, or the way to it, failed.

    `code` is the handler's (docs/contracts.md, section 3) or one of `RETRYABLE_HERE`; one that a newer handler invents
    is kept as it is. `request_id` finds the request in the handler's log; None when no request was made. `retryable`
    says whether the same request may well succeed in a moment.
    """

    def __init__(
        self, code: str, message: str, request_id: str | None = None, *, retryable: bool | None = None
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.request_id = request_id
        self.retryable = RETRYABLE_HERE.get(code, True) if retryable is None else retryable

    @property
    def hint(self) -> str:
        """What to do next, in English. The page takes the same text in its own language from the same catalogue."""
        english = i18n.translator(i18n.DEFAULT)
        return english(f"error.{self.code if english.has(f'error.{self.code}.hint') else 'internal'}.hint")
