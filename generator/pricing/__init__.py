"""What the endpoints of a deployment cost: the sums that follow from prices, and their words. Pure.

In: how each endpoint uses its machines, and the prices of a region. Out: US dollars an hour and a month, as ranges
where autoscaling makes them one, with what is not known named and never counted as zero.

Only endpoints are counted, since they are what costs while nobody asks: see NOT_COUNTED.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Protocol

from generator.pricing.price_sources import Price, Prices, price_list, shipped_prices
from generator.pricing.running_hours import HOURS_PER_WEEK, hours_per_week

__all__ = [
    "MONTH_H",
    "NOT_COUNTED",
    "Cost",
    "EndpointCost",
    "EndpointUse",
    "Price",
    "Prices",
    "Usd",
    "change_words",
    "cost_of",
    "cost_words",
    "endpoint_uses",
    "price_list",
    "shipped_prices",
]

MONTH_H = 730
"""Hours of an average month (8,760 / 12), as AWS's pricing calculator counts it."""

NOT_COUNTED = (
    "Only endpoints are counted. Requests to Bedrock and to third parties, Lambda, DynamoDB, logs, storage and data "
    "transfer are billed by use; metrics, alarms, dashboards and instances that are kept started by time."
)


@dataclass(frozen=True)
class EndpointUse:
    """How one endpoint uses its machines.

    The counts are of instances while it runs; both are 0 where it is stopped. `hours_per_week` None means that its
    schedule differs from week to week.
    """

    model_id: str
    instance_type: str
    min_count: int
    max_count: int
    hours_per_week: float | None = HOURS_PER_WEEK


@dataclass(frozen=True)
class Usd:
    """An amount of US dollars, between `low` and `high`."""

    low: float
    high: float

    def __add__(self, other: Usd) -> Usd:
        return Usd(self.low + other.low, self.high + other.high)

    def __mul__(self, factor: float) -> Usd:
        return Usd(self.low * factor, self.high * factor)

    def words(self, decimals: int) -> str:
        """`$1.41`, or `$1.41 to $2.82` where the two differ after rounding."""
        low, high = (f"${amount:,.{decimals}f}" for amount in (self.low, self.high))
        return low if low == high else f"{low} to {high}"


@dataclass(frozen=True)
class EndpointCost:
    """What one endpoint costs: an hour while it runs, and an average month. None is unknown, and `why` says why."""

    use: EndpointUse
    hourly: Usd | None
    monthly: Usd | None
    why: str | None = None

    @property
    def is_always_on(self) -> bool:
        return self.use.hours_per_week == HOURS_PER_WEEK


@dataclass(frozen=True)
class Cost:
    """What a deployment's endpoints cost. The sums are of what is known: `unknown` names what they leave out."""

    endpoints: tuple[EndpointCost, ...]
    source: str

    @property
    def hourly(self) -> Usd:
        """US dollars an hour while all endpoints run."""
        return sum((endpoint.hourly for endpoint in self.endpoints if endpoint.hourly), start=Usd(0, 0))

    @property
    def monthly(self) -> Usd:
        return sum((endpoint.monthly for endpoint in self.endpoints if endpoint.monthly), start=Usd(0, 0))

    @property
    def unknown(self) -> tuple[EndpointCost, ...]:
        return tuple(endpoint for endpoint in self.endpoints if endpoint.monthly is None)


class _Scaling(Protocol):
    @property
    def min_count(self) -> int: ...
    @property
    def max_count(self) -> int: ...


class _Schedule(Protocol):
    @property
    def start(self) -> str: ...
    @property
    def stop(self) -> str: ...


class _Endpoint(Protocol):
    @property
    def model_id(self) -> str: ...
    @property
    def instance_type(self) -> str: ...
    @property
    def instance_count(self) -> int: ...
    @property
    def scaling(self) -> _Scaling | None: ...
    @property
    def schedule(self) -> _Schedule | None: ...
    @property
    def is_stopped(self) -> bool: ...


def endpoint_uses(endpoints: Iterable[_Endpoint]) -> tuple[EndpointUse, ...]:
    """How a plan's endpoints (DeploymentPlan.endpoints) use their machines, in their order."""
    return tuple(_use(endpoint) for endpoint in endpoints)


