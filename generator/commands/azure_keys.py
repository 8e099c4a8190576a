"""secrets azure add, list, remove: the five keys of each Azure OpenAI model. Values are never printed."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from generator.catalog import AzureOpenAIEntry, Catalog
from generator.commands.context import (
    CATALOG,
    CatalogOption,
    JsonOption,
    LocalOption,
    TargetName,
    TargetOption,
    Work,
    YesOption,
    confirmation,
    print_json,
    print_table,
    work_on,
)
from generator.commands.key_secret import key_secret, malformed
from generator.errors import AwsError, DeclinedError, TerrachatError
from generator.families.azure_openai import (
    DEFAULT_TYPE,
    DEFAULT_VERSION,
    MODELS,
    PARTS,
    identifier_problem,
    identifiers_of,
    part_name,
    part_remark,
    read_identifiers,
    with_model,
    without_model,
)
from generator.preflight.key_suspicions import azure_problem

if TYPE_CHECKING:
    from generator.api_keys.shapes import Shape

ModelArgument = Annotated[
    str, typer.Argument(help="The identifier at the end of the names of its keys, such as Model1.", metavar="MODEL")
]
TypeOption = Annotated[
    str | None, typer.Option("--type", help=f"AZURE_OPENAI_API_TYPE; {DEFAULT_TYPE} is the only one.")
]
VersionOption = Annotated[
    str | None, typer.Option("--version", help=f"AZURE_OPENAI_API_VERSION, such as {DEFAULT_VERSION}.")
]
BaseOption = Annotated[
    str | None, typer.Option("--base", help="AZURE_OPENAI_API_BASE, such as https://my-resource.openai.azure.com.")
]
DeploymentOption = Annotated[
    str | None, typer.Option("--deployment-name", help="AZURE_OPENAI_API_DEPLOYMENT_NAME, as Azure's portal has it.")
]
_DEFAULTS = {"TYPE": DEFAULT_TYPE, "VERSION": DEFAULT_VERSION}
_FLAGS = {part: f"--{part.lower().replace('_', '-')}" for part in PARTS if part != "KEY"}


def add(
    model: ModelArgument,
    kind: TypeOption = None,
    version: VersionOption = None,
    base: BaseOption = None,
    deployment_name: DeploymentOption = None,
    catalog: CatalogOption = CATALOG,
    target: TargetOption = TargetName.AWS,
    local: LocalOption = False,
) -> None:
    """Set the five keys of an Azure OpenAI model.

    What no option and no variable of the key's name gives is asked for. The key itself is asked for without showing it,
    or read from standard input.
    """
    if problem := identifier_problem(model):
        raise TerrachatError(f"{model!r}: an identifier {problem}")
    work = work_on(catalog, target, local)
    options = {"TYPE": kind, "VERSION": version, "BASE": base, "DEPLOYMENT_NAME": deployment_name}
    given = _given(model, options)
    parts = _asked(model, given) if sys.stdin.isatty() else _read(model, given)
    before = key_secret(work).change(lambda found: with_model(found, model, parts), creates=True)
    for part, value in parts.items():
        if remark := part_remark(part, value):
            typer.echo(f"{part_name(part, model)} {remark}.", err=True)
    replaced = any(part_name(part, model) in before for part in PARTS)
    print(f"The five keys of {model} are {'replaced' if replaced else 'set'}, and {MODELS} has it.")
    _say_what_is_next(work.catalog, model)


def list_models(
    catalog: CatalogOption = CATALOG,
    target: TargetOption = TargetName.AWS,
    local: LocalOption = False,
    as_json: JsonOption = False,
) -> None:
    """List the Azure OpenAI models of the secret and of the catalog, and which of their keys are there."""
    work = work_on(catalog, target, local)
    rows = _rows(work.catalog, _shape(work))
    if as_json:
        print_json({"models": [asdict(row) for row in rows]})
    elif not rows:
        add_one = f"terrachat secrets azure add MODEL{work.options}"
        typer.echo(f"There are no Azure OpenAI models. Add one: {add_one}", err=True)
    else:
        table = [
            (
                row.model,
                ", ".join(row.entries),
                "yes" if row.listed else "no",
                f"{len(row.keys)}",
                ", ".join(row.missing),
            )
            for row in rows
        ]
        print_table(("MODEL", "ENTRIES", "LISTED", "KEYS", "MISSING"), table)


def remove(
    model: ModelArgument,
    catalog: CatalogOption = CATALOG,
    target: TargetOption = TargetName.AWS,
    local: LocalOption = False,
    yes: YesOption = False,
) -> None:
    """Remove the five keys of an Azure OpenAI model."""
    work = work_on(catalog, target, local)
    row = next((row for row in _rows(work.catalog, _shape(work)) if row.model == model), None)
    if row is None or not (row.keys or row.listed):
        print(f"{model} has no keys.")
        return
    what = ", ".join((*row.keys, *([f"its name in {MODELS}"] if row.listed else ())))
    losses = f"Without them {', '.join(row.entries)} of the catalog cannot be asked.\n" if row.entries else ""
    question = f"To be removed: {what}.\n{losses}What the secret holds now stays as its previous version."
    if not yes and not confirmation()(question):
        raise DeclinedError("nothing was changed")
    key_secret(work).change(lambda found: without_model(found, model))
    print(f"{model} is removed.")


Given = dict[str, str]


def _given(model: str, options: Mapping[str, str | None]) -> Given:
    """What options and the environment say, by part. Never the key: others can read both."""
    found = {part: option or os.environ.get(part_name(part, model), "") for part, option in options.items()}
    return {part: value for part, value in found.items() if value}


def _asked(model: str, given: Given) -> dict[str, str]:
    """The five values; what was not given is asked for on the terminal, until it is good."""
    return {part: _one(model, part, given.get(part)) for part in PARTS}


def _one(model: str, part: str, value: str | None) -> str:
    name = part_name(part, model)
    while value is None or (problem := azure_problem(part, model, value)):
        if value is not None:
            typer.echo(f"{name} {problem}.", err=True)
        value = str(typer.prompt(name, default=_DEFAULTS.get(part), hide_input=part == "KEY", err=True))
    return value.strip()


def _read(model: str, given: Given) -> dict[str, str]:
    """The five values where nobody can be asked. Raises TerrachatError with all that is missing or wrong."""
    parts = {**_DEFAULTS, **given}
    missing = [f"{part_name(part, model)} ({flag})" for part, flag in _FLAGS.items() if part not in parts]
    if missing:
        raise TerrachatError(
            f"there is nobody to ask for {', '.join(missing)}", hint="Give each by its option or in the environment."
        )
    try:
        parts["KEY"] = sys.stdin.read()
    except UnicodeDecodeError:
        raise TerrachatError(f"{part_name('KEY', model)}: the value is not text in UTF-8") from None
    wrong = {part_name(part, model): said for part in PARTS if (said := azure_problem(part, model, parts[part]))}
    if wrong:
        raise TerrachatError("; ".join(f"{name} {said}" for name, said in wrong.items()), hint="Nothing was changed.")
    return {part: parts[part].strip() for part in PARTS}


@dataclass(frozen=True)
class _Row:
    """One identifier, and where it is: ids of the catalog's entries, the secret's list, names of keys in the secret."""

    model: str
    entries: tuple[str, ...]
    listed: bool
    keys: tuple[str, ...]
    missing: tuple[str, ...]


def _rows(catalog: Catalog, shape: Shape) -> list[_Row]:
    """Every identifier that the catalog, the list or any name in the secret has."""
    entries: dict[str, list[str]] = {}
    for entry in catalog.models:
        if isinstance(entry, AzureOpenAIEntry):
            entries.setdefault(entry.model or entry.id, []).append(entry.id)
    listed = read_identifiers((shape.values or {}).get(MODELS, "")).names
    return [
        _Row(
            model,
            tuple(entries.get(model, ())),
            model in listed,
            tuple(name for part in PARTS if (name := part_name(part, model)) in shape.names),
            tuple(name for part in PARTS if (name := part_name(part, model)) not in shape.names),
        )
        for model in dict.fromkeys((*entries, *listed, *identifiers_of(shape.names)))
    ]


def _say_what_is_next(catalog: Catalog, model: str) -> None:
    if any(isinstance(entry, AzureOpenAIEntry) and (entry.model or entry.id) == model for entry in catalog.models):
        print("The handler uses them within a minute.")
    else:
        print(f"The handler lists it as {model} within a minute; it needs no entry in the catalog.")


def _shape(work: Work) -> Shape:
    """What the secret holds; nothing where it is not there yet. Raises AwsError where it cannot be used as it is."""
    from generator.api_keys.shapes import Shape
    from generator.api_keys.versions import NOT_FOUND

    store = key_secret(work)
    try:
        shape = store.read()
    except AwsError as error:
        if error.code != NOT_FOUND:
            raise
        return Shape({})
    if shape.values is None:
        raise malformed(store, shape, work)
    return shape
