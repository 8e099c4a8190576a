"""Hugging Face's Text Generation Inference, as SageMaker runs it.

For deployments that have it already: upstream is in maintenance mode, and AWS's list of images no longer has it.
Image: the last that the SageMaker Python SDK knows (image_uri_config, huggingface-llm); variables: the image's
SageMaker entrypoint and text-generation-inference, router/src/sagemaker.rs; read 2026-08-21.
"""

from __future__ import annotations

from generator.families.container_family import ContainerFamily

TGI = ContainerFamily(
    name="tgi",
    repository="huggingface-pytorch-tgi-inference",
    tag="2.7.0-tgi3.3.6-gpu-py311-cu124-ubuntu22.04",
    model_variable="HF_MODEL_ID",
    revision_variable="HF_MODEL_REVISION",
    gpu_count_variable="SM_NUM_GPUS",
    # The new name, and the one that parts of it still read (huggingface/text-generation-inference, issue 479).
    token_variables=("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"),
)
