"""A key that is not known where it stands -> what was probably meant. Pure.

Separate from explaining.py because it is a question of its own, with most of the answers: a spelling mistake, a key of
another kind of entry, a key that stands one mapping too high, or what another tool calls the same thing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from generator.catalog import ENTRY_CLASSES, Catalog, SageMakerEntry, Section
from generator.catalog.conflict import Parts, mapping, text
from generator.catalog.echoing import listed, quoted
from generator.catalog.entries import (
    SOURCES,
    AzureOpenAIEntry,
    ExistingEndpointEntry,
    Instances,
    OwnImage,
    Schedule,
)
from generator.catalog.sections import (
    ApiKeySettings,
    BedrockSettings,
    CreatedSecret,
    Defaults,
    Guardrail,
    HandlerSettings,
    HistorySettings,
    MonitoringSettings,
    Price,
    S3Backend,
    Timeouts,
    TokenSecret,
)
from generator.loading.locating import locate
from generator.suggesting import nearest

# Where a mapping's keys belong. Of two mappings with one key the first is meant.
_HOMES: tuple[tuple[type[Section], str], ...] = (
    (HandlerSettings, "handler"),
    (MonitoringSettings, "monitoring"),
    (HistorySettings, "history"),
    (Timeouts, "timeouts"),
    (Price, "price"),
    (Defaults, "defaults"),
    *((section, "source") for section in SOURCES.values()),
    (Instances, "instances"),
    (OwnImage, "container"),
    (Schedule, "schedule"),
    (TokenSecret, "huggingface"),
    (CreatedSecret, "huggingface"),
    (S3Backend, "backend.s3"),
    (BedrockSettings, "bedrock"),
    (Guardrail, "guardrail"),
)

# The branches that exclude each other: both keys are right, and only one of them may stand there.
_ALTERNATIVES: Mapping[type[Section], tuple[str, ...]] = {
    **dict.fromkeys(SOURCES.values(), tuple(SOURCES)),
    TokenSecret: ("token_secret", "create_secret"),
    CreatedSecret: ("token_secret", "create_secret"),
}

_KEYS_ELSEWHERE = "keys are never in the catalog: put it into the API-keys secret"
_AZURE = "what an Azure model needs (key, base, version, type, deployment) is in the API-keys secret"
_AZURES_OWN = frozenset({"base_url", "deployment", "endpoint", "key", "key_name", "region", "type", "version"})
_NO_DEFAULT = "there is no default model; each request names one by its id"
_ONE_FILE = "a catalog is one file and includes no other; put all entries under 'models'"
_NETWORK = "endpoints and handler are not put into a network of yours"

# What other tools, and older habits, call things.
_HABITS: Mapping[str, str] = {
    "alias": "an entry has one name, its 'id'; write a second entry for a second name",
    "aliases": "an entry has one name, its 'id'; write a second entry for a second name",
    "api_key": _KEYS_ELSEWHERE,
    "api_version": _AZURE,
    "azure_endpoint": _AZURE,
    "count": "write instances: {min: 2} for two instances",
    "default_model": _NO_DEFAULT,
    "deployment_name": _AZURE,
    "desired_count": "write instances: {min: 2} for two instances",
    "disabled": "to keep an endpoint from running, write stopped: true",
    "enabled": "to keep an endpoint from running, write stopped: true; or remove the entry",
    "env": "the container's variables are under 'environment'",
    "extends": _ONE_FILE,
    "include": _ONE_FILE,
    "includes": _ONE_FILE,
    "initial_instance_count": "write instances: {min: 2} for two instances",
    "instance_count": "write instances: {min: 2} for two instances",
    "max_instances": "write instances: {max: 2}",
    "min_instances": "write instances: {min: 2}",
    "model_data": "weights in S3 are written source: {s3: s3://BUCKET/PREFIX/}",
    "model_data_url": "weights in S3 are written source: {s3: s3://BUCKET/PREFIX/}",
    "model_id": "the provider's name of the model is 'model'; weights are under 'source'",
    "name": "an entry's name is its 'id'",
    "route": "an entry has one name, its 'id'; requests choose it by that",
    "secret": _KEYS_ELSEWHERE,
    "secrets": _KEYS_ELSEWHERE,
    "security_group_ids": _NETWORK,
    "security_groups": _NETWORK,
    "serverless": "SageMaker's serverless endpoints have no GPU and are not made; remove it",
    "subnet_ids": _NETWORK,
    "subnets": _NETWORK,
    "vpc": _NETWORK,
    "vpc_config": _NETWORK,
}


def unknown_key(loc: Parts, document: object) -> str:
    """Say what to write instead of the key that pydantic's `loc` ends in. `document` is the catalog, as plain data."""
    found, key = locate(loc[:-1]), str(loc[-1])
    return (
        _known_here(found.section, key)
        or _elsewhere(found.section, key, _entry_at(found.section_parts, document))
        or _misnamed(found.section, key)
    )


