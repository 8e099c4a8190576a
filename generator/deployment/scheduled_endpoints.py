"""Endpoints that a schedule creates and deletes: what Terraform leaves to be done about them.

In: the deployment's plan, Terraform's state, AWS, and the time. Terraform owns the schedule and the configuration, and
not the endpoint, so that its plan is empty by day and by night. It therefore neither moves a running endpoint to
a new configuration, nor creates one whose hours have begun already, nor deletes one whose entry is gone.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from generator.deployment.live_endpoints import LiveEndpoints
from generator.deployment.plan_summary import SHARED, EndpointLoss, model_name
from generator.deployment.schedule_clock import is_due
from generator.deployment.state_facts import config_names
from generator.errors import AwsError
from generator.planning import DeploymentPlan, EndpointPlan

_SCHEDULE = "aws_scheduler_schedule"
_CONFIG = "aws_sagemaker_endpoint_configuration"


def catch_up(
    plan: DeploymentPlan,
    state: Mapping[str, Any],
    live: LiveEndpoints,
    now: datetime,
    taken_down: frozenset[str] = frozenset(),
) -> tuple[str, ...]:
    """Make scheduled endpoints what was applied, and say in a sentence each what was begun. Waits for nothing.

    Those of the names in `taken_down` ran before the apply, and are created whatever the time is.
    """
    configs = config_names(state)
    steps = (
        _catch_up(
            plan,
            endpoint,
            configs[endpoint.address],
            live,
            is_due=endpoint.name in taken_down or is_due(*_hours(endpoint), now),
        )
        for endpoint in plan.endpoints
        if endpoint.schedule and not endpoint.is_stopped and endpoint.address in configs
    )
    return tuple(step for step in steps if step)


def _hours(endpoint: EndpointPlan) -> tuple[str, str, str]:
    assert endpoint.schedule is not None  # noqa: S101 - asked of scheduled endpoints only
    return endpoint.schedule.start, endpoint.schedule.stop, endpoint.schedule.timezone


def _catch_up(
    plan: DeploymentPlan, endpoint: EndpointPlan, config: str, live: LiveEndpoints, *, is_due: bool
) -> str | None:
    found = live.find(endpoint.name)
    if found is None and is_due:
        live.create(endpoint.name, config, plan.tags)
        return f"{endpoint.model_id}: these are its hours, so its endpoint is being created; its schedule deletes it."
    if found is not None and found.config != config and found.status == "InService":
        _update(endpoint, config, live)
        return f"{endpoint.model_id}: its running endpoint is being updated to what was applied."
    if found is not None and found.config != config:
        return (
            f"{endpoint.model_id}: its endpoint is {found.status} with an older configuration; run terrachat apply "
            "again when that has ended."
        )
    return None


def _update(endpoint: EndpointPlan, config: str, live: LiveEndpoints) -> None:
    """Terraform has deleted the configuration that it runs, and AWS may refuse to update such an endpoint."""
    try:
        live.update(endpoint.name, config)
    except AwsError as error:
        raise AwsError(
            f"{endpoint.model_id}: its running endpoint still is as it was before: {error.message}",
            hint=f"Take it down and up again: terrachat stop {endpoint.model_id}; terrachat start {endpoint.model_id}",
        ) from error


def losses(document: Mapping[str, Any], names: Mapping[str, str]) -> Iterator[EndpointLoss]:
    """The endpoints of schedules that a described plan would take down.

    Those of schedules that go: nobody else would ever delete them. And those whose configuration is replaced: Terraform
    deletes the old one, which SageMaker forbids while an endpoint runs it and could then neither update nor patch.
    """
    found = document.get("resource_changes", [])
    replaced = {each["name"] for each in found if each.get("type") == _CONFIG and "delete" in each["change"]["actions"]}
    for each in found:
        before = each["change"].get("before")
        if each.get("type") != _SCHEDULE or not before or not before["target"][0]["arn"].endswith(":createEndpoint"):
            continue
        is_deleted = each["change"]["actions"] == ["delete"]
        address = model_name(_SCHEDULE, each["name"])
        if is_deleted or address in replaced:
            name = json.loads(before["target"][0]["input"])["EndpointName"]
            yield EndpointLoss(names.get(address, SHARED), name, each["address"], is_replaced=not is_deleted)


def delete(live: LiveEndpoints, names: Iterator[str] | tuple[str, ...]) -> tuple[str, ...]:
    """Delete these endpoints, those that exist, and wait until they are gone. Returns which they were."""
    gone = tuple(name for name in names if live.find(name) is not None)
    for name in gone:
        live.delete(name)
    for name in gone:
        live.wait_until_gone(name)
    return gone
