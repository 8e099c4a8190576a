"""The nine families of upstreams, and what each of them does not do.

In: nothing. Out: `FAMILIES`, the models and keys of a deployment that has them all, and `SCENARIOS`. Separate from
the tests: a family's differences from OpenAI's API are data. Each scenario has a model of its own in every family, so
that what the handler remembers of one (a client, a breaker) means nothing to the next.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

KEY = "sk-canary-0123456789"
WRONG_KEY = "sk-wrong"  # which the data plane refuses
SCENARIOS = (
    "plain",
    "stream",
    "stop",
    "usage",
    "system",
    "tool",
    "tool_result",
    "image",
    "wrong_key",
    "throttled",
    "too_long",
    "filtered",
    "cut",
    "broken",
    "no_finish",
    "no_newline",
    "bad_chunk",
    "error_event",
    "split",
    "late",
    "silent",
    "stall",
    "gone",
    "gone_early",
    "gone_plain",
    "client",
)
# How long a first token, or the next one, is waited for where a scenario is about waiting. Each has the other one long.
_TIMEOUTS = {
    "silent": {"first_token_s": 0.4, "between_tokens_s": 30},
    "stall": {"first_token_s": 30, "between_tokens_s": 0.3},
}


@dataclass(frozen=True)
class Family:
    """One family.

    Attributes:
        wire: what the data plane's faults call it.
        record: a model's parameter without `id` and `version`.
        key_name: under which the provider's key lies in the API-keys secret; None: AWS, where a role is refused.
        refuses: the fields of a request that the family cannot carry, by scenario.
        counts: whether its answers say how many tokens they took.
        error_event: what the wire's own error in mid-stream becomes.

    """

    name: str
    wire: str
    record: Mapping[str, Any]
    key_name: str | None = None
    refuses: Mapping[str, str] = field(default_factory=dict)
    counts: bool = True
    error_event: str = "upstream_error"

    def __str__(self) -> str:
        return self.name

    def model(self, scenario: str) -> str:
        """The id of the model that plays `scenario`."""
        return f"{self.name}-{scenario}".replace("_", "-")

    def parameter(self, scenario: str) -> dict[str, Any]:
        """That model's discovery parameter."""
        return {
            "version": 1,
            "id": self.model(scenario),
            "defaults": {"max_tokens": 64},
            **self.record,
            **(self._with_wrong_key() if scenario == "wrong_key" else {}),
            **({"timeouts": _TIMEOUTS[scenario]} if scenario in _TIMEOUTS else {}),
        }

    def _with_wrong_key(self) -> dict[str, Any]:
        if self.key_name is None:
            return {}
        return {"model": "Wrong"} if self.name == "azure_openai" else {"key_name": "WRONG_KEY"}


_SAGEMAKER = {"provider": "sagemaker", "region": "us-east-1", "endpoint": "terrachat-demo-own"}
# A container that gets one text cannot be told of roles, tools or images.
_ONE_PROMPT = {"tool": "tools", "tool_result": "tools", "image": "messages[0].content[1]"}

FAMILIES = (
    Family("sagemaker_messages", "sagemaker", {**_SAGEMAKER, "wire": "messages"}),
    Family("sagemaker_generate", "sagemaker", {**_SAGEMAKER, "wire": "generate"}, refuses=_ONE_PROMPT, counts=False),
    Family(
        "bedrock",
        "bedrock",
        {"provider": "bedrock", "region": "us-west-2", "model": "us.amazon.nova-lite-v1:0"},
        error_event="throttled",
    ),
    Family("openai", "openai", {"provider": "openai", "model": "gpt-4o"}, "OPENAI_API_KEY"),
    Family("azure_openai", "azure_openai", {"provider": "azure_openai", "model": "Good"}, "AZURE_OPENAI_API_KEY__Good"),
    Family(
        "anthropic",
        "anthropic",
        {"provider": "anthropic", "model": "claude-opus-4-6"},
        "ANTHROPIC_API_KEY",
        error_event="throttled",
    ),
    Family("cohere", "cohere", {"provider": "cohere", "model": "command-a-vision-07-2025"}, "COHERE_API_KEY"),
    Family("google_genai", "google_genai", {"provider": "google_genai", "model": "gemini-2.5-flash"}, "GOOGLE_API_KEY"),
    Family(
        "compatible",
        "openai",
        {"provider": "litellm", "model": "any", "base_url": "https://models.example.com/v1", "key_name": "OWN_KEY"},
        "OWN_KEY",
    ),
)

# A model that takes temperature or top_p, whose catalog has defaults for both.
SAMPLED = {
    **next(family for family in FAMILIES if family.name == "anthropic").parameter("plain"),
    "id": "anthropic-sampled",
    "defaults": {"max_tokens": 64, "temperature": 0.6, "top_p": 0.9},
}


def parameters() -> list[dict[str, Any]]:
    """Every model of the deployment."""
    return [SAMPLED, *(family.parameter(scenario) for family in FAMILIES for scenario in SCENARIOS)]


def keys() -> dict[str, str]:
    """The API-keys secret of the deployment."""
    own = {family.key_name: KEY for family in FAMILIES if family.key_name}
    return {**own, "WRONG_KEY": WRONG_KEY, **azure("Good", KEY), **azure("Wrong", WRONG_KEY)}


def azure(identifier: str, key: str) -> dict[str, str]:
    """The five names of one Azure OpenAI deployment."""
    return {
        f"AZURE_OPENAI_API_TYPE__{identifier}": "azure",
        f"AZURE_OPENAI_API_VERSION__{identifier}": "2024-10-21",
        f"AZURE_OPENAI_API_BASE__{identifier}": "https://models.openai.azure.com",
        f"AZURE_OPENAI_API_DEPLOYMENT_NAME__{identifier}": "gpt-4o",
        f"AZURE_OPENAI_API_KEY__{identifier}": key,
    }
