"""From a catalog to what is deployed, and back: generate, plan, apply, destroy.

Each step locks the module directory for as long as it works. The catalog, the module and the steps are the same for
AWS and for the local target; a `Target` is the only thing in which they differ.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from generator.api_keys.store import ApiKeySecret
from generator.catalog import Catalog
from generator.deployment import adopting, applying, leftovers, resuming
from generator.deployment.applying import Applied, Job, Proposal
from generator.deployment.consent import Confirm, Consent
from generator.deployment.endpoint_watch import EndpointWatch
from generator.deployment.generating import LIFE_FILE, claim, plan_for, runtime_for, write_module
from generator.deployment.huggingface_token import give_token
from generator.deployment.leftovers import Leftover
from generator.deployment.live_endpoints import LiveEndpoints
from generator.deployment.rehearsal_keys import rehearsal_keys
from generator.deployment.targets import CACHE_FOLDER, TERRAFORM_FOLDER, Target
from generator.errors import AwsError, ModuleDirError, TerrachatError, TerraformError
from generator.module_dir.identity import read_identity
from generator.module_dir.lock import locked
from generator.planning import DeploymentPlan
from generator.pricing import price_list
from generator.progress import Progress
from generator.terraform import Terraform
from generator.terraform.events import Event

_EVERYTHING = "Terraform will destroy all of this, conversations and keys included"


@dataclass(frozen=True)
class Destroyed:
    """Whether there was anything to destroy, and what AWS still holds of the deployment."""

    destroyed: bool
    remains: tuple[Leftover, ...] = ()


def plan(catalog: Catalog, target: Target, directory: Path, progress: Progress) -> Proposal | None:
    """Generate, and let Terraform compare the module with what is deployed. None where nothing would change."""
    with _at_work(catalog, target, directory, progress, may_change=False) as job:
        with progress.phase("Plan"):
            saved = job.terraform.plan()
        try:
            return None if saved.is_empty else applying.propose(job, saved)
        finally:
            saved.file.unlink(missing_ok=True)


def apply(
    catalog: Catalog,
    target: Target,
    directory: Path,
    progress: Progress,
    consent: Consent | None = None,
    ask_token: Callable[[], str] | None = None,
) -> Applied:
    """Generate, apply and verify. Without `consent` nobody is asked, and no endpoint that answers is taken down.

    `ask_token` asks for the Hugging Face token, where the catalog has Terraform create its secret.

    Raises DeclinedError, TerraformError with what became of each model, and AwsError where what runs is not what was
    applied. What was created before a failure is kept, and the next apply goes on from there.
    """
    with _at_work(catalog, target, directory, progress, may_change=True) as job:
        give_token(job.plan, job.terraform, ask_token)
        try:
            result = applying.apply(job, consent or Consent())
        except TerraformError:
            _add_rehearsal_keys(catalog, target)  # what did come up answers, also beside a model that failed
            raise
    _add_rehearsal_keys(catalog, target)
    return result


def destroy(
    catalog: Catalog, target: Target, directory: Path, progress: Progress, confirm: Confirm | None = None
) -> Destroyed:
    """Destroy everything that the deployment's Terraform state holds, and the endpoints of its schedules."""
    if read_identity(directory) is None:
        raise ModuleDirError(
            f"{directory}: there is no module of Terrachat's here, so nothing is known to be deployed",
            hint="Name the directory with -o if it is elsewhere.",
        )
    with locked(directory):
        claim(directory, catalog, target)
        job = _job(plan_for(catalog, target, runtime_for(catalog, target)), target, directory, progress)
        with progress.phase("Plan the destruction"):
            saved = job.terraform.plan(destroy=True)
        if saved.is_empty:
            saved.file.unlink(missing_ok=True)
            return Destroyed(False, _remains(job, ()))
        # Downtime is the purpose: one yes is enough.
        consent = Consent(confirm, allow_downtime=True)
        proposal = applying.agreed(replace(job, plan=_nothing_of(job.plan)), saved, consent, _EVERYTHING)
        with progress.phase("Destroy"):
            job.terraform.apply(saved)
        resuming.Journal(directory).close()
        return Destroyed(True, _remains(job, proposal.summary.endpoint_names))


def _remains(job: Job, endpoints: Iterable[str]) -> tuple[Leftover, ...]:
    """What AWS still has, also of what Terraform never knew, as the secret of a key that was set and never applied."""
    with job.progress.phase("Look for what remains"):
        return leftovers.find(job.plan, endpoints, job.live)


def _nothing_of(plan: DeploymentPlan) -> DeploymentPlan:
    """The deployment as it will be after a destruction."""
    return replace(plan, endpoints=())


@contextmanager
def _at_work(
    catalog: Catalog, target: Target, directory: Path, progress: Progress, *, may_change: bool
) -> Iterator[Job]:
    with locked(directory):
        generated = write_module(catalog, target, directory, progress)
        job = _job(generated.plan, target, directory, progress)
        secret = ApiKeySecret.of(catalog, is_local=target.local is not None)
        with adopting.adopted(secret, directory, job.terraform, progress, may_change=may_change):
            yield job


def _job(plan: DeploymentPlan, target: Target, directory: Path, progress: Progress) -> Job:
    endpoints = {
        f"aws_sagemaker_endpoint.{each.address}": each.name for each in plan.endpoints if each.is_terraform_owned
    }
    # A connection of its own: boto3's clients are made in the thread that uses them.
    watch = EndpointWatch(endpoints, LiveEndpoints(plan.region), progress.note)
    return Job(
        terraform=_terraform(plan, target, directory, progress, watch),
        directory=directory,
        plan=plan,
        live=LiveEndpoints(plan.region),
        watch=watch,
        progress=progress,
        prices=lambda: price_list(plan.region, CACHE_FOLDER, online=target.local is None),
        ready=_ready(plan),
    )


def _terraform(
    plan: DeploymentPlan, target: Target, directory: Path, progress: Progress, watch: EndpointWatch
) -> Terraform:
    if target.local:
        (directory / LIFE_FILE).write_text(target.local.life, encoding="utf-8")

    def on_event(event: Event) -> None:
        progress.terraform(event)
        watch.terraform(event)

    terraform = Terraform(
        directory, cli_folder=TERRAFORM_FOLDER, environment=target.environment(plan.region), on_event=on_event
    )
    with progress.phase("Initialise Terraform"):
        terraform.init()
    return terraform


def _ready(plan: DeploymentPlan) -> Callable[[], tuple[str, ...]]:
    """Asks the handler which models answer now; none where it does not say."""

    def ask() -> tuple[str, ...]:
        from generator.asking import connect, list_models

        try:
            return tuple(model.id for model in list_models(connect(plan.deployment, plan.region)) if model.is_ready)
        except TerrachatError:
            return ()

    return ask


def _add_rehearsal_keys(catalog: Catalog, target: Target) -> None:
    """Give third-party entries a key in the local target, which takes any key but the empty one."""
    keys = rehearsal_keys(catalog) if target.local else {}
    if keys:
        with contextlib.suppress(AwsError):  # where the secret is what failed, Terraform has said so
            ApiKeySecret.of(catalog, is_local=True).add_missing(keys)
