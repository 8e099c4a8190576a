"""doctor: what a deployment needs, asked before it begins; and with --fix, mended one by one.

What asks (boto3, huggingface_hub) is imported when it runs, so that other commands stay quick.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from generator.aws_clients import AwsClients
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
    somebody_to_ask,
    work_on,
)
from generator.commands.shown_findings import ask_shown, print_report
from generator.errors import BlockedError
from generator.loading import load_catalog
from generator.preflight.examining import report_of
from generator.preflight.findings import Report, Verdict

if TYPE_CHECKING:
    from generator.preflight.examining import Answered
    from generator.preflight.findings import Check
    from generator.progress import Progress

FixOption = Annotated[bool, typer.Option("--fix", help="Offer each fix, one by one, and ask.")]
YesOption = Annotated[
    bool, typer.Option("--yes", help="With --fix: do not ask; values are taken from the environment.")
]
ProbeOption = Annotated[
    bool, typer.Option("--probe", help="Also put one small question to each provider, which costs some tokens.")
]
OnlyOption = Annotated[
    list[str] | None,
    typer.Option("--only", help="Only findings whose id begins so, such as quota. May be repeated.", metavar="ID"),
]
_PHASE = "Ask AWS, the Hub and the providers"


def doctor(  # noqa: PLR0913, PLR0917 - a parameter for each option
    catalog: CatalogOption = CATALOG,
    target: TargetOption = TargetName.AWS,
    local: LocalOption = False,
    output: DirectoryOption = None,
    fix: FixOption = False,
    yes: YesOption = False,
    probe: ProbeOption = False,
    only: OnlyOption = None,
    as_json: JsonOption = False,
) -> None:
    """Check what a deployment needs: quotas, model access, tokens, keys, Terraform.

    Changes nothing without --fix. Ends with 5 where something is blocked.
    """
    if yes and not fix:
        raise typer.BadParameter("it goes with --fix", param_hint="--yes")
    if fix and not yes:
        somebody_to_ask()
    given = dict(os.environ)  # before the local target takes out what is meant for another
    visit = _Visit(work_on(catalog, target, local, output), AwsClients(), tuple(only or ()), probe)
    when_stopped = "What was fixed is kept: run the same command again to go on." if fix else "Nothing was changed."
    with shown_progress(when_stopped) as progress:
        answers = visit.ask(progress, visit.checks())
        if fix:
            answers = visit.fix(progress, answers, given if yes else None)
    report = report_of(answers)
    if as_json:
        print_json(report.document())
    else:
        print_report(report)
    if not fix:
        _suggest(report, visit.work)
    if report.verdict is Verdict.BLOCKED:
        raise typer.Exit(BlockedError.exit_code)


@dataclass(frozen=True)
class _Visit:
    """One run: what is looked at, with which clients, and which of its findings were asked for."""

    work: Work
    aws: AwsClients
    only: tuple[str, ...]
    probe: bool

    def checks(self) -> tuple[Check, ...]:
        """The checks of the catalog as it is now: a fix may have changed the file."""
        from generator.preflight.all_checks import all_checks, chosen
        from generator.preflight.scene import Scene

        catalog = load_catalog(self.work.file)
        work, option = self.work, self.work.catalog_option
        scene = Scene(catalog, work.target, work.directory, self.aws, probe=self.probe, catalog_option=option)
        return chosen(all_checks(scene), self.only)

    def ask(self, progress: Progress, checks: Sequence[Check]) -> tuple[Answered, ...]:
        from generator.preflight.all_checks import kept

        return tuple(kept(answered, self.only) for answered in ask_shown(progress, _PHASE, checks))

    def fix(
        self, progress: Progress, answers: tuple[Answered, ...], given: Mapping[str, str] | None
    ) -> tuple[Answered, ...]:
        """Offer the fixes to whoever is at the terminal; agree to all where values are `given`."""
        from generator.commands.fix_dialogue import AtTerminal, Unattended
        from generator.preflight import fixing

        if not _offers(report_of(answers)):
            typer.echo("There is nothing here that --fix has an offer for.", err=True)
        dialogue = AtTerminal(progress) if given is None else Unattended(progress, given)
        return fixing.fix(answers, self.checks, partial(self.ask, progress), dialogue)


def _suggest(report: Report, work: Work) -> None:
    offers = _offers(report)
    if offers:
        them = "1 of them" if offers == 1 else f"{offers} of them"
        typer.echo(f"terrachat doctor --fix{work.options} offers to mend {them}, one by one.", err=True)


def _offers(report: Report) -> int:
    return sum(finding.offer is not None and finding.verdict is not Verdict.OK for finding in report.findings)
