"""Whether the deployment's region has the instance types that the catalog names.

In: EC2's list of what it offers in the region. Out: a finding for each type, with the nearest ones that are there.
SageMaker has no such list. Its types are EC2's with `ml.` before them, so that what EC2 does not have in a region,
SageMaker has not either; whether SageMaker hosts endpoints on it there, its quota says (quotas.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any

from generator.aws_calls import calling
from generator.catalog import SageMakerEntry
from generator.families.instance_types import PROVIDER_TYPES
from generator.families.instances import InstanceFacts, instance_facts
from generator.preflight.findings import Check, Finding, Verdict
from generator.preflight.scene import Scene

_SUGGESTED = 3


def checks(scene: Scene) -> Iterator[Check]:
    """One check for each instance type that an entry needs now."""
    models: dict[str, list[str]] = {}
    for entry in scene.catalog.models:
        if isinstance(entry, SageMakerEntry) and not entry.stopped:
            models.setdefault(entry.instance_type, []).append(entry.id)
    for instance_type, ids in models.items():
        yield Check(
            f"offered/{instance_type}",
            _subject(instance_type, scene.region),
            partial(_examine, scene, instance_type, tuple(ids)),
            models=tuple(ids),
        )


def _subject(instance_type: str, region: str) -> str:
    return f"{instance_type} in {region}"


def _examine(scene: Scene, instance_type: str, models: tuple[str, ...]) -> Iterator[Finding]:
    ec2 = scene.aws.client("ec2", scene.region)
    subject, asked = _subject(instance_type, scene.region), f"ec2 DescribeInstanceTypeOfferings, {scene.region}"
    id_ = f"offered/{instance_type}"
    if instance_type in _offered(ec2, [instance_type]):
        reason = f"{scene.region} has {instance_type}. Whether one is free is known when it is asked for."
        yield Finding(id_, subject, Verdict.OK, reason, asked, "offered", models=models)
        return
    nearest = _nearest(ec2, instance_type)
    *first, last = nearest or ("another instance type",)
    choice = f"Choose {', '.join(first)}{' or ' if first else ''}{last}"
    choice += f", which {scene.region} has" if nearest else ""
    yield Finding(
        id_,
        subject,
        Verdict.BLOCKED,
        f"{scene.region} has no {instance_type}.",
        asked,
        "not offered",
        f"{choice}, or another region, in the catalog.",
        models,
    )


def _offered(ec2: Any, types: Iterable[str]) -> set[str]:
    """Those of `types` that the region has."""
    names = [type_.removeprefix("ml.") for type_ in types]
    with calling("DescribeInstanceTypeOfferings"):
        pages = ec2.get_paginator("describe_instance_type_offerings").paginate(
            LocationType="region", Filters=[{"Name": "instance-type", "Values": names}]
        )
        return {f"ml.{each['InstanceType']}" for page in pages for each in page["InstanceTypeOfferings"]}


def _nearest(ec2: Any, instance_type: str) -> tuple[str, ...]:
    """What the region has instead, the most alike first: enough accelerator memory, and as little more as possible."""
    wanted = instance_facts(instance_type)
    if wanted is None:
        return ()
    candidates = sorted(
        (facts for name in PROVIDER_TYPES if (facts := instance_facts(name)) and _will_do(facts, wanted)),
        key=lambda facts: (facts.accelerator_memory_gib, facts.accelerators, facts.memory_gib or 0, facts.name),
    )
    names = [facts.name for facts in candidates]
    offered = _offered(ec2, names) if names else set()
    return tuple(name for name in names if name in offered)[:_SUGGESTED]


def _will_do(facts: InstanceFacts, wanted: InstanceFacts) -> bool:
    """Whether what runs on `wanted` fits on `facts`: the vendor's containers, its generation, at least the memory."""
    if facts.name == wanted.name:
        return False
    if wanted.kind is None:  # without accelerators all that is known of a type is its name
        return facts.kind is None and facts.name.rpartition(".")[2] == wanted.name.rpartition(".")[2]
    return (
        facts.kind is not None
        and facts.kind.vendor == wanted.kind.vendor
        and facts.kind.capability[0] >= wanted.kind.capability[0]
        and facts.accelerator_memory_gib >= wanted.accelerator_memory_gib
    )
