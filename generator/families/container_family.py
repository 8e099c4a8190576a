"""What a serving container is to us: its image in each region, the environment that it reads, where it runs.

Facts only: planning asks, and nothing here decides. Separate from containers.py, which lists the families: each of
them has a module of its own, with its sources, and all are built from this class.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from generator.families.amis import cuda_version
from generator.families.instances import InstanceFacts, instance_facts
from generator.families.registry_accounts import REGISTRY_ACCOUNTS

WEIGHTS_FOLDER = "/opt/ml/model"
"""Where SageMaker puts weights from S3 (API reference, ContainerDefinition), and how a container is told of them: it
is the value of `model_variable` then."""

# What each CUDA dropped: 12.0 Kepler, 13.0 Maxwell to Volta. Source: NVIDIA's CUDA Toolkit release notes of 12.0 and
# 13.0, "Deprecated or Dropped Features", read on 2026-11-22.
_OLDEST_GPU = {12: (5, 0), 13: (7, 5)}


@dataclass(frozen=True)
class ContainerFamily:
    """A serving container of AWS's Deep Learning Containers.

    `model_variable` takes a name on the Hugging Face Hub, or WEIGHTS_FOLDER. A Hugging Face token goes into every one
    of `token_variables`. `gpu_count_value` None means that the number itself is the value of `gpu_count_variable`.
    `stream` is how a streamed answer's chunks are framed. `startup_timeout_s` covers pulling the image, fetching some
    ten GB of weights from the Hub and loading them.
    """

    name: str
    repository: str
    tag: str
    model_variable: str
    revision_variable: str
    gpu_count_variable: str
    gpu_count_value: str | None = None
    token_variables: tuple[str, ...] = ("HF_TOKEN",)
    environment: Mapping[str, str] = field(default_factory=dict)
    wire: Literal["messages"] = "messages"
    stream: Literal["sse", "json_lines"] = "sse"
    startup_timeout_s: int = 1800

    def image(self, region: str) -> str | None:
        """The image's URI in `region`, or None where AWS does not offer it (or we do not know the account)."""
        account = REGISTRY_ACCOUNTS.get(region)
        if account is None:
            return None
        suffix = "amazonaws.com.cn" if region.startswith("cn-") else "amazonaws.com"
        return f"{account}.dkr.ecr.{region}.{suffix}/{self.repository}:{self.tag}"

    @property
    def cuda(self) -> tuple[int, int]:
        """The CUDA version that the image is built for. Raises ValueError where the tag names none."""
        version = cuda_version(self.tag)
        if version is None:
            raise ValueError(f"the tag {self.tag!r} of {self.name!r} names no CUDA version")
        return version

    def gpu_environment(self, instance_type: str) -> dict[str, str]:
        """The variables that spread a model over all GPUs of `instance_type`; none where it has fewer than two."""
        facts = instance_facts(instance_type)
        if facts is None or facts.accelerators < 2:
            return {}
        return {self.gpu_count_variable: self.gpu_count_value or str(facts.accelerators)}

    def runs_on(self, instance_type: str) -> bool:
        """Whether the image can start on `instance_type`. True for a type of which nothing is known."""
        return self.why_not_on(instance_type) is None

    def why_not_on(self, instance_type: str) -> str | None:
        """Why the image cannot start on `instance_type` and what to choose instead, or None where it can."""
        facts = instance_facts(instance_type)
        obstacle = None if facts is None else self._obstacle(facts)
        if obstacle is None:
            return None
        return (
            f"the container {self.name!r} needs an NVIDIA GPU that CUDA {self.cuda[0]} supports, and {instance_type} "
            f"{obstacle}; choose a GPU type such as ml.g5.xlarge or ml.g6.xlarge, or an image of your own"
        )

    def _obstacle(self, facts: InstanceFacts) -> str | None:
        if facts.kind is None:
            return "has no GPU"
        if facts.kind.vendor != "nvidia":
            return f"has {facts.kind.name} chips instead"
        if facts.kind.capability < _OLDEST_GPU[self.cuda[0]]:
            return f"has the older {facts.kind.name}"
        return None
