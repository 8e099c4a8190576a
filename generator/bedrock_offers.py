"""What there is to choose from on Amazon Bedrock: the models that a region has on offer for chatting.

In: clients and a region. Out: `BedrockOffer`s, each with what a catalog writes as `model`. Separate from the checks,
which ask about a model that was chosen already.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from generator.aws_clients import AwsClients
from generator.bedrock_listing import (
    FoundationModel,
    InferenceProfile,
    bedrock_regions,
    foundation_models,
    routes_to,
    system_profiles,
)

__all__ = ["BedrockOffer", "bedrock_regions", "offers"]


@dataclass(frozen=True)
class BedrockOffer:
    """One model. `model` is what to write: its own id where that may be called, else its profile of this geography."""

    model: str
    name: str
    provider: str
    lifecycle: Literal["ACTIVE", "LEGACY"]


def offers(clients: AwsClients, region: str) -> tuple[BedrockOffer, ...]:
    """The models of `region` that take text and stream text, by provider and name.

    Whether the account may use one is not asked: that is a question for each model (`doctor` asks it). Raises AwsError
    where Bedrock cannot be asked.
    """
    client = clients.client("bedrock", region)
    models = foundation_models(client, region).values()
    found = _offers(models, system_profiles(client, region))
    return tuple(sorted(found, key=lambda each: (each.provider.casefold(), each.name.casefold(), each.model)))


def _offers(models: Iterable[FoundationModel], profiles: tuple[InferenceProfile, ...]) -> Iterator[BedrockOffer]:
    for model in models:
        if not (model.is_text_model and model.streams):
            continue
        routes = () if model.is_on_demand else routes_to(model.id, profiles)
        if not model.is_on_demand and not routes:
            continue  # for provisioned throughput only, which has to be bought first
        yield BedrockOffer(
            model=model.id if model.is_on_demand else routes[0].id,
            name=model.name,
            provider=model.provider,
            lifecycle="LEGACY" if model.is_legacy else "ACTIVE",
        )
