"""Instance facts agree with the API's own lists, and with the rule about volumes."""

from __future__ import annotations

from typing import Any

import botocore.session
import pytest

from generator.families.instance_types import NEWER_TYPES, PROVIDER_TYPES
from generator.families.instances import (
    INSTANCES,
    MAX_VOLUME_GIB,
    Accelerator,
    InstanceFacts,
    instance_facts,
    takes_volume_size,
)

SAGEMAKER: Any = botocore.session.get_session().get_service_model("sagemaker")
# Types whose numbers no source at hand confirms.
UNSOURCED = {"ml.p6e-gb200.36xlarge"}


def test_every_type_of_the_provider_has_facts_and_no_other_type_has() -> None:
    assert INSTANCES.keys() == {*PROVIDER_TYPES, *NEWER_TYPES} - UNSOURCED
    assert INSTANCES.keys() <= set(SAGEMAKER.shape_for("ProductionVariantInstanceType").enum)


@pytest.mark.parametrize(
    ("instance_type", "expected"),
    [
        (
            "ml.g5.xlarge",
            InstanceFacts("ml.g5.xlarge", Accelerator("A10G", "nvidia", 24, 22888, (8, 6)), 1, 16, has_nvme=True),
        ),
        (
            "ml.g6e.48xlarge",
            InstanceFacts("ml.g6e.48xlarge", Accelerator("L40S", "nvidia", 48, 45776, (8, 9)), 8, 1536, has_nvme=True),
        ),
        (
            "ml.g7e.12xlarge",
            InstanceFacts(
                "ml.g7e.12xlarge", Accelerator("RTX PRO 6000", "nvidia", 96, 98304, (12, 0)), 2, 512, has_nvme=True
            ),
        ),
        ("ml.m5.xlarge", InstanceFacts("ml.m5.xlarge", None, 0, None, has_nvme=False)),
        ("ml.c6gd.xlarge", InstanceFacts("ml.c6gd.xlarge", None, 0, None, has_nvme=True)),
        ("ml.p6e-gb200.36xlarge", None),
        ("g5.xlarge", None),
        ("", None),
    ],
)
def test_facts_of_a_type(instance_type: str, expected: InstanceFacts | None) -> None:
    assert instance_facts(instance_type) == expected


@pytest.mark.parametrize(
    ("instance_type", "accelerator", "gigabytes", "gib"),
    [
        ("ml.g5.12xlarge", "A10G", 96, 89),
        ("ml.p4de.24xlarge", "A100 80 GB", 640, 640),
        ("ml.p5en.48xlarge", "H200", 1128, 1128),
        ("ml.inf2.48xlarge", "Inferentia2", 384, 384),
        ("ml.m5.large", None, 0, 0),
    ],
)
def test_the_memory_is_of_all_accelerators(
    instance_type: str, accelerator: str | None, gigabytes: int, gib: int
) -> None:
    facts = INSTANCES[instance_type]

    assert facts.accelerator == accelerator
    assert (facts.accelerator_memory_gb, facts.accelerator_memory_gib) == (gigabytes, gib)


def test_a_memory_by_name_is_never_more_than_there_is() -> None:
    kinds = {facts.kind for facts in INSTANCES.values() if facts.kind}

    assert [kind.name for kind in kinds if kind.memory_mib * 2**20 < kind.memory_gb * 10**9 * 0.999] == []


@pytest.mark.parametrize(
    ("instance_type", "expected"),
    [
        ("ml.m5.xlarge", True),
        ("ml.p3.2xlarge", True),
        ("ml.inf2.xlarge", True),
        ("ml.m5d.xlarge", False),
        ("ml.g4dn.xlarge", False),
        ("ml.g5.xlarge", False),
        ("ml.g6e.xlarge", False),
        ("ml.g7.2xlarge", False),
        ("ml.p5.48xlarge", False),
        ("ml.p6e-gb200.36xlarge", False),
        ("ml.trn1.2xlarge", False),
        ("ml.trn2.48xlarge", False),
    ],
)
def test_a_volume_is_only_for_machines_without_own_disks(instance_type: str, expected: bool) -> None:
    assert takes_volume_size(instance_type) is expected


def test_no_type_with_own_disks_takes_a_volume() -> None:
    assert [name for name, facts in INSTANCES.items() if facts.has_nvme and takes_volume_size(name)] == []


def test_the_largest_volume_is_the_apis() -> None:
    assert SAGEMAKER.shape_for("ProductionVariantVolumeSizeInGB").metadata["max"] == MAX_VOLUME_GIB
