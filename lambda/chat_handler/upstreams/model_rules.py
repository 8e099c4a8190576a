"""The rules of `model_facts.py`: which models take less, or more, than most do.

In: nothing. Out: `ModelFacts`, and `RULES`, read from the first to the last: a later rule wins. Data, each with its
source, all read on 2026-11-22. Separate from their use because they change with other companies' models. A rule says
only what a source says; of a model that is in no rule nothing is known, and its server decides.

Context windows, image input and who takes a temperature, where no other source is named: the profiles of models.dev in
langchain-aws 1.9.1, langchain-anthropic 1.7.7, langchain-google-genai 4.4.2 and langchain-openai 1.7.3.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

Modality = Literal["text", "image"]
LimitName = Literal["max_tokens", "max_completion_tokens"]

SAMPLING = frozenset({"temperature", "top_p"})
_PENALTIES = frozenset({"presence_penalty", "frequency_penalty"})
_LOGPROBS = frozenset({"logprobs", "top_logprobs"})


@dataclass(frozen=True)
class ModelFacts:
    """What one model takes.

    Attributes:
        modalities: what a message to it may hold.
        knows_modalities: whether a source says so; otherwise `modalities` is only what every model takes.
        takes_sampling: whether it takes `temperature` and `top_p` at all.
        takes_both: whether a request may have both of them.
        takes_system: whether a message may have the role `system`.
        takes_developer: whether a message may have the role `developer`, OpenAI's newer name of it.
        takes_stop: whether it takes `stop`.
        takes_reasoning_back: whether an earlier answer may hold its `reasoning_content`.
        refused: the other parameters that it does not take.
        default_effort: the `reasoning_effort` of a request without one, where sampling parameters are for the effort
            `none` alone; None where the effort does not matter to them.
        limit_name: under which of its two names OpenAI's limit of the answer's tokens is sent; None: as it came.
        seed_name: what `seed` is called.
        context_tokens: how many tokens prompt and answer may have together; None where it is not known.

    """

    modalities: tuple[Modality, ...] = ("text",)
    knows_modalities: bool = False
    takes_sampling: bool = True
    takes_both: bool = True
    takes_system: bool = True
    takes_developer: bool = True
    takes_stop: bool = True
    takes_reasoning_back: bool = True
    refused: frozenset[str] = frozenset()
    default_effort: str | None = None
    limit_name: LimitName | None = None
    seed_name: str = "seed"
    context_tokens: int | None = None

    @property
    def refuses_images(self) -> bool:
        """Whether the model is known to take no images. One of which nothing is known may take them."""
        return self.knows_modalities and "image" not in self.modalities

    def not_taken(self, effort: str | None = None) -> frozenset[str]:
        """The parameters that the model does not take in a request with this `reasoning_effort`."""
        names = self.refused if self.takes_stop else self.refused | {"stop"}
        reasons = self.default_effort is not None and (effort or self.default_effort) != "none"
        if reasons:
            return names | SAMPLING | _LOGPROBS
        return names if self.takes_sampling else names | SAMPLING


@dataclass(frozen=True)
class Rule:
    """What is known of the models that have `name`, a regular expression, for one part of their name or its beginning.

    Attributes:
        name: empty for every model.
        providers: empty for every provider.
        of_server: it is a property of the provider's own server, so it does not hold where a record has a `base_url`.

    """

    name: str
    facts: Mapping[str, Any]
    providers: frozenset[str] = frozenset()
    of_server: bool = False

    def is_about(self, provider: str, name: str, *, is_elsewhere: bool) -> bool:
        """Whether it holds for the model `name`, in small letters, of `provider`."""
        if (self.providers and provider not in self.providers) or (self.of_server and is_elsewhere):
            return False
        return not self.name or re.search(rf"(?<![a-z0-9])(?:{self.name})(?![0-9])", name) is not None


def _text(context_tokens: int | None = None, **others: Any) -> dict[str, Any]:
    return {"modalities": ("text",), "knows_modalities": True, "context_tokens": context_tokens, **others}


def _images(context_tokens: int | None = None, **others: Any) -> dict[str, Any]:
    return {**_text(context_tokens, **others), "modalities": ("text", "image")}


def _only(*providers: str) -> frozenset[str]:
    return frozenset(providers)


_OPENAI = _only("openai", "azure_openai", "azure_ai")
_ROUTED_OPENAI = _OPENAI | {"litellm", "openrouter"}
_CLAUDE = _only("anthropic", "bedrock")
_BEDROCK = _only("bedrock")
_GOOGLE = _only("google_genai")
_K = 1000

# https://learn.microsoft.com/azure/ai-foundry/openai/how-to/reasoning: temperature, top_p, the penalties, logprobs,
# logit_bias and max_tokens are not supported with reasoning models. `stop`: refused by o3, o4-mini and gpt-5
# (langgenius/dify #18971, smolagents #1211 and #1671, BerriAI/litellm #15244), taken by o1 and o3-mini.
_REASONING: dict[str, Any] = {
    "limit_name": "max_completion_tokens",
    "refused": _PENALTIES | _LOGPROBS | {"logit_bias"},
    "takes_sampling": False,
}
_GPT_5: dict[str, Any] = {**_REASONING, "takes_stop": False}
# https://platform.openai.com/docs/guides/latest-model by vercel/ai #10932 and langchain #35424: since 5.1 sampling
# parameters work at the effort `none`, which 5.1 to 5.4 have by default, and later ones not (BerriAI/litellm #32060).
_GPT_5_1: dict[str, Any] = {
    **_GPT_5,
    "refused": _PENALTIES | {"logit_bias"},
    "takes_sampling": True,
    "default_effort": "none",
}
_GPT_5_5: dict[str, Any] = {**_GPT_5_1, "default_effort": "medium"}

_OPENAI_RULES = (
    Rule(r"gpt-3\.?5", _text(16_385)),
    Rule(r"gpt-4(-0613|-0314)?$", _text(8_192)),
    Rule(r"gpt-4-(turbo|vision)", _images(128 * _K)),
    Rule(r"(chatgpt-|gpt-)4o(-mini)?(-latest|-20[0-9-]+)?$", _images(128 * _K)),
    Rule(r"gpt-4\.1", _images(1_047_576)),
    Rule(r"gpt-oss", _text(131_072)),
    Rule(r"o1(?!-(mini|preview))|o[2-9]", _images(200 * _K), _ROUTED_OPENAI),
    Rule(r"o3-mini", _text(200 * _K), _ROUTED_OPENAI),
    # https://platform.openai.com/docs/models/gpt-5: 400,000 tokens, of which 272,000 may be the prompt.
    Rule(r"gpt-5(\.[0-3])?(-mini|-nano|-pro|-codex)?(-20[0-9-]+)?$", _images(400 * _K)),
    Rule(r"gpt-5\.4-(mini|nano)", _images(400 * _K)),
    Rule(r"gpt-5\.4(-pro)?(-20[0-9-]+)?$", _images(1_050_000)),
    Rule(r"gpt-(5\.[5-9]|[6-9])", _images(1_050_000)),
    Rule(r"o[1-9]", _REASONING, _OPENAI),
    Rule(r"o3(?!-mini)|o[4-9]", _GPT_5, _OPENAI),
    Rule(r"gpt-5(?![.0-9]|-chat)", _GPT_5, _OPENAI),
    Rule(r"gpt-5\.[1-4](?!-chat)", _GPT_5_1, _OPENAI),
    Rule(r"gpt-(5\.[5-9]|[6-9])(?!.*-chat)", _GPT_5_5, _OPENAI),
    Rule(r"gpt-5(\.[0-9])?-pro", _GPT_5, _OPENAI),
    Rule(r"gpt-(5\.[5-9]|[6-9])", {"takes_sampling": False}, _BEDROCK),
    Rule(r"gpt-5\.[45]", _images(1000 * _K), _BEDROCK),
)

_CLAUDE_RULES = (
    Rule(r"claude", {"takes_both": False}, _CLAUDE),
    # Until Opus 4.1 a request could have both: BerriAI/litellm #15097, opencode #1644.
    Rule(r"claude-(instant|v?[123]|(opus|sonnet)-4-(0|2025[0-9]*))", {"takes_both": True}, _CLAUDE),
    Rule(r"claude-(instant|v?2)", _text(100 * _K)),
    Rule(r"claude-[3-9]|claude-(opus|sonnet|haiku|fable)", _images(200 * _K)),
    # https://docs.aws.amazon.com/bedrock/latest/userguide/conversation-inference-supported-models-features.html
    Rule(r"claude-3-5-haiku", _text(200 * _K), _BEDROCK),
    Rule(r"claude-(opus|sonnet)-4[.-][6-9](?!\d)", _images(1000 * _K)),
    Rule(r"claude-(opus|sonnet|haiku|fable)-[5-9]", _images(1000 * _K)),
    # https://platform.claude.com/docs/en/about-claude/models/whats-new-claude-4-7: "sampling parameters removed", and
    # of the whole family 5: earendil-works/pi #7961, mnfst/modelparams.dev #238.
    Rule(r"claude-(opus-4[.-][7-9]|(opus|sonnet|haiku|fable|mythos)-[5-9])", {"takes_sampling": False}, _CLAUDE),
)

_GOOGLE_RULES = (
    Rule(r"gemini-(2\.[05]|3|4|flash|pro)", _images(1_048_576)),
    Rule(r"gemini-.*-image", _images()),
    Rule(r"gemini-.*-computer-use", _images(128 * _K)),
    Rule(r"gemini-.*-live-preview", _images(131_072)),
    Rule(r"gemini-.*-live-translate", _text(16_384)),
    Rule(r"gemini-.*-tts", _text(8_192)),
    # langchain-google-genai 4.4.2, _FIXED_SAMPLING_AND_NO_PREFILL_MODELS: their sampling parameters are fixed.
    Rule(r"gemini-(4-argon|3\.5-flash-lite|3\.6-flash)", {"takes_sampling": False}, _GOOGLE),
    # https://ai.google.dev/gemma/docs/core: 4B and larger read images; 1B does not.
    Rule(r"gemma-3-(4|12|27)b", _images(131_072)),
    Rule(r"gemma-3-1b", _text(32_768)),
    Rule(r"gemma-4-(26b|31b)", _images(262_144)),
    Rule(r"gemma-4-e2b", _images(131_072)),
    # "Developer instruction is not enabled for models/gemma-3-…": google/adk-python #2340.
    Rule(r"gemma-3", {"takes_system": False}, _GOOGLE),
)

# System prompts and images, for each: https://docs.aws.amazon.com/bedrock/latest/userguide/
# conversation-inference-supported-models-features.html.
_BEDROCK_RULES = (
    Rule(r"nova-micro", _text(128 * _K)),
    Rule(r"nova-(lite|pro)", _images(300 * _K)),
    Rule(r"nova-(premier|2-lite)", _images(1000 * _K)),
    Rule(r"titan-t", _text(takes_system=False), _BEDROCK),
    Rule(r"mistral-7b-instruct|mixtral-8x7b-instruct", _text(32 * _K, takes_system=False), _BEDROCK),
    Rule(r"command-(light-)?text", _text(4_096, takes_system=False), _BEDROCK),
    Rule(r"j2-(mid|ultra)", _text(8_191, takes_system=False), _BEDROCK),
    Rule(r"jamba-1-5", _text(256 * _K)),
    Rule(r"palmyra-x4", _text(122_880)),
    Rule(r"palmyra-x5", _text(1_040_000)),
    Rule(r"minimax-m2", _text(196_608), _BEDROCK),
    Rule(r"devstral-2|kimi-k2-thinking|qwen3-next", _text(262_144), _BEDROCK),
    Rule(r"voxtral-(mini|small)", _text(32_768), _BEDROCK),
    Rule(r"kimi-k2\.5", _images(262_144), _BEDROCK),
    Rule(r"kimi-k3", _images(1_048_576, takes_sampling=False), _BEDROCK),
    Rule(r"nemotron-nano-9b", _text(131_072), _BEDROCK),
    Rule(r"nemotron-nano-12b", _images(131_072), _BEDROCK),
    Rule(r"nemotron-(nano|super)-3", _text(262_144), _BEDROCK),
    Rule(r"glm-(4\.7|5)", _text(202_752), _BEDROCK),
    Rule(r"glm-5\.3", _text(1000 * _K), _BEDROCK),
)

# By whoever they are served. Images and windows: the model cards on huggingface.co beside the profiles.
_OPEN_MODEL_RULES = (
    Rule(r"llama-?v?3-(8|70)b", _text(8_192)),
    Rule(r"llama-?v?3[.p-][13]", _text(128 * _K)),
    Rule(r"llama-?v?3[.p-]2-[13]b", _text(128 * _K)),
    Rule(r"llama-?v?3[.p-]2-(11|90)b", _images(128 * _K)),
    Rule(r"llama-?4", _images()),
    Rule(r"llama4-maverick", _images(1000 * _K), _BEDROCK),
    Rule(r"llama4-scout", _images(10_000 * _K), _BEDROCK),
    Rule(r"qwen(2|2\.5|3)-?vl|qvq", _images()),
    Rule(r"qwen3-(coder|32b|235b)", _text()),
    Rule(r"qwen3-32b", _text(32_768), _BEDROCK),
    Rule(r"qwen3-(coder|235b)", _text(262_144), _BEDROCK),
    Rule(r"qwen3-coder-480b", _text(131_072), _BEDROCK),
    Rule(r"qwen3-vl", _images(262_144), _BEDROCK),
    Rule(r"pixtral", _images(128 * _K)),
    Rule(r"mistral-small-(3[.-][12]|250[3-9]|24b-instruct-250[3-9])|mistral-medium-(3|250[5-9])", _images(128 * _K)),
    Rule(r"ministral-3|magistral-(small|medium)-2509|mistral-large-(3|2512)", _images()),
    Rule(r"ministral-3-(8|14)b|magistral-small-2509", _images(128 * _K), _BEDROCK),
    Rule(r"ministral-3-3b", _images(256 * _K), _BEDROCK),
    Rule(r"mistral-large-3", _images(262_144), _BEDROCK),
    Rule(r"deepseek-(chat|reasoner|r1|v3)", _text()),
    Rule(r"deepseek\.r1", _text(128 * _K), _BEDROCK),
    Rule(r"deepseek\.v3", _text(163_840), _BEDROCK),
    Rule(r"command-(r|a-03)", _text()),
    Rule(r"command-a-vision|aya-vision|c4ai-aya-vision", _images()),
    Rule(r"llava|internvl|minicpm-v|molmo|phi-3(\.5|-5)?-vision|phi-4-multimodal|kimi-vl", _images()),
    Rule(r"grok-2-vision|grok-4", _images()),
    Rule(r"grok-4\.3", _images(1000 * _K), _BEDROCK),
    Rule(r"grok-4\.[67]", _images(500 * _K), _BEDROCK),
)

_SERVER_RULES = (
    # It answers 422 to `max_completion_tokens` and to `reasoning_content`, and calls the seed `random_seed`:
    # editor-code-assistant/eca #231, charmbracelet/crush #1590, https://docs.mistral.ai/api.
    Rule(
        "",
        {"limit_name": "max_tokens", "takes_reasoning_back": False, "seed_name": "random_seed"},
        _only("mistralai"),
        of_server=True,
    ),
    # It leaves `max_completion_tokens` out of account, and refuses `developer`: earendil-works/pi #8018 and #1048.
    Rule("", {"limit_name": "max_tokens", "takes_developer": False}, _only("deepseek"), of_server=True),
    # It takes sampling parameters for this model, and they have no effect: a parameter that is dropped in silence.
    # https://api-docs.deepseek.com/guides/thinking_mode
    Rule(
        r"deepseek-reasoner",
        {"takes_sampling": False, "refused": _PENALTIES | _LOGPROBS},
        _only("deepseek"),
        of_server=True,
    ),
    # "property 'reasoning_content' is unsupported": janhq/jan #8136, tashfeenahmed/freellmapi #1070.
    Rule("", {"takes_reasoning_back": False}, _only("groq"), of_server=True),
    # Refused also where they are 0: miaoxworld/NativeTavern #83, QuantumNous/new-api #6081; `stop` by models that
    # reason: https://docs.x.ai/developers/model-capabilities/text/reasoning.
    Rule(r"grok-(3-mini|4|code)", {"refused": _PENALTIES, "takes_stop": False}, _only("xai"), of_server=True),
    Rule(r"grok-.*non-reasoning", {"takes_stop": True}, _only("xai"), of_server=True),
)

RULES = (*_OPENAI_RULES, *_CLAUDE_RULES, *_GOOGLE_RULES, *_BEDROCK_RULES, *_OPEN_MODEL_RULES, *_SERVER_RULES)
