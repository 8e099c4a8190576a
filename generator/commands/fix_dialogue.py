"""`doctor --fix`: who is asked about each fix, and what is said of it.

Two answers to the same questions: a person at a terminal, and a script that has said yes to all and gives values by
environment variables. Separate from doctor.py because asking is all that it does.
"""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

from generator.commands.shown_findings import WIDEST, print_findings
from generator.errors import TerrachatError
from generator.preflight.findings import Finding, Input, Offer

if TYPE_CHECKING:
    from generator.progress import Progress

_TRIES = 3


class _Spoken:
    """What both say of a fix, on stderr."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress

    @contextmanager
    def at_work(self, offer: Offer) -> Iterator[None]:
        if offer.by_hand:
            yield
            return
        with self._progress.phase(offer.title):
            yield

    def made(self, _offer: Offer, said: str) -> None:
        _say(said)

    def failed(self, _offer: Offer, error: TerrachatError) -> None:
        _say(f"That failed: {error.message}")
        if error.hint:
            _say(error.hint)

    def now(self, findings: Sequence[Finding]) -> None:
        from rich.console import Console

        print_findings(findings, Console(stderr=True, highlight=False, emoji=False))


class AtTerminal(_Spoken):
    """Asks the person at the terminal about each fix; secrets are typed without being shown."""

    def agrees(self, finding: Finding, offer: Offer) -> bool:
        _introduce(finding, offer)
        if offer.by_hand:
            return not _typed("Enter when it is done, s to skip it").strip()
        return _typed("Do this? [y/N]").strip().lower() in {"y", "yes"}

    def value(self, wanted: Input) -> str | None:
        for _ in range(_TRIES):
            typed = _typed(wanted.prompt, hidden=wanted.hidden)
            problem = wanted.problem(typed)
            if problem is None:
                return typed
            _say(f"{wanted.name}: {problem}")
        _say("Skipped.")
        return None


class Unattended(_Spoken):
    """Agrees to everything that needs no hand; values come from the environment."""

    def __init__(self, progress: Progress, environment: Mapping[str, str]) -> None:
        super().__init__(progress)
        self._environment = environment

    def agrees(self, finding: Finding, offer: Offer) -> bool:
        _introduce(finding, offer)
        if offer.by_hand:
            _say("Skipped: only a person can do this.")
        return not offer.by_hand

    def value(self, wanted: Input) -> str | None:
        value = self._environment.get(wanted.variable)
        problem = f"{wanted.variable} is not set" if value is None else wanted.problem(value)
        if problem is None:
            return value
        _say(f"Skipped: {wanted.name} is needed, and in the environment {_of(wanted, value, problem)}.")
        return None


def _typed(prompt: str, *, hidden: bool = False) -> str:
    """What is typed in one line. Ctrl-C and the end of input stop the whole run: no answer is not a no to one fix."""
    try:
        return str(typer.prompt(prompt, default="", show_default=False, hide_input=hidden, err=True))
    except typer.Abort:
        raise KeyboardInterrupt from None


def _of(wanted: Input, value: str | None, problem: str) -> str:
    return problem if value is None else f"{wanted.variable}: {problem}"


def _introduce(finding: Finding, offer: Offer) -> None:
    from rich.console import Console

    console = Console(stderr=True, highlight=False, emoji=False)
    console.print()
    print_findings([finding], console)
    console.print()
    console.print(f"{offer.title}.", style="bold", markup=False, soft_wrap=True)
    _say(offer.consequence)


def _say(text: str) -> None:
    width = min(shutil.get_terminal_size().columns, WIDEST)
    typer.echo(textwrap.fill(text, width, break_long_words=False, break_on_hyphens=False), err=True)
