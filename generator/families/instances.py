"""What is known of SageMaker's instance types: accelerators, their memory, the disk.

Facts only. Separate from instance_types.py, which says what Terraform accepts: this says what a machine has, so that
a model that cannot fit, an image that cannot start and a volume that cannot be attached are found before AWS finds
them.

Sources, read on 2026-11-22. GPUs of g5 to g7e and p4d to p6: the answers of EC2's DescribeInstanceTypes of 2026-08-31
(us-west-2), as github.com/shawnawshk/model-viz keeps them (docs/instance-specs.md); of g4dn, p2 and p3: the AWS Batch
user guide, "Run GPU jobs", and RAPIDS' and others' copies of AWS's tables. inf1, inf2, trn1, trn2: the AWS Neuron
documentation, "Architecture". dl1 and host memory: OpenShift's list of AWS compute types (openshift/openshift-docs),
and AWS's announcement of G7. Compute capabilities: NVIDIA's table (developer.nvidia.com/cuda-gpus). Disks: AWS's pages
of the families. p6e-gb200, of which no such answer was at hand, is not listed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from generator.families.instance_types import NEWER_TYPES, PROVIDER_TYPES

MAX_VOLUME_GIB = 512
"""The largest volume of a production variant: botocore 1.44.5, sagemaker, ProductionVariantVolumeSizeInGB."""

Vendor = Literal["nvidia", "neuron", "habana"]


@dataclass(frozen=True)
class Accelerator:
    """One kind of GPU or chip, with the memory of one.

    `memory_gb` is the memory by name: what an A10G has as "24 GB" are 10^9 bytes each, what an H100 has as "80 GB" are
    2^30. `memory_mib` is what EC2 says. `capability` is CUDA's, (0, 0) where it is not NVIDIA's.
    """

    name: str
    vendor: Vendor
    memory_gb: int
    memory_mib: int
    capability: tuple[int, int] = (0, 0)


@dataclass(frozen=True)
class InstanceFacts:
    """One instance type. `memory_gib` is the host's, None where it is not known (types without an accelerator)."""

    name: str
    kind: Accelerator | None
    accelerators: int
    memory_gib: int | None
    has_nvme: bool

    @property
    def accelerator(self) -> str | None:
        """The accelerator's name, or None where there is none."""
        return self.kind.name if self.kind else None

    @property
    def accelerator_memory_gb(self) -> int:
        """The memory of all accelerators together, by name, 0 where there is none. They have no fewer 10^9 bytes."""
        return self.accelerators * self.kind.memory_gb if self.kind else 0

    @property
    def accelerator_memory_gib(self) -> int:
        """The memory of all accelerators together, in whole GiB, 0 where there is none."""
        return self.accelerators * self.kind.memory_mib // 1024 if self.kind else 0


def instance_facts(instance_type: str) -> InstanceFacts | None:
    """What is known of `instance_type` (`ml.g5.xlarge`), or None of one that SageMaker does not have or we lack."""
    return INSTANCES.get(instance_type)


def takes_volume_size(instance_type: str) -> bool:
    """Whether an endpoint's variant on `instance_type` may say `volume_size_in_gb`.

    SageMaker refuses it where the instance brings its own disks. The rule of the SageMaker Python SDK
    (volume_size_supported, and its issue #4828): a `d` in the family's name, or one of some families that have no `d`.
    """
    family = instance_type.removeprefix("ml.").split(".")[0]
    facts = instance_facts(instance_type)
    return "d" not in family and not family.startswith(_OWN_DISKS) and not (facts is not None and facts.has_nvme)


_OWN_DISKS = ("g5", "g6", "g7", "p5", "p6", "trn")

_K80 = Accelerator("K80", "nvidia", 12, 12288, (3, 7))
_V100 = Accelerator("V100", "nvidia", 16, 16384, (7, 0))
_T4 = Accelerator("T4", "nvidia", 16, 16384, (7, 5))
_A10G = Accelerator("A10G", "nvidia", 24, 22888, (8, 6))
_A100_40 = Accelerator("A100", "nvidia", 40, 40960, (8, 0))
_A100_80 = Accelerator("A100 80 GB", "nvidia", 80, 81920, (8, 0))
_L4 = Accelerator("L4", "nvidia", 24, 22888, (8, 9))
_L40S = Accelerator("L40S", "nvidia", 48, 45776, (8, 9))
_H100 = Accelerator("H100", "nvidia", 80, 81920, (9, 0))
_H200 = Accelerator("H200", "nvidia", 141, 144384, (9, 0))
_B200 = Accelerator("B200", "nvidia", 180, 183359, (10, 0))
_B300 = Accelerator("B300", "nvidia", 288, 275040, (10, 3))
_RTX_PRO_4500 = Accelerator("RTX PRO 4500", "nvidia", 32, 32768, (12, 0))
_RTX_PRO_6000 = Accelerator("RTX PRO 6000", "nvidia", 96, 98304, (12, 0))
_INFERENTIA = Accelerator("Inferentia", "neuron", 8, 8192)
_INFERENTIA2 = Accelerator("Inferentia2", "neuron", 32, 32768)
_TRAINIUM = Accelerator("Trainium", "neuron", 32, 32768)
_TRAINIUM2 = Accelerator("Trainium2", "neuron", 96, 98304)
_GAUDI = Accelerator("Gaudi", "habana", 32, 32768)

