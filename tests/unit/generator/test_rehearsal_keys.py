"""Which keys the local target's third parties are given."""

from __future__ import annotations

from generator.catalog import Catalog
from generator.deployment.rehearsal_keys import rehearsal_keys


def test_every_key_that_a_catalog_needs_has_a_value() -> None:
    catalog = Catalog.model_validate(
        {
            "version": 1,
            "deployment": "demo",
            "region": "us-east-1",
            "models": [
                {"id": "nova", "provider": "bedrock", "model": "amazon.nova-micro-v1:0"},
                {"id": "gpt", "provider": "openai", "model": "gpt-4o"},
                {
                    "id": "mine",
                    "provider": "openai",
                    "model": "m",
                    "base_url": "https://a.example/v1",
                    "key_name": "MINE",
                },
                {
                    "id": "open",
                    "provider": "openai",
                    "model": "m",
                    "base_url": "https://b.example/v1",
                    "key_name": None,
                },
                {"id": "claude", "provider": "anthropic", "model": "claude-sonnet-4-5"},
                {"id": "Azure1", "provider": "azure_openai"},
            ],
        }
    )

    assert rehearsal_keys(catalog) == {
        "OPENAI_API_KEY": "sk-local-rehearsal",
        "MINE": "sk-local-rehearsal",
        "ANTHROPIC_API_KEY": "sk-local-rehearsal",
        "AZURE_OPENAI_API_TYPE__Azure1": "azure",
        "AZURE_OPENAI_API_BASE__Azure1": "https://local.openai.azure.com/",
        "AZURE_OPENAI_API_KEY__Azure1": "sk-local-rehearsal",
        "AZURE_OPENAI_API_VERSION__Azure1": "2024-10-21",
        "AZURE_OPENAI_API_DEPLOYMENT_NAME__Azure1": "sk-local-rehearsal",
    }
