"""The keys of a SageMaker entry that cannot stand together, or cannot do without each other. Pure.

Separate from conflicts.py because these are SageMaker's rules, each with its source.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from generator.catalog.conflict import Conflict, Parts, mapping, text, whole
from generator.catalog.echoing import quoted
from generator.families.containers import CONTAINERS
from generator.families.instance_types import PROVIDER_TYPES
from generator.families.instances import takes_volume_size

_TOKEN_VARIABLES = frozenset(name for family in CONTAINERS.values() for name in family.token_variables)


def endpoint_conflicts(entry: Mapping[str, Any], where: Parts) -> Iterator[Conflict]:
    """Yield the conflicts of the SageMaker entry at `where`."""
    if "endpoint" in entry:
        return
    yield from _weights(entry, where)
    yield from _scaling(entry, where)
    yield from _schedule(entry, where)
    yield from _volume(entry, where)
    yield from _token(entry, where)


def _weights(entry: Mapping[str, Any], where: Parts) -> Iterator[Conflict]:
    source, container = entry.get("source"), entry.get("container")
    if source is None and not isinstance(container, Mapping):
        example = "source: {huggingface: HuggingFaceTB/SmolLM2-135M-Instruct}"
        yield Conflict(where, f"missing key 'source': where the weights are, e.g. {example}")
    if "jumpstart" in mapping(source) and container is not None:
        yield Conflict((*where, "container"), "JumpStart names the model's image itself; remove 'container'")


def _scaling(entry: Mapping[str, Any], where: Parts) -> Iterator[Conflict]:
    instances = mapping(entry.get("instances"))
    least, most = _least(instances), whole(instances.get("max"))
    if least is not None and most is not None and most < least:
        words = f"the most instances, {most}, are fewer than the least, {least}; raise 'max' or lower 'min'"
        yield Conflict((*where, "instances", "max"), words)
    # SageMaker developer guide, automatic scaling: not for burstable instances, which T2 are; read on 2026-11-22.
    if most is not None and (text(entry.get("instance_type")) or "").startswith("ml.t2."):
        yield Conflict((*where, "instances", "max"), "SageMaker does not scale ml.t2 instances; remove 'max'")
    # botocore 1.44.5, sagemaker, RollingUpdatePolicy.MaximumBatchSize: 5 to 50 % of the variant; read on 2026-11-22.
    if entry.get("update") == "rolling" and least is not None and least < 2:
        words = "SageMaker replaces at most half of the instances at once, so that 'rolling' needs two"
        yield Conflict((*where, "update"), f"{words}; write instances: {{min: 2}}, or update: blue_green")
    elif entry.get("update") == "rolling" and least is not None and most is not None and most > least // 2 * 20:
        words = "SageMaker replaces 5 to 50 % of the instances at once, and no one number is that of both"
        remedy = f"write max: {least // 2 * 20} or less, a larger 'min', or update: blue_green"
        yield Conflict((*where, "update"), f"{words} {least} and {most}; {remedy}")


def _least(instances: Mapping[str, Any]) -> int | None:
    return whole(instances["min"]) if "min" in instances else 1


def _schedule(entry: Mapping[str, Any], where: Parts) -> Iterator[Conflict]:
    if entry.get("schedule") is None:
        return
    schedule = mapping(entry["schedule"])
    if mapping(entry.get("instances")).get("max") is not None:
        words = "what scales an endpoint needs one that is always there; remove 'schedule', or 'max' from 'instances'"
        yield Conflict((*where, "schedule"), words)
    if entry.get("stopped") in (True, "true"):
        words = "the schedule creates and deletes this endpoint; remove 'stopped', or remove 'schedule'"
        yield Conflict((*where, "stopped"), words)
    start, stop = text(schedule.get("start")), text(schedule.get("stop"))
    if start is not None and start == stop:
        yield Conflict((*where, "schedule", "stop"), "the endpoint would be created and deleted at the same time")


def _volume(entry: Mapping[str, Any], where: Parts) -> Iterator[Conflict]:
    instance_type = text(entry.get("instance_type"))
    if entry.get("volume_gib") is None or instance_type not in PROVIDER_TYPES:
        return
    if not takes_volume_size(instance_type):
        words = f"{quoted(instance_type)} has disks of its own, for which SageMaker takes no size; remove 'volume_gib'"
        yield Conflict((*where, "volume_gib"), words)


def _token(entry: Mapping[str, Any], where: Parts) -> Iterator[Conflict]:
    for name in mapping(entry.get("environment")):
        if name in _TOKEN_VARIABLES:
            words = f"a token in {name!r} could be read in Terraform's plan and state; remove it"
            yield Conflict((*where, "environment", name), f"{words}, and name its secret under 'huggingface'")
