"""The API keys of a catalog's third parties in the local target, which takes any key but the empty one. Pure.

Separate so that a real deployment's steps name no made-up key.
"""

from __future__ import annotations

from generator.catalog import AzureOpenAIEntry, Catalog, Entry, OpenAIEntry, ThirdPartyEntry
from generator.families.azure_openai import part_name
from generator.families.providers import keys_needed

_KEY = "sk-local-rehearsal"
# Of an Azure model not everything is a key; the address is not used there, but must be one.
_NOT_KEYS = {
    "AZURE_OPENAI_API_TYPE__": "azure",
    "AZURE_OPENAI_API_BASE__": "https://local.openai.azure.com/",
    "AZURE_OPENAI_API_VERSION__": "2024-10-21",
}


def rehearsal_keys(catalog: Catalog) -> dict[str, str]:
    """A value for every name that the catalog's entries have in the API-keys secret."""
    return {name: _value(name) for entry in catalog.models for name in _names(entry)}


def _names(entry: Entry) -> tuple[str, ...]:
    match entry:
        case AzureOpenAIEntry():
            identifier = entry.model or entry.id
            return (part_name("TYPE", identifier), *keys_needed(entry.provider, identifier=identifier))
        case OpenAIEntry() | ThirdPartyEntry():
            return keys_needed(entry.provider, base_url=entry.base_url, key_name=entry.key_name)
        case _:
            return ()


def _value(name: str) -> str:
    return next((value for prefix, value in _NOT_KEYS.items() if name.startswith(prefix)), _KEY)
