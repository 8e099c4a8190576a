from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from typing import Any

import pytest

from chat_handler.upstreams import model_rules
from chat_handler.upstreams.base import ModelRecord
from chat_handler.upstreams.model_facts import ModelFacts, facts_of, price_of
from chat_handler.upstreams.model_rules import RULES

PROFILE = "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us."


def facts(provider: str, model: str, **fields: Any) -> ModelFacts:
    return facts_of(ModelRecord("asked", provider, {}, {"model": model, **fields}))


def test_of_an_unknown_model_nothing_is_known() -> None:
    assert facts("openai", "acme-1") == ModelFacts()
    assert not ModelFacts().refuses_images
    assert ModelFacts().not_taken() == frozenset()


@pytest.mark.parametrize(
    ("provider", "model"),
    [
        ("openai", "gpt-4o"),
        ("openai", "gpt-4o-mini-2024-07-18"),
        ("openai", "gpt-4.1-nano"),
        ("openai", "gpt-5-mini"),
        ("openai", "gpt-5.6-sol"),
        ("openai", "o3"),
        ("openai", "o4-mini"),
        ("azure_openai", "prod-gpt-4o"),
        ("openrouter", "openai/gpt-4o"),
        ("openrouter", "anthropic/claude-sonnet-4.5"),
        ("anthropic", "claude-3-haiku-20240307"),
        ("anthropic", "claude-opus-5-5"),
        ("bedrock", "global.anthropic.claude-sonnet-4-5-20250929-v1:0"),
        ("bedrock", "us.amazon.nova-lite-v1:0"),
        ("bedrock", f"{PROFILE}amazon.nova-premier-v1:0"),
        ("bedrock", "arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-pro-v1:0"),
        ("bedrock", "us.meta.llama3-2-90b-instruct-v1:0"),
        ("bedrock", "us.mistral.pixtral-large-2502-v1:0"),
        ("google_genai", "gemini-2.5-flash"),
        ("mistralai", "pixtral-12b-2409"),
        ("groq", "meta-llama/llama-4-scout-17b-16e-instruct"),
        ("together", "meta-llama/Llama-3.2-11B-Vision-Instruct-Turbo"),
        ("huggingface", "Qwen/Qwen2.5-VL-7B-Instruct"),
        ("xai", "grok-4"),
    ],
)
def test_these_take_images(provider: str, model: str) -> None:
    assert facts(provider, model).modalities == ("text", "image")


@pytest.mark.parametrize(
    ("provider", "model"),
    [
        ("openai", "gpt-3.5-turbo"),
        ("openai", "gpt-4"),
        ("openai", "o3-mini"),
        ("azure_openai", "gpt-35-turbo"),
        ("anthropic", "claude-2.1"),
        ("bedrock", "amazon.nova-micro-v1:0"),
        ("bedrock", "amazon.titan-text-express-v1"),
        ("bedrock", "anthropic.claude-3-5-haiku-20241022-v1:0"),
        ("bedrock", "us.meta.llama3-2-3b-instruct-v1:0"),
        ("bedrock", "us.deepseek.r1-v1:0"),
        ("groq", "llama-3.3-70b-versatile"),
        ("groq", "openai/gpt-oss-120b"),
        ("fireworks", "accounts/fireworks/models/llama-v3p1-8b-instruct"),
        ("deepseek", "deepseek-reasoner"),
        ("google_genai", "gemma-3-1b-it"),
    ],
)
def test_these_take_text_only(provider: str, model: str) -> None:
    assert facts(provider, model).refuses_images


REASONING = {"presence_penalty", "frequency_penalty", "logit_bias", "logprobs", "top_logprobs", "temperature", "top_p"}


