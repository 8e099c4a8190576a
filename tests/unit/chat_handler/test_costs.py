from __future__ import annotations

from typing import Any

import pytest

from chat_handler.costs import Tokens, cost_usd, tokens_of

PRICE = {"input": 2.5, "output": 10}


def test_tokens_are_those_that_the_upstream_names() -> None:
    usage = {
        "prompt_tokens": 100,
        "completion_tokens": 20,
        "prompt_tokens_details": {"cached_tokens": 64},
        "completion_tokens_details": {"reasoning_tokens": 12},
    }

    assert tokens_of(usage) == Tokens(input=100, output=20, cached=64, reasoning=12)


@pytest.mark.parametrize(
    "usage",
    [
        None,
        "many",
        [],
        {},
        {"prompt_tokens": None, "completion_tokens": "7"},
        {"prompt_tokens": -1, "completion_tokens": True},
        {"prompt_tokens": 10**400, "completion_tokens": 2**53},
        {"prompt_tokens_details": None, "completion_tokens_details": ["reasoning_tokens"]},
    ],
)
def test_what_is_no_count_is_not_believed(usage: Any) -> None:
    assert tokens_of(usage) == Tokens()


def test_prices_are_for_a_million_tokens() -> None:
    assert cost_usd(Tokens(input=1_000_000, output=100_000), PRICE) == 3.5
    assert cost_usd(Tokens(input=5, output=2), PRICE) == 0.0000325
    assert cost_usd(Tokens(input=5, output=2), {"input": 0, "output": 0}) == 0


@pytest.mark.parametrize(
    "price", [None, {}, {"input": 1}, {"input": 1, "output": "2"}, {"input": True, "output": 2}, 3]
)
def test_without_a_price_there_is_no_cost(price: Any) -> None:
    assert cost_usd(Tokens(input=5, output=2), price) is None


@pytest.mark.parametrize("tokens", [Tokens(), Tokens(input=5), Tokens(output=2)])
def test_without_both_counts_there_is_no_cost(tokens: Tokens) -> None:
    assert cost_usd(tokens, PRICE) is None
