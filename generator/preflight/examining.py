"""Asks all checks side by side, and lets none of them stop another.

In: checks. Out: what each answered, in their order. Whatever keeps a check from its answer (no credentials, a refusal,
a timeout, a defect of ours) is an `unknown` finding beside those that it had already. Separate from the checks, which
only ask.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from generator.errors import TerrachatError
from generator.preflight.findings import Check, Finding, Report, Verdict
from generator.side_by_side import side_by_side

# Each check waits for a server and not for the processor. More at once would be throttled by AWS.
_AT_ONCE = 32
PATIENCE_S = 60.0
_AGAIN = "Run the same command again."


@dataclass(frozen=True)
class Answered:
    """A check and what it found."""

    check: Check
    findings: tuple[Finding, ...]


OnDone = Callable[[Answered], None]


def ask_all(
    checks: Sequence[Check], *, on_done: OnDone = lambda _: None, patience_s: float = PATIENCE_S
) -> tuple[Answered, ...]:
    """Ask all `checks` at once; `on_done` is called in the caller's thread as each is answered.

    After `patience_s` seconds what has not answered is `unknown`.
    """
    answers: dict[int, Answered] = {}
    for number, findings in side_by_side(_answer, checks, _AT_ONCE, patience_s):
        answers[number] = Answered(checks[number], findings)
        on_done(answers[number])
    late = f"no answer within {patience_s:g} s"
    return tuple(
        answers.get(number, Answered(check, (not_known(check, late, _AGAIN),))) for number, check in enumerate(checks)
    )


def report_of(answers: Iterable[Answered]) -> Report:
    """The findings of all answers, in their order."""
    return Report(tuple(finding for answered in answers for finding in answered.findings))


def not_known(check: Check, reason: str, fix: str = "") -> Finding:
    """The finding of a check that could not be answered."""
    return Finding(check.id, check.subject, Verdict.UNKNOWN, reason, fix=fix, models=check.models)


def _answer(check: Check) -> tuple[Finding, ...]:
    found: list[Finding] = []
    try:
        for finding in check.examine():  # one by one: what was found before a refusal stays
            found.append(finding)
    except TerrachatError as error:
        found.append(not_known(check, error.message, error.hint or ""))
    except Exception as error:  # noqa: BLE001 - a defect of one check must not take the others' answers away
        found.append(not_known(check, f"this check has a defect ({type(error).__name__}); please report it"))
    return tuple(found)
