"""What a plan costs, before and after, by model and in sum.

In: the described plan (what is deployed), the deployment's plan (what will be) and a region's prices. Out: a
`CostChange`, its words and its JSON. Pure. Separate from the prices, which know no Terraform, and from the summary,
which knows no money.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from generator.deployment.plan_summary import model_name
from generator.planning import DeploymentPlan
from generator.pricing import (
    NOT_COUNTED,
    Cost,
    EndpointCost,
    EndpointUse,
    Prices,
    Usd,
    change_words,
    cost_of,
    cost_words,
    endpoint_uses,
)
from generator.pricing.running_hours import HOURS_PER_WEEK, hours_per_week

_CONFIG = "aws_sagemaker_endpoint_configuration"
_ENDPOINT = "aws_sagemaker_endpoint"
_TARGET = "aws_appautoscaling_target"
_SCHEDULE = "aws_scheduler_schedule"
_ABOUT_USE = {_CONFIG, _ENDPOINT, _TARGET, _SCHEDULE}


@dataclass(frozen=True)
class CostChange:
    """What the endpoints cost as they are deployed, and as they will be. Both at the same prices."""

    before: Cost
    after: Cost

    def __str__(self) -> str:
        if self.before.endpoints == self.after.endpoints:
            return f"Cost, now and then: {cost_words(self.after)} (prices: {self.after.source})\n{NOT_COUNTED}"
        lines = [f"  {model_id}: {was} -> {becomes}" for model_id, was, becomes in self._changed_models()]
        return "\n".join(
            [
                f"Cost now: {cost_words(self.before)}",
                f"Cost then: {cost_words(self.after)}",
                *lines,
                f"Change: {change_words(self.before, self.after)} (prices: {self.after.source})",
                NOT_COUNTED,
            ]
        )

    def document(self) -> dict[str, Any]:
        """The same for scripts. An amount is `{low, high}` in US dollars, or null where it is not known."""
        before, after = _by_model(self.before), _by_model(self.after)
        return {
            "source": self.after.source,
            "before": _sum(self.before),
            "after": _sum(self.after),
            "models": [
                {"id": each, "before": _amounts(before.get(each)), "after": _amounts(after.get(each))}
                for each in dict.fromkeys((*after, *before))
            ],
        }

    def _changed_models(self) -> Iterator[tuple[str, str, str]]:
        before, after = _by_model(self.before), _by_model(self.after)
        for model_id in dict.fromkeys((*after, *before)):
            was, becomes = before.get(model_id), after.get(model_id)
            if was != becomes:
                yield model_id, _words(was), _words(becomes)


def cost_change(document: Mapping[str, Any], plan: DeploymentPlan, prices: Prices) -> CostChange:
    """What `plan` costs beside what `document`, the described Terraform plan, says is deployed."""
    names = {entry.address: entry.model_id for entry in plan.discovery}
    return CostChange(cost_of(_deployed(document, names), prices), cost_of(endpoint_uses(plan.endpoints), prices))


def _deployed(document: Mapping[str, Any], names: Mapping[str, str]) -> Iterator[EndpointUse]:
    """How the endpoints that Terraform's state knows use their machines; a stopped one uses none."""
    models: dict[str, dict[str, Mapping[str, Any]]] = {}
    for each in document.get("resource_changes", []):
        before = each["change"].get("before")
        if before and each.get("type") in _ABOUT_USE:
            name = model_name(each["type"], each["name"])
            models.setdefault(name, {})[_kind(each["type"], before)] = before
    for name, found in models.items():
        if _CONFIG in found:
            yield _use(names.get(name, name), found)


def _kind(type_: str, values: Mapping[str, Any]) -> str:
    """The resource's type; of a schedule, what it does."""
    if type_ != _SCHEDULE:
        return type_
    return "start" if values["target"][0]["arn"].endswith(":createEndpoint") else "stop"


def _use(model_id: str, found: Mapping[str, Mapping[str, Any]]) -> EndpointUse:
    variant = found[_CONFIG]["production_variants"][0]
    start, stop = (found.get(kind, {}).get("schedule_expression", "") for kind in ("start", "stop"))
    count = variant["initial_instance_count"] if start or _ENDPOINT in found else 0
    target = found.get(_TARGET, {}) if count else {}
    return EndpointUse(
        model_id=model_id,
        instance_type=variant["instance_type"],
        min_count=target.get("min_capacity", count),
        max_count=target.get("max_capacity", count),
        hours_per_week=hours_per_week(_bare(start), _bare(stop)) if start else HOURS_PER_WEEK,
    )


def _bare(expression: str) -> str:
    return expression.removeprefix("cron(").removesuffix(")")


def _by_model(cost: Cost) -> dict[str, EndpointCost]:
    return {each.use.model_id: each for each in cost.endpoints}


def _words(cost: EndpointCost | None) -> str:
    return cost_words(cost) if cost else "nothing"


def _sum(cost: Cost) -> dict[str, Any]:
    return {
        "hourly_usd": _amount(cost.hourly),
        "monthly_usd": _amount(cost.monthly),
        "unknown": [each.use.model_id for each in cost.unknown],
    }


def _amounts(cost: EndpointCost | None) -> dict[str, Any] | None:
    if cost is None:
        return None
    return {"hourly_usd": _amount(cost.hourly), "monthly_usd": _amount(cost.monthly), "why": cost.why}


def _amount(amount: Usd | None) -> dict[str, float] | None:
    return None if amount is None else {"low": round(amount.low, 4), "high": round(amount.high, 4)}
