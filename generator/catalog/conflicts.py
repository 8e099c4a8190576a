"""Where two parts of a catalog, each right by itself, contradict each other. Pure.

In: a catalog as plain data, of which any part may be missing or wrong. Out: the conflicts among the parts that are
usable. Separate from the models in generator.catalog because pydantic checks the whole only when every part is right,
and an author wants all problems at once.

Here are the rules on ids and on third parties; those on SageMaker entries are in endpoint_conflicts.py, those on where
things are in region_conflicts.py, on fallbacks in fallback_conflicts.py, on the handler in handler_conflicts.py and on
the hosted page in hosting_conflicts.py.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from generator.catalog.conflict import Conflict, Parts, mapping, text
from generator.catalog.echoing import quoted
from generator.catalog.endpoint_conflicts import endpoint_conflicts
from generator.catalog.fallback_conflicts import fallback_conflicts
from generator.catalog.handler_conflicts import handler_conflicts
from generator.catalog.hosting_conflicts import hosting_conflicts
from generator.catalog.region_conflicts import region_conflicts
from generator.families.providers import BASE_URL_REQUIRED, PROVIDERS
from generator.naming import MODEL_ID, collisions

__all__ = ["Conflict", "Parts", "conflicts"]


def conflicts(document: Mapping[str, Any]) -> Iterator[Conflict]:
    """Yield the conflicts of a catalog that may have other problems too. Keys that were not given are not in it."""
    models = document.get("models")
    entries = [mapping(entry) for entry in models] if isinstance(models, list | tuple) else []
    yield from _same_ids(entries)
    for index, entry in enumerate(entries):
        provider = text(entry.get("provider"))
        if provider == "sagemaker":
            yield from endpoint_conflicts(entry, ("models", index))
        elif provider is not None and provider in PROVIDERS and provider != "azure_openai":
            yield from _unsaid(entry, provider, ("models", index))
    yield from fallback_conflicts(entries)
    yield from handler_conflicts(document, entries)
    yield from hosting_conflicts(document)
    yield from region_conflicts(document, entries)


def _same_ids(entries: Sequence[Mapping[str, Any]]) -> Iterator[Conflict]:
    ids = [text(entry.get("id")) or "" for entry in entries]
    # An id of the wrong form is reported as such, and what it would be named is nobody's concern.
    for found in collisions(model_id if MODEL_ID.fullmatch(model_id) else None for model_id in ids):
        here, there, name = map(quoted, (ids[found.index], ids[found.earlier], found.name))
        message = f"the id {here} cannot be told from {there}: on AWS both are {name}; rename one"
        if here == there:
            message = f"the id {here} is taken by another entry; ids must differ"
        yield Conflict(("models", found.index, "id"), message, ("models", found.earlier, "id"))


def _unsaid(entry: Mapping[str, Any], provider: str, where: Parts) -> Iterator[Conflict]:
    """Which server is asked, and with which key, is never guessed: a key must not reach somebody else's server."""
    has_base_url = entry.get("base_url") is not None
    if provider in BASE_URL_REQUIRED and not has_base_url:
        example = "base_url: https://llm.example.com/v1"
        yield Conflict(where, f"missing key 'base_url': {provider!r} is a server of your own, e.g. {example}")
    if (has_base_url or provider in BASE_URL_REQUIRED) and "key_name" not in entry:
        due = "the name of this server's key in the API-keys secret, or null if it takes none"
        yield Conflict(where, f"missing key 'key_name': {due}, e.g. key_name: MY_SERVER_API_KEY")
    elif has_base_url and entry["key_name"] is None and PROVIDERS[provider].kind == "langchain":
        due = f"{provider!r} is never asked without a key; write the name of this server's in the API-keys secret"
        yield Conflict((*where, "key_name"), f"{due}, e.g. key_name: MY_SERVER_API_KEY")
