"""The providers that this handler knows: one line each."""

from __future__ import annotations

from chat_handler.upstreams import bedrock, openai, sagemaker
from chat_handler.upstreams.base import Provider

PROVIDERS: dict[str, Provider] = {
    provider.name: provider
    for provider in (
        sagemaker.PROVIDER,
        bedrock.PROVIDER,
        openai.PROVIDER,
    )
}
