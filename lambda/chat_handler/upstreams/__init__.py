"""The providers that this handler knows."""

from __future__ import annotations

from chat_handler.upstreams import anthropic, azure_openai, bedrock, cohere, google_genai, openai_servers, sagemaker
from chat_handler.upstreams.base import Provider

PROVIDERS: dict[str, Provider] = {
    provider.name: provider
    for provider in (
        sagemaker.PROVIDER,
        bedrock.PROVIDER,
        azure_openai.PROVIDER,
        anthropic.PROVIDER,
        cohere.PROVIDER,
        google_genai.PROVIDER,
        *openai_servers.PROVIDERS,
    )
}
