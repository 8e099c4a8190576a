"""One line about an answer: its model, tokens, cost and times. Pure.

In: an ended turn and a translator. Out: plain text. Separate because the page shows under an answer what an export says
of it.
"""

from __future__ import annotations

from frontend.history.records import TurnRecord
from frontend.i18n import Translator


def footer(t: Translator, turn: TurnRecord) -> str:
    """What is known of the answer; what was guessed is called so, and a cost without a price is said to be unknown."""
    parts = [t("answer.instead", model=turn.answered_by, asked=turn.model) if turn.answered_by else turn.model]
    if turn.usage is not None:
        parts.append(t.count("answer.tokens_in", turn.usage.prompt_tokens))
        parts.append(t("answer.tokens_out", n=t.number(turn.usage.completion_tokens)))
        parts.append(_cost(t, turn))
    if turn.first_token_ms is not None:
        parts.append(t("answer.first_token", s=t.number(turn.first_token_ms / 1000, 1)))
    if turn.elapsed_ms is not None:
        parts.append(t("answer.elapsed", s=t.number(turn.elapsed_ms / 1000, 1)))
    return " · ".join(parts)


def _cost(t: Translator, turn: TurnRecord) -> str:
    if turn.cost_usd is None:
        return t("footer.unpriced_guess") if turn.estimated else t("footer.unpriced")
    sum_of_money = t.usd(turn.cost_usd)
    return t("footer.estimated", cost=sum_of_money) if turn.estimated else t("footer.cost", cost=sum_of_money)
