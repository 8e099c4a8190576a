"""What must be agreed to before anything changes: the plan, and by itself the loss of endpoints that answer.

In: a plan in words and the endpoints that it would take down. Out: nothing, or DeclinedError. Separate because losing
a live endpoint is the one change that users of the chatbot feel at once, and `--yes` is not said with it in mind.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from generator.deployment.plan_summary import EndpointLoss
from generator.errors import DeclinedError

Confirm = Callable[[str], bool]


@dataclass(frozen=True)
class Consent:
    """Who is asked, and what was agreed to beforehand.

    `ask` shows a text and returns whether to go on; None goes on (`--yes`). With `allow_downtime` endpoints may be
    lost. `named` are the models whose endpoints the command itself is about: `stop` names the one that it takes down.
    """

    ask: Confirm | None = None
    allow_downtime: bool = False
    named: frozenset[str] = frozenset()

    def require(self, planned: str, losses: Sequence[EndpointLoss], *, otherwise: str) -> None:
        """Go on only with consent to `planned`, and to `losses`. Raises DeclinedError, which says `otherwise`."""
        unexpected = [loss for loss in losses if loss.model_id not in self.named]
        if self.ask is None and unexpected and not self.allow_downtime:
            raise DeclinedError(
                f"{_sentence(unexpected)}; {otherwise}",
                hint="If that is meant, say so with --allow-downtime beside --yes.",
            )
        if self.ask is None:
            return
        if not self.ask(planned):
            raise DeclinedError(otherwise)
        if unexpected and not self.allow_downtime and not self.ask(f"{_sentence(unexpected)}."):
            raise DeclinedError(otherwise)


def _sentence(losses: Sequence[EndpointLoss]) -> str:
    replaced = [loss.model_id for loss in losses if loss.is_replaced]
    deleted = [loss.model_id for loss in losses if not loss.is_replaced]
    parts = []
    if deleted:
        parts.append(f"endpoints that answer now would be deleted: {', '.join(deleted)}")
    if replaced:
        parts.append(f"endpoints that answer now would be down until they are created anew: {', '.join(replaced)}")
    return "; ".join(parts)
