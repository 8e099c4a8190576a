"""A model that cannot fit its instance is warned of with the sum; a size that no name gives is never guessed."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.catalog import SageMakerEntry
from generator.families.instance_types import PROVIDER_TYPES
from generator.model_fit import FitWarning, fit
from generator.parameter_counts import ModelSize, model_size


def _entry(source: dict[str, str] | None, instance_type: str = "ml.g5.xlarge", **others: Any) -> SageMakerEntry:
    document = {"id": "m", "provider": "sagemaker", "instance_type": instance_type, "source": source, **others}
    return SageMakerEntry.model_validate(document)


SIZES = {
    "mistralai/Mistral-7B-Instruct-v0.3": (7, 2.0, "16 bits"),
    "mistralai/Mixtral-8x7B-Instruct-v0.1": (46.7, 2.0, "16 bits"),
    "mistralai/Mixtral-8x22B-v0.1": (141, 2.0, "16 bits"),
    "HuggingFaceTB/SmolLM2-135M-Instruct": (0.135, 2.0, "16 bits"),
    "Qwen/Qwen2.5-0.5B": (0.5, 2.0, "16 bits"),
    "casperhansen/Llama-3.3-70B-Instruct-AWQ": (70, 0.55, "4 bits"),
    "google/gemma-3-27b-it": (27, 2.0, "16 bits"),
    "deepseek-ai/DeepSeek-R1-Distill-Qwen-32B": (32, 2.0, "16 bits"),
    "openai/gpt-oss-20b": (20, 0.55, "4 bits"),
    "Qwen/Qwen3-30B-A3B": (30, 2.0, "16 bits"),
    "meta-llama/Llama-4-Scout-17B-16E-Instruct": (109, 2.0, "16 bits"),
    "meta-llama/Llama-3.1-405B-Instruct-FP8": (405, 1.0, "8 bits"),
    "neuralmagic/Meta-Llama-3-8B-quantized.w4a16": (8, 0.55, "4 bits"),
    "unsloth/llama-3-8b-bnb-4bit": (8, 0.55, "4 bits"),
    "openlm-research/open_llama_3b_v2": (3, 2.0, "16 bits"),
    "TinyLlama/TinyLlama-1.1B-intermediate-step-1431k-3T": (1.1, 2.0, "16 bits"),
    "Qwen/Qwen2.5-7B-Instruct-1M": (7, 2.0, "16 bits"),
    "s3://weights/mistral-7b/": (7, 2.0, "16 bits"),
}


@pytest.mark.parametrize(("name", "expected"), SIZES.items(), ids=SIZES)
def test_a_size_is_read_from_a_name(name: str, expected: tuple[float, float, str]) -> None:
    assert model_size(name) == ModelSize(*expected)


@pytest.mark.parametrize(
    "name",
    [
        "deepseek-ai/DeepSeek-R1",
        "openai-community/gpt2",
        "google/gemma-3n-E4B-it",
        "Qwen/Qwen1.5-MoE-A2.7B",
        "someone/Qwen2-4x7B-merge",
        "someone/Thing-17B-32E",
        "TheBloke/Llama-2-13B-GGUF",
        "mlx-community/Llama-3.2-3B-mlx",
        "70B/model",
        "model-with-tokens4B",
        "0B",
        "",
    ],
)
def test_no_size_is_guessed(name: str) -> None:
    assert model_size(name) is None


def test_what_the_server_is_told_counts_before_the_name() -> None:
    assert model_size("x/Llama-3-8B-AWQ", "fp8") == ModelSize(8, 1.0, "8 bits")
    assert model_size("x/Llama-3-8B", "bitsandbytes") == ModelSize(8, 2.0, "16 bits")


@given(st.text(max_size=300) | st.from_regex(r"[A-Za-z0-9._x/-]{0,60}", fullmatch=True), st.text(max_size=20))
def test_any_name_is_read_without_an_error(name: str, precision: str) -> None:
    size = model_size(name, precision)

    assert size is None or 0 < size.gigabytes < 100_000 * 4


def test_the_warning_shows_its_sum_and_the_smallest_type_that_fits() -> None:
    warning = fit(_entry({"huggingface": "mistralai/Mixtral-8x7B-v0.1"}))

    assert warning == FitWarning(
        model_id="m",
        message=(
            "'mistralai/Mixtral-8x7B-v0.1' needs about 93 GB for its weights in 16 bits (46.7 B parameters x 2 bytes), "
            "and ml.g5.xlarge has 24 GB of GPU memory (1 x A10G), a tenth of which the server leaves free; "
            "choose ml.g6e.12xlarge (192 GB) or a quantized version of the model (AWQ, say)"
        ),
        needed_gb=93.4,
        available_gb=24,
    )


@pytest.mark.parametrize(
    ("source", "instance_type", "advice"),
    [
        pytest.param(
            {"huggingface": "x/Llama-3.3-70B-AWQ"}, "ml.g5.xlarge", "choose ml.g6e.xlarge (48 GB)", id="quantized"
        ),
        pytest.param(
            {"huggingface": "x/Llama-3.1-405B-FP8"},
            "ml.g5.48xlarge",
            "choose ml.p4de.24xlarge (640 GB) or a quantized version of the model (AWQ, say)",
            id="8 bits",
        ),
        pytest.param(
            {"huggingface": "x/Huge-9000B-AWQ"},
            "ml.g5.xlarge",
            "no type that we know is large enough; choose a smaller model",
            id="none fits, quantized",
        ),
        pytest.param(
            {"huggingface": "x/Huge-9000B"},
            "ml.g5.xlarge",
            "no type that we know is large enough; choose a quantized version of the model (AWQ, say)",
            id="none fits",
        ),
        pytest.param(
            {"s3": "s3://weights/llama-70b.tar.gz"},
            "ml.inf2.xlarge",
            "choose ml.inf2.24xlarge (192 GB) or a quantized version of the model (AWQ, say)",
            id="the same vendor's",
        ),
    ],
)
def test_the_advice_is_one_that_helps(source: dict[str, str], instance_type: str, advice: str) -> None:
    warning = fit(_entry(source, instance_type))

    assert warning is not None
    assert warning.message.rpartition("; ")[2] == advice.rpartition("; ")[2]
    assert warning.message.endswith(advice)


@pytest.mark.parametrize(
    ("source", "instance_type", "others"),
    [
        pytest.param({"huggingface": "x/Llama-3-8B"}, "ml.g5.xlarge", {}, id="fits"),
        pytest.param({"huggingface": "x/no-number"}, "ml.g4dn.xlarge", {}, id="size unknown"),
        pytest.param({"huggingface": "x/Llama-3-70B"}, "ml.m5.xlarge", {}, id="no accelerator"),
        pytest.param({"jumpstart": "llm-llama-3-1-70b", "version": "1.0.0"}, "ml.g5.xlarge", {}, id="JumpStart"),
        pytest.param(
            None,
            "ml.g5.xlarge",
            {"container": {"image": "1" * 12 + ".dkr.ecr.us-east-1.amazonaws.com/a:1"}},
            id="own image",
        ),
        pytest.param(
            {"huggingface": "x/Llama-3-13B"},
            "ml.g5.xlarge",
            {"environment": {"SM_VLLM_QUANTIZATION": "fp8"}},
            id="quantized by the server",
        ),
    ],
)
def test_no_warning(source: dict[str, str] | None, instance_type: str, others: dict[str, Any]) -> None:
    assert fit(_entry(source, instance_type, **others)) is None


@given(st.integers(1, 2000), st.sampled_from(PROVIDER_TYPES))
def test_more_memory_never_makes_a_warning(billions: int, instance_type: str) -> None:
    source = {"huggingface": f"x/model-{billions}B"}
    warning = fit(_entry(source, instance_type))

    if warning is not None and "choose ml." in warning.message:
        advised = warning.message.rpartition("choose ")[2].split(" ")[0]
        assert fit(_entry(source, advised)) is None
