"""Tokens and what they cost, out of what an upstream says about its answer.

In: OpenAI's `usage` object, as a server sent it (it may be anything), and a record's `price`. Out: whole numbers, and
an estimate in US dollars. Separate because both the log line and the metrics need it, and neither may believe a server.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_MILLION = 1_000_000
# No count is, and from here on no number of CloudWatch's or JavaScript's is exact.
_TOO_MANY = 2**53


@dataclass(frozen=True)
class Tokens:
    """What was counted; None where the upstream does not say. `cached` is part of `input`, `reasoning` of `output`."""

    input: int | None = None
    output: int | None = None
    cached: int | None = None
    reasoning: int | None = None


def tokens_of(usage: Any) -> Tokens:
    """The numbers in `usage`."""
    return Tokens(
        input=_count(usage, "prompt_tokens"),
        output=_count(usage, "completion_tokens"),
        cached=_count(usage, "prompt_tokens_details", "cached_tokens"),
        reasoning=_count(usage, "completion_tokens_details", "reasoning_tokens"),
    )


def cost_usd(tokens: Tokens, price: Mapping[str, Any] | None) -> float | None:
    """What the answer cost; None where the catalog gives no price, or the upstream no count.

    An estimate from above: tokens that came out of a provider's cache are cheaper, by a rate that no catalog has.
    """
    rates = [_rate(price, name) for name in ("input", "output")]
    if tokens.input is None or tokens.output is None or rates[0] is None or rates[1] is None:
        return None
    return round((tokens.input * rates[0] + tokens.output * rates[1]) / _MILLION, 9)


def _count(usage: Any, *path: str) -> int | None:
    for name in path:
        usage = usage.get(name) if isinstance(usage, Mapping) else None
    is_count = isinstance(usage, int) and not isinstance(usage, bool) and 0 <= usage < _TOO_MANY
    return usage if is_count else None


def _rate(price: Mapping[str, Any] | None, name: str) -> float | None:
    rate = price.get(name) if isinstance(price, Mapping) else None
    return rate if isinstance(rate, int | float) and not isinstance(rate, bool) and rate >= 0 else None
