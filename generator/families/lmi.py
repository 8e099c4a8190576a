"""AWS's Large Model Inference container (DJL Serving), as SageMaker runs it.

Image: aws/deep-learning-containers, docs/src/data/djl-inference/0.36-lmi28.0.0-gpu.yml, read 2026-08-21. Variables:
docs.djl.ai, "LMI Starting Guide" and "LMI environment variable instruction", read 2026-11-22: OPTION_X is `option.x`
of a serving.properties.
"""

from __future__ import annotations

from generator.families.container_family import ContainerFamily

LMI = ContainerFamily(
    name="lmi",
    repository="djl-inference",
    tag="0.36.0-lmi28.0.0-cu130",
    model_variable="HF_MODEL_ID",
    revision_variable="OPTION_REVISION",
    gpu_count_variable="TENSOR_PARALLEL_DEGREE",
    gpu_count_value="max",
    # LMI streams JSON lines unless it is told otherwise; it is left so, since the output formatter also changes the
    # form of what it frames, and the handler reads both.
    stream="json_lines",
)
