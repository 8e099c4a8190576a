"""What `GET /v1/models` says of each model: what it is, what it takes, and whether it can be asked now.

In: the registry. Out: JSON objects. Separate from the routes because statuses cost calls to AWS, and one that is slow
must not hold up the list: they are looked up side by side, for a limited time, and one that is not there by then is
told as such while its lookup goes on for the next list.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Protocol, runtime_checkable

from chat_handler.breaker import Breakers, Trouble
from chat_handler.hours import hours_of
from chat_handler.logs import places_of
from chat_handler.registry import Model, Registry
from chat_handler.sources import Source, described, iso, merged
from chat_handler.streaming import JsonObject
from chat_handler.upstreams.base import ModelRecord, State, Status
from chat_handler.upstreams.model_facts import ModelFacts, facts_of, price_of

log = logging.getLogger(__name__)

# How many statuses are looked up at once: DescribeEndpoint has a low rate per account.
STATUSES_AT_ONCE = 8
# A page waits for the list before it shows anything.
STATUS_LIMIT_S = 3.0
# While a status cannot be told, what it was is told for so long, with its age.
KEPT = timedelta(seconds=90)


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


@runtime_checkable
class Sourced(Protocol):
    """An upstream whose status is looked up somewhere: `source` is the place's name, None where there is none."""

    source: str | None


class Listing:
    """The models of one registry, as the API describes them. `limit_s`: how long a list waits for statuses."""

    def __init__(self, registry: Registry, breakers: Breakers, *, limit_s: float = STATUS_LIMIT_S) -> None:
        self._registry = registry
        self._breakers = breakers
        self._limit_s = limit_s
        self._slots = asyncio.Semaphore(STATUSES_AT_ONCE)
        self._lookups: dict[str, asyncio.Task[Status]] = {}
        self._known: dict[str, Status] = {}

    async def all(self) -> JsonObject:
        """OpenAI's list of every model, ordered by id, with `terrachat.sources`.

        Raises:
            ChatError: SSM cannot be read, and never could be before.

        """
        models = await self._registry.models()
        statuses = await self._statuses(models)
        sources = [*self._registry.sources(), *(one.source for one in statuses if one.source is not None)]
        data = [self._description(model, status) for model, status in zip(models, statuses, strict=True)]
        told = {"sources": [described(source) for source in merged(sources)]}
        return {"object": "list", "data": data, "terrachat": told}

    async def one(self, model_id: str) -> JsonObject:
        """The model with this id.

        Raises:
            ModelNotFoundError: there is none; the message names near ids.
            ChatError: SSM cannot be read, and never could be before.

        """
        model = await self._registry.model(model_id)
        (status,) = await self._statuses([model])
        return self._description(model, status)

    async def _statuses(self, models: list[Model]) -> list[Status]:
        lookups = [self._lookup(model) for model in models]
        if lookups:
            await asyncio.wait(lookups, timeout=self._limit_s)
        return [self._status(model, lookup) for model, lookup in zip(models, lookups, strict=True)]

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
                return Status("unknown", f"the status cannot be told ({type(exc).__name__})")

    def _status(self, model: Model, lookup: asyncio.Task[Status]) -> Status:
        """What the lookup found; what is known from before where it found nothing, and that is not long ago."""
        model_id = model.record.id
        status = lookup.result() if lookup.done() else self._late(model)
        if status.state != "unknown":
            self._known[model_id] = status
            return status
        known = self._known.get(model_id)
        source = None if known is None else known.source
        if known is None or source is None or source.checked_at is None or _age(source.checked_at) > KEPT:
            return status
        problem = status.source.problem if status.source is not None else status.reason
        return replace(known, source=replace(source, problem=problem))

    def _late(self, model: Model) -> Status:
        problem = f"the status could not be told within {self._limit_s:g} s; list the models again"
        name = model.upstream.source if isinstance(model.upstream, Sourced) else None
        return Status("unknown", problem, None if name is None else Source(name, None, problem))

    def _description(self, model: Model, status: Status) -> JsonObject:
        record = model.record
        facts = model.upstream.facts() if isinstance(model.upstream, Informed) else facts_of(record)
        now = datetime.now(UTC)
        hours = hours_of(record, status, now)
        standing = _standing(status, self._breakers.of(record).trouble(), now)
        return {
            "id": record.id,
            "object": "model",
            "created": 0,
            "owned_by": record.provider,
            "provider": record.provider,
            "region": _region(record),
            "status": standing.state,
            "reason": standing.reason,
            "checked_at": iso(standing.checked_at),
            "until": iso(standing.until or hours.until),
            "stops_at": iso(hours.stops_at),
            "startable": hours.startable,
            "usd_per_hour": hours.usd_per_hour,
            "modalities": list(facts.modalities),
            "supports_streaming": True,
            "context_tokens": facts.context_tokens,
            "price": price_of(record),
            "fallback": list(record.fallback),
            "parameters": _parameters(model, facts),
            "unsupported_parameters": sorted(facts.not_taken()),
            "defaults": dict(record.defaults),
        }


@dataclass(frozen=True)
class _Standing:
    state: State
    reason: str | None
    checked_at: datetime | None
    until: datetime | None = None


def _standing(status: Status, trouble: Trouble | None, now: datetime) -> _Standing:
    """What is told of the model: what the last request found out, unless a newer look knows better."""
    checked_at = status.source.checked_at if status.source is not None else None
    if trouble is None or status.state not in ("ready", "unknown"):
        return _Standing(status.state, status.reason, checked_at)
    found_at = now - timedelta(seconds=trouble.age_s)
    if checked_at is not None and checked_at > found_at and trouble.shows:
        return _Standing(status.state, status.reason, checked_at)
    until = None if trouble.left_s is None else now + timedelta(seconds=trouble.left_s)
    return _Standing(trouble.state, trouble.reason, found_at, until)


def _age(time: datetime) -> timedelta:
    return datetime.now(UTC) - time


def _region(record: ModelRecord) -> str | None:
    region = record.fields.get("region")
    return region if isinstance(region, str) and region else None


def _parameters(model: Model, facts: ModelFacts) -> list[str] | None:
    if not isinstance(model.upstream, Translating):
        return None
    not_taken = facts.not_taken()
    return [name for name in model.upstream.parameters if name not in not_taken]
