"""The providers beside SageMaker and Bedrock: whose API each speaks, where, which keys, which packages.

In: a provider's name, as LangChain's `init_chat_model` calls it. Out: a `ThirdParty`. Separate from the catalog, which
only needs the names, because these are facts of other companies and change with them. The handler keeps the same
table for itself (chat_handler.upstreams); tests/contract/test_providers.py holds the two together.

Names and keys: langchain 1.5.0, `_BUILTIN_PROVIDERS`, and the packages that it names; read on 2026-11-22. Base URLs:
the page beside each, read on 2026-11-22. A provider is passed through where its own documentation says that it takes
OpenAI's chat completions. It goes through LangChain where the documentation calls that a beta (Google), a means to
test and compare (Anthropic) or a subset (Cohere).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Kind = Literal["openai", "langchain"]


@dataclass(frozen=True)
class ThirdParty:
    """One provider.

    Attributes:
        base_url: where its API is, without a slash at the end; None where the entry has to say it.
        key_names: its keys in the API-keys secret. They are used at `base_url` only: an entry with a `base_url` of its
            own names its key itself.
        packages: what the handler's zip needs for it, beside what it always holds.
        refused: why a catalog cannot have it, as the end of a sentence that begins with its name; None where it can.

    """

    name: str
    kind: Kind
    base_url: str | None = None
    key_names: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()
    refused: str | None = None


_GOOGLE_CLOUD = (
    "takes the credentials of a Google Cloud service account and no key, which the handler has no place for; "
    "for Gemini write provider: google_genai"
)

_ALL = (
    # https://platform.openai.com/docs/api-reference/chat
    ThirdParty("openai", "openai", "https://api.openai.com/v1", ("OPENAI_API_KEY",)),
    # Its keys are five for each entry; chat_handler.upstreams.azure_openai says which.
    ThirdParty("azure_openai", "openai"),
    # https://docs.ai21.com/reference/jamba-1-6-api-ref. Not langchain-ai21 1.2.0: it needs langchain-core before 0.4.
    ThirdParty("ai21", "openai", "https://api.ai21.com/studio/v1", ("AI21_API_KEY",)),
    # https://platform.claude.com/docs/en/api/openai-sdk: "not considered a long-term or production-ready solution"
    ThirdParty("anthropic", "langchain", "https://api.anthropic.com", ("ANTHROPIC_API_KEY",), ("langchain-anthropic",)),
    # A resource of the user's: https://<resource>.openai.azure.com/openai/v1 or https://<resource>.services.ai.azure.com
    # /openai/v1. https://learn.microsoft.com/azure/ai-foundry/openai/api-version-lifecycle
    ThirdParty("azure_ai", "openai"),
    # https://docs.baseten.co/reference/inference-api/chat-completions
    ThirdParty("baseten", "openai", "https://inference.baseten.co/v1", ("BASETEN_API_KEY",)),
    # https://docs.cohere.com/docs/compatibility-api lists the parameters that are not supported.
    ThirdParty("cohere", "langchain", "https://api.cohere.com", ("COHERE_API_KEY",), ("langchain-cohere",)),
    # https://api-docs.deepseek.com
    ThirdParty("deepseek", "openai", "https://api.deepseek.com", ("DEEPSEEK_API_KEY",)),
    # https://docs.fireworks.ai/tools-sdks/openai-compatibility
    ThirdParty("fireworks", "openai", "https://api.fireworks.ai/inference/v1", ("FIREWORKS_API_KEY",)),
    ThirdParty("google_anthropic_vertex", "langchain", refused=_GOOGLE_CLOUD),
    # https://ai.google.dev/gemini-api/docs/openai: "still in beta"
    ThirdParty(
        "google_genai",
        "langchain",
        "https://generativelanguage.googleapis.com",
        ("GOOGLE_API_KEY",),
        ("langchain-google-genai",),
    ),
    ThirdParty("google_vertexai", "langchain", refused=_GOOGLE_CLOUD),
    # https://console.groq.com/docs/openai
    ThirdParty("groq", "openai", "https://api.groq.com/openai/v1", ("GROQ_API_KEY",)),
    # https://huggingface.co/changelog/inference-providers-openai-compatible
    ThirdParty("huggingface", "openai", "https://router.huggingface.co/v1", ("HF_TOKEN",)),
    ThirdParty(
        "ibm",
        "langchain",
        refused="cannot be packaged: langchain-ibm needs ibm-cos-sdk, which is published as source only, and its API "
        "wants a project beside the key",
    ),
    # https://docs.langchain.com/langsmith/llm-gateway-unified-endpoint
    ThirdParty(
        "langsmith",
        "openai",
        refused="answers at its gateway's common address to OpenAI's Responses API only; write provider: openai with "
        "base_url: https://gateway.smith.langchain.com/openai/v1 and key_name: LANGSMITH_API_KEY",
    ),
    # A proxy of the user's, which speaks OpenAI's API. https://docs.litellm.ai/docs/simple_proxy
    ThirdParty("litellm", "openai"),
    # https://dev.meta.ai/docs/protocols/chat-completions; the key's name is langchain-meta 0.5.0's
    ThirdParty("meta", "openai", "https://api.meta.ai/v1", ("MODEL_API_KEY",)),
    # https://docs.mistral.ai/api
    ThirdParty("mistralai", "openai", "https://api.mistral.ai/v1", ("MISTRAL_API_KEY",)),
    # https://build.nvidia.com
    ThirdParty("nvidia", "openai", "https://integrate.api.nvidia.com/v1", ("NVIDIA_API_KEY",)),
    # A server of the user's, which takes no key. https://ollama.com/blog/openai-compatibility
    ThirdParty("ollama", "openai"),
    # https://openrouter.ai/docs/quickstart
    ThirdParty("openrouter", "openai", "https://openrouter.ai/api/v1", ("OPENROUTER_API_KEY",)),
    # https://docs.perplexity.ai/docs/sonar/openai-compatibility; the key's name is langchain-perplexity 1.4.2's
    ThirdParty("perplexity", "openai", "https://api.perplexity.ai", ("PPLX_API_KEY",)),
    # https://docs.together.ai/docs/inference/openai-compatibility
    ThirdParty("together", "openai", "https://api.together.ai/v1", ("TOGETHER_API_KEY",)),
    # https://console.upstage.ai/api-keys
    ThirdParty("upstage", "openai", "https://api.upstage.ai/v1", ("UPSTAGE_API_KEY",)),
    # https://docs.x.ai/api/integrations
    ThirdParty("xai", "openai", "https://api.x.ai/v1", ("XAI_API_KEY",)),
)

PROVIDERS: Mapping[str, ThirdParty] = {provider.name: provider for provider in _ALL}
"""By name."""

BASE_URL_REQUIRED = frozenset(
    provider.name
    for provider in _ALL
    if provider.base_url is None and provider.refused is None and provider.name != "azure_openai"
)
"""The providers that are a server of the user's: an entry of theirs must have a `base_url`, and a `key_name` (null
where the server takes no key)."""

_AZURE_PARTS = ("KEY", "BASE", "VERSION", "DEPLOYMENT_NAME")


def keys_needed(
    provider: str, *, base_url: str | None = None, key_name: str | None = None, identifier: str | None = None
) -> tuple[str, ...]:
    """The names in the API-keys secret without which an entry cannot be asked; none for SageMaker and Bedrock.

    Args:
        provider: the entry's provider.
        base_url: its own, if it has one: the provider's key is not for it.
        key_name: the key that it names, if it does.
        identifier: an `azure_openai` entry's; its AZURE_OPENAI_API_TYPE is not needed, as it is always `azure`.

    """
    if provider == "azure_openai":
        return tuple(f"AZURE_OPENAI_API_{part}__{identifier}" for part in _AZURE_PARTS)
    if key_name:
        return (key_name,)
    known = PROVIDERS.get(provider)
    return known.key_names if known and not base_url else ()
