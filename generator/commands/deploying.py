"""plan, apply, destroy: what runs Terraform.

What does so is imported when a command runs, so that others stay quick.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

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
    Work,
    YesOption,
    ask_token,
    confirmation,
    print_json,
    print_table,
    shown_progress,
    work_on,
)
from generator.commands.shown_findings import ask_shown, print_notes
from generator.errors import BlockedError
from generator.preflight.examining import report_of

if TYPE_CHECKING:
    from generator.deployment.applying import Applied, Proposal
    from generator.progress import Progress

SkipDoctorOption = Annotated[bool, typer.Option("--skip-doctor", help="Go on without the checks of doctor.")]
# Somebody waits for something else here; what has not answered by then is for `doctor` to find out.
_PATIENCE_S = 20.0


def plan(
    catalog: CatalogOption = CATALOG,
    target: TargetOption = TargetName.AWS,
    local: LocalOption = False,
    output: DirectoryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show what apply would change, by model, and what that costs."""
    from generator.deployment import steps

    work = work_on(catalog, target, local, output)
    with shown_progress() as progress:
        proposal = steps.plan(work.catalog, work.target, work.directory, progress)
    if as_json:
        print_json(_document(proposal))
    elif proposal is None:
        print("Nothing to change: what is deployed is what the catalog says.")
    else:
        print(f"{proposal.words(f'{len(proposal.saved.changes)} changes')}\n{_losses(proposal)}".rstrip())


def apply(
    catalog: CatalogOption = CATALOG,
    target: TargetOption = TargetName.AWS,
    local: LocalOption = False,
    output: DirectoryOption = None,
    yes: YesOption = False,
    allow_downtime: DowntimeOption = False,
    skip_doctor: SkipDoctorOption = False,
    as_json: JsonOption = False,
) -> None:
    """Make the deployment what the catalog says."""
    from generator.deployment import steps
    from generator.deployment.consent import Consent

    work = work_on(catalog, target, local, output)
    consent = Consent(None if yes else confirmation(), allow_downtime)
    with shown_progress() as progress:
        if not skip_doctor:
            _preflight(work, progress)
        result = steps.apply(work.catalog, work.target, work.directory, progress, consent, ask_token)
    print_applied(result, as_json)


def _preflight(work: Work, progress: Progress) -> None:
    """Ask what is cheap to ask, say what there is to know, and stop where the deployment would fail.

    Raises BlockedError.
    """
    from generator.preflight.all_checks import cheap_checks
    from generator.preflight.scene import Scene

    scene = Scene(work.catalog, work.target, work.directory, catalog_option=work.catalog_option)
    report = report_of(ask_shown(progress, "Preflight", cheap_checks(scene), _PATIENCE_S))
    print_notes(report, f"terrachat doctor{work.options}")
    blockers = report.deployment_blockers
    if blockers:
        are = "1 prerequisite is" if len(blockers) == 1 else f"{len(blockers)} prerequisites are"
        raise BlockedError(
            f"{are} missing, and the deployment would fail: nothing was changed",
            hint=f"Mend: terrachat doctor --fix{work.options}\n"
            f"Go on as it is: terrachat apply --skip-doctor{work.options}",
        )


def print_applied(result: Applied, as_json: bool) -> None:
    """What an apply did, and where the handler is now."""
    if as_json:
        print_json({"changes": result.num_changes, "outputs": dict(result.outputs), "notes": list(result.notes)})
        return
    for note in result.notes:
        print(note)
    changes = f"{result.num_changes} {'change' if result.num_changes == 1 else 'changes'}"
    print(f"{changes} made. The handler: {result.outputs['handler_url']}")
    if "chat_url" in result.outputs:
        print(f"The chat page: {result.outputs['chat_url']}, once that name is an alias or a CNAME of")
        print(f"  {result.outputs['chat_load_balancer']}, and your sign-in provider knows")
        print(f"  {result.outputs['chat_redirect_uri']}")


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
    from generator.deployment import steps

    work = work_on(catalog, target, local, output)
    with shown_progress() as progress:
        done = steps.destroy(work.catalog, work.target, work.directory, progress, None if yes else confirmation())
    if as_json:
        print_json(asdict(done))
        return
    print("Destroyed." if done.destroyed else "There was nothing to destroy.")
    if done.remains:
        typer.echo("This remains:", err=True)
        print_table(("kind", "name", "reason"), [(each.kind, each.name, each.reason) for each in done.remains])


def _losses(proposal: Proposal) -> str:
    return "".join(f"{loss.model_id}: apply asks, or needs --allow-downtime.\n" for loss in proposal.losses)


def _document(proposal: Proposal | None) -> dict[str, Any]:
    """`changes` are Terraform's; `models` the same by model; `downtime` the models that would stop answering."""
    if proposal is None:
        return {"changes": [], "models": [], "cost": None, "downtime": []}
    return {
        "changes": [asdict(change) for change in proposal.saved.changes],
        "models": [asdict(model) for model in proposal.summary.models],
        "cost": proposal.cost.document(),
        "downtime": [loss.model_id for loss in proposal.losses],
    }
