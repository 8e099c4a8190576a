"""What is known of models and not told by their servers: what each takes, and what it takes in.

In: a model's record. Out: its `ModelFacts`, from the record where the catalog says so, else from the rules in
`model_rules.py`, else what most models do. Separate from the upstreams because they share it, and because none of it
can be asked for: a server says it by refusing.
"""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from chat_handler.upstreams.base import ModelRecord
from chat_handler.upstreams.model_rules import RULES, Modality, ModelFacts

__all__ = ["ModelFacts", "amount", "facts_of", "price_of"]

# A handler has few models, and is asked about them with every request.
_REMEMBERED_NAMES = 1024
_MODALITIES: tuple[Modality, ...] = ("text", "image")
# Bedrock's names of models and profiles, without what says where they are called:
# arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.amazon.nova-lite-v1:0 -> amazon.nova-lite-v1:0
_ARN = re.compile(r"arn:[^/]*/")
_GEOGRAPHY = re.compile(r"[a-z]{2,6}(-gov)?\.(?=[a-z0-9-]+\.[a-z])")


def facts_of(record: ModelRecord, model: str | None = None) -> ModelFacts:
    """What is known of the model of `record`. `model` is its provider's name of it, where the record does not say it:
    Azure's deployment, which is in the secret.
    """
    name = model or record.fields.get("model")
    facts = _facts_by_name(record.provider, name if isinstance(name, str) else "", bool(record.fields.get("base_url")))
    return _overridden(facts, record.fields)


def price_of(record: ModelRecord) -> dict[str, float] | None:
    """US dollars for a million tokens, `{"input", "output"}`, as the catalog says; None where it does not."""
    price = record.fields.get("price")
    if not isinstance(price, dict):
        return None
    of_input, of_output = amount(price.get("input")), amount(price.get("output"))
    return None if of_input is None or of_output is None else {"input": of_input, "output": of_output}


def amount(value: Any) -> float | None:
    """A sum of money that a record gives; None where it is none."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number and math.isfinite(value) and value >= 0 else None


@functools.lru_cache(maxsize=_REMEMBERED_NAMES)
def _facts_by_name(provider: str, name: str, is_elsewhere: bool) -> ModelFacts:
    """`is_elsewhere`: the provider's own server is not asked, but one at the record's `base_url`."""
    short = _GEOGRAPHY.sub("", _ARN.sub("", name.lower()), count=1)
    facts = ModelFacts()
    for rule in RULES:
        if rule.is_about(provider, short, is_elsewhere=is_elsewhere):
            facts = replace(facts, **rule.facts)
    return facts


def _overridden(facts: ModelFacts, fields: Mapping[str, Any]) -> ModelFacts:
    modalities = fields.get("modalities")
    if isinstance(modalities, list) and modalities:
        known = tuple(one for one in _MODALITIES if one in modalities)
        facts = replace(facts, modalities=known, knows_modalities=True)
    context_tokens = fields.get("context_tokens")
    if isinstance(context_tokens, int) and not isinstance(context_tokens, bool) and context_tokens > 0:
        facts = replace(facts, context_tokens=context_tokens)
    return facts
