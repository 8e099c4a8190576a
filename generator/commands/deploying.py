"""validate, generate, plan, apply, destroy, status."""

from __future__ import annotations

from dataclasses import asdict

import typer

from generator import deployment
from generator.commands.context import (
    CATALOG,
    CatalogOption,
    DirectoryOption,
    JsonOption,
    LocalOption,
    TargetName,
    TargetOption,
    YesOption,
    confirmation,
    print_json,
    print_table,
    shown_progress,
    work_on,
)
from generator.loading import load_catalog
from generator.progress import changes_as_text


def validate(catalog: CatalogOption = CATALOG) -> None:
    """Check the catalog; problems go to stderr, one a line."""
    loaded = load_catalog(catalog)
    print(f"{catalog}: ok, {len(loaded.models)} models")


def generate(
    catalog: CatalogOption = CATALOG,
    target: TargetOption = TargetName.AWS,
    local: LocalOption = False,
    output: DirectoryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write the Terraform module, and the handler's zip beside it."""
    work = work_on(catalog, target, local, output)
    with shown_progress() as progress:
        generated = deployment.generate(work.catalog, work.target, work.directory, progress)
    diff = generated.diff
    if as_json:
        print_json({**asdict(diff), "directory": str(diff.directory)})
        return
    for sign, names in (("+", diff.added), ("~", diff.changed), ("-", diff.removed)):
        for name in names:
            print(f"{sign} {diff.directory / name}")
    if diff.is_empty:
        print(f"{diff.directory}: nothing to change")


def plan(
    catalog: CatalogOption = CATALOG,
    target: TargetOption = TargetName.AWS,
    local: LocalOption = False,
    output: DirectoryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show what apply would change."""
    work = work_on(catalog, target, local, output)
    with shown_progress() as progress:
        planned = deployment.plan(work.catalog, work.target, work.directory, progress)
    planned.file.unlink(missing_ok=True)
    if as_json:
        print_json({"changes": [asdict(change) for change in planned.changes]})
    elif planned.is_empty:
        print("Nothing to change: what is deployed is what the catalog says.")
    else:
        print(f"{len(planned.changes)} changes:\n{changes_as_text(planned.changes)}")


def apply(
    catalog: CatalogOption = CATALOG,
    target: TargetOption = TargetName.AWS,
    local: LocalOption = False,
    output: DirectoryOption = None,
    yes: YesOption = False,
    as_json: JsonOption = False,
) -> None:
    """Make the deployment what the catalog says."""
    work = work_on(catalog, target, local, output)
    with shown_progress() as progress:
        result = deployment.apply(work.catalog, work.target, work.directory, progress, None if yes else confirmation())
    if as_json:
        print_json({"changes": result.num_changes, "outputs": dict(result.outputs)})
    else:
        print(f"{result.num_changes} changes made. The handler: {result.outputs['handler_url']}")


def destroy(
    catalog: CatalogOption = CATALOG,
    target: TargetOption = TargetName.AWS,
    local: LocalOption = False,
    output: DirectoryOption = None,
    yes: YesOption = False,
    as_json: JsonOption = False,
) -> None:
    """Destroy the deployment and all its data.

    Endpoints, keys and conversations are gone for good.
    """
    work = work_on(catalog, target, local, output)
    with shown_progress() as progress:
        destroyed = deployment.destroy(
            work.catalog, work.target, work.directory, progress, None if yes else confirmation()
        )
    if as_json:
        print_json({"destroyed": destroyed})
    else:
        print("Destroyed." if destroyed else "There was nothing to destroy.")


def status(
    catalog: CatalogOption = CATALOG,
    target: TargetOption = TargetName.AWS,
    local: LocalOption = False,
    as_json: JsonOption = False,
) -> None:
    """Show what is planned, what is deployed and what is live."""
    from generator.status import read_status

    work = work_on(catalog, target, local, None)
    found = read_status(work.catalog, work.target.name)
    if as_json:
        document = asdict(found)
        print_json({key: document[key] for key in ("deployment", "target", "handler_url", "models")})
        return
    print(f"{found.deployment} ({found.target}): {found.handler_url or 'not deployed'}")
    if found.reason:
        typer.echo(found.reason, err=True)
    rows = [
        (row.id, row.provider, yes_or_no(row.planned), yes_or_no(row.deployed), row.live or "-", row.reason or "")
        for row in found.models
    ]
    print_table(("model", "provider", "planned", "deployed", "live", "reason"), rows)


def yes_or_no(value: bool) -> str:
    return "yes" if value else "no"
