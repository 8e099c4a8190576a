"""The vLLM container of AWS's Deep Learning Containers, as SageMaker runs it.

Image and variables: aws/deep-learning-containers, docs/src/data and scripts/docker/vllm/sagemaker_args.py, read
2026-08-21: every SM_VLLM_X_Y becomes vLLM's option --x-y. A moving tag exists (`server-sagemaker-cuda`); the versioned
one is pinned so that a deployment does not change under its owner.
"""

from __future__ import annotations

from generator.families.container_family import ContainerFamily

VLLM = ContainerFamily(
    name="vllm",
    repository="vllm",
    tag="server-sagemaker-cuda-v2.3",
    model_variable="SM_VLLM_MODEL",
    revision_variable="SM_VLLM_REVISION",
    gpu_count_variable="SM_VLLM_TENSOR_PARALLEL_SIZE",
    # /ping is asked from outside the container: bound to localhost, as vLLM is by default, the health check fails.
    environment={"SM_VLLM_HOST": "0.0.0.0"},  # noqa: S104
)
