"""Catalogs of any number of models, each with an endpoint of its own on SageMaker: the costliest kind to generate."""

from __future__ import annotations

RESOURCES_A_MODEL = 7  # log group, role, role policy, model, endpoint configuration, endpoint, discovery parameter
_HEAD = "version: 1\ndeployment: demo\nregion: us-east-1\nmodels:\n"
_ENTRY = """\
  - id: model-{number}
    provider: sagemaker
    source: {{huggingface: mistralai/Mistral-7B-Instruct-v0.3, revision: main}}
    container: vllm
    instance_type: ml.g5.2xlarge
    instances: {{min: 1}}
    environment: {{SM_VLLM_MAX_MODEL_LEN: "8192", SM_VLLM_DTYPE: bfloat16}}
    startup_timeout_s: 1800
    defaults: {{temperature: 0.6, top_p: 0.9, max_tokens: 512}}
"""


def catalog_text(number: int) -> str:
    """A catalog of `number` models."""
    return _HEAD + "".join(_ENTRY.format(number=index) for index in range(number))
