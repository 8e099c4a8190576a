"""Asks all checks side by side, and lets none of them stop another.

In: checks. Out: what each answered, in their order. Whatever keeps a check from its answer (no credentials, a refusal,
a timeout, a defect of ours) is an `unknown` finding beside those that it had already. Separate from the checks, which
only ask.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from generator.errors import TerrachatError
from generator.preflight.findings import Check, Finding, Report, Verdict

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
_Numbered = tuple[int, Answered]


def ask_all(
    checks: Sequence[Check], *, on_done: OnDone = lambda _: None, patience_s: float = PATIENCE_S
) -> tuple[Answered, ...]:
    """Ask all `checks` at once; `on_done` is called in the caller's thread as each is answered.

    After `patience_s` seconds what has not answered is `unknown`. Its thread is left to itself: it is a daemon, so that
    neither a server that never answers nor Ctrl-C waits for it.
    """
    todo: queue.SimpleQueue[tuple[int, Check]] = queue.SimpleQueue()
    done: queue.SimpleQueue[_Numbered] = queue.SimpleQueue()
    for numbered in enumerate(checks):
        todo.put(numbered)
    for _ in range(min(_AT_ONCE, len(checks))):
        threading.Thread(target=_work, args=(todo, done), name="preflight", daemon=True).start()
    answers: dict[int, Answered] = {}
    deadline = time.monotonic() + patience_s
    while len(answers) < len(checks):
        try:
            number, answered = done.get(timeout=max(0.0, deadline - time.monotonic()))
        except queue.Empty:
            break
        answers[number] = answered
        on_done(answered)
    late = f"no answer within {patience_s:g} s"
    return tuple(
        answers.get(number, Answered(check, (not_known(check, late, _AGAIN),))) for number, check in enumerate(checks)
    )


def examine(checks: Sequence[Check], *, patience_s: float = PATIENCE_S) -> Report:
    """All findings of all `checks`."""
    return report_of(ask_all(checks, patience_s=patience_s))


def report_of(answers: Iterable[Answered]) -> Report:
    """The findings of all answers, in their order."""
    return Report(tuple(finding for answered in answers for finding in answered.findings))


def not_known(check: Check, reason: str, fix: str = "") -> Finding:
    """The finding of a check that could not be answered."""
    return Finding(check.id, check.subject, Verdict.UNKNOWN, reason, fix=fix, models=check.models)


def _work(todo: queue.SimpleQueue[tuple[int, Check]], done: queue.SimpleQueue[_Numbered]) -> None:
    while True:
        try:
            number, check = todo.get_nowait()
        except queue.Empty:
            return
        done.put((number, Answered(check, _answer(check))))


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
