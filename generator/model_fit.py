"""Whether a model plausibly fits the instance that a catalog gives it. Pure.

In: an entry with an endpoint of its own. Out: a warning that shows the sum it rests on, or None where the model fits
or its size is not known. A warning and no error: names lie, servers quantize, and somebody may know better. It is
worth having because the other way to learn of it is half an hour of waiting for an endpoint that runs out of memory.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from generator.catalog import HuggingFaceSource, S3Source, SageMakerEntry
from generator.families.instance_types import PROVIDER_TYPES
from generator.families.instances import InstanceFacts, instance_facts
from generator.parameter_counts import ModelSize, model_size

# What vLLM takes of a GPU's memory for weights and cache together, --gpu-memory-utilization (docs.vllm.ai, "Engine
# Arguments", read on 2026-11-22); the other servers leave about as much.
_SHARE_FOR_THE_MODEL = 0.9
_PRECISION_VARIABLES = (
    "SM_VLLM_QUANTIZATION",
    "SM_SGLANG_QUANTIZATION",
    "OPTION_QUANTIZE",
    "HF_MODEL_QUANTIZE",
)


@dataclass(frozen=True)
class FitWarning:
    """A model that probably does not fit. The sizes are of the weights and of the instance's GPUs together, in GB."""

    model_id: str
    message: str
    needed_gb: float
    available_gb: int


def fit(entry: SageMakerEntry) -> FitWarning | None:
    """A warning where `entry`'s weights probably do not fit its instance's GPU memory.

    None where they fit, where the model's name gives no size, and where the instance has no accelerator or is not
    known (whether a container can run there at all is its family's to say).
    """
    name, facts = _name(entry), instance_facts(entry.instance_type)
    if name is None or facts is None or facts.kind is None:
        return None
    size = model_size(name, " ".join(_told(entry)))
    if size is None or _fits(size.gigabytes, facts):
        return None
    message = f"{name!r} needs about {size.gigabytes:,.0f} GB for its weights in {size.precision} ({_sum(size)}), "
    message += f"and {facts.name} has {_memory(facts)}; {_advice(size.gigabytes, facts, size.bytes_each >= 1)}"
    return FitWarning(entry.id, message, size.gigabytes, facts.accelerator_memory_gb)


def fit_of_files(entry: SageMakerEntry, gigabytes: float) -> FitWarning | None:
    """The same by the size of the weights' files, where somebody has counted them.

    Where the server is told to quantize them while it loads, what they then take is the name's to say.
    """
    facts = instance_facts(entry.instance_type)
    if any(_told(entry)):
        return fit(entry)
    if facts is None or facts.kind is None or _fits(gigabytes, facts):
        return None
    name = _name(entry) or entry.id
    size = model_size(name)
    is_whole = size is None or size.bytes_each >= 1
    message = f"{name!r} has {gigabytes:,.1f} GB of weights, and {facts.name} has {_memory(facts)}"
    message = f"{message}; {_advice(gigabytes, facts, is_whole)}"
    return FitWarning(entry.id, message, gigabytes, facts.accelerator_memory_gb)


def _name(entry: SageMakerEntry) -> str | None:
    """What the model is called. Not of JumpStart's models: their ids write 1.7B as `1-7b`, as they do versions, and
    JumpStart says itself which instance types they run on.
    """
    match entry.source:
        case HuggingFaceSource():
            return entry.source.huggingface
        case S3Source():
            return entry.source.s3.removesuffix(".tar.gz")
    return None


def _told(entry: SageMakerEntry) -> Iterator[str]:
    for variable in _PRECISION_VARIABLES:
        if value := entry.environment.get(variable):
            yield value


def _fits(gigabytes: float, facts: InstanceFacts) -> bool:
    return gigabytes <= facts.accelerator_memory_gb * _SHARE_FOR_THE_MODEL


def _sum(size: ModelSize) -> str:
    return f"{size.billions:g} B parameters x {size.bytes_each:g} bytes"


def _memory(facts: InstanceFacts) -> str:
    gpus = f"{facts.accelerators} x {facts.accelerator}"
    return f"{facts.accelerator_memory_gb} GB of GPU memory ({gpus}), a tenth of which the server leaves free"


def _advice(gigabytes: float, facts: InstanceFacts, is_whole: bool) -> str:
    """What else to choose; `is_whole` says that the weights are not in 4 bits already."""
    quantized = "a quantized version of the model (AWQ, say)" if is_whole else ""
    larger = _smallest_that_fits(gigabytes, facts)
    if larger is None:
        return f"no type that we know is large enough; choose {quantized or 'a smaller model'}"
    return " or ".join(filter(None, (f"choose {larger.name} ({larger.accelerator_memory_gb} GB)", quantized)))


def _smallest_that_fits(gigabytes: float, facts: InstanceFacts) -> InstanceFacts | None:
    """The smallest type of the same vendor, and no older than Turing, which is the oldest that CUDA 13 knows."""
    candidates = [
        other
        for other in filter(None, map(instance_facts, PROVIDER_TYPES))
        if other.kind and facts.kind and other.kind.vendor == facts.kind.vendor and _fits(gigabytes, other)
        if other.kind.vendor != "nvidia" or other.kind.capability >= (7, 5)
    ]
    order = [
        (other.accelerator_memory_gb, other.accelerators, other.memory_gib or 0, other.name) for other in candidates
    ]
    return candidates[order.index(min(order))] if order else None
