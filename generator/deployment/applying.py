"""Making a module's plan real: agree, apply, mend what mends by itself, and look at what came of it.

In: Terraform in a generated module, the deployment's plan, live AWS, and the user's consent. Out: what is deployed, or
an error that names each model that is not. Separate from steps.py, which decides where and with what.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from generator.deployment import resuming, scheduled_endpoints
from generator.deployment.adopting import API_KEYS_RESOURCE
from generator.deployment.consent import Consent
from generator.deployment.endpoint_failures import explain
from generator.deployment.endpoint_watch import EndpointWatch
from generator.deployment.live_endpoints import LiveEndpoints
from generator.deployment.plan_costs import CostChange, cost_change
from generator.deployment.plan_summary import EndpointLoss, PlanSummary, summarise
from generator.deployment.state_facts import outputs
from generator.deployment.verifying import verify
from generator.errors import TerraformError
from generator.module_dir.identity import may_be_deployed
from generator.planning import DeploymentPlan
from generator.pricing import Prices
from generator.progress import Progress
from generator.terraform import Terraform, TerraformPlan, TerraformResult, TerraformRunError

_NOT_KNOWN_YET = re.compile(r"trust relationship policy allows|cannot be assumed by|[Cc]ould not assume role")
_ROLE = "a role that AWS does not know everywhere yet"
_CHANGES = "Terraform will make these changes"


@dataclass(frozen=True)
class Job:
    """What an apply works with. `ready` asks which models answer; `prices` are of the deployment's region."""

    terraform: Terraform
    directory: Path
    plan: DeploymentPlan
    live: LiveEndpoints
    watch: EndpointWatch
    progress: Progress
    prices: Callable[[], Prices]
    ready: Callable[[], tuple[str, ...]]
    # AWS provider 5.100 does not wait for a new role to be known everywhere, as 6.29 and later do.
    role_wait_s: float = 10.0

    @property
    def names(self) -> dict[str, str]:
        """Model ids by Terraform name."""
        return {entry.address: entry.model_id for entry in self.plan.discovery}


@dataclass(frozen=True)
class Proposal:
    """A saved plan with what it means. `document` is Terraform's description, which never leaves this process."""

    saved: TerraformPlan
    summary: PlanSummary
    cost: CostChange
    losses: tuple[EndpointLoss, ...]
    document: Mapping[str, Any] = field(repr=False)

    def words(self, head: str = _CHANGES) -> str:
        """The whole proposal for a person, below a line that says what it is about."""
        return f"{head}:\n{self.summary}\n{self.cost}"


@dataclass(frozen=True)
class Applied:
    """What an apply left behind. `notes` are sentences about what goes on by itself, such as a scheduled endpoint."""

    outputs: Mapping[str, Any]
    num_changes: int
    notes: tuple[str, ...] = ()


def propose(job: Job, saved: TerraformPlan) -> Proposal:
    """Put a saved plan into words. The plan's file is deleted where that fails."""
    try:
        document = job.terraform.describe(saved)
        owned = {endpoint.name for endpoint in job.plan.endpoints if endpoint.is_terraform_owned}
        summary = summarise(document, job.names)
        scheduled = (loss for loss in scheduled_endpoints.losses(document, job.names) if loss.name not in owned)
        found = (*summary.losses, *scheduled)
        return Proposal(
            saved=saved,
            summary=summary,
            cost=cost_change(document, job.plan, job.prices()),
            losses=tuple(loss for loss in found if _serves(job.live, loss.name)),
            document=document,
        )
    except BaseException:
        saved.file.unlink(missing_ok=True)
        raise


def apply(job: Job, consent: Consent) -> Applied:
    """Apply the module in `job`, and verify what runs.

    Raises DeclinedError without consent, TerraformError with what became of each model, and AwsError where live AWS is
    not what was applied.
    """
    journal = resuming.Journal(job.directory)
    if consent.ask is None and not journal.is_open and not may_be_deployed(job.directory):
        result, taken_down = _first_apply(job, journal), frozenset[str]()
    else:
        result, taken_down = _next_apply(job, journal, consent)
    with job.progress.phase("Verify"):
        state = job.terraform.state()
        count = verify(job.plan.endpoints, state, job.live)
        notes = scheduled_endpoints.catch_up(job.plan, state, job.live, datetime.now(UTC), taken_down)
        job.progress.conclude(f"endpoints that run what was applied: {count}" if count else "no endpoint to compare")
    return Applied(result.outputs or outputs(state), result.num_changes, notes)


def _first_apply(job: Job, journal: resuming.Journal) -> TerraformResult:
    """In one Terraform run: nothing is deployed, so that nothing can be lost, and nobody is to be asked."""
    with journal.during():
        try:
            with job.progress.phase("Apply"), job.watch:
                return job.terraform.apply_unasked()
        except TerraformRunError as error:
            return _mend(job, error, None, was_interrupted=False)