def _known_here(section: type[Section], key: str) -> str | None:
    alternatives = _ALTERNATIVES.get(section, ())
    if key in alternatives:
        there = next(name for name in alternatives if name in section.model_fields)
        return f"{key!r} and {there!r} exclude each other; remove one of them"
    return f"unknown key {key!r}: {_AZURE}" if section is AzureOpenAIEntry and key in _AZURES_OWN else None


def _misnamed(section: type[Section], key: str) -> str:
    shown, habit = quoted(key), _HABITS.get(key.casefold().replace("-", "_"))
    if section is ApiKeySettings and key.isupper():
        return f"unknown key {shown}: {_KEYS_ELSEWHERE}"
    if habit:
        return f"unknown key {shown}: {habit}"
    if near := nearest(key, section.model_fields):
        return f"unknown key {shown}; did you mean {near!r}?"
    return f"unknown key {shown}; known keys: {listed(section.model_fields)}"


def _entry_at(parts: Parts, document: object) -> Mapping[str, Any]:
    models = mapping(document).get("models")
    index = parts[1] if len(parts) > 1 else None
    if not isinstance(models, list) or not isinstance(index, int) or index >= len(models):
        return {}
    return mapping(models[index])


def _elsewhere(section: type[Section], key: str, entry: Mapping[str, Any]) -> str | None:
    """Say where a key belongs that is right by itself and stands in the wrong place."""
    homes = [(other, name) for other, name in _HOMES if other is not section and key in other.model_fields]
    nearby = next((near for _, name in homes if (near := name.split(".")[-1]) in section.model_fields), None)
    if nearby:
        return f"{key!r} belongs under {nearby!r}"
    if section in ENTRY_CLASSES.values():
        return _of_other_entries(section, key, entry) or _at_the_top(key, homes)
    return f"{key!r} belongs under {homes[0][1]!r}" if homes else None


def _of_other_entries(section: type[Section], key: str, entry: Mapping[str, Any]) -> str | None:
    owners = [kind for kind, other in ENTRY_CLASSES.items() if key in other.model_fields]
    if not owners:
        return None
    if section is ExistingEndpointEntry and "sagemaker" in owners:
        words = "describes an endpoint that Terrachat creates, and 'endpoint' names one that exists"
        return f"{key!r} {words}; remove one of the two"
    if section is SageMakerEntry and owners == ["sagemaker endpoint"]:
        return f"{key!r} is a key of entries that name an existing 'endpoint', and this one does not"
    if section is SageMakerEntry and key == "region":
        return "this endpoint is created in the deployment's region; remove 'region'"
    provider = quoted(text(entry.get("provider")) or "")
    names = " and ".join(", ".join(_KIND_NAMES.get(kind, kind) for kind in owners).rsplit(", ", 1))
    return f"{key!r} is a key of {names} entries, and this entry's provider is {provider}"


_KIND_NAMES = {"sagemaker endpoint": "existing-endpoint", "third party": "third-party"}


def _at_the_top(key: str, homes: list[tuple[type[Section], str]]) -> str | None:
    if key in Catalog.model_fields:
        return f"{key!r} stands at the top of the catalog, not in an entry"
    top = next((name for _, name in homes if name.split(".")[0] in Catalog.model_fields), None)
    return f"{key!r} belongs under {top!r} at the top of the catalog" if top else None