@pytest.mark.parametrize(
    ("provider", "model", "not_taken"),
    [
        ("openai", "o1", REASONING),
        ("openai", "o3-mini", REASONING),
        ("openai", "o3", REASONING | {"stop"}),
        ("openai", "o4-mini-2025-04-16", REASONING | {"stop"}),
        ("openai", "gpt-5", REASONING | {"stop"}),
        ("openai", "gpt-5-nano-2025-08-07", REASONING | {"stop"}),
        ("azure_openai", "team-gpt-5-mini", REASONING | {"stop"}),
        ("openai", "gpt-5.2", REASONING - {"temperature", "top_p", "logprobs", "top_logprobs"} | {"stop"}),
        ("openai", "gpt-5.6-sol", REASONING | {"stop"}),
        ("openai", "gpt-6.1-sol", REASONING | {"stop"}),
        ("openai", "gpt-5-chat-latest", set()),
        ("openai", "gpt-5.1-chat-latest", set()),
        ("openai", "gpt-4o", set()),
        ("openrouter", "openai/o3", set()),
        ("anthropic", "claude-opus-4-7", {"temperature", "top_p"}),
        ("anthropic", "claude-sonnet-5", {"temperature", "top_p"}),
        ("bedrock", "eu.anthropic.claude-opus-4-8", {"temperature", "top_p"}),
        ("anthropic", "claude-opus-4-6", set()),
        ("anthropic", "claude-sonnet-4-6", set()),
        ("openrouter", "anthropic/claude-opus-4.7", set()),
        ("bedrock", "global.openai.gpt-5.6-luna", {"temperature", "top_p"}),
        ("google_genai", "gemini-3.6-flash-001", {"temperature", "top_p"}),
        ("deepseek", "deepseek-reasoner", REASONING - {"logit_bias"}),
        ("deepseek", "deepseek-chat", set()),
        ("xai", "grok-4.5", {"presence_penalty", "frequency_penalty", "stop"}),
        ("xai", "grok-4-fast-non-reasoning", {"presence_penalty", "frequency_penalty"}),
        ("xai", "grok-3", set()),
    ],
)
def test_what_is_not_taken(provider: str, model: str, not_taken: set[str]) -> None:
    assert facts(provider, model).not_taken() == not_taken


@pytest.mark.parametrize(
    ("model", "effort", "takes_temperature"),
    [
        ("gpt-5.2", None, True),
        ("gpt-5.2", "none", True),
        ("gpt-5.2", "high", False),
        ("gpt-5.6", None, False),
        ("gpt-5.6", "none", True),
        ("gpt-5", "none", False),
    ],
)
def test_some_take_sampling_parameters_only_without_reasoning(
    model: str, effort: str | None, takes_temperature: bool
) -> None:
    assert ("temperature" not in facts("openai", model).not_taken(effort)) is takes_temperature


@pytest.mark.parametrize(
    ("model", "takes_both"),
    [
        ("claude-3-5-sonnet-20241022", True),
        ("claude-opus-4-20250514", True),
        ("claude-opus-4-1-20250805", False),
        ("claude-sonnet-4-5", False),
        ("claude-of-tomorrow", False),
    ],
)
def test_claude_takes_temperature_or_top_p_since_opus_4_1(model: str, takes_both: bool) -> None:
    assert facts("anthropic", model).takes_both is takes_both


@pytest.mark.parametrize(
    ("provider", "model", "takes_system"),
    [
        ("bedrock", "amazon.titan-text-lite-v1", False),
        ("bedrock", "mistral.mistral-7b-instruct-v0:2", False),
        ("bedrock", "mistral.mixtral-8x7b-instruct-v0:1", False),
        ("bedrock", "cohere.command-text-v14", False),
        ("bedrock", "mistral.mistral-large-2402-v1:0", True),
        ("bedrock", "cohere.command-r-v1:0", True),
        ("together", "mistralai/Mixtral-8x7B-Instruct-v0.1", True),
        ("google_genai", "gemma-3-27b-it", False),
        ("google_genai", "gemini-2.5-pro", True),
    ],
)
def test_who_takes_a_system_prompt(provider: str, model: str, takes_system: bool) -> None:
    assert facts(provider, model).takes_system is takes_system


@pytest.mark.parametrize(
    ("provider", "model", "tokens"),
    [
        ("openai", "gpt-4o", 128_000),
        ("openai", "gpt-4.1", 1_047_576),
        ("openai", "o3", 200_000),
        ("openai", "gpt-5.1", 400_000),
        ("openai", "gpt-5.4", 1_050_000),
        ("anthropic", "claude-haiku-4-5", 200_000),
        ("bedrock", "us.anthropic.claude-opus-4-6-v1", 1_000_000),
        ("bedrock", "amazon.nova-micro-v1:0", 128_000),
        ("google_genai", "gemini-3.8-flash", 1_048_576),
        ("openai", "o1-mini", None),
        ("openai", "acme-1", None),
    ],
)
def test_context_windows(provider: str, model: str, tokens: int | None) -> None:
    assert facts(provider, model).context_tokens == tokens


PACKAGES = {"langchain_anthropic": "anthropic", "langchain_aws": "bedrock", "langchain_google_genai": "google_genai"}
# Where another source says something else than the profiles: model_rules.py has it. A window of ours is the smaller one
# of two that are given for the same model.
OTHERWISE = {
    "gemini-3-pro-preview": {"images", "temperature"},  # the profile of a model that is gone
    "gemini-3.5-flash-lite": {"temperature"},
    "gemini-3.6-flash": {"temperature"},
    "minimax.minimax-m2": {"window"},
    "openai.gpt-oss-safeguard-120b": {"window"},
    "openai.gpt-oss-safeguard-20b": {"window"},
    "us-gov.openai.gpt-oss-120b-1:0": {"window"},
    "us-gov.openai.gpt-oss-20b-1:0": {"window"},
}


