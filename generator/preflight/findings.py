"""What `doctor` says of each prerequisite: a finding with a verdict, the reason, and the next step. Pure.

A check asks one question and answers with findings; a finding may carry an offer, which is what `--fix` can do about
it. Separate from the checks so that whoever prints, fixes or tests findings needs none of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Literal


class Verdict(StrEnum):
    """How things stand.

    `ok` as it should be · `warn` works, and there is something to know · `unknown` could not be found out · `blocked`
    as things are, the deployment fails or a model cannot be asked.
    """

    OK = "ok"
    WARN = "warn"
    UNKNOWN = "unknown"
    BLOCKED = "blocked"


_WORST_LAST = tuple(Verdict)

Blocks = Literal["deployment", "answers"]
"""What is blocked: the deployment itself, which `apply` then refuses, or the answers of a model that deploys anyhow."""


@dataclass(frozen=True)
class Input:
    """A value that an offer needs from a person.

    `variable` is the environment variable that gives it where nobody is asked. `problem` says what is wrong with a
    value, or None. A `hidden` one is a secret: it is asked for without showing it and never repeated.
    """

    name: str
    prompt: str
    variable: str
    hidden: bool = False
    problem: Callable[[str], str | None] = lambda value: None if value.strip() else "it is empty"


@dataclass(frozen=True)
class Offer:
    """What `--fix` can do about a finding, after saying so and being told to.

    Attributes:
        title: what would be done, as an order: "Request 2 x 'ml.g5.xlarge for endpoint usage' in us-east-1".
        consequence: what follows from it, for the account, the bill and the time, as one or two sentences.
        make: does it with the values of `inputs` by name, and says what came of it. Raises TerrachatError.
        inputs: the values that it needs.
        by_hand: nothing of ours can do it: a person does what the finding's `fix` says, and is asked when it is done.
            `make` then only says what happens next, such as how long the other side takes.

    """

    title: str
    consequence: str
    make: Callable[[Mapping[str, str]], str]
    inputs: tuple[Input, ...] = ()
    by_hand: bool = False


@dataclass(frozen=True)
class Finding:
    """One prerequisite, as it was found.

    Attributes:
        id: stable for scripts, `<check>/<what>`: `quota/ml.g5.xlarge`, `bedrock-access/nova-micro`.
        subject: what it is about, for people: "quota of ml.g5.xlarge in us-east-1".
        verdict: see `Verdict`.
        reason: one sentence: what was found, and why that is so.
        asked: of whom it was asked, the API and its operation: "service-quotas ListServiceQuotas, us-east-1".
        value: what the answer was, in short: "0". Never a secret.
        fix: the exact next step of a person: a command, or where to click. Empty where there is nothing to do.
        models: the ids of the entries that it is about; none where it is about all.
        blocks: what is blocked where the verdict is `blocked`.
        offer: what `--fix` can do.

    """

    id: str
    subject: str
    verdict: Verdict
    reason: str
    asked: str = ""
    value: str = ""
    fix: str = ""
    models: tuple[str, ...] = ()
    blocks: Blocks = "deployment"
    offer: Offer | None = None

    def document(self) -> dict[str, Any]:
        """The finding for scripts (docs/doctor.schema.json)."""
        return {
            "id": self.id,
            "subject": self.subject,
            "verdict": str(self.verdict),
            "reason": self.reason,
            "asked": self.asked,
            "value": self.value,
            "fix": self.fix,
            "fixable": self.offer is not None,
            "models": list(self.models),
            "blocks": self.blocks if self.verdict is Verdict.BLOCKED else None,
        }


@dataclass(frozen=True)
class Check:
    """One question, asked side by side with all others.

    Attributes:
        id: what its finding is called where it cannot be answered; the start of its findings' ids.
        subject: the same for people.
        examine: asks, and answers with findings. Raises TerrachatError where the question cannot be asked: that is an
            `unknown` finding of its own, and the reason for one check a question, model or region.
        is_cheap: whether `apply` asks it too: a call or two, and an answer that a deployment depends on.
        models: the ids of the entries that it is about.

    """

    id: str
    subject: str
    examine: Callable[[], Iterable[Finding]]
    is_cheap: bool = True
    models: tuple[str, ...] = ()


@dataclass(frozen=True)
class Report:
    """All findings, in the order of their checks."""

    findings: tuple[Finding, ...]

    @property
    def verdict(self) -> Verdict:
        """The worst of all; `ok` where nothing was examined. Not knowing is better than knowing that it is blocked."""
        return max((finding.verdict for finding in self.findings), key=_WORST_LAST.index, default=Verdict.OK)

    def with_verdict(self, verdict: Verdict) -> tuple[Finding, ...]:
        """The findings of this verdict."""
        return tuple(finding for finding in self.findings if finding.verdict is verdict)

    @property
    def deployment_blockers(self) -> tuple[Finding, ...]:
        """What makes a deployment fail, other than a model that deploys and cannot be asked."""
        return tuple(each for each in self.with_verdict(Verdict.BLOCKED) if each.blocks == "deployment")

    def document(self) -> dict[str, Any]:
        """The report for scripts (docs/doctor.schema.json)."""
        return {"verdict": str(self.verdict), "findings": [finding.document() for finding in self.findings]}
