"""Offers every fix one by one, makes those that are wanted, and asks again what came of it.

In: what was found, a way to build the checks anew, and a dialogue with whoever decides. Out: what is found in the end.
Nothing is made that was not agreed to, and a fix that fails does not stop the next. Prints nothing: the dialogue does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from generator.errors import TerrachatError
from generator.preflight.examining import Answered, ask_all
from generator.preflight.findings import Check, Finding, Input, Offer, Verdict

Build = Callable[[], Sequence[Check]]
"""Makes all checks, of the catalog and the account as they are now: a fix may have changed both."""

Ask = Callable[[Sequence[Check]], tuple[Answered, ...]]


class Dialogue(Protocol):
    """Whoever decides what is fixed, and is told what came of it."""

    def agrees(self, finding: Finding, offer: Offer) -> bool:
        """Whether to do what `offer` says; where it is `by_hand`, whether that has been done."""

    def value(self, wanted: Input) -> str | None:
        """The value that a fix needs; None where there is none, which has been said then."""

    def at_work(self, offer: Offer) -> AbstractContextManager[None]:
        """Entered while the fix is made."""

    def made(self, offer: Offer, said: str) -> None:
        """The fix was made, and this is what it said."""

    def failed(self, offer: Offer, error: TerrachatError) -> None:
        """The fix was tried and failed."""

    def now(self, findings: Sequence[Finding]) -> None:
        """How things stand after a fix."""


def fix(found: Sequence[Answered], build: Build, ask: Ask, dialogue: Dialogue) -> tuple[Answered, ...]:
    """Offer what `found` has to offer, then what comes up after that, until there is nothing new.

    `ask` asks all checks anew after a round of fixes; the one that a fix is about is asked again at once.
    """
    answers = tuple(found)
    offered: set[tuple[str, str]] = set()
    while pending := [(answered.check, each) for answered in answers for each in _new_offers(answered, offered)]:
        is_changed = False
        for check, finding in pending:
            # An earlier fix may have mended this too: two models may share one licence, or one secret.
            current = _asked_again(check, finding, build) if is_changed else finding
            if current is None or current.offer is None:
                continue
            offered.add(_key(current, current.offer))
            is_changed |= _is_made(check, current, current.offer, dialogue, build)
        if not is_changed:
            break
        answers = ask(build())
    return answers


def _new_offers(answered: Answered, offered: set[tuple[str, str]]) -> Iterator[Finding]:
    for finding in answered.findings:
        if finding.verdict is not Verdict.OK and finding.offer and _key(finding, finding.offer) not in offered:
            yield finding


def _key(finding: Finding, offer: Offer) -> tuple[str, str]:
    return finding.id, offer.title


def _asked_again(check: Check, finding: Finding, build: Build) -> Finding | None:
    """`finding` as it is now; None where it is no more, or is mended."""
    again = (each for each in _findings(check, build) if each.id == finding.id)
    return next((each for each in again if each.verdict is not Verdict.OK), None)


def _is_made(check: Check, finding: Finding, offer: Offer, dialogue: Dialogue, build: Build) -> bool:
    """Offer one fix and make it if it is wanted. Returns whether anything may have changed."""
    if not dialogue.agrees(finding, offer):
        return False
    values: dict[str, str] = {}
    for wanted in offer.inputs:
        value = dialogue.value(wanted)
        if value is None:
            return False
        values[wanted.name] = value
    try:
        with dialogue.at_work(offer):
            said = offer.make(values)
        dialogue.made(offer, said)
    except TerrachatError as error:
        dialogue.failed(offer, error)
    except Exception as error:  # noqa: BLE001 - a defect of one fix must not keep from the next
        dialogue.failed(offer, TerrachatError(f"this fix has a defect ({type(error).__name__}); please report it"))
    now = _findings(check, build)
    dialogue.now([each for each in now if each.id == finding.id] or now)
    return True


def _findings(check: Check, build: Build) -> list[Finding]:
    again = [each for each in build() if each.id == check.id]
    return [finding for answered in ask_all(again) for finding in answered.findings]
