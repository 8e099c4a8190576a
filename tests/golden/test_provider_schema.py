"""The generated modules hold on the AWS provider 6.x too, argument by argument and block by block.

`terraform validate` tells it for the provider at hand. What 6.x accepts is in tests/schemas (extract.py makes it).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import hcl2
import pytest

from tests.golden.modules import FOLDER

Body = dict[str, Any]
SCHEMA_FILES = list((FOLDER.parent / "schemas").glob("aws-6.*.json"))
MODULES = sorted(FOLDER.glob("*/expected"))
_OF_TERRAFORM = {
    "count",
    "depends_on",
    "for_each",
    "lifecycle",
    "provider",
    "provisioner",
    "connection",
    "__is_block__",
    "__comments__",
    "__inline_comments__",
}
_REFERENCE = re.compile(r"\b(data\.)?(aws_\w+)\.\w+\.(\w+)")


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.parent.name)
def test_module_is_within_the_schema_of_6(module: Path) -> None:
    problems = {
        path.name: found
        for path in sorted(module.glob("*.tf"))
        if (found := list(_problems(path.read_text(encoding="utf-8"), whole=not path.stem.endswith("_override"))))
    }

    assert problems == {}


_PARAMETER = 'resource "aws_ssm_parameter" "p" {{\n  name = "p"\n  type = "String"\n  {}\n}}\n'
_POLICY = 'resource "aws_iam_role_policy" "p" {{\n  policy = "{{}}"\n  role = {}\n}}\n'
_SCALING = '    managed_instance_scaling {\n      status = "ENABLED"\n    }\n'
_CONFIG = 'resource "aws_sagemaker_endpoint_configuration" "c" {{\n{}\n}}\n'


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (_PARAMETER.format('value = "v"'), []),
        (_PARAMETER.format('valu = "v"'), ["aws_ssm_parameter.p: unknown argument 'valu'"]),
        (_PARAMETER.format("value {\n}"), ["aws_ssm_parameter.p: 'value' is an argument, not a block"]),
        (_POLICY.format('"r"'), []),
        ('resource "aws_iam_role_policy" "p" {\n  role = "r"\n}\n', ["aws_iam_role_policy.p: 'policy' is missing"]),
        (
            'resource "aws_iam_role" "r" {\n  assume_role_policy = "{}"\n  managed_policy_arns = []\n}\n',
            ["aws_iam_role.r: 'managed_policy_arns' is deprecated since before 6.0"],
        ),
        (
            _CONFIG.format("  production_variants = []"),
            ["aws_sagemaker_endpoint_configuration.c: 'production_variants' is a block, not an argument"],
        ),
        (
            _CONFIG.format("  production_variants {\n    serverless_config {\n    }\n  }"),
            [
                "aws_sagemaker_endpoint_configuration.c.production_variants.serverless_config: "
                "'max_concurrency' is missing",
                "aws_sagemaker_endpoint_configuration.c.production_variants.serverless_config: "
                "'memory_size_in_mb' is missing",
            ],
        ),
        (
            _CONFIG.format("  production_variants {\n" + 2 * _SCALING + "  }"),
            [
                "aws_sagemaker_endpoint_configuration.c.production_variants: "
                "'managed_instance_scaling' may stand there once"
            ],
        ),
        ('resource "aws_elastictranscoder_pipeline" "p" {\n}\n', ["aws_elastictranscoder_pipeline.p: unknown type"]),
        (_POLICY.format("aws_iam_role.r.idd"), ["aws_iam_role has no 'idd' to read"]),
        (
            _POLICY.format("aws_secretsmanager_secret_version.v.arn"),
            ["aws_secretsmanager_secret_version.arn is deprecated"],
        ),
    ],
    ids=[
        "good",
        "unknown-argument",
        "argument-as-block",
        "good-without-references",
        "missing-argument",
        "deprecated-argument",
        "block-as-argument",
        "missing-in-nested-block",
        "single-block-twice",
        "unknown-type",
        "unknown-attribute-read",
        "deprecated-attribute-read",
    ],
)
def test_check_finds(text: str, expected: list[str]) -> None:
    """Or the test above would hold whatever the modules say."""
    assert list(_problems(text, whole=True)) == expected


@cache
def _schema() -> Any:
    (file,) = SCHEMA_FILES
    return json.loads(file.read_text(encoding="utf-8"))


def _problems(text: str, *, whole: bool) -> Iterator[str]:
    """What 6.x would not take, or warn of. An override file is no `whole` module: what is required stands elsewhere."""
    parsed = hcl2.loads(text)
    for kind in ("resource", "data"):
        for found in parsed.get(kind, []):
            ((quoted_type, named),) = ((key, value) for key, value in found.items() if not key.startswith("__"))
            for quoted_name, body in named.items():
                type_, name = quoted_type.strip('"'), quoted_name.strip('"')
                schema = _schema()[kind].get(type_)
                if schema is None:
                    yield f"{type_}.{name}: unknown type"
                else:
                    yield from _in_block(f"{type_}.{name}", body, schema, whole=whole)
    yield from _in_references(text)


def _in_block(where: str, body: Body, schema: Any, *, whole: bool) -> Iterator[str]:
    given = {name: value for name, value in body.items() if name not in _OF_TERRAFORM}
    for name, value in given.items():
        if name in schema["deprecated"]:
            yield f"{where}: {name!r} is {schema['deprecated'][name]}"
        blocks = value if isinstance(value, list) and value and _is_block(value[0]) else None
        if blocks is None:
            yield from _in_argument(where, name, schema)
        else:
            yield from _in_blocks(where, name, blocks, schema, whole=whole)
    if whole:
        yield from (f"{where}: {name!r} is missing" for name in schema["required"] if name not in given)


def _in_argument(where: str, name: str, schema: Any) -> Iterator[str]:
    if name in schema["blocks"]:
        yield f"{where}: {name!r} is a block, not an argument"
    elif name not in schema["arguments"]:
        yield f"{where}: unknown argument {name!r}"


def _in_blocks(where: str, name: str, blocks: list[Body], schema: Any, *, whole: bool) -> Iterator[str]:
    if name in schema["arguments"]:
        yield f"{where}: {name!r} is an argument, not a block"
    elif name not in schema["blocks"]:
        yield f"{where}: unknown block {name!r}"
    else:
        if len(blocks) > 1 and not schema["blocks"][name]["many"]:
            yield f"{where}: {name!r} may stand there once"
        for block in blocks:
            yield from _in_block(f"{where}.{name}", block, schema["blocks"][name], whole=whole)


def _is_block(value: Any) -> bool:
    return isinstance(value, dict) and value.get("__is_block__") is True


def _in_references(text: str) -> Iterator[str]:
    """What is read of other resources: `aws_iam_role.handler.arn` needs an `arn` that is not deprecated."""
    for is_data, type_, name in sorted(set(_REFERENCE.findall(text))):
        schema = _schema()["data" if is_data else "resource"].get(type_)
        if schema is None or not ({name} & {*schema["arguments"], *schema["blocks"], *schema["exports"]}):
            yield f"{type_} has no {name!r} to read"
        elif name in schema["deprecated"]:
            yield f"{type_}.{name} is deprecated"
