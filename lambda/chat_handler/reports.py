"""Writes down each request when it has ended: one line with its facts and metrics, and its text where that is wanted.

In: what the boundary and the routes learnt. Out: log records; `logs.py` makes JSON of them, without secrets. Separate
from the boundary, which answers requests and must not know what the catalog wants to be told.
"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass

from chat_handler.metrics import Metrics
from chat_handler.observed import Observed
from chat_handler.outcomes import Exchange, outcome_of
from chat_handler.transcripts import Transcript

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Reporter:
    """What is written of a request. By itself only the line; `metrics` are in it where the catalog wants them."""

    metrics: Metrics | None = None
    with_prompts: bool = False

    def transcript(self) -> Transcript | None:
        """What the bytes of a reply are to be given to; None where prompts are not logged."""
        return Transcript() if self.with_prompts else None

    def write(self, noted: Observed, exchange: Exchange, transcript: Transcript | None) -> None:
        """Write down a request that has ended."""
        outcome = outcome_of(noted, exchange)
        fields = outcome.fields()
        if self.metrics is not None:
            fields |= self.metrics.of(outcome, time.time_ns() // 1_000_000)
        level = logging.ERROR if outcome.fault == "failure" else logging.INFO
        log.log(level, "request", extra={"fields": fields})
        if transcript is not None and outcome.is_chat:
            said = {
                "request_id": exchange.request_id,
                "model": fields.get("model"),
                **transcript.fields(noted.messages),
            }
            log.info("prompt", extra={"fields": said})