def _use(endpoint: _Endpoint) -> EndpointUse:
    scaling, schedule = endpoint.scaling, endpoint.schedule
    low, high = (scaling.min_count, scaling.max_count) if scaling else (endpoint.instance_count,) * 2
    if endpoint.is_stopped:
        low = high = 0
    hours = hours_per_week(schedule.start, schedule.stop) if schedule else HOURS_PER_WEEK
    return EndpointUse(endpoint.model_id, endpoint.instance_type, low, high, hours)


def cost_of(uses: Iterable[EndpointUse], prices: Prices) -> Cost:
    """What `uses` cost at `prices`."""
    return Cost(tuple(_cost(use, prices) for use in uses), prices.source)


def _cost(use: EndpointUse, prices: Prices) -> EndpointCost:
    if use.max_count == 0:
        return EndpointCost(use, Usd(0, 0), Usd(0, 0))
    price = prices.hourly(use.instance_type)
    if price is None:
        why = f"no price of {use.instance_type} in {prices.region} is known"
        return EndpointCost(use, None, None, why)
    hourly = Usd(use.min_count * price.usd_per_hour, use.max_count * price.usd_per_hour)
    if use.hours_per_week is None:
        return EndpointCost(use, hourly, None, "its schedule differs from week to week")
    return EndpointCost(use, hourly, hourly * (MONTH_H * use.hours_per_week / HOURS_PER_WEEK))


def cost_words(cost: Cost | EndpointCost) -> str:
    """The cost in words: "$1.41 an hour, about $1,028 a month (730 h)"; what is unknown is said to be."""
    return _total_words(cost) if isinstance(cost, Cost) else _endpoint_words(cost)


def _endpoint_words(cost: EndpointCost) -> str:
    if cost.use.max_count == 0:
        return "nothing while stopped"
    if cost.hourly is None:
        return f"unknown ({cost.why})"
    hourly = f"{cost.hourly.words(2)} an hour"
    if cost.monthly is None:
        return f"{hourly} while it runs, unknown a month ({cost.why})"
    monthly = f"about {cost.monthly.words(0)} a month"
    if cost.is_always_on:
        return f"{hourly}, {monthly} ({MONTH_H} h)"
    return f"{hourly} while it runs, {monthly} ({cost.use.hours_per_week:g} h a week)"


def _total_words(cost: Cost) -> str:
    running = [endpoint for endpoint in cost.endpoints if endpoint.use.max_count]
    if not running:
        return "nothing: no endpoint runs"
    missing = "; ".join(f"{endpoint.use.model_id}: {endpoint.why}" for endpoint in cost.unknown)
    if all(endpoint.hourly is None for endpoint in running):
        return f"unknown ({missing})"
    when, hours = ("", f" ({MONTH_H} h)") if all(e.is_always_on for e in running) else (" while all run", "")
    known = f"{cost.hourly.words(2)} an hour{when}, about {cost.monthly.words(0)} a month{hours}"
    return f"{known}, and unknown for {len(cost.unknown)} of {len(running)} ({missing})" if missing else known


def change_words(before: Cost, after: Cost) -> str:
    """How the known cost changes, at full autoscaling: "+$1.41 an hour, about +$1,028 a month", or "unchanged".

    Meaningful only where both are counted at the same prices. What is unknown on either side is counted on neither:
    an endpoint that moves to a machine without a known price saves nothing by that.
    """
    unknown = {cost.use.model_id for cost in (*before.unknown, *after.unknown)}
    was, becomes = _without(before, unknown), _without(after, unknown)
    hourly, monthly = becomes.hourly.high - was.hourly.high, becomes.monthly.high - was.monthly.high
    is_unchanged = abs(hourly) < 0.005 and abs(monthly) < 0.5  # less than what is shown
    words = "unchanged" if is_unchanged else f"{_signed(hourly, 2)} an hour, about {_signed(monthly, 0)} a month"
    return f"{words}, not counting {', '.join(sorted(unknown))} (unknown)" if unknown else words


def _without(cost: Cost, model_ids: Collection[str]) -> Cost:
    return Cost(tuple(each for each in cost.endpoints if each.use.model_id not in model_ids), cost.source)


def _signed(amount: float, decimals: int) -> str:
    return f"{'-' if amount < 0 else '+'}${abs(amount):,.{decimals}f}"
