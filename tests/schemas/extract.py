"""Make aws-6.N.json: what the AWS provider 6.x accepts, for the resource types that our templates use and no others.

Terraform can only tell what the provider at hand accepts. So that the modules also hold on 6.x, its schema is read here
from where it is published as a package, and what it says is committed. Not run by the tests. To renew it:

    pip download --no-deps cdktn-provider-aws pulumi-aws
    terraform providers schema -json > schema.json        # in a folder that requires hashicorp/aws
    python -m tests.schemas.extract cdktn_provider_aws-*.whl pulumi_aws-*.whl schema.json

- The wheel of cdktn-provider-aws holds TypeScript declarations made from the provider's schema: every argument and
  block with its Terraform name, and whether it is required. They do not tell what is deprecated.
- The wheel of pulumi-aws, made from the same schema, does, with the reason; but its names are Pulumi's own.
- What the provider at hand calls deprecated stays so in 6.x, unless it is gone.
"""

from __future__ import annotations

import itertools
import json
import re
import sys
import tarfile
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

Schema = dict[str, Any]
FOLDER = Path(__file__).parent
TEMPLATES = Path(__file__).parents[2] / "terraform_templates"

_USED = re.compile(r'^(resource|data) "(aws_\w+)"', re.MULTILINE)
_INTERFACE = re.compile(r"^export interface (\w+)[^{\n]* \{\n(.*?)^\}", re.MULTILINE | re.DOTALL)
_PROPERTY = re.compile(r"/\*\*(.*?)\*/\s+readonly \w+(\??): ((?:\{[^}]*\}|[^;{])+);", re.DOTALL)
_TERRAFORM_NAME = re.compile(r"\S#(\w+)\}")
_VERSION = re.compile(r"/providers/hashicorp/aws/([\d.]+)/docs/")
_READ = re.compile(r"""this\.get\w+Attribute\(['"](\w+)['"]\)|new \w+\(this, ['"](\w+)['"]""")
_DEPRECATED = re.compile(r'@_utilities\.deprecated\("""(.*?)"""\)\s+def (\w+)\(', re.DOTALL)
_CLASS = re.compile(r"^class (\w+)[^\n]*\n(.*?)(?=^\S|\Z)", re.MULTILINE | re.DOTALL)
_TYPES = {
    "string": "string",
    "number": "number",
    "boolean": "bool",
    "string[]": "list(string)",
    "number[]": "list(number)",
}
# Where Pulumi's name for a resource is not its Terraform name cut in two.
_PULUMI_MODULES = {
    "aws_lb": "lb/load_balancer",
    "aws_s3_object": "s3/bucket_objectv2",
    "aws_security_group": "ec2/security_group",
    "aws_vpc_security_group_egress_rule": "vpc/security_group_egress_rule",
    "aws_vpc_security_group_ingress_rule": "vpc/security_group_ingress_rule",
}


