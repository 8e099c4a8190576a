"""The JSON Schema that editors use is current, takes the catalogs that we take, and not those that we refuse."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from generator.catalog_schema import catalog_schema
from tests.unit.generator.bad_catalogs import CASES, LLM, models

ROOT = Path(__file__).parents[3]
COMMITTED = ROOT / "docs" / "catalog.schema.json"
CATALOGS = Path(__file__).parent / "catalogs"
VALID = sorted([ROOT / "catalog.yaml", *ROOT.glob("tests/golden/*/catalog.yaml"), *(CATALOGS / "valid").glob("*.yaml")])


class EditorLoader(yaml.SafeLoader):
    """YAML as editors read it, by version 1.2: a date is text, `no` and `on` are texts, and nothing is merged."""


EditorLoader.yaml_implicit_resolvers = {
    first: [(tag, shape) for tag, shape in resolvers if tag.rsplit(":", 1)[1] not in ("timestamp", "merge")]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


@pytest.fixture(scope="module")
def validator() -> Any:
    return jsonschema.Draft202012Validator(catalog_schema())


def read(text: str | bytes) -> Any:
    return yaml.load(text, Loader=EditorLoader)  # noqa: S506 - a safe loader


def test_committed_schema_is_current() -> None:
    """`terrachat schema` prints it, and its output is what is committed."""
    assert json.loads(COMMITTED.read_text(encoding="utf-8")) == catalog_schema()


def test_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(catalog_schema())


@pytest.mark.parametrize("path", VALID, ids=lambda path: str(path.relative_to(ROOT)))
def test_catalog_that_loads_is_valid(validator: Any, path: Path) -> None:
    assert [error.message for error in validator.iter_errors(read(path.read_bytes()))] == []


# What a schema cannot know: other entries, other keys, the meaning of a text, and YAML itself.
UNKNOWABLE = {
    "07 duplicate key",
    "11 escaped control character",
    "12 UTF-16",
    "19 duplicate id",
    "20 ids equal on AWS",
    "20 ids equal but for case",
    "21 id with a line break last",
    "22 id that Terraform keeps",
    "33 image of another region",
    "33 image too long",
    "40 ARN of another region",
    "40 profile of another geography",
    "42 AWS key in a tag",
    "42 token in the environment",
    "42 token without its prefix",
    "44 API keys and their KMS key in another partition",
    "44 API keys in a secret of another region, with a KMS key of a third",
    "44 secret of another partition",
    "44 secret of another region",
    "44 topic of another partition",
    "44 topic of another region",
    "45 fallback circles",
    "45 fallback to unknown, to itself and to one twice",
    "47 snapshot where Lambda has none",
    "47 timeout beyond the handler's own",
    "48 tags that differ in case only",
    "52 role of another partition",
    "54 max below min",
    "54 rolling update of one instance",
    "54 rolling update of two to thirty instances",
}


def test_bad_catalogs_are_invalid_but_for_what_no_schema_knows(validator: Any) -> None:
    accepted = set()
    for case in CASES:
        try:
            document = read(case.content)
        except (yaml.YAMLError, ValueError):  # no YAML at all, or a number of 5,000 digits
            continue
        if validator.is_valid(document):
            accepted.add(case.name)

    assert accepted - UNKNOWABLE == set()
    assert len(UNKNOWABLE) < len(CASES) / 5


def test_every_key_is_described() -> None:
    undescribed = [path for path, schema in properties(catalog_schema()) if not schema.get("description")]

    assert undescribed == []


def properties(schema: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for name, definition in {"": schema, **schema["$defs"]}.items():
        for key, value in definition["properties"].items():
            yield f"{name}.{key}", value


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ("id: a, provider: skynet", "'skynet' is not one of ['sagemaker', 'bedrock', 'openai', 'azure_openai', "),
        ("id: a, provider: openai", "'model' is a required property"),
        (LLM + ", model: x", "Additional properties are not allowed ('model' was unexpected)"),
        (LLM.replace("ml.g5", "g5"), "'g5.xlarge' is not one of ["),
        ("id: a, provider: sagemaker, instance_type: ml.g5.xlarge", "'source' is a required property"),
        ("id: a, provider: openai, model: x, base_url: 'https://a.example/v1'", "'key_name' is a required property"),
        ("id: a, provider: ollama, model: x, key_name: null", "'base_url' is a required property"),
    ],
)
def test_editor_says_one_thing_about_one_mistake(validator: Any, entry: str, message: str) -> None:
    """A union without a condition would list the keys of every kind of entry."""
    errors = [error.message for error in validator.iter_errors(read(models(entry)))]

    assert len(errors) == 1
    assert errors[0].startswith(message)
