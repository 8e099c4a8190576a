"""stop, start: one model's endpoint."""

from __future__ import annotations

from typing import Annotated

import typer

from generator.commands.context import (
    CATALOG,
    CatalogOption,
    DirectoryOption,
    DowntimeOption,
    JsonOption,
    LocalOption,
    TargetName,
    TargetOption,
    YesOption,
    confirmation,
    print_json,
    shown_progress,
    work_on,
)

ModelArgument = Annotated[str, typer.Argument(help="The model's id.", metavar="ID")]


def stop(
    model: ModelArgument,
    catalog: CatalogOption = CATALOG,
    target: TargetOption = TargetName.AWS,
    local: LocalOption = False,
    output: DirectoryOption = None,
    yes: YesOption = False,
    allow_downtime: DowntimeOption = False,
    as_json: JsonOption = False,
) -> None:
    """Delete a model's endpoint, so that it costs nothing.

    Its configuration stays, and the catalog says that it is stopped.
    """
    _switch(model, True, (catalog, target, local, output), (yes, allow_downtime), as_json)


def start(
    model: ModelArgument,
    catalog: CatalogOption = CATALOG,
    target: TargetOption = TargetName.AWS,
    local: LocalOption = False,
    output: DirectoryOption = None,
    yes: YesOption = False,
    allow_downtime: DowntimeOption = False,
    as_json: JsonOption = False,
) -> None:
    """Create a stopped model's endpoint again, as it was."""
    _switch(model, False, (catalog, target, local, output), (yes, allow_downtime), as_json)


def _switch(
    model: str,
    stopped: bool,
    where: tuple[CatalogOption, TargetOption, LocalOption, DirectoryOption],
    agreed: tuple[bool, bool],
    as_json: bool,
) -> None:
    from generator.deployment.consent import Consent
    from generator.deployment.stopping import switch

    work = work_on(*where)
    yes, allow_downtime = agreed
    consent = Consent(None if yes else confirmation(), allow_downtime)
    with shown_progress() as progress:
        done = switch(work.file, model, stopped, work.target, work.directory, progress, consent)
    changes, notes = (done.applied.num_changes, done.applied.notes) if done.applied else (0, ())
    if as_json:
        result = {"id": done.model_id, "stopped": done.stopped, "changes": changes}
        print_json({**result, "message": done.words, "notes": list(notes)})
        return
    for said in (*notes, done.words):
        print(said)
