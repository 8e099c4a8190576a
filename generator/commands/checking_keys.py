"""secrets check: what doctor says of the API keys and of Azure OpenAI's, and of nothing else."""

from __future__ import annotations

import typer

from generator.commands.context import (
    CATALOG,
    CatalogOption,
    JsonOption,
    LocalOption,
    TargetName,
    TargetOption,
    print_json,
    shown_progress,
    work_on,
)
from generator.commands.shown_findings import ask_shown, print_report
from generator.errors import BlockedError


def check(
    catalog: CatalogOption = CATALOG,
    target: TargetOption = TargetName.AWS,
    local: LocalOption = False,
    as_json: JsonOption = False,
) -> None:
    """Check the API keys: what is missing, misspelt or no key. Ends with 5 where a model cannot be asked.

    To mend it: terrachat doctor --fix --only api-keys --only azure
    """
    from generator.preflight import api_keys, azure_keys
    from generator.preflight.examining import report_of
    from generator.preflight.findings import Verdict
    from generator.preflight.scene import Scene

    work = work_on(catalog, target, local)
    scene = Scene(work.catalog, work.target, work.directory, catalog_option=work.catalog_option)
    with shown_progress() as progress:
        answers = ask_shown(progress, "Look at the API keys", (*api_keys.checks(scene), *azure_keys.checks(scene)))
    report = report_of(answers)
    if as_json:
        print_json(report.document())
    else:
        print_report(report)
    if report.verdict is Verdict.BLOCKED:
        raise typer.Exit(BlockedError.exit_code)
