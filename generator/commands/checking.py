"""validate, schema, generate: what needs neither Terraform nor AWS.

What plans and renders is imported when a command runs, so that `validate` stays quick.
"""

from __future__ import annotations

from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from generator.commands.context import (
    CATALOG,
    CatalogOption,
    DirectoryOption,
    JsonOption,
    LocalOption,
    TargetName,
    TargetOption,
    Work,
    print_json,
    shown_progress,
    work_on,
)
from generator.errors import TerrachatError
from generator.loading import load_catalog

if TYPE_CHECKING:
    from generator.module_dir import ModuleDiff
    from generator.planning import Form

CheckOption = Annotated[
    bool, typer.Option("--check", help="Write nothing; exit code 1 where the module is not what the catalog says.")
]
DiffOption = Annotated[bool, typer.Option("--diff", help="Write nothing; print what would change, as a unified diff.")]
ModuleOption = Annotated[
    bool, typer.Option("--as-module", help="Leave out provider and backend, to be called from another module.")
]


class SchemaName(StrEnum):
    """What there is a schema of."""

    CATALOG = "catalog"
    DOCTOR = "doctor"


SchemaArgument = Annotated[SchemaName, typer.Argument(help="Whose schema.")]


def validate(catalog: CatalogOption = CATALOG, as_json: JsonOption = False) -> None:
    """Check the catalog; problems and warnings go to stderr, one a line."""
    from generator.catalog_warnings import catalog_warnings

    loaded = load_catalog(catalog)
    warnings = catalog_warnings(loaded)
    for warning in warnings:
        typer.echo(f"{catalog}: warning: {warning.key_path}: {warning.message}", err=True)
    if as_json:
        print_json({"models": len(loaded.models), "warnings": [asdict(warning) for warning in warnings]})
    else:
        print(f"{catalog}: ok, {len(loaded.models)} models")


def schema(what: SchemaArgument = SchemaName.CATALOG) -> None:
    """Print a JSON Schema: the catalog's, for editors, or that of what `doctor --json` prints."""
    if what is SchemaName.DOCTOR:
        from generator.doctor_schema import doctor_schema

        print_json(doctor_schema())
        return
    from generator.catalog_schema import catalog_schema

    print_json(catalog_schema())


def generate(
    catalog: CatalogOption = CATALOG,
    target: TargetOption = TargetName.AWS,
    local: LocalOption = False,
    output: DirectoryOption = None,
    check: CheckOption = False,
    diff: DiffOption = False,
    as_module: ModuleOption = False,
    as_json: JsonOption = False,
) -> None:
    """Write the Terraform module, and the handler's zip beside it."""
    from generator.deployment import generating

    work = work_on(catalog, target, local, output)
    form: Form = "module" if as_module else "root"
    directory = (
        work.directory if output or not as_module else work.target.called_module_directory(work.catalog.deployment)
    )
    if check or diff:
        _compare(work, directory, form, check=check, diff=diff, as_json=as_json)
        return
    with shown_progress() as progress:
        generated = generating.generate(work.catalog, work.target, directory, progress, form)
    if as_json:
        print_json(_document(generated.diff))
    else:
        _print(generated.diff)


def _compare(work: Work, directory: Path, form: Form, *, check: bool, diff: bool, as_json: bool) -> None:
    from generator.deployment import generating

    found = generating.compare(work.catalog, work.target, directory, form)
    if as_json:
        print_json(_document(found.diff))
    elif diff:
        print(found.text, end="")
    else:
        _print(found.diff)
    if check and not found.diff.is_empty:
        raise TerrachatError(
            f"{directory}: the module is not what {work.file} says", hint="Write it anew: terrachat generate"
        )


def _document(diff: ModuleDiff) -> dict[str, object]:
    return {**asdict(diff), "directory": str(diff.directory)}


def _print(diff: ModuleDiff) -> None:
    for sign, names in (("+", diff.added), ("~", diff.changed), ("-", diff.removed)):
        for name in names:
            print(f"{sign} {diff.directory / name}")
    if diff.is_empty:
        print(f"{diff.directory}: nothing to change")