def profiles_of(package: str) -> dict[str, dict[str, Any]]:
    """What a LangChain package says of its models. The package itself is not imported: that takes seconds."""
    found = importlib.util.find_spec(package)
    assert found is not None and found.origin is not None
    spec = importlib.util.spec_from_file_location("profiles", Path(found.origin).parent / "data" / "_profiles.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    profiles: dict[str, dict[str, Any]] = module._PROFILES
    return {name: one for name, one in profiles.items() if one.get("text_outputs") and "embedding" not in name}


def disagreements(provider: str, model: str, profile: dict[str, Any]) -> set[str]:
    found = facts(provider, model)
    window = profile.get("max_input_tokens")
    differs = {
        "images": found.knows_modalities and ("image" in found.modalities) is not bool(profile.get("image_inputs")),
        "temperature": ("temperature" in found.not_taken()) is bool(profile.get("temperature")),
        "window": found.context_tokens is not None and window is not None and found.context_tokens != window,
    }
    return {name for name, is_so in differs.items() if is_so}


@pytest.mark.parametrize("package", PACKAGES)
def test_the_rules_agree_with_the_profiles_of_langchains_packages(package: str) -> None:
    """It fails when an upgrade brings models of which the rules know less, or something else."""
    profiles = profiles_of(package)

    found = {name: disagreements(PACKAGES[package], name, profile) for name, profile in profiles.items()}

    assert {name: what for name, what in found.items() if what} == {
        name: what for name, what in OTHERWISE.items() if name in profiles
    }
    unknown = [name for name in profiles if not facts(PACKAGES[package], name).knows_modalities]
    assert len(unknown) <= len(profiles) // 5


def test_a_server_of_the_users_own_has_none_of_the_providers_ways() -> None:
    own, elsewhere = facts("mistralai", "m"), facts("mistralai", "m", base_url="http://own")

    assert (own.limit_name, own.seed_name, own.takes_reasoning_back) == ("max_tokens", "random_seed", False)
    assert elsewhere == ModelFacts()


def test_the_deployments_name_is_azures_own() -> None:
    record = ModelRecord("asked", "azure_openai", {}, {"model": "Model1"})

    assert facts_of(record).takes_sampling
    assert not facts_of(record, "gpt-5").takes_sampling


@pytest.mark.parametrize(
    ("fields", "modalities", "tokens"),
    [
        pytest.param({}, ("text",), 200_000, id="the table's"),
        pytest.param({"modalities": ["image", "text"]}, ("text", "image"), 200_000, id="modalities"),
        pytest.param({"context_tokens": 9}, ("text",), 9, id="window"),
        pytest.param({"modalities": "image", "context_tokens": "9"}, ("text",), 200_000, id="of another type"),
        pytest.param({"modalities": [], "context_tokens": True}, ("text",), 200_000, id="empty"),
        pytest.param({"modalities": ["text", "smell"], "context_tokens": 0}, ("text",), 200_000, id="unknown"),
    ],
)
def test_the_catalog_knows_better(fields: dict[str, Any], modalities: tuple[str, ...], tokens: int) -> None:
    found = facts("openai", "o3-mini", **fields)

    assert (found.modalities, found.context_tokens) == (modalities, tokens)
    assert found.limit_name == "max_completion_tokens"


@pytest.mark.parametrize(
    ("price", "expected"),
    [
        ({"input": 1, "output": 2.5}, {"input": 1.0, "output": 2.5}),
        ({"input": 0, "output": 0}, {"input": 0.0, "output": 0.0}),
        (None, None),
        ({"input": 1}, None),
        ({"input": "1", "output": 2}, None),
        ({"input": True, "output": 2}, None),
        ({"input": -1, "output": 2}, None),
        ({"input": float("inf"), "output": 2}, None),
        ([1, 2], None),
    ],
)
def test_the_price_is_the_catalogs(price: Any, expected: dict[str, float] | None) -> None:
    assert price_of(ModelRecord("asked", "openai", {}, {"price": price})) == expected


def test_every_rule_can_be_met_and_says_something() -> None:
    assert [rule.name for rule in RULES if not rule.facts] == []
    assert all(re.compile(rule.name) and rule.facts.keys() <= vars(ModelFacts()).keys() for rule in RULES)


def test_every_group_of_rules_has_its_sources() -> None:
    source = Path(model_rules.__file__).read_text(encoding="utf-8")

    assert "read on 2026-11-22" in source
    for group in re.split(r"\n_[A-Z_]+_RULES = \(", source)[1:]:
        rules = group.split("\n)\n")[0]
        if "_text(" not in rules and "_images(" not in rules:  # of those the module's docstring names the source
            assert "http" in rules or "#" in rules