def _next_apply(job: Job, journal: resuming.Journal, consent: Consent) -> tuple[TerraformResult, frozenset[str]]:
    """Plan, agree, apply. Also returns the scheduled endpoints that were taken down and are wanted again."""
    was_interrupted = journal.is_open
    if was_interrupted:
        with job.progress.phase("Look at what the last apply had begun"):
            resuming.settle_endpoints(job.terraform, job.live, job.progress.say)
    with job.progress.phase("Plan"):
        saved = job.terraform.plan()
    if saved.is_empty:
        saved.file.unlink(missing_ok=True)
        journal.close()
        return TerraformResult({}, 0), frozenset()
    saved = _with_living_endpoints(job, saved)
    proposal = agreed(job, saved, consent)
    taken_down = frozenset(loss.name for loss in proposal.losses if loss.is_replaced and loss.is_scheduled)
    with journal.during():
        try:
            return _apply_saved(job, saved), taken_down
        except TerraformRunError as error:
            return _mend(job, error, proposal, was_interrupted=was_interrupted), taken_down


def _with_living_endpoints(job: Job, saved: TerraformPlan) -> TerraformPlan:
    """The plan, with endpoints taken over that a schedule, or an apply that was killed, has created.

    Before the apply, and not when it fails: by then the configuration that they run would be gone.
    """
    names = {f"aws_sagemaker_endpoint.{each.address}": each.name for each in job.plan.endpoints}
    created = [change.address for change in saved.changes if change.action == "create" and change.address in names]
    living = [address for address in created if _serves(job.live, names[address])]
    if not living:
        return saved
    with job.progress.phase("Take over endpoints that exist already"):
        document = job.terraform.describe(saved)
        return resuming.adopt(job.terraform, job.directory, living, document, job.plan) or saved


def agreed(job: Job, saved: TerraformPlan, consent: Consent, head: str = _CHANGES) -> Proposal:
    """The saved plan, with consent to it; scheduled endpoints that go with it are deleted.

    The plan, which holds values of the state, does not outlive any other end.
    """
    proposal = propose(job, saved)
    try:
        if consent.ask is None:
            job.progress.show(proposal.words(head))
        consent.require(proposal.words(head), proposal.losses, otherwise="nothing was changed")
        delete_scheduled(job, proposal.losses)
    except BaseException:
        saved.file.unlink(missing_ok=True)
        raise
    return proposal


def delete_scheduled(job: Job, losses: tuple[EndpointLoss, ...]) -> None:
    """Delete the endpoints of schedules before their configurations and logs go."""
    names = tuple(loss.name for loss in losses if loss.is_scheduled)
    if names:
        with job.progress.phase("Delete scheduled endpoints"):
            scheduled_endpoints.delete(job.live, names)


def _apply_saved(job: Job, saved: TerraformPlan) -> TerraformResult:
    with job.progress.phase("Apply"), job.watch:
        return job.terraform.apply(saved)


def _mend(job: Job, error: TerraformRunError, proposal: Proposal | None, *, was_interrupted: bool) -> TerraformResult:
    """Try again what fails only for a while, or only because a stopped apply got further than its state knows.

    A role is waited for once. What exists already is taken over round by round: what depends on it comes after it.
    """
    mended: set[str] = set()
    try:
        while True:
            cure = _cure(error, mended, was_interrupted=was_interrupted and proposal is not None)
            mended.update(cure)
            saved = _mended_plan(job, cure, proposal)
            if saved is None:
                raise error
            _refuse_new_losses(job, saved, proposal, error)
            try:
                return _apply_saved(job, saved)
            except TerraformRunError as next_error:
                error = next_error
    except TerraformRunError as last:
        raise explain(last, job.plan, job.live, job.ready()) from last


def _cure(error: TerraformRunError, mended: set[str], *, was_interrupted: bool) -> tuple[str, ...]:
    """What to do about `error` that was not done before: wait for a role, or addresses to take over; else nothing."""
    if _NOT_KNOWN_YET.search(error.message) and _ROLE not in mended:
        return (_ROLE,)
    # An endpoint may also be one that a schedule created while the entry had one; everything else is a leftover. The
    # API-keys secret appeared since `adopting` looked: taken over here, without its first version, it would get another
    # one in the place of its keys. The next apply takes over both.
    found = (each for each in resuming.existing(error.diagnostics) if each != API_KEYS_RESOURCE)
    return tuple(
        address
        for address in found
        if address not in mended and (was_interrupted or address.startswith("aws_sagemaker_endpoint."))
    )


def _mended_plan(job: Job, cure: tuple[str, ...], proposal: Proposal | None) -> TerraformPlan | None:
    if cure == (_ROLE,):
        with job.progress.phase("Wait until AWS knows the new role everywhere"):
            time.sleep(job.role_wait_s)
        with job.progress.phase("Plan again"):
            return job.terraform.plan()
    if not cure or proposal is None:
        return None
    with job.progress.phase("Take over what the last apply had begun"):
        job.progress.conclude(", ".join(cure))
        return resuming.adopt(job.terraform, job.directory, cure, proposal.document, job.plan)


def _refuse_new_losses(job: Job, saved: TerraformPlan, proposal: Proposal | None, error: TerraformError) -> None:
    """The second plan was not shown to anybody: it must take down nothing that the first one did not."""
    known = {loss.address for loss in proposal.losses} if proposal else set()
    names = {f"aws_sagemaker_endpoint.{endpoint.address}": endpoint.name for endpoint in job.plan.endpoints}
    lost = {change.address for change in saved.changes if change.action in ("delete", "replace")} - known
    if any(_serves(job.live, names[address]) for address in sorted(lost & names.keys())):
        saved.file.unlink(missing_ok=True)
        raise error


def _serves(live: LiveEndpoints, name: str) -> bool:
    found = live.find(name)
    return found is not None and found.serves
