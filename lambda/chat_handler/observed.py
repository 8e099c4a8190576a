"""What is to be told of one request when it has ended: the log line and the metrics are made of it.

In: what the routes learn while they answer. Out: one `Observed`, which the boundary reads. It travels in the ASGI
scope's `state`. Separate because those who fill it must not know how it is written down.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.types import Scope

_KEY = "observed"


@dataclass(frozen=True)
class Attempt:
    """One try at one model: `code` is None where it succeeded."""

    model: str
    code: str | None
    ms: int


@dataclass
class Observed:
    """One request, as far as it got.

    Attributes:
        model: the id that was asked for.
        answered_by: the id that answered, another one after a fallback; None while none has.
        provider: of `answered_by`, else of `model`.
        usage: OpenAI's, as the upstream said it.
        price: US dollars for a million tokens, `{"input", "output"}`, of the model that answered; None: not known.
        first_token_at: when the first text left for the client, on the clock of `time.monotonic`.
        error_code: of the error that the client got, in a status or in an event.
        messages: the request's, for a log that the catalog wants to hold prompts. Never written otherwise.

    """

    began_at: float = field(default_factory=time.monotonic)
    model: str | None = None
    answered_by: str | None = None
    provider: str | None = None
    is_stream: bool = False
    attempts: list[Attempt] = field(default_factory=list)
    usage: Mapping[str, Any] | None = None
    finish_reason: str | None = None
    price: Mapping[str, float] | None = None
    first_token_at: float | None = None
    error_code: str | None = None
    messages: Any = field(default=None, repr=False)

    def ms_until(self, moment: float | None) -> int | None:
        """Milliseconds from the beginning to `moment`, on the clock of `time.monotonic`."""
        return None if moment is None else round((moment - self.began_at) * 1000)


def observed(scope: Scope) -> Observed:
    """The observations of the request of `scope`, begun here if this is their first."""
    state: dict[str, Any] = scope.setdefault("state", {})
    if _KEY not in state:
        state[_KEY] = Observed()
    found: Observed = state[_KEY]
    return found
