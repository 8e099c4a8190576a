"""status: what is planned, deployed and live."""

from __future__ import annotations

from dataclasses import asdict

import typer

from generator.commands.context import (
    CATALOG,
    CatalogOption,
    JsonOption,
    LocalOption,
    TargetName,
    TargetOption,
    print_json,
    print_table,
    work_on,
)

_KEYS = ("deployment", "target", "handler_url", "models", "orphans")


def status(
    catalog: CatalogOption = CATALOG,
    target: TargetOption = TargetName.AWS,
    local: LocalOption = False,
    as_json: JsonOption = False,
) -> None:
    """Show what is planned, what is deployed and what is live, where they differ, and what belongs to no model."""
    from generator.deployment.generating import plan_for, runtime_for
    from generator.status import read_status

    work = work_on(catalog, target, local, None)
    plan = plan_for(work.catalog, work.target, runtime_for(work.catalog, work.target))
    found = read_status(work.catalog, plan)
    if as_json:
        document = asdict(found)
        print_json({key: document[key] for key in _KEYS})
        return
    print(f"{found.deployment} ({found.target}): {found.handler_url or 'not deployed'}")
    if found.reason:
        typer.echo(found.reason, err=True)
    rows = [
        (row.id, row.provider, _yes_or_no(row.planned), _yes_or_no(row.deployed), row.live or "-", row.remark)
        for row in found.models
    ]
    print_table(("model", "provider", "planned", "deployed", "live", "reason"), rows)
    if found.orphans:
        print("\nThese belong to no model that is deployed:")
        print_table(("name", "kind", "reason"), [(each.name, each.kind, each.reason) for each in found.orphans])


def _yes_or_no(value: bool) -> str:
    return "yes" if value else "no"