# Of each size "accelerators/host memory in GiB".
_SIZES_OF_G5 = (
    "xlarge 1/16 2xlarge 1/32 4xlarge 1/64 8xlarge 1/128 16xlarge 1/256 12xlarge 4/192 24xlarge 4/384 48xlarge 8/768"
)
_SIZES_OF_G6E = (
    "xlarge 1/32 2xlarge 1/64 4xlarge 1/128 8xlarge 1/256 16xlarge 1/512 12xlarge 4/384 24xlarge 4/768 48xlarge 8/1536"
)
# family: the accelerator, whether the instances bring NVMe disks, the sizes
_TABLE: Mapping[str, tuple[Accelerator, bool, str]] = {
    "p2": (_K80, False, "xlarge 1/61 8xlarge 8/488 16xlarge 16/732"),
    "p3": (_V100, False, "2xlarge 1/61 8xlarge 4/244 16xlarge 8/488"),
    "p4d": (_A100_40, True, "24xlarge 8/1152"),
    "p4de": (_A100_80, True, "24xlarge 8/1152"),
    "p5": (_H100, True, "4xlarge 1/256 48xlarge 8/2048"),
    "p5e": (_H200, True, "48xlarge 8/2048"),
    "p5en": (_H200, True, "48xlarge 8/2048"),
    "p6-b200": (_B200, True, "48xlarge 8/2048"),
    "p6-b300": (_B300, True, "48xlarge 8/4096"),
    "g4dn": (_T4, True, "xlarge 1/16 2xlarge 1/32 4xlarge 1/64 8xlarge 1/128 12xlarge 4/192 16xlarge 1/256"),
    "g5": (_A10G, True, _SIZES_OF_G5),
    "g6": (_L4, True, _SIZES_OF_G5),
    "g6e": (_L40S, True, _SIZES_OF_G6E),
    "g7": (_RTX_PRO_4500, True, "2xlarge 1/32 4xlarge 1/64 8xlarge 1/128 12xlarge 2/192 24xlarge 4/384 48xlarge 8/768"),
    "g7e": (
        _RTX_PRO_6000,
        True,
        "2xlarge 1/64 4xlarge 1/128 8xlarge 1/256 12xlarge 2/512 24xlarge 4/1024 48xlarge 8/2048",
    ),
    "inf1": (_INFERENTIA, False, "xlarge 1/8 2xlarge 1/16 6xlarge 4/48 24xlarge 16/192"),
    "inf2": (_INFERENTIA2, False, "xlarge 1/16 8xlarge 1/128 24xlarge 6/384 48xlarge 12/768"),
    "trn1": (_TRAINIUM, True, "2xlarge 1/32 32xlarge 16/512"),
    "trn1n": (_TRAINIUM, True, "32xlarge 16/512"),
    "trn2": (_TRAINIUM2, True, "48xlarge 16/2048"),
    "dl1": (_GAUDI, True, "24xlarge 8/768"),
}
_ACCELERATED = ("p", "g", "inf", "trn", "dl")


def _accelerated() -> Iterator[InstanceFacts]:
    for family, (accelerator, has_nvme, sizes) in _TABLE.items():
        words = sizes.split()
        for size, numbers in zip(words[::2], words[1::2], strict=True):
            count, memory_gib = map(int, numbers.split("/"))
            yield InstanceFacts(f"ml.{family}.{size}", accelerator, count, memory_gib, has_nvme)


def _without_accelerator() -> Iterator[InstanceFacts]:
    for name in PROVIDER_TYPES + NEWER_TYPES:
        family = name.split(".")[1]
        if not family.startswith(_ACCELERATED):
            yield InstanceFacts(name, None, 0, None, has_nvme="d" in family)


INSTANCES: Mapping[str, InstanceFacts] = {facts.name: facts for facts in (*_accelerated(), *_without_accelerator())}
