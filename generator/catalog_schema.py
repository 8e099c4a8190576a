"""The catalog's JSON Schema (draft 2020-12), for editors: keys, descriptions, values to choose from. Pure.

In: nothing; the schema is made of generator.catalog's own models, so that the two cannot differ. Out: plain data.
`terrachat schema` prints it, and docs/catalog.schema.json is what it printed.

Separate from generator.catalog because it says less than the rules there: a schema knows no conflict between two places
and no other file of the world. It is for writing; `terrachat validate` has the last word.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic.json_schema import GenerateJsonSchema

from generator.catalog import ENTRY_CLASSES, Catalog
from generator.catalog.entries import PROVIDER_NAMES
from generator.families.providers import BASE_URL_REQUIRED
from generator.loading.yaml_nodes import plain_data
from generator.loading.yaml_tree import compose

Schema = dict[str, Any]

_HAS_ADDRESS: Schema = {"properties": {"base_url": {"type": "string"}}, "required": ["base_url"]}
_IS_OWN_SERVER: Schema = {"properties": {"provider": {"enum": sorted(BASE_URL_REQUIRED)}}}
_HAS_OWN_IMAGE: Schema = {"properties": {"container": {"type": "object"}}, "required": ["container"]}

_STARTS_FROM_SNAPSHOT: Schema = {"properties": {"snap_start": {"const": True}}, "required": ["snap_start"]}
_HAS_NO_METRICS: Schema = {"properties": {"metrics": {"const": False}}, "required": ["metrics"]}
_HAS_NO_ALARMS: Schema = {"properties": {"alarms": {"const": False}}, "required": ["alarms"]}

# What generator.catalog.conflicts says of one mapping, as far as it is worth saying while somebody types.
_RULES: Mapping[str, tuple[Schema, ...]] = {
    "HandlerSettings": (
        {"if": _STARTS_FROM_SNAPSHOT, "then": {"properties": {"provisioned_concurrency": {"type": "null"}}}},
    ),
    "MonitoringSettings": (
        {
            "if": _HAS_NO_METRICS,
            "then": {"properties": {"dashboard": {"const": False}, "alarms": {"const": False}}},
        },
        {
            "if": {"anyOf": [_HAS_NO_METRICS, _HAS_NO_ALARMS]},
            "then": {"properties": {"topic": {"type": "null"}}},
        },
    ),
    "SageMakerEntry": ({"if": {"not": _HAS_OWN_IMAGE}, "then": {"required": ["source"]}},),
    "OpenAIEntry": ({"if": _HAS_ADDRESS, "then": {"required": ["key_name"]}},),
    "ThirdPartyEntry": (
        {"if": _HAS_ADDRESS, "then": {"required": ["key_name"]}},
        {"if": _IS_OWN_SERVER, "then": {"required": ["base_url", "key_name"]}},
    ),
}


def catalog_schema() -> Schema:
    """The schema as plain data that `json` can write."""
    made = Catalog.model_json_schema()
    definitions = {name: _tidied(definition) for name, definition in made.pop("$defs").items()}
    for name, rules in _RULES.items():
        definitions[name]["allOf"] = list(rules)
    schema = _tidied(made)
    schema["properties"]["models"] |= {"items": _entry(), "minItems": 1}
    return {
        "$schema": GenerateJsonSchema.schema_dialect,
        "title": "Terrachat catalog",
        **schema,
        "$defs": definitions,
    }


def _entry() -> Schema:
    """An entry: its provider says which class it is of, and an editor then knows the keys of that one only."""
    names = {kind: entry.__name__ for kind, entry in ENTRY_CLASSES.items()}
    return {
        "type": "object",
        "properties": {
            "id": {"description": "the name that the model is chosen by"},
            "provider": {"description": "who serves the model", "enum": list(PROVIDER_NAMES)},
        },
        "required": ["id", "provider"],
        "allOf": [
            {"if": condition, "then": {"$ref": f"#/$defs/{names[kind]}"}} for kind, condition in _conditions().items()
        ],
    }


def _conditions() -> Mapping[str, Schema]:
    """What an entry of each kind of ENTRY_CLASSES looks like."""
    own = {"sagemaker", "bedrock", "openai", "azure_openai"}
    is_sagemaker = _provided_by("sagemaker")
    return {
        "sagemaker": {**is_sagemaker, "not": {"required": ["endpoint"]}},
        "sagemaker endpoint": {**is_sagemaker, "required": ["provider", "endpoint"]},
        "bedrock": _provided_by("bedrock"),
        "openai": _provided_by("openai"),
        "azure_openai": _provided_by("azure_openai"),
        "third party": _provided_by(*(name for name in PROVIDER_NAMES if name not in own)),
    }


def _provided_by(*names: str) -> Schema:
    return {"properties": {"provider": {"enum": list(names)}}, "required": ["provider"]}


def _tidied(schema: Mapping[str, Any]) -> Schema:
    """Pydantic's schema of a mapping without what is of no use to an author."""
    tidied = {key: value for key, value in schema.items() if key != "title"}
    tidied["description"] = _first_sentence(schema["description"])
    tidied["properties"] = {key: _property(value) for key, value in schema["properties"].items()}
    return tidied


def _first_sentence(text: str) -> str:
    """The rest of a class's description is for those who read the code."""
    return " ".join(text.split()).split(". ")[0].removesuffix(".")


def _property(schema: Mapping[str, Any]) -> Schema:
    found = dict(_flattened(schema))
    if "examples" in found:
        found["examples"] = [_value(example, found.get("type")) for example in found["examples"]]
    return found


def _flattened(schema: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Merge `null` into the type beside it, and drop titles, and defaults that say nothing."""
    branches = [branch for branch in schema.get("anyOf", ()) if branch != {"type": "null"}]
    for key, value in schema.items():
        if key == "anyOf" and len(branches) == 1 and "type" in branches[0]:
            yield from _or_null(branches[0]).items()
        elif key != "title" and not (key == "default" and (value is None or isinstance(value, dict))):
            yield key, value


def _or_null(schema: Mapping[str, Any]) -> Schema:
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    merged = {**schema, "type": [*kinds, "null"]}
    return {**merged, "enum": [*schema["enum"], None]} if "enum" in schema else merged


def _value(example: str, kind: object) -> Any:
    """An example, which is YAML, as the value that it stands for."""
    node = compose(f"example: {example}").root
    value = plain_data(node)["example"] if node else example
    if kind == "integer":
        return int(value)
    return value == "true" if kind == "boolean" else value
