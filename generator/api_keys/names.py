"""Which names the keys of a catalog have, whose they are, and what a key may look like. Pure.

In: a catalog, a name or a value. Out: names, providers and sentences. Separate from the store, which takes any name:
the rules here are the handler's (chat_handler.keys), the catalog's and the providers'.
"""

from __future__ import annotations

import re

from generator.catalog import AzureOpenAIEntry, Catalog, Entry, OpenAIEntry, ThirdPartyEntry
from generator.families import azure_openai
from generator.families.providers import PROVIDERS, keys_needed
from generator.suggesting import nearest

NAME_FORM = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
UNKNOWN = "unknown"
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def needed_keys(catalog: Catalog) -> dict[str, tuple[str, ...]]:
    """The names without which entries cannot be asked, each with the ids of these entries, in the catalog's order."""
    found: dict[str, tuple[str, ...]] = {}
    for entry in catalog.models:
        for name in _names(entry):
            found[name] = (*found.get(name, ()), entry.id)
    return found


def known_names(catalog: Catalog) -> tuple[str, ...]:
    """All names that have a place in the secret of this catalog: the needed ones, and those beside an Azure model's.

    The latter are not read, and not wrong either: other products want them in the same secret.
    """
    azure = [_identifier(entry) for entry in catalog.models if isinstance(entry, AzureOpenAIEntry)]
    beside = [azure_openai.part_name("TYPE", identifier) for identifier in azure]
    return (*needed_keys(catalog), *beside, *([azure_openai.MODELS] if azure else []))


def meant(catalog: Catalog, name: str) -> str | None:
    """The name in use that looks most like `name`, where `name` is neither in use nor the name of a provider's key."""
    known = known_names(catalog)
    return None if name in known or provider_of(catalog, name) != UNKNOWN else nearest(name, known)


def provider_of(catalog: Catalog, name: str) -> str:
    """Whose key it is: `openai`, `azure_openai Model1`; `unknown` where neither the catalog nor we can tell."""
    using = dict.fromkeys(entry.provider for entry in catalog.models if _key_name(entry) == name)
    if using:
        return ", ".join(using)
    if part := azure_openai.part_of(name):
        return f"azure_openai {part[1]}"
    if name == azure_openai.MODELS:
        return "azure_openai"
    return next((provider.name for provider in PROVIDERS.values() if name in provider.key_names), UNKNOWN)


def value_problem(name: str, value: str) -> str | None:
    """Why the handler would not take `value`, as the end of a sentence that begins with its name, or None."""
    text = value.strip()
    if not text:
        return "is empty"
    if _CONTROL.search(text):
        return "holds a line break or another control character"
    if name != azure_openai.MODELS and not (text.isascii() and text.isprintable() and " " not in text):
        return "holds a character that no key has, such as a space or a typographic quote"
    return None


def _names(entry: Entry) -> tuple[str, ...]:
    match entry:
        case AzureOpenAIEntry():
            return keys_needed(entry.provider, identifier=_identifier(entry))
        case OpenAIEntry() | ThirdPartyEntry():
            return keys_needed(entry.provider, base_url=entry.base_url, key_name=entry.key_name)
        case _:
            return ()


def _key_name(entry: Entry) -> str | None:
    return entry.key_name if isinstance(entry, OpenAIEntry | ThirdPartyEntry) else None


def _identifier(entry: AzureOpenAIEntry) -> str:
    return entry.model or entry.id
