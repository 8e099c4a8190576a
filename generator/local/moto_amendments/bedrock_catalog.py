"""The foundation models that Bedrock has on offer here, and where their inference profiles lead. Facts, and pure.

In: a region. Out: models and profiles, by AWS's own ids. Separate from bedrock.py, which answers with them: AWS adds
models every month. A model that is not listed exists all the same, like the real ones that this list lags behind.

Sources, read on 2026-11-22: AWS's model cards (docs.aws.amazon.com/bedrock/latest/userguide/model-cards.html) and
"Supported Regions and models for inference profiles" of the same guide.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from generator.local.account.account import base_model

_US, _EVERYWHERE = ("us",), ("us", "eu", "apac")
_ALL = ("us", "eu", "apac", "global")
_NOVA_2, _CLAUDE = ("us", "eu", "jp", "global"), ("us", "eu", "au", "jp", "global")


@dataclass(frozen=True)
class FoundationModel:
    """One model. `on_demand` is whether its own id may be called; `geographies` are the prefixes of its profiles."""

    id: str
    name: str
    provider: str
    on_demand: bool
    geographies: tuple[str, ...] = ()
    inputs: tuple[str, ...] = ("TEXT",)
    outputs: tuple[str, ...] = ("TEXT",)


_SEES = ("TEXT", "IMAGE")
MODELS = (
    FoundationModel("amazon.nova-micro-v1:0", "Nova Micro", "Amazon", True, _EVERYWHERE),
    FoundationModel("amazon.nova-lite-v1:0", "Nova Lite", "Amazon", True, _EVERYWHERE, (*_SEES, "VIDEO")),
    FoundationModel("amazon.nova-pro-v1:0", "Nova Pro", "Amazon", True, _EVERYWHERE, (*_SEES, "VIDEO")),
    FoundationModel("amazon.nova-2-lite-v1:0", "Nova 2 Lite", "Amazon", False, _NOVA_2, (*_SEES, "VIDEO")),
    FoundationModel("amazon.titan-embed-text-v2:0", "Titan Text Embeddings V2", "Amazon", True, outputs=("EMBEDDING",)),
    FoundationModel(
        "anthropic.claude-haiku-4-5-20251001-v1:0", "Claude Haiku 4.5", "Anthropic", False, (*_CLAUDE, "in"), _SEES
    ),
    FoundationModel(
        "anthropic.claude-sonnet-4-5-20250929-v1:0", "Claude Sonnet 4.5", "Anthropic", False, _CLAUDE, _SEES
    ),
    FoundationModel("anthropic.claude-sonnet-4-6", "Claude Sonnet 4.6", "Anthropic", False, _CLAUDE, _SEES),
    FoundationModel("anthropic.claude-opus-4-6-v1", "Claude Opus 4.6", "Anthropic", False, _CLAUDE, _SEES),
    FoundationModel("deepseek.r1-v1:0", "DeepSeek-R1", "DeepSeek", False, _US),
    FoundationModel("deepseek.v3-v1:0", "DeepSeek-V3.1", "DeepSeek", True),
    FoundationModel("meta.llama3-3-70b-instruct-v1:0", "Llama 3.3 70B Instruct", "Meta", False, _US),
    FoundationModel(
        "meta.llama4-maverick-17b-instruct-v1:0", "Llama 4 Maverick 17B Instruct", "Meta", False, _US, _SEES
    ),
    FoundationModel("mistral.mistral-large-3-675b-instruct", "Mistral Large 3", "Mistral AI", True, inputs=_SEES),
    FoundationModel("mistral.ministral-3-8b-instruct", "Ministral 3 8B", "Mistral AI", True, inputs=_SEES),
    FoundationModel("openai.gpt-oss-120b-1:0", "gpt-oss-120b", "OpenAI", True),
    FoundationModel("openai.gpt-oss-20b-1:0", "gpt-oss-20b", "OpenAI", True),
    FoundationModel("qwen.qwen3-32b-v1:0", "Qwen3 32B (dense)", "Qwen", True),
)
_BY_ID = {model.id: model for model in MODELS}
# From which regions a profile of a geography can be called, and to which it leads.
_GEOGRAPHIES: dict[str, tuple[re.Pattern[str], tuple[str, ...]]] = {
    "us-gov": (re.compile(r"us-gov-"), ("us-gov-east-1", "us-gov-west-1")),
    "us": (re.compile(r"us-(?!gov)|ca-"), ("us-east-1", "us-east-2", "us-west-2")),
    "eu": (re.compile(r"eu-|il-"), ("eu-central-1", "eu-north-1", "eu-west-1", "eu-west-3")),
    "apac": (
        re.compile(r"ap-|me-central-1"),
        ("ap-northeast-1", "ap-northeast-2", "ap-south-1", "ap-southeast-1", "ap-southeast-2"),
    ),
    "jp": (re.compile(r"ap-northeast-[13]"), ("ap-northeast-1", "ap-northeast-3")),
    "au": (re.compile(r"ap-southeast-[24]"), ("ap-southeast-2", "ap-southeast-4")),
    "in": (re.compile(r"ap-south-[12]"), ("ap-south-1", "ap-south-2")),
    "ca": (re.compile(r"ca-"), ("ca-central-1", "us-east-1", "us-east-2", "us-west-2")),
}


def foundation_model(model: str) -> FoundationModel:
    """The model of this id; one that is not listed can be called in every way."""
    made_up = FoundationModel(model, model.rpartition(".")[2], model.partition(".")[0].title(), True, _ALL)
    return _BY_ID.get(model, made_up)


def destinations(profile: str, region: str) -> tuple[str, ...]:
    """Where a system-defined profile leads from `region`; nowhere where it cannot be called from there.

    A region that is empty is that of a global profile's ARN, which names none.
    """
    geography = profile.removesuffix(base_model(profile)).removesuffix(".")
    if geography == "global":
        return (region, "")
    sources, leads_to = _GEOGRAPHIES.get(geography, (None, ()))
    return leads_to if sources is not None and sources.match(region) else ()
