"""A saved Terraform plan -> what it would do to each model, in words.

In: the document of `terraform show -json` and the models' Terraform names. Out: a `PlanSummary`. Pure. Separate because
Terraform counts resources and people count models. The document holds sensitive values in clear, so whatever is
shown of it is listed here by name (`_TOLD`); of a container's environment only names are told.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from generator.terraform.events import PlannedChange

SHARED = "shared"
"""What belongs to the deployment and to no model; a model's id holds no space, so this is never shown as one."""

_ACTIONS = {
    ("no-op",): "noop",
    ("read",): "read",
    ("create",): "create",
    ("update",): "update",
    ("delete",): "delete",
    ("create", "delete"): "replace",
    ("delete", "create"): "replace",
    ("forget",): "forget",
}
_TOLD = {
    "aws_sagemaker_endpoint_configuration": (
        "production_variants.instance_type",
        "production_variants.initial_instance_count",
        "production_variants.inference_ami_version",
        "production_variants.container_startup_health_check_timeout_in_seconds",
        "production_variants.volume_size_in_gb",
    ),
    "aws_sagemaker_model": ("primary_container.image",),
    "aws_appautoscaling_target": ("min_capacity", "max_capacity"),
    "aws_scheduler_schedule": ("schedule_expression", "schedule_expression_timezone"),
    "aws_lambda_function": ("memory_size", "timeout", "architectures", "runtime"),
    "aws_cloudwatch_log_group": ("retention_in_days",),
}
_ENDPOINT = "aws_sagemaker_endpoint"
_TO_ENDPOINT = {  # what Terraform does to it -> what that is to a person
    "create": ("start", "create the endpoint"),
    "update": ("update", "update the endpoint in place"),
    "replace": ("replace", "replace the endpoint: it does not answer until the new one is ready"),
    "delete": ("stop", "delete the endpoint; its model and configuration stay"),
}
_VERBS = {"create": "add", "delete": "remove", "import": "take over"}


@dataclass(frozen=True)
class ResourceChange:
    """One resource that would change. `details` are sentences without a subject: `instance_type a -> b`."""

    address: str
    action: str
    details: tuple[str, ...] = ()

    @property
    def type(self) -> str:
        return self.address.split(".", 1)[0]


@dataclass(frozen=True)
class ModelChange:
    """What would happen to one model, or to what all share (`id` is then `shared`).

    `action` is `add | remove | start | stop | replace | update`, `summary` the same in a person's words.
    """

    id: str
    action: str
    summary: str
    resources: tuple[ResourceChange, ...]

    def __str__(self) -> str:
        return f"{self.id}: {self.summary}"


@dataclass(frozen=True)
class EndpointLoss:
    """An endpoint that the plan would delete; with `is_replaced` another takes its name afterwards."""

    model_id: str
    name: str
    address: str
    is_replaced: bool

    @property
    def is_scheduled(self) -> bool:
        """Whether it is a schedule's, which is then what stands at `address`."""
        return self.address.startswith("aws_scheduler_schedule.")


@dataclass(frozen=True)
class PlanSummary:
    """A plan by model: the catalog's models in its order, those that go, and at the end what all share.

    `endpoint_names` are those of all endpoints that are deployed by Terraform.
    """

    models: tuple[ModelChange, ...]
    losses: tuple[EndpointLoss, ...]
    endpoint_names: tuple[str, ...] = ()

    def __str__(self) -> str:
        return "\n".join(f"  {_SIGNS[model.action]} {model}" for model in self.models)

    @property
    def changes(self) -> tuple[PlannedChange, ...]:
        """All changes, as Terraform counts them."""
        return tuple(PlannedChange(each.address, each.action) for model in self.models for each in model.resources)


_SIGNS = {"add": "+", "start": "+", "remove": "-", "stop": "-", "replace": "±", "update": "~"}


def summarise(document: Mapping[str, Any], model_ids: Mapping[str, str]) -> PlanSummary:
    """Group a plan's changes by model.

    `document` is what `Terraform.describe` returns; `model_ids` are the catalog's ids by Terraform name. A model that
    the catalog no longer has is called by the id in its discovery parameter.
    """
    found = document.get("resource_changes", [])
    names = {**_former_ids(found), **model_ids}
    order = {model_id: number for number, model_id in enumerate((*model_ids.values(), *names.values()))}
    groups: dict[str, list[ResourceChange]] = {}
    for each in found:
        change = _change(each)
        if change is not None:
            groups.setdefault(owner(change.address, names), []).append(change)
    ids = sorted(groups, key=lambda model_id: (order.get(model_id, len(order)), model_id))
    ids.sort(key=lambda model_id: model_id == SHARED)
    kept = _kept(found, names)
    return PlanSummary(
        models=tuple(_model(model_id, tuple(groups[model_id]), is_kept=model_id in kept) for model_id in ids),
        losses=tuple(_losses(found, names)),
        endpoint_names=tuple(_endpoint_names(found)),
    )


