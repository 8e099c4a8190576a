"""What AWS still holds of a deployment after its destruction, and why.

In: the deployment's plan and the names of the endpoints that were destroyed. Out: `Leftover`s. Asked by tag, for what
we made, and by name, for what services made on their own behalf: logs that a dying container wrote, alarms of
autoscaling. Separate from Terraform, whose state says only what it knew of.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from generator.aws_calls import calling, client
from generator.deployment.live_endpoints import LiveEndpoints, log_group
from generator.errors import AwsError
from generator.naming import DEPLOYMENT_TAG
from generator.planning import DeploymentPlan

# Source: botocore 1.44.5, ecs, DeregisterTaskDefinition: "INACTIVE task definitions remain discoverable in your account
# indefinitely"; read on 2026-11-22.
_FORMER_TASK = "ECS keeps former task definitions for good; it is not used any more, and costs nothing"


@dataclass(frozen=True)
class Leftover:
    """Something that remains. `reason` says why, and what to do about it if anything."""

    kind: str
    name: str
    reason: str


def find(plan: DeploymentPlan, endpoints: Iterable[str], live: LiveEndpoints) -> tuple[Leftover, ...]:
    """Look for what remains. A question that AWS does not answer becomes a row that says so."""
    names = sorted({*endpoints, *(endpoint.name for endpoint in plan.endpoints)})
    looks: tuple[Callable[[], Iterator[Leftover]], ...] = (
        lambda: _endpoints(names, live),
        lambda: _logs(names, plan),
        lambda: _alarms(names, plan),
        lambda: _secrets(plan),
        lambda: _tagged(plan),
    )
    found: dict[str, Leftover] = {}
    for look in looks:
        try:
            for each in look():
                found.setdefault(each.name, each)
        except AwsError as error:
            found[error.message] = Leftover("unknown", error.message, "AWS did not say whether anything remains")
    return tuple(found.values())


def _endpoints(names: Iterable[str], live: LiveEndpoints) -> Iterator[Leftover]:
    for name in names:
        if (now := live.find(name)) is not None:
            yield Leftover("endpoint", name, f"it is {now.status} and costs money: delete it in the SageMaker console")


def _logs(names: Iterable[str], plan: DeploymentPlan) -> Iterator[Leftover]:
    logs = client("logs", plan.region)
    reason = "something wrote to it after it was deleted; it costs next to nothing, and can be deleted"
    hosted = [plan.hosting.log_group] if plan.hosting else []
    for group in (*map(log_group, names), f"/aws/lambda/{plan.handler.name}", *hosted):
        with calling(f"DescribeLogGroups of {group!r}"):
            found = logs.describe_log_groups(logGroupNamePrefix=group, limit=5)["logGroups"]
        if any(each["logGroupName"] == group for each in found):
            yield Leftover("log group", group, reason)


def _alarms(names: Iterable[str], plan: DeploymentPlan) -> Iterator[Leftover]:
    cloudwatch = client("cloudwatch", plan.region)
    hosted = [f"service/{plan.name}/chat-page"] if plan.hosting else []
    for scaled in (*(f"endpoint/{name}/" for name in names), *hosted):
        prefix = f"TargetTracking-{scaled}"  # as Application Auto Scaling names the alarms of its policies
        with calling(f"DescribeAlarms of {prefix!r}"):
            for alarm in cloudwatch.describe_alarms(AlarmNamePrefix=prefix)["MetricAlarms"]:
                yield Leftover("alarm", alarm["AlarmName"], "autoscaling made it and left it: delete it")


def _secrets(plan: DeploymentPlan) -> Iterator[Leftover]:
    prefix = f"terrachat/{plan.deployment}/"
    with calling(f"ListSecrets of {prefix!r}"):
        found = client("secretsmanager", plan.region).list_secrets(
            IncludePlannedDeletion=True, Filters=[{"Key": "name", "Values": [prefix]}]
        )["SecretList"]
    for secret in found:
        date = secret.get("DeletedDate")
        kept = "Terraform does not know of it: delete it in the Secrets Manager console, with what it holds"
        reason = f"scheduled for deletion since {date:%Y-%m-%d}; AWS forgets it by itself" if date else kept
        yield Leftover("secret", secret["ARN"], reason)  # by which it is listed once where it has the tag


def _tagged(plan: DeploymentPlan) -> Iterator[Leftover]:
    # The index of tags lags behind: it may list for some minutes what has gone already.
    with calling(f"GetResources of the tag {DEPLOYMENT_TAG}={plan.deployment!r}"):
        pages = client("resourcegroupstaggingapi", plan.region).get_paginator("get_resources")
        for page in pages.paginate(TagFilters=[{"Key": DEPLOYMENT_TAG, "Values": [plan.deployment]}]):
            for each in page["ResourceTagMappingList"]:
                arn = each["ResourceARN"]
                reason = (
                    _FORMER_TASK
                    if ":task-definition/" in arn
                    else "AWS lists it by its tag, some minutes beyond its end"
                )
                yield Leftover(arn.split(":")[2], arn, reason)
