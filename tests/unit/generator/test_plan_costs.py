"""What a plan costs before and after, by model, at the same prices."""

from __future__ import annotations

from typing import Any

import pytest

from generator.catalog import Catalog
from generator.deployment.plan_costs import cost_change
from generator.families.lambda_runtime import ON_AWS
from generator.planning import DeploymentPlan, plan_deployment
from generator.pricing import NOT_COUNTED, Prices
from tests.unit.generator.played_terraform import resource

PRICES = Prices("us-east-1", {"ml.g5.xlarge": 1.0, "ml.g5.2xlarge": 1.5}, "a table of today")


def plan_of(*entries: dict[str, Any]) -> DeploymentPlan:
    base = {"provider": "sagemaker", "source": {"huggingface": "a/b"}, "instance_type": "ml.g5.xlarge"}
    models = [base | entry for entry in entries] + [{"id": "g", "provider": "openai", "model": "gpt-4o"}]
    catalog = {"version": 1, "deployment": "demo", "region": "us-east-1", "models": models}
    return plan_deployment(Catalog.model_validate(catalog), ON_AWS)


def config(name: str, instance_type: str = "ml.g5.xlarge", count: int = 1) -> dict[str, Any]:
    variant = {"instance_type": instance_type, "initial_instance_count": count}
    return resource(f"aws_sagemaker_endpoint_configuration.{name}", "no-op", before={"production_variants": [variant]})


def endpoint(name: str) -> dict[str, Any]:
    return resource(f"aws_sagemaker_endpoint.{name}", "no-op", before={"name": name})


def schedule(name: str, operation: str, hour: int) -> dict[str, Any]:
    target = [{"arn": f"arn:aws:scheduler:::aws-sdk:sagemaker:{operation}Endpoint"}]
    values = {"schedule_expression": f"cron(0 {hour} ? * MON-FRI *)", "target": target}
    return resource(f"aws_scheduler_schedule.{name}", "no-op", before=values)


SCALED = resource("aws_appautoscaling_target.m", "no-op", before={"min_capacity": 1, "max_capacity": 3})


@pytest.mark.parametrize(
    ("deployed", "hourly", "monthly"),
    [
        ([], (0, 0), (0, 0)),
        ([config("m", count=2), endpoint("m")], (2, 2), (1460, 1460)),
        ([config("m")], (0, 0), (0, 0)),
        ([config("m"), endpoint("m"), SCALED], (1, 3), (730, 2190)),
        (
            [config("m"), schedule("m_start", "create", 8), schedule("m_stop", "delete", 18)],
            (1, 1),
            (217.2619, 217.2619),
        ),
    ],
    ids=["nothing", "two instances", "stopped", "autoscaled", "office hours"],
)
def test_cost_of_what_is_deployed(
    deployed: list[dict[str, Any]], hourly: tuple[float, float], monthly: tuple[float, float]
) -> None:
    before = cost_change({"resource_changes": deployed}, plan_of({"id": "m"}), PRICES).document()["before"]

    assert before == {
        "hourly_usd": {"low": hourly[0], "high": hourly[1]},
        "monthly_usd": {"low": monthly[0], "high": monthly[1]},
        "unknown": [],
    }


def test_change_is_told_by_model_and_in_sum() -> None:
    plan = plan_of({"id": "m", "instance_type": "ml.g5.2xlarge"}, {"id": "new"})

    told = str(
        cost_change({"resource_changes": [config("m"), endpoint("m"), config("old"), endpoint("old")]}, plan, PRICES)
    )

    assert told.splitlines() == [
        "Cost now: $2.00 an hour, about $1,460 a month (730 h)",
        "Cost then: $2.50 an hour, about $1,825 a month (730 h)",
        "  m: $1.00 an hour, about $730 a month (730 h) -> $1.50 an hour, about $1,095 a month (730 h)",
        "  new: nothing -> $1.00 an hour, about $730 a month (730 h)",
        "  old: $1.00 an hour, about $730 a month (730 h) -> nothing",
        "Change: +$0.50 an hour, about +$365 a month (prices: a table of today)",
        NOT_COUNTED,
    ]


def test_what_has_no_price_is_unknown_and_not_nothing() -> None:
    change = cost_change({"resource_changes": []}, plan_of({"id": "m", "instance_type": "ml.p4d.24xlarge"}), PRICES)

    assert change.document()["after"]["unknown"] == ["m"]
    assert "unknown (m: no price of ml.p4d.24xlarge in us-east-1 is known)" in str(change)


def test_cost_that_stays_is_told_once() -> None:
    told = str(cost_change({"resource_changes": [config("m"), endpoint("m")]}, plan_of({"id": "m"}), PRICES))

    assert (
        told
        == "Cost, now and then: $1.00 an hour, about $730 a month (730 h) (prices: a table of today)\n" + NOT_COUNTED
    )
