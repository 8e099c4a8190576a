"""What is known of models and not told by their servers: what each takes, and what it takes in.

In: a model's record. Out: its `ModelFacts`, from the record where the catalog says so, else from the table here, else
what most models do. Data with a source and a date, because none of it can be asked for: a server says it by refusing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from chat_handler.upstreams.base import ModelRecord

Modality = Literal["text", "image"]


@dataclass(frozen=True)
class ModelFacts:
    """What one model takes.

    Attributes:
        modalities: what a message to it may hold.
        takes_sampling: whether it takes `temperature` and `top_p` at all.
        takes_both: whether a request may have both of them.
        takes_system: whether a message may have the role `system`.
        takes_stop: whether it takes `stop`.
        limit_name: under which of its two names OpenAI's limit of the answer's tokens is sent.
        context_tokens: how many tokens prompt and answer may have together; None where it is not known.

    """

    modalities: tuple[Modality, ...] = ("text",)
    takes_sampling: bool = True
    takes_both: bool = True
    takes_system: bool = True
    takes_stop: bool = True
    limit_name: Literal["max_tokens", "max_completion_tokens"] = "max_tokens"
    context_tokens: int | None = None


def facts_of(record: ModelRecord) -> ModelFacts:
    """What is known of the model of `record`."""
    del record
    return ModelFacts()
