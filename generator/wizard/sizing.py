"""Which instance type to propose for a model, and what speaks against one that was chosen. Pure.

In: how large a model is, in GB, or its name. Out: an instance type that holds it with room for chats, or None where
nothing is known. Separate from generator.model_fit, which judges what a catalog says and proposes nothing.
"""

from __future__ import annotations

from generator.catalog import HuggingFaceSource, SageMakerEntry
from generator.families.containers import CONTAINERS, DEFAULT_CONTAINER
from generator.families.instances import instance_facts
from generator.model_fit import fit, fit_of_files
from generator.parameter_counts import model_size

# From small to large, one for each size of GPU memory, and of those that have a price in the shipped table first.
_LADDER = (
    "ml.g5.2xlarge",
    "ml.g6e.2xlarge",
    "ml.g5.12xlarge",
    "ml.g6e.12xlarge",
    "ml.g6e.48xlarge",
    "ml.p5.48xlarge",
    "ml.p5en.48xlarge",
)
# A tenth of the memory is left free by the server (generator.model_fit), and another tenth at least is kept for chats:
# a choice of ours. A model of 8 B parameters in 16 bits is proposed a machine of 24 GB by it, one of 13 B a larger.
_SHARE_FOR_WEIGHTS = 0.8


def proposed_type(name: str, size_bytes: int | None = None) -> str | None:
    """The smallest type of the ladder that holds the model `name`, whose weights are `size_bytes` if that is known."""
    gigabytes = size_bytes / 1e9 if size_bytes else _by_name(name)
    if gigabytes is None:
        return None
    for each in _LADDER:
        facts = instance_facts(each)
        if facts and gigabytes <= facts.accelerator_memory_gb * _SHARE_FOR_WEIGHTS:
            return each
    return None


def objection(name: str, instance_type: str, size_bytes: int | None = None) -> str | None:
    """Why the model `name` will probably not run on `instance_type`, or None."""
    why_not = CONTAINERS[DEFAULT_CONTAINER].why_not_on(instance_type)
    if why_not:
        return why_not
    entry = SageMakerEntry(
        id="m", provider="sagemaker", source=HuggingFaceSource(huggingface=name), instance_type=instance_type
    )
    warning = fit_of_files(entry, size_bytes / 1e9) if size_bytes else fit(entry)
    return warning.message if warning else None


def _by_name(name: str) -> float | None:
    size = model_size(name)
    return size.gigabytes if size else None
