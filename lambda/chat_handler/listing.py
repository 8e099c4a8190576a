"""What `GET /v1/models` says of each model: what it is, what it takes, and whether it can be asked now.

In: the registry. Out: JSON objects. Separate from the routes because statuses cost calls to AWS, and one that is slow
must not hold up the list: they are looked up side by side, for a limited time, and one that is not there by then is
told as such while its lookup goes on for the next list.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Protocol, runtime_checkable

from chat_handler.logs import places_of
from chat_handler.registry import Model, Registry
from chat_handler.streaming import JsonObject
from chat_handler.upstreams.base import Status
from chat_handler.upstreams.model_facts import ModelFacts, facts_of, price_of

log = logging.getLogger(__name__)

# How many statuses are looked up at once: DescribeEndpoint has a low rate per account.
STATUSES_AT_ONCE = 8
# A page waits for the list before it shows anything.
STATUS_LIMIT_S = 3.0


@runtime_checkable
class Translating(Protocol):
    """An upstream that carries these request fields and no others."""

    parameters: tuple[str, ...]


@runtime_checkable
class Informed(Protocol):
    """An upstream that knows more of its model than the record says: what it is really called, say."""

    def facts(self) -> ModelFacts:
        """What is known of the model."""
        ...


class Listing:
    """The models of one registry, as the API describes them. `limit_s`: how long a list waits for statuses."""

    def __init__(self, registry: Registry, *, limit_s: float = STATUS_LIMIT_S) -> None:
        self._registry = registry
        self._limit_s = limit_s
        self._slots = asyncio.Semaphore(STATUSES_AT_ONCE)
        self._lookups: dict[str, asyncio.Task[Status]] = {}

    async def all(self) -> list[JsonObject]:
        """Every model, ordered by id.

        Raises:
            ChatError: SSM cannot be read, and never could be before.

        """
        return await self._described(await self._registry.models())

    async def one(self, model_id: str) -> JsonObject:
        """The model with this id.

        Raises:
            ModelNotFoundError: there is none; the message names near ids.
            ChatError: SSM cannot be read, and never could be before.

        """
        (described,) = await self._described([await self._registry.model(model_id)])
        return described

    async def _described(self, models: list[Model]) -> list[JsonObject]:
        lookups = [self._lookup(model) for model in models]
        if lookups:
            await asyncio.wait(lookups, timeout=self._limit_s)
        return [_description(model, self._status(lookup)) for model, lookup in zip(models, lookups, strict=True)]

    def _lookup(self, model: Model) -> asyncio.Task[Status]:
        """The lookup of the model's status that is under way, or one begun now."""
        model_id = model.record.id
        if (running := self._lookups.get(model_id)) is None:
            running = asyncio.create_task(self._looked_up(model), name=f"status of {model_id}")
            self._lookups[model_id] = running
            running.add_done_callback(lambda _: self._lookups.pop(model_id, None))
        return running

    async def _looked_up(self, model: Model) -> Status:
        async with self._slots:
            try:
                return await model.upstream.status()
            except Exception as exc:  # noqa: BLE001 - a defect with one model costs its status, and not the list
                log.error("defect: %s", type(exc).__name__, extra={"fields": {"places": places_of(exc)}})
                return Status("failed", f"the status cannot be told ({type(exc).__name__})")

    def _status(self, lookup: asyncio.Task[Status]) -> Status:
        if lookup.done():
            return lookup.result()
        return Status("failed", f"the status could not be told within {self._limit_s:g} s; list the models again")


def _description(model: Model, status: Status) -> JsonObject:
    record = model.record
    facts = model.upstream.facts() if isinstance(model.upstream, Informed) else facts_of(record)
    return {
        "id": record.id,
        "object": "model",
        "created": 0,
        "owned_by": record.provider,
        "provider": record.provider,
        "status": status.state,
        "reason": status.reason,
        "modalities": list(facts.modalities),
        "supports_streaming": True,
        "context_tokens": facts.context_tokens,
        "price": price_of(record),
        "fallback": list(record.fallback),
        "parameters": _parameters(model, facts),
        "unsupported_parameters": sorted(facts.not_taken()),
    }


def _parameters(model: Model, facts: ModelFacts) -> list[str] | None:
    if not isinstance(model.upstream, Translating):
        return None
    not_taken = facts.not_taken()
    return [name for name in model.upstream.parameters if name not in not_taken]
