"""From a catalog to what is deployed, and back: generate, plan, apply, destroy.

A `Target` says where: the AWS account that the environment's credentials open, or the local target. It is the only
thing in which the two differ here; the catalog, the module and the steps are the same.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from generator import module_dir, packaging
from generator.catalog import Catalog, OpenAIEntry
from generator.errors import DeclinedError, ModuleDirError
from generator.families.lambda_runtime import ON_AWS, on_this_machine
from generator.local.target import LocalTarget
from generator.module_identity import ModuleIdentity, read_identity, refuse_another
from generator.planning import DeploymentPlan, plan_deployment
from generator.progress import Progress, changes_as_text
from generator.rendering import render
from generator.secrets import ApiKeys
from generator.terraform import Terraform, TerraformPlan, TerraformResult

LOCAL_FOLDER = Path(".terrachat/local")
CACHE_FOLDER = Path(".terrachat/cache")
TERRAFORM_FOLDER = Path(".terrachat/terraform")
_LIFE_FILE = "terrachat.life"


@dataclass(frozen=True)
class Target:
    """Where a deployment lives. `local` is None for AWS."""

    local: LocalTarget | None = None

    @property
    def name(self) -> str:
        return "local" if self.local else "aws"

    def environment(self, region: str) -> dict[str, str]:
        """What to add to the environment of whatever talks to this target."""
        return self.local.aws_environment(region) if self.local else {"AWS_REGION": region}

    def enter(self, region: str) -> None:
        """Make every AWS SDK in this process, and in its children, talk to this target."""
        if self.local:
            self.local.enter(os.environ, region)
        else:
            os.environ.update(self.environment(region))

    def module_directory(self, deployment: str) -> Path:
        """Where the module goes unless the user says otherwise.

        The local one is disposable. The one for AWS is beside the catalog, in sight: it holds the state, unless the
        user adds a backend of their own.
        """
        return LOCAL_FOLDER / "deployments" / deployment if self.local else Path("deployments") / deployment


@dataclass(frozen=True)
class Generated:
    """A module on disk."""

    plan: DeploymentPlan
    diff: module_dir.ModuleDiff
    archive: packaging.HandlerArchive


Confirm = Callable[[str], bool]


def generate(catalog: Catalog, target: Target, directory: Path, progress: Progress) -> Generated:
    """Build the handler's zip, render the module and write it to `directory`."""
    runtime = on_this_machine() if target.local else ON_AWS
    with progress.phase("Package the chat handler"):
        archive = packaging.build(runtime, CACHE_FOLDER, progress.say)
        progress.conclude(f"{archive.size_bytes / 1e6:.1f} MB{', from the cache' if archive.was_cached else ''}")
    with progress.phase("Generate the Terraform module"):
        plan = plan_deployment(catalog, runtime, local_endpoint=target.local.control_url if target.local else None)
        identity = _claim(directory, catalog, target)
        diff = module_dir.write(directory, render(plan), archive.path, identity)
        changed = len(diff.added) + len(diff.changed) + len(diff.removed)
        progress.conclude(f"{directory}: {changed} files changed, {len(diff.unchanged)} unchanged")
    return Generated(plan, diff, archive)


def plan(catalog: Catalog, target: Target, directory: Path, progress: Progress) -> TerraformPlan:
    """Generate, and let Terraform compare the module with what is deployed."""
    generate(catalog, target, directory, progress)
    terraform = _terraform(catalog, target, directory, progress)
    with progress.phase("Plan"):
        return terraform.plan()


def apply(
    catalog: Catalog, target: Target, directory: Path, progress: Progress, confirm: Confirm | None = None
) -> TerraformResult:
    """Generate and apply. With `confirm`, the planned changes are shown and nothing happens unless it says yes.

    Raises DeclinedError when it says no, and TerraformError with what Terraform said; what was created before a
    failure is kept, and the next apply goes on from there.
    """
    generate(catalog, target, directory, progress)
    terraform = _terraform(catalog, target, directory, progress)
    result = _apply(terraform, progress, confirm)
    if target.local:
        _add_rehearsal_keys(catalog)
    return result


def _apply(terraform: Terraform, progress: Progress, confirm: Confirm | None) -> TerraformResult:
    if confirm is None:
        with progress.phase("Apply"):
            return terraform.apply_unasked()
    with progress.phase("Plan"):
        planned = terraform.plan()
    if not planned.is_empty:
        text = f"Terraform will make these changes:\n{changes_as_text(planned.changes)}"
        _ask(confirm, planned, text, "nothing was changed")
    with progress.phase("Apply"):
        return terraform.apply(planned)


def _add_rehearsal_keys(catalog: Catalog) -> None:
    """Give third-party entries a key in the local target, which takes any key but the empty one."""
    if any(isinstance(entry, OpenAIEntry) for entry in catalog.models):
        ApiKeys(catalog.deployment, catalog.region).add_missing({"OPENAI_API_KEY": "sk-local-rehearsal"})


def destroy(
    catalog: Catalog, target: Target, directory: Path, progress: Progress, confirm: Confirm | None = None
) -> bool:
    """Destroy everything that the deployment's Terraform state holds. Returns whether there was anything."""
    if read_identity(directory) is None:
        raise ModuleDirError(
            f"{directory}: there is no module of Terrachat's here, so nothing is known to be deployed",
            hint="Name the directory with -o if it is elsewhere.",
        )
    _claim(directory, catalog, target)
    terraform = _terraform(catalog, target, directory, progress)
    with progress.phase("Plan the destruction"):
        planned = terraform.plan(destroy=True)
    if planned.is_empty:
        planned.file.unlink(missing_ok=True)
        return False
    text = f"Terraform will destroy all of this, conversations and keys included:\n{changes_as_text(planned.changes)}"
    if confirm is not None:
        _ask(confirm, planned, text, "nothing was destroyed")
    with progress.phase("Destroy"):
        terraform.apply(planned)
    return True


def _ask(confirm: Confirm, planned: TerraformPlan, text: str, otherwise: str) -> None:
    """Go on only if `confirm` says yes. The plan, which holds values of the state, does not outlive any other end."""
    agreed = False
    try:
        agreed = confirm(text)
    finally:
        if not agreed:
            planned.file.unlink(missing_ok=True)
    if not agreed:
        raise DeclinedError(otherwise)


def _claim(directory: Path, catalog: Catalog, target: Target) -> ModuleIdentity:
    """Make sure that what Terraform will find in `directory` belongs to this deployment. Raises ModuleDirError."""
    identity = ModuleIdentity(catalog.deployment, catalog.region, target.name)
    found = read_identity(directory)
    is_rehearsal = found.target == "local" if found else (directory / _LIFE_FILE).is_file()
    if target.local and is_rehearsal:
        _forget_former_life(directory, target.local.life)
    refuse_another(directory, identity)
    return identity


def _terraform(catalog: Catalog, target: Target, directory: Path, progress: Progress) -> Terraform:
    if target.local:
        (directory / _LIFE_FILE).write_text(target.local.life, encoding="utf-8")
    terraform = Terraform(
        directory,
        cli_folder=TERRAFORM_FOLDER,
        environment=target.environment(catalog.region),
        on_event=progress.terraform,
    )
    with progress.phase("Initialise Terraform"):
        terraform.init()
    return terraform


def _forget_former_life(directory: Path, life: str) -> None:
    """Drop the state of a local target that has ended: what it lists went with the emulator's memory."""
    marker = directory / _LIFE_FILE
    if marker.is_file() and marker.read_text(encoding="utf-8") == life:
        return
    for state in directory.glob("terraform.tfstate*"):
        state.unlink()
