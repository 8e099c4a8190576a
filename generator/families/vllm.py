"""The vLLM container of AWS's Deep Learning Containers, as SageMaker runs it.

Image and variables: aws/deep-learning-containers, docs/src/data and scripts/docker/vllm/sagemaker_args.py, read
2026-08-21. A moving tag exists (`server-sagemaker-cuda`); the versioned one is pinned so that a deployment does not
change under its owner.
"""

from __future__ import annotations

from generator.families.containers import ContainerFamily

VLLM = ContainerFamily(
    name="vllm",
    repository="vllm",
    tag="server-sagemaker-cuda-v2.3",
    # The image is built for CUDA 13, whose own AMI (al2023-ami-sagemaker-inference-gpu-4-1) the AWS provider 5.100
    # refuses. This one (driver 550) starts it through CUDA's forward compatibility, as AWS's vLLM page reports; the
    # default AMI of g5 and g4dn (driver 470) does not, and fails without a log.
    inference_ami_version="al2-ami-sagemaker-inference-gpu-3-1",
    wire="messages",
    model_variable="SM_VLLM_MODEL",
    revision_variable="SM_VLLM_REVISION",
    # /ping is asked from outside the container: bound to localhost, as vLLM is by default, the health check fails.
    environment={"SM_VLLM_HOST": "0.0.0.0"},  # noqa: S104
)
