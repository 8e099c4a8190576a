"""What an answer cost, and a guess at its tokens where nobody counted them. Pure.

In: an ended turn, the model's price, and how much was sent. Out: the turn with what could be made out. Separate because
the one sum is shown under an answer, added up on the page Usage and exported.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from frontend.history.records import TurnRecord
from frontend.wire import Price, Usage

# An English token is about four characters (OpenAI, "What are tokens and how to count them?", 2026-11); other languages
# take more tokens, which is why a guess is always called one.
CHARACTERS_OF_A_TOKEN = 4
_MILLION = 1_000_000


def settled(turn: TurnRecord, price: Price | None, sent_characters: int) -> TurnRecord:
    """`turn` with its usage, guessed if its model did not count, and with its cost, if there is a price.

    A turn that failed before the first word has neither: nobody knows what the provider did.
    """
    if turn.usage is None and turn.answer:
        guess = Usage(_tokens(sent_characters), _tokens(len(turn.answer)))
        turn = replace(turn, usage=guess, estimated=True)
    if turn.usage is None or price is None:
        return turn
    return replace(turn, cost_usd=cost(turn.usage, price))


def cost(usage: Usage, price: Price) -> Decimal:
    """US dollars."""
    return (usage.prompt_tokens * price.input + usage.completion_tokens * price.output) / _MILLION


def _tokens(characters: int) -> int:
    return -(-characters // CHARACTERS_OF_A_TOKEN)
