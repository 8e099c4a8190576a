"""The SGLang container of AWS's Deep Learning Containers, as SageMaker runs it.

Image: aws/deep-learning-containers, docs/src/data/sglang/0.5.17-gpu-sagemaker.yml; variables: its SageMaker
entrypoint and docs/sglang/deployment/sagemaker.md, read 2026-08-21: every SM_SGLANG_X_Y becomes SGLang's option
--x-y, and the host, the port and /opt/ml/model are its defaults. The Ubuntu image is pinned: the Amazon Linux one is
built for H100 and Blackwell GPUs only (docs/sglang/index.md).
"""

from __future__ import annotations

from generator.families.container_family import ContainerFamily

SGLANG = ContainerFamily(
    name="sglang",
    repository="sglang",
    tag="0.5.17-gpu-py312-cu130-ubuntu24.04-sagemaker",
    model_variable="SM_SGLANG_MODEL_PATH",
    revision_variable="SM_SGLANG_REVISION",
    gpu_count_variable="SM_SGLANG_TP_SIZE",
)
