"""Asks all checks side by side, and lets none of them stop another.

In: checks. Out: a `Report` with their findings in their order. Whatever keeps a check from its answer (no credentials,
a refusal, a timeout, a defect of ours) is an `unknown` finding. Separate from the checks, which only ask.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Sequence

from generator.errors import TerrachatError
from generator.preflight.findings import Check, Finding, Report, Verdict

# Each check waits for a server and not for the processor. More at once would be throttled by AWS.
_AT_ONCE = 32
PATIENCE_S = 60.0

_Answer = tuple[int, tuple[Finding, ...]]
OnDone = Callable[[Check, tuple[Finding, ...]], None]


def examine(
    checks: Sequence[Check], *, on_done: OnDone = lambda _check, _findings: None, patience_s: float = PATIENCE_S
) -> Report:
    """Ask all `checks` at once; `on_done` is called in the caller's thread as each is answered.

    After `patience_s` seconds what has not answered is `unknown`. Its thread is left to itself: it is a daemon, so that
    neither a server that never answers nor Ctrl-C waits for it.
    """
    todo: queue.SimpleQueue[tuple[int, Check]] = queue.SimpleQueue()
    done: queue.SimpleQueue[_Answer] = queue.SimpleQueue()
    for numbered in enumerate(checks):
        todo.put(numbered)
    for _ in range(min(_AT_ONCE, len(checks))):
        threading.Thread(target=_work, args=(todo, done), name="preflight", daemon=True).start()
    answers: dict[int, tuple[Finding, ...]] = {}
    deadline = time.monotonic() + patience_s
    while len(answers) < len(checks):
        try:
            number, findings = done.get(timeout=max(0.0, deadline - time.monotonic()))
        except queue.Empty:
            break
        answers[number] = findings
        on_done(checks[number], findings)
    late = f"no answer within {patience_s:.0f} s"
    return Report(
        tuple(
            finding
            for number, check in enumerate(checks)
            for finding in answers.get(number, (not_known(check, late, "Run the same command again."),))
        )
    )


def not_known(check: Check, reason: str, fix: str = "") -> Finding:
    """The finding of a check that could not be answered."""
    return Finding(check.id, check.subject, Verdict.UNKNOWN, reason, fix=fix, models=check.models)


def _work(todo: queue.SimpleQueue[tuple[int, Check]], done: queue.SimpleQueue[_Answer]) -> None:
    while True:
        try:
            number, check = todo.get_nowait()
        except queue.Empty:
            return
        done.put((number, _answer(check)))


def _answer(check: Check) -> tuple[Finding, ...]:
    try:
        return tuple(check.examine())
    except TerrachatError as error:
        return (not_known(check, error.message, error.hint or ""),)
    except Exception as error:  # noqa: BLE001 - a defect of one check must not take the others' answers away
        return (not_known(check, f"this check has a defect ({type(error).__name__}); please report it"),)
