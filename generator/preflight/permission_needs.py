"""What whoever deploys must be allowed to do, for one deployment: which actions, on which ARNs. Pure.

In: a deployment's plan and its account. Out: `Need`s. Separate from permissions.py, which asks IAM about them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from generator.catalog.partitions import partition_of
from generator.families.deploy_actions import (
    BACKEND_ACTIONS,
    BACKEND_KEY_ACTIONS,
    DEPLOY_ACTIONS,
    TOKEN_SECRET_ACTIONS,
)
from generator.families.grants import Grant
from generator.planning import BackendPlan, DeploymentPlan, EndpointPlan

# What stands for the part of a name that Terraform or AWS adds: their form, and no resource of anybody's.
_GENERATED = "0" * 26
_SECRET_SUFFIX = "-AbCdEf"  # noqa: S105 - of a secret's ARN
_STACK = "00000000-0000-0000-0000-000000000000"
_TARGET = "0" * 38
_LOAD_BALANCING = "0" * 16
_SHORTEST_PREFIX = 29  # of a name that is cut before something is added to it (EndpointPlan.name_prefix)

_Named = tuple[str, Mapping[str, str]]
_PACKAGE = (
    "aws_s3_bucket",
    "aws_s3_bucket_public_access_block",
    "aws_s3_bucket_server_side_encryption_configuration",
    "aws_s3_bucket_versioning",
    "aws_s3_object",
)
_HOSTING = (
    "aws_ecs_cluster",
    "aws_ecs_service",
    "aws_ecs_task_definition",
    "aws_lb",
    "aws_lb_listener",
    "aws_lb_listener_rule",
    "aws_lb_target_group",
    "aws_security_group",
    "aws_vpc_security_group_egress_rule",
    "aws_vpc_security_group_ingress_rule",
)


@dataclass(frozen=True)
class Need:
    """Actions that a deployment takes on one resource.

    `resource` is an ARN as the deployment's will be, `pattern` what a policy should name instead: all of the
    deployment's. `context` and `unless` are as in `Grant`.
    """

    actions: tuple[str, ...]
    resource: str
    pattern: str
    context: tuple[tuple[str, str], ...] = ()
    unless: str = ""


def needs(plan: DeploymentPlan, account: str, *, is_uploaded: bool = False) -> tuple[Need, ...]:
    """What deploying `plan` in `account` takes, each resource once.

    One resource stands for all of its kind: a policy that tells a deployment's own endpoints from one another is not
    asked about each. `is_uploaded` says that the handler's zip goes through a bucket.
    """
    common = {"partition": partition_of(plan.region), "region": plan.region, "account": account}
    prefixes = (f"{plan.name}-"[:_SHORTEST_PREFIX], f"terrachat/{plan.deployment}/", f"{plan.name}/")
    found: dict[tuple[str, tuple[tuple[str, str], ...], str], dict[str, None]] = {}
    for grant, names in _grants(plan, is_uploaded=is_uploaded):
        resource = grant.resource.format_map({**common, **names})
        found.setdefault((resource, grant.context, grant.unless), {}).update(dict.fromkeys(grant.actions))
    return tuple(
        Need(tuple(actions), resource, _pattern(resource, prefixes), context, unless)
        for (resource, context, unless), actions in found.items()
    )


def _grants(plan: DeploymentPlan, *, is_uploaded: bool) -> Iterator[tuple[Grant, Mapping[str, str]]]:
    for type_, names in _resources(plan, is_uploaded=is_uploaded):
        for grant in DEPLOY_ACTIONS[type_]:
            yield grant, names
    if plan.huggingface_secret and plan.huggingface_secret.arn:
        yield TOKEN_SECRET_ACTIONS, {"secret_arn": plan.huggingface_secret.arn}
    if plan.backend and plan.target == "aws":  # the local target's state is beside the module
        yield from _backend(plan.backend)


def _backend(backend: BackendPlan) -> Iterator[tuple[Grant, Mapping[str, str]]]:
    for grant in BACKEND_ACTIONS:
        yield grant, {"bucket": backend.bucket, "key": backend.key}
    key = backend.kms_key_id
    if key and "alias/" not in key:  # policies name keys, not aliases: which key that is, only AWS knows
        yield BACKEND_KEY_ACTIONS, {"region": backend.region, "key_id": key.rpartition("/")[2]}


def _resources(plan: DeploymentPlan, *, is_uploaded: bool) -> Iterator[_Named]:
    """The first resource of each type, with what its ARN is named by."""
    yield from _handler(plan)
    if is_uploaded:
        names = {"bucket": f"{plan.name}-{_GENERATED}", "key": "chat_handler.zip"}
        yield from ((type_, names) for type_ in _PACKAGE)
    yield from _endpoints(plan)
    yield from _hosting(plan)


def _handler(plan: DeploymentPlan) -> Iterator[_Named]:
    handler = {"name": plan.handler.name, "role": plan.handler.name, "layer": plan.handler.layer_arn}
    yield "aws_iam_role", handler
    yield "aws_iam_role_policy", handler
    yield "aws_cloudwatch_log_group", {"name": f"/aws/lambda/{plan.handler.name}"}
    yield "aws_lambda_function", handler
    yield "aws_lambda_function_url", handler
    yield from _start(plan)
    yield from _monitoring(plan)
    yield "aws_dynamodb_table", {"name": plan.conversations_table}
    if secret := _created_secret(plan):
        yield "aws_secretsmanager_secret", {"name": f"{secret}{_SECRET_SUFFIX}"}
        yield "aws_secretsmanager_secret_version", {"name": f"{secret}{_SECRET_SUFFIX}"}
    yield "aws_ssm_parameter", {"name": plan.handler_parameter}


def _start(plan: DeploymentPlan) -> Iterator[_Named]:
    if plan.handler.is_published:
        yield "aws_lambda_alias", {"name": plan.handler.name}
    if plan.handler.provisioned_concurrency:
        yield "aws_lambda_provisioned_concurrency_config", {"name": plan.handler.name}


def _monitoring(plan: DeploymentPlan) -> Iterator[_Named]:
    if plan.monitoring and plan.monitoring.dashboard:
        yield "aws_cloudwatch_dashboard", {"name": plan.monitoring.dashboard}
    if plan.monitoring and plan.monitoring.alarms:
        yield "aws_cloudwatch_metric_alarm", {"name": f"{plan.handler.name}-errors"}


def _hosting(plan: DeploymentPlan) -> Iterator[_Named]:
    hosting = plan.hosting
    if hosting is None:
        return
    names = {
        "name": plan.name,
        "cluster": plan.name,
        "service": "chat-page",
        "family": f"{plan.name}-chat-page",
        "role": f"{plan.name}-chat-page",
        "vpc": hosting.vpc,
        "generated": _LOAD_BALANCING,
        "target": _TARGET,
    }
    yield from ((type_, names) for type_ in _HOSTING)
    yield "aws_iam_role", names
    yield "aws_iam_role_policy", names
    yield "aws_cloudwatch_log_group", {"name": hosting.log_group}
    if hosting.is_scaled:
        yield "aws_appautoscaling_target of ECS", names
        yield "aws_appautoscaling_policy of ECS", names


def _created_secret(plan: DeploymentPlan) -> str | None:
    """The name of a secret that Terraform creates, if there is one."""
    if plan.api_keys.is_owned:
        return plan.api_keys.name
    token = plan.huggingface_secret
    return token.name if token and token.is_created else None


def _endpoints(plan: DeploymentPlan) -> Iterator[_Named]:
    named = _first(plan.endpoints)
    if named is None:
        return
    yield "aws_cloudwatch_log_group", {"name": f"/aws/sagemaker/Endpoints/{named.name}"}
    yield "aws_sagemaker_endpoint_configuration", _names(named)
    if running := _first(each for each in plan.endpoints if not each.is_stopped):
        yield (
            "aws_sagemaker_endpoint",
            _names(running),
        )  # that of a schedule is created by us where its hours have begun
    if open_ := _first(each for each in plan.endpoints if not each.uses_token):
        yield "aws_sagemaker_model", {**_names(open_), "name": open_.model_name.lower()}
    if gated := _first(each for each in plan.endpoints if each.uses_token):
        yield "aws_cloudformation_stack", {**_names(gated), "name": gated.model_name, "stack": _STACK}
    if scaled := _first(each for each in plan.endpoints if each.scaling and each.is_terraform_owned):
        yield "aws_appautoscaling_target", {**_names(scaled), "target": _TARGET}
        yield "aws_appautoscaling_policy", {**_names(scaled), "target": _TARGET}
    if scheduled := _first(plan.scheduled):
        group = {"group": plan.name, "role": f"{plan.name}-scheduler"}
        yield "aws_scheduler_schedule_group", group
        yield "aws_scheduler_schedule", {**group, "name": f"{scheduled.model_id}-start"}


def _names(endpoint: EndpointPlan) -> dict[str, str]:
    """What the ARNs of an endpoint's resources are named by: SageMaker's are in lower case, IAM's are not."""
    return {
        "name": endpoint.name.lower(),
        "config": f"{endpoint.name_prefix.lower()}{_GENERATED}",
        "role": f"{endpoint.name_prefix}{_GENERATED}",
    }


def _first(endpoints: Iterable[EndpointPlan]) -> EndpointPlan | None:
    return next(iter(endpoints), None)


def _pattern(resource: str, prefixes: tuple[str, ...]) -> str:
    """All resources like `resource` that are the deployment's: cut after what all their names begin with."""
    for prefix in prefixes:
        before, found, _ = resource.partition(prefix)
        if found:
            return f"{before}{prefix}*"
    return resource