def main(cdktn_wheel: str, pulumi_wheel: str, schema_json: str) -> None:
    used = sorted(
        {(found[1], found[2]) for path in TEMPLATES.glob("*.tf.j2") for found in _USED.finditer(path.read_text())}
    )
    declarations = _declarations(Path(cdktn_wheel), used)
    at_hand = json.loads(Path(schema_json).read_text())["provider_schemas"]["registry.terraform.io/hashicorp/aws"]
    result: Schema = {
        "provider": "",
        "from": [Path(cdktn_wheel).stem, Path(pulumi_wheel).stem],
        "resource": {},
        "data": {},
    }
    with zipfile.ZipFile(pulumi_wheel) as pulumi:
        for kind, name in used:
            declared, code = declarations[kind, name]
            schema = _schema(declared, code)
            older = at_hand[{"resource": "resource_schemas", "data": "data_source_schemas"}[kind]].get(name)
            _mark_older(schema, older["block"] if older else {})
            _mark_newer(schema, pulumi, kind, name)
            result[kind][name] = schema
            result["provider"] = _VERSION.findall(declared)[0]
    file = FOLDER / f"aws-{result['provider'].rpartition('.')[0]}.json"
    file.write_text(json.dumps(result, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    print(f"{file.name}: {len(used)} types of hashicorp/aws {result['provider']}; remove the file that was before it")


def _declarations(wheel: Path, used: list[tuple[str, str]]) -> dict[tuple[str, str], tuple[str, str]]:
    """The TypeScript declaration and the JavaScript of each type: a tar archive inside the wheel holds them."""
    folders = {_folder(kind, name): (kind, name) for kind, name in used}
    texts: dict[tuple[str, str], dict[str, str]] = {}
    with zipfile.ZipFile(wheel) as outer:
        inner = next(name for name in outer.namelist() if name.endswith(".jsii.tgz"))
        with outer.open(inner) as packed, tarfile.open(fileobj=packed, mode="r|gz") as archive:
            for member in archive:
                folder, _, file = member.name.removeprefix("package/lib/").partition("/")
                if folder in folders and file in {"index.d.ts", "index.js"}:
                    content = archive.extractfile(member)
                    assert content is not None
                    texts.setdefault(folders[folder], {})[file] = content.read().decode()
    missing = set(folders.values()) - set(texts)
    if missing:
        sys.exit(f"hashicorp/aws has no {missing} any more, according to {wheel.name}")
    return {key: (files["index.d.ts"], files["index.js"]) for key, files in texts.items()}


def _folder(kind: str, name: str) -> str:
    """`aws_iam_role` is in iam-role, and the data source `aws_region` in data-aws-region."""
    return (name.removeprefix("aws_") if kind == "resource" else f"data_{name}").replace("_", "-")


def _schema(declared: str, code: str) -> Schema:
    interfaces = dict(_INTERFACE.findall(declared))
    root = next(name for name in interfaces if f"interface {name} extends cdktn.TerraformMetaArguments" in declared)
    schema = _block(interfaces[root], interfaces)
    resource = code[code.index(f"class {root.removesuffix('Config')} extends cdktn.Terraform") :]
    read = {name for pair in _READ.findall(resource) for name in pair if name}
    return {**schema, "exports": sorted(read - set(schema["arguments"]) - set(schema["blocks"]))}


def _block(body: str, interfaces: Mapping[str, str]) -> Schema:
    """One block: its arguments with their types, its blocks, and the names of those that must be there."""
    schema: Schema = {"arguments": {}, "blocks": {}, "required": [], "deprecated": {}}
    for comment, optional, written in _PROPERTY.findall(body):
        name = _TERRAFORM_NAME.findall(comment)[-1]
        kind = " ".join(written.replace("| cdktn.IResolvable", "").split())
        struct = kind.removesuffix("[]")
        if f"{name} block" in comment:
            schema["blocks"][name] = {**_block(interfaces[struct], interfaces), "many": kind.endswith("[]")}
        else:
            schema["arguments"][name] = _TYPES.get(kind, "map" if kind.startswith("{") else "object")
        if not optional:
            schema["required"].append(name)
    return schema


def _mark_older(schema: Schema, older: Schema) -> None:
    """Mark what the provider at hand calls deprecated, and is still there."""
    for name, argument in older.get("attributes", {}).items():
        if argument.get("deprecated") and (name in schema["arguments"] or name in schema.get("exports", ())):
            schema["deprecated"][name] = "deprecated since before 6.0"
    for name, block in older.get("block_types", {}).items():
        if name in schema["blocks"]:
            _mark_older(schema["blocks"][name], block["block"])
            if block["block"].get("deprecated"):
                schema["deprecated"][name] = "deprecated since before 6.0"


def _mark_newer(schema: Schema, pulumi: zipfile.ZipFile, kind: str, name: str) -> None:
    """Mark what Pulumi's classes of this type, and of the blocks below it, call deprecated."""
    plain = name.removeprefix("aws_")
    if kind == "data":
        _mark(schema, pulumi.read(f"pulumi_aws/get_{plain}.py").decode())
        return
    module = _PULUMI_MODULES.get(name, plain.replace("_", "/", 1)).replace("lambda/", "lambda_/")
    folder, _, file = module.partition("/")
    _mark(schema, pulumi.read(f"pulumi_aws/{module}.py").decode())
    classes = dict(_CLASS.findall(pulumi.read(f"pulumi_aws/{folder}/_inputs.py").decode()))
    for path, block in _blocks(schema, (file,)):
        for words in itertools.product(*({step, step.removesuffix("s")} for step in path)):
            _mark(block, classes.get("".join(word.title().replace("_", "") for word in words) + "Args", ""))


def _mark(schema: Schema, text: str) -> None:
    for reason, property_name in _DEPRECATED.findall(text):
        told = re.match(r"(\w+) is deprecated", reason)
        schema["deprecated"][told[1] if told else property_name] = reason


def _blocks(schema: Schema, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Schema]]:
    for name, block in schema["blocks"].items():
        yield (*path, name), block
        yield from _blocks(block, (*path, name))


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    main(*sys.argv[1:])
