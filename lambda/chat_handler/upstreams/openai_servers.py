"""The providers whose servers speak OpenAI's API: where each is, and what its key is called.

In: a model's record. Out: an upstream that passes requests through. A new provider is one line of the table. Separate
from `openai.py`, which sends, because these are facts of other companies. Sources: the generator keeps the same table
with the page of every base URL (generator/families/providers.py); tests/contract/test_providers.py holds the two
together.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from chat_handler.upstreams.addresses import ServerAddresses
from chat_handler.upstreams.base import ModelRecord, Provider, RecordError, Services
from chat_handler.upstreams.openai import OpenAIUpstream


@dataclass(frozen=True)
class Server:
    """One provider. `base_url` None: the record has to say it. `unknown_fields`: see `Address`."""

    name: str
    title: str
    base_url: str | None = None
    key_name: str | None = None
    unknown_fields: frozenset[str] = frozenset()


SERVERS = (
    Server("openai", "OpenAI", "https://api.openai.com/v1", "OPENAI_API_KEY"),
    Server("ai21", "AI21", "https://api.ai21.com/studio/v1", "AI21_API_KEY"),
    Server("azure_ai", "Azure AI"),
    Server("baseten", "Baseten", "https://inference.baseten.co/v1", "BASETEN_API_KEY"),
    Server("deepseek", "DeepSeek", "https://api.deepseek.com", "DEEPSEEK_API_KEY"),
    Server("fireworks", "Fireworks", "https://api.fireworks.ai/inference/v1", "FIREWORKS_API_KEY"),
    Server("groq", "Groq", "https://api.groq.com/openai/v1", "GROQ_API_KEY"),
    Server("huggingface", "Hugging Face", "https://router.huggingface.co/v1", "HF_TOKEN"),
    Server("litellm", "LiteLLM"),
    Server("meta", "Meta", "https://api.meta.ai/v1", "MODEL_API_KEY"),
    Server(
        "mistralai",
        "Mistral",
        "https://api.mistral.ai/v1",
        "MISTRAL_API_KEY",
        # It answers 422 to it, and sends usage in any case: avante.nvim #2347, openai-agents-python #442, 2025.
        frozenset({"stream_options"}),
    ),
    Server("nvidia", "NVIDIA", "https://integrate.api.nvidia.com/v1", "NVIDIA_API_KEY"),
    Server("ollama", "Ollama"),
    Server("openrouter", "OpenRouter", "https://openrouter.ai/api/v1", "OPENROUTER_API_KEY"),
    Server("perplexity", "Perplexity", "https://api.perplexity.ai", "PPLX_API_KEY"),
    Server("together", "Together", "https://api.together.ai/v1", "TOGETHER_API_KEY"),
    Server("upstage", "Upstage", "https://api.upstage.ai/v1", "UPSTAGE_API_KEY"),
    Server("xai", "xAI", "https://api.x.ai/v1", "XAI_API_KEY"),
)


def build(server: Server, record: ModelRecord, services: Services) -> OpenAIUpstream:
    """The upstream of one entry of `server`.

    A record with a `base_url` names its key itself, or has none: the provider's own key goes to the provider alone.

    Raises:
        RecordError: the record does not say which model, or where a server of the user's is.

    """
    model = record.text("model")
    base_url = record.optional_text("base_url")
    key_name = record.optional_text("key_name") or (None if base_url else server.key_name)
    if (at := base_url or server.base_url) is None:
        raise RecordError(f"'base_url' must say where the {server.title} server is")
    subject = f"model {model!r} at {base_url}" if base_url else f"{server.title}'s model {model!r}"
    if services.settings.providers_url is not None:
        at = f"{services.settings.providers_url}/openai/v1"
    addresses = ServerAddresses(
        at, model, key_name, services.keys, subject=subject, unknown_fields=server.unknown_fields
    )
    return OpenAIUpstream(record, addresses, services)


PROVIDERS = tuple(Provider(server.name, partial(build, server)) for server in SERVERS)
