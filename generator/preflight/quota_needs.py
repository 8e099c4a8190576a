"""How many instances of each type a deployment takes, beside what runs already. Pure.

In: the plan's endpoints, and which endpoints run in the region. Out: a `TypeNeed` for each instance type. Separate
from quotas.py, which asks AWS and judges: this is the arithmetic, and AWS does it in the same way: a quota is for all
endpoints of an account and region, whosever they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from generator.planning import EndpointPlan


@dataclass(frozen=True)
class Running:
    """An endpoint that exists: its name, and how many instances of one type it has or is getting."""

    name: str
    instance_type: str
    count: int


@dataclass(frozen=True)
class EntryNeed:
    """What one entry's endpoint takes of its type.

    Attributes:
        model_id: the entry.
        now: the instances of the type that its endpoint has already.
        deployed: the instances while the apply is made: those that it has, until the new ones serve, and the new ones.
        most: the most that load may bring.
        updated: the most while the endpoint is updated, under whatever load.

    """

    model_id: str
    now: int
    deployed: int
    most: int
    updated: int


@dataclass(frozen=True)
class TypeNeed:
    """What is needed of one instance type.

    `others` run in endpoints that are not the deployment's; `leaving` in those of its own that the catalog now has
    stopped or on another type, until the apply has seen to that.
    """

    instance_type: str
    entries: tuple[EntryNeed, ...]
    others: int = 0
    leaving: int = 0

    @property
    def deployed(self) -> int:
        """What an apply takes."""
        return self.others + self.leaving + sum(entry.deployed for entry in self.entries)

    @property
    def scaled(self) -> int:
        """What the deployment takes when all of it is scaled as far as the catalog allows."""
        return self.others + sum(entry.most for entry in self.entries)

    @property
    def updated(self) -> int:
        """What it takes while all its endpoints are updated at once, under whatever load."""
        return self.others + sum(entry.updated for entry in self.entries)

    @property
    def desired(self) -> int:
        """The quota with which nothing is refused."""
        return max(self.deployed, self.scaled, self.updated)

    @property
    def models(self) -> tuple[str, ...]:
        return tuple(entry.model_id for entry in self.entries)


def type_needs(endpoints: Iterable[EndpointPlan], running: Iterable[Running]) -> tuple[TypeNeed, ...]:
    """What is needed of each instance type, in the order of the catalog; `running` are all endpoints that there are."""
    planned = tuple(endpoints)
    own = {endpoint.name for endpoint in planned}
    held: dict[str, dict[str, int]] = {}
    for each in running:
        by_name = held.setdefault(each.instance_type, {})
        by_name[each.name] = by_name.get(each.name, 0) + each.count
    types = dict.fromkeys(endpoint.instance_type for endpoint in planned if not endpoint.is_stopped)
    return tuple(_type_need(type_, planned, own, held.get(type_, {})) for type_ in types)


def _type_need(
    instance_type: str, planned: tuple[EndpointPlan, ...], own: set[str], held: Mapping[str, int]
) -> TypeNeed:
    staying = [each for each in planned if each.instance_type == instance_type and not each.is_stopped]
    names = {each.name for each in staying}
    return TypeNeed(
        instance_type,
        tuple(_entry_need(each, held.get(each.name, 0)) for each in staying),
        others=sum(count for name, count in held.items() if name not in own),
        leaving=sum(count for name, count in held.items() if name in own - names),
    )


def _entry_need(endpoint: EndpointPlan, now: int) -> EntryNeed:
    least = endpoint.instance_count
    most = endpoint.scaling.max_count if endpoint.scaling else least
    # Scaling changes the number by itself; where nothing scales, another number is another configuration.
    is_resized = bool(now) and endpoint.scaling is None and now != least
    return EntryNeed(
        endpoint.model_id,
        now,
        deployed=_during_update(endpoint, now) if is_resized else max(now, least),
        most=most,
        updated=_during_update(endpoint, most),
    )


def _during_update(endpoint: EndpointPlan, running: int) -> int:
    """The instances while an update goes on: a new fleet beside the old one, or a batch beside what runs."""
    least = endpoint.instance_count
    if endpoint.schedule:  # it is deleted before it is created anew
        return max(running, least)
    if endpoint.update == "rolling":
        return max(running, least) + endpoint.rolling_batch
    return running + least
