"""How one request ended: every fact that the log line and the metrics are made of, and whose fault a failure was.

In: what the routes observed, and what the boundary saw go by. Out: one `Outcome`. Separate because the log and the
metrics must not disagree about a request.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from chat_handler.costs import Tokens, cost_usd, tokens_of
from chat_handler.observed import Attempt, Observed

Fault = Literal["none", "caller", "client left", "throttle", "not ready", "failure"]

# nginx's number for a client that left; it goes to the log only, nobody is there to get it.
CLIENT_GONE_STATUS = 499
CHAT_PATH = "/v1/chat/completions"
_THROTTLES = ("throttled", "insufficient_quota")
# 403, and yet nothing that the caller could mend: the deployment lacks the access.
_NO_ACCESS = "no_access"
# The model is stopped, out of its hours, or being started: as its owner wants it, and nothing to wake anybody for.
_NOT_READY = "model_not_ready"


@dataclass(frozen=True)
class Exchange:
    """The request and its reply, as bytes and times. Milliseconds count from the request's arrival."""

    request_id: str
    method: str
    path: str
    status: int
    ms: int
    first_byte_ms: int | None
    bytes_in: int
    bytes_out: int


@dataclass(frozen=True)
class Outcome:
    """One request, ended. `model` is what was asked for, which need not be the id of any model."""

    exchange: Exchange
    model: str | None
    answered_by: str | None
    provider: str | None
    is_stream: bool
    attempts: Sequence[Attempt]
    finish_reason: str | None
    tokens: Tokens
    cost_usd: float | None
    first_token_ms: int | None
    error: str | None

    @property
    def is_chat(self) -> bool:
        """Whether a model was to be asked."""
        return self.exchange.method == "POST" and self.exchange.path == CHAT_PATH

    @property
    def deployed_model(self) -> str | None:
        """The deployed model that answered, or else was asked; None where no deployed model has the id.

        A provider is known of deployed models only.
        """
        return None if self.provider is None else self.answered_by or self.model

    @property
    def is_fallback(self) -> bool:
        """Whether another model than the one that was asked for gave the answer."""
        return self.answered_by is not None and self.answered_by != self.model

    @property
    def fault(self) -> Fault:
        """Whose fault the failure was, if it was one. An error in mid-stream counts although its status is 200."""
        status = self.exchange.status
        if status == CLIENT_GONE_STATUS:
            return "client left"
        if self.error == _NOT_READY:
            return "not ready"
        if self.error in _THROTTLES:
            return "throttle"
        if 400 <= status < 500 and self.error != _NO_ACCESS:
            return "caller"
        return "failure" if status >= 400 or self.error is not None else "none"

    def fields(self) -> dict[str, Any]:
        """What the log line says of it. Numbers and names only: no text of a prompt or an answer."""
        exchange = self.exchange
        fields = {
            "request_id": exchange.request_id,
            "method": exchange.method,
            "path": exchange.path,
            "status": exchange.status,
            "error": self.error,
            "model": self.model,
            "answered_by": self.answered_by,
            "provider": self.provider,
            "stream": self.is_stream if self.is_chat else None,
            "attempts": [_attempt(attempt) for attempt in self.attempts] or None,
            "finish_reason": self.finish_reason,
            "input_tokens": self.tokens.input,
            "output_tokens": self.tokens.output,
            "cached_tokens": self.tokens.cached,
            "reasoning_tokens": self.tokens.reasoning,
            "cost_usd": self.cost_usd,
            "first_token_ms": self.first_token_ms,
            "first_byte_ms": exchange.first_byte_ms,
            "ms": exchange.ms,
            "bytes_in": exchange.bytes_in,
            "bytes_out": exchange.bytes_out,
        }
        return {name: value for name, value in fields.items() if value is not None}


def outcome_of(noted: Observed, exchange: Exchange) -> Outcome:
    """The outcome of the request that `noted` and `exchange` tell about."""
    tokens = tokens_of(noted.usage)
    return Outcome(
        exchange=exchange,
        model=noted.model,
        answered_by=noted.answered_by,
        provider=noted.provider,
        is_stream=noted.is_stream,
        attempts=noted.attempts,
        finish_reason=noted.finish_reason,
        tokens=tokens,
        cost_usd=cost_usd(tokens, noted.price),
        first_token_ms=noted.ms_until(noted.first_token_at),
        error=noted.error_code,
    )


def _attempt(attempt: Attempt) -> dict[str, Any]:
    fields = {"model": attempt.model, "error": attempt.code, "ms": attempt.ms}
    return {name: value for name, value in fields.items() if value is not None}
