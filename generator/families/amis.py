"""Which machine image of SageMaker's a container image needs, by the CUDA version in its tag. Pure.

Separate because a wrong one is the most opaque failure of all: the container never starts (CannotStartContainerError)
and no log is written. SageMaker's default for g4dn and g5 has NVIDIA driver 470, which starts no CUDA 12 image.

Sources: botocore 1.44.5, sagemaker, ProductionVariant.InferenceAmiVersion (the AMIs with their drivers), read
2026-11-22; aws/deep-learning-containers, test/test_utils/constants.py (which AMI its tests use for which CUDA) and
docs/sglang/deployment/sagemaker.md (CUDA 13 images on gpu-3-1), read 2026-08-21.
"""

from __future__ import annotations

import re

from generator.families.instances import instance_facts

# CUDA 12.4, driver 550. CUDA 13's own AMI is al2023-ami-sagemaker-inference-gpu-4-1 (driver 580), which the AWS
# provider 5.100 refuses; CUDA 13 images start here as well, through CUDA's forward compatibility.
_GPU = "al2-ami-sagemaker-inference-gpu-3-1"
_NEURON = "al2-ami-sagemaker-inference-neuron-2"

# Blackwell needs driver 570 or later (NVIDIA's GPU Operator, platform support, HGX B200). No AMI that the provider
# knows has it, so such types keep SageMaker's default.
_FIRST_UNKNOWN_TO_DRIVER_550 = (10, 0)

_CUDA_IN_TAG = re.compile(r"(?:^|[^a-z0-9])cu(\d{2})(\d)(?!\d)")
# The Amazon Linux images of vLLM and SGLang name no version; all of them are built for CUDA 13.0.
_SERVER_TAG = re.compile(r"server-(?:amzn2023-)?sagemaker-cuda")


def cuda_version(tag: str) -> tuple[int, int] | None:
    """The CUDA version that an image's tag names, or None where it names none."""
    if found := _CUDA_IN_TAG.search(tag):
        return int(found[1]), int(found[2])
    return (13, 0) if _SERVER_TAG.match(tag) else None


def inference_ami_version(tag: str, instance_type: str) -> str | None:
    """The AMI to ask for when the image with `tag` runs on `instance_type`; None leaves SageMaker's default.

    It is None for types without an accelerator, for images whose tag does not name a CUDA version of 12 or later (or
    Neuron, on Neuron types), and for types that we know nothing of.
    """
    facts = instance_facts(instance_type)
    if facts is None or facts.kind is None:
        return None
    if facts.kind.vendor == "neuron":
        return _NEURON if "neuron" in tag and facts.kind.name != "Inferentia" else None
    cuda = cuda_version(tag)
    if cuda is None or cuda < (12, 0) or facts.kind.capability >= _FIRST_UNKNOWN_TO_DRIVER_550:
        return None
    return _GPU if facts.kind.vendor == "nvidia" else None
