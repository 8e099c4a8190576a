"""How `doctor` and `apply` show findings: the checks as they are asked, and what they found, for people.

Separate from the commands because both show the same.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from generator.preflight.examining import PATIENCE_S, ask_all, report_of
from generator.preflight.findings import Finding, Report, Verdict

if TYPE_CHECKING:
    from rich.console import Console

    from generator.preflight.examining import Answered
    from generator.preflight.findings import Check
    from generator.progress import Progress

_STYLES = {Verdict.OK: "green", Verdict.WARN: "yellow", Verdict.UNKNOWN: "magenta", Verdict.BLOCKED: "bold red"}
_SUBJECTS = {
    "credentials": "AWS account",
    "permissions": "AWS account",
    "terraform": "Terraform",
    "backend": "Terraform",
    "quota": "SageMaker",
    "offered": "SageMaker",
    "image": "SageMaker",
    "endpoint": "SageMaker",
    "bedrock-model": "Bedrock",
    "bedrock-access": "Bedrock",
    "bedrock-use-case": "Bedrock",
    "bedrock-role": "Bedrock",
    "guardrail": "Bedrock",
    "huggingface": "Hugging Face",
    "api-keys": "API keys",
    "azure": "Azure OpenAI",
    "probe": "Probes",
}
WIDEST = 100
_INDENT = 11  # two spaces, the longest verdict, two spaces


def ask_shown(
    progress: Progress, phase: str, checks: Sequence[Check], patience_s: float = PATIENCE_S
) -> tuple[Answered, ...]:
    """Ask all checks, and show how many have answered and which are still open."""
    waiting = list(checks)

    def show() -> None:
        progress.count(len(checks) - len(waiting), len(checks), f"waiting for {waiting[0].subject}" if waiting else "")

    def on_done(answered: Answered) -> None:
        waiting.remove(answered.check)
        show()

    with progress.phase(phase):
        show()
        answers = ask_all(checks, on_done=on_done, patience_s=patience_s)
        progress.conclude(counts(report_of(answers)))
    return answers


def print_report(report: Report) -> None:
    """All findings by subject, on stdout, and how many there are of each verdict."""
    from rich.console import Console

    console = Console(highlight=False, emoji=False)
    groups: dict[str, list[Finding]] = {}
    for finding in report.findings:
        kind = finding.id.partition("/")[0]
        groups.setdefault(_SUBJECTS.get(kind, kind), []).append(finding)
    told: list[Finding] = []
    for subject, findings in groups.items():
        console.print(subject, style="bold", markup=False)
        print_findings(findings, console, told)
        console.print()
    console.print(f"{counts(report)}.", markup=False)


def print_notes(report: Report, doctor: str) -> None:
    """What somebody should know who did not ask for a report, on stderr. `doctor` is the command that tells all."""
    from rich.console import Console

    console = Console(stderr=True, highlight=False, emoji=False)
    print_findings([*report.with_verdict(Verdict.WARN), *report.with_verdict(Verdict.BLOCKED)], console)
    unknown = len(report.with_verdict(Verdict.UNKNOWN))
    if unknown:
        what = "1 question" if unknown == 1 else f"{unknown} questions"
        console.print(f"{what} had no answer; {doctor} says which.", markup=False, soft_wrap=True)


def print_findings(findings: Sequence[Finding], console: Console, told: list[Finding] | None = None) -> None:
    """A line for each that is as it should be; reason, answer and next step of the others.

    What is unknown for the reason of the last one in `told` has it told once: nobody signed in is one thing to mend.
    """
    from rich.text import Text

    told = [] if told is None else told
    width = min(console.width, WIDEST)
    for finding, times in _together(findings):
        verdict = (f"  {finding.verdict:<{_INDENT - 4}}  ", _STYLES[finding.verdict])
        # Wrapped by ourselves: an address must stay whole to be opened.
        is_told = finding.verdict is Verdict.UNKNOWN and _why(finding) in map(_why, told[-1:])
        head = f"{finding.subject}: for the same reason" if is_told else _head(finding, times, width)
        console.print(Text.assemble(verdict, head), soft_wrap=True)
        if is_told:
            continue
        if finding.verdict is not Verdict.OK:
            told.append(finding)
        for line, style in _below(finding, width):
            console.print(Text(line, style=style), soft_wrap=True)


def _why(finding: Finding) -> tuple[str, str]:
    return finding.reason, finding.fix


def _together(findings: Sequence[Finding]) -> Iterator[tuple[Finding, int]]:
    """Each finding, and how often it is there: what is well in the same words is shown once."""
    for is_well, same in groupby(findings, lambda each: each.verdict is Verdict.OK and (each.subject, each.value)):
        if is_well:
            first, *more = same
            yield first, 1 + len(more)
        else:
            yield from ((each, 1) for each in same)


def _head(finding: Finding, times: int, width: int) -> str:
    if finding.verdict is not Verdict.OK:
        return finding.subject
    said = f"{finding.subject}: {finding.value}" if finding.value else finding.subject
    often = f" ({times} times)" if times > 1 else ""
    return textwrap.shorten(said, width - _INDENT - len(often), placeholder=" …") + often


def _below(finding: Finding, width: int) -> Iterator[tuple[str, str]]:
    """The lines below the first one, with their style."""
    if finding.verdict is Verdict.OK:
        return
    answer = f"{finding.asked}: {finding.value}" if finding.asked and finding.value else finding.asked
    for label, text, style in (("", finding.reason, ""), ("asked  ", answer, "dim"), ("next   ", finding.fix, "")):
        for line in _wrapped(label, text, width):
            yield line, style


def _wrapped(label: str, text: str, width: int) -> Iterator[str]:
    """`text` below the subject, its later lines below its first one. Its own lines stay lines of their own.

    A command on an indented line of its own stays whole: it is to be copied.
    """
    first = " " * _INDENT + label
    for number, paragraph in enumerate(text.splitlines()):
        if paragraph.startswith("  "):
            yield " " * len(first) + paragraph
            continue
        yield from textwrap.wrap(
            paragraph,
            width,
            initial_indent=first if number == 0 else " " * len(first),
            subsequent_indent=" " * len(first),
            break_long_words=False,
            break_on_hyphens=False,
        )


def counts(report: Report) -> str:
    """How many findings there are of each verdict: "12 ok, 1 blocked"."""
    numbers = {verdict: len(report.with_verdict(verdict)) for verdict in Verdict}
    return ", ".join(f"{number} {verdict}" for verdict, number in numbers.items() if number) or "nothing to ask"