def owner(address: str, model_ids: Mapping[str, str]) -> str:
    """The id of the model that the resource at `address` belongs to, else `shared`."""
    type_, _, name = address.rpartition(".")
    return model_ids.get(model_name(type_, name), SHARED)


def model_name(type_: str, name: str) -> str:
    """The Terraform name of the model that a resource of this type and name would belong to."""
    match type_:
        case "aws_ssm_parameter":
            return name.removeprefix("model_")
        case "aws_scheduler_schedule":
            return re.sub(r"^(start|stop)_|_(start|stop)$", "", name)
    return name


def _former_ids(found: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """The ids of models that are deployed, by Terraform name, as their discovery parameters tell them."""
    ids = {}
    for each in found:
        before = each["change"].get("before") or {}
        if each.get("type") == "aws_ssm_parameter" and each["name"].startswith("model_") and before.get("name"):
            ids[each["name"].removeprefix("model_")] = before["name"].rsplit("/", 1)[-1]
    return ids


def _change(each: Mapping[str, Any]) -> ResourceChange | None:
    change = each["change"]
    action = _ACTIONS.get(tuple(change["actions"]), "/".join(change["actions"]))
    if change.get("importing"):
        action = "import" if action == "noop" else action
    if action in ("noop", "read") or each.get("mode") == "data":
        return None
    return ResourceChange(each["address"], action, tuple(_details(each)) if action in ("update", "replace") else ())


def _details(each: Mapping[str, Any]) -> Iterator[str]:
    before, after = each["change"].get("before") or {}, each["change"].get("after") or {}
    for path in _TOLD.get(each["type"], ()):
        was, becomes = _value(before, path), _value(after, path)
        if was != becomes and becomes is not None:
            yield f"{path.rsplit('.', 1)[-1]} {_shown(was)} -> {_shown(becomes)}"
    if each["type"] == "aws_sagemaker_model":
        yield from _environment_details(before, after)


def _environment_details(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    was = _value(before, "primary_container.environment") or {}
    becomes = _value(after, "primary_container.environment") or {}
    changed = sorted(key for key in {*was, *becomes} if was.get(key) != becomes.get(key))
    if changed:
        yield f"environment {', '.join(changed)}"


def _value(values: Mapping[str, Any], path: str) -> Any:
    """What stands at `path`; of a block, which Terraform keeps as a list, the first."""
    found: Any = values
    for key in path.split("."):
        if isinstance(found, list):
            found = found[0] if found else None
        found = found.get(key) if isinstance(found, Mapping) else None
    return found


def _shown(value: Any) -> str:
    return "none" if value in (None, "", 0, []) else ", ".join(value) if isinstance(value, list) else str(value)


def _kept(found: Iterable[Mapping[str, Any]], names: Mapping[str, str]) -> set[str]:
    """The models of which something exists and stays."""
    return {
        owner(each["address"], names)
        for each in found
        if each["change"].get("before") and "delete" not in each["change"]["actions"]
    }


def _model(model_id: str, resources: tuple[ResourceChange, ...], *, is_kept: bool) -> ModelChange:
    details = "; ".join(dict.fromkeys(detail for resource in resources for detail in resource.details))
    told = f" ({details})" if details else ""
    actions = {resource.action for resource in resources}
    endpoint = next((resource.action for resource in resources if resource.type == _ENDPOINT), None)
    if model_id != SHARED and not is_kept and actions in ({"create"}, {"delete"}):
        action = summary = "add" if "create" in actions else "remove"
    elif endpoint in _TO_ENDPOINT:
        action, words = _TO_ENDPOINT[endpoint]
        summary = words + told
    else:
        action, summary = "update", _counted(resources, actions) + told
    return ModelChange(model_id, action, summary, resources)


def _counted(resources: tuple[ResourceChange, ...], actions: set[str]) -> str:
    """`change 2 resources: aws_ssm_parameter, aws_iam_role`, for what has no better words."""
    types = ", ".join(dict.fromkeys(resource.type for resource in resources))
    verb = _VERBS.get(next(iter(actions)), "change") if len(actions) == 1 else "change"
    return f"{verb} {len(resources)} {'resource' if len(resources) == 1 else 'resources'}: {types}"


def _losses(found: Iterable[Mapping[str, Any]], names: Mapping[str, str]) -> Iterator[EndpointLoss]:
    for each in found:
        if each.get("type") == _ENDPOINT and "delete" in each["change"]["actions"]:
            name = (each["change"].get("before") or {}).get("name", "")
            is_replaced = "create" in each["change"]["actions"]
            yield EndpointLoss(owner(each["address"], names), name, each["address"], is_replaced)


def _endpoint_names(found: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    for each in found:
        if each.get("type") == _ENDPOINT and each["change"].get("before"):
            yield each["change"]["before"]["name"]
