"""From a catalog to a module on disk: package the handler, plan, render, write; or compare without writing.

Separate from steps.py, which runs Terraform: this much needs neither Terraform nor, but for JumpStart models that
are not locked yet, AWS.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from generator import module_dir, packaging
from generator.catalog import Catalog, JumpStartSource, SageMakerEntry
from generator.deployment.targets import CACHE_FOLDER, Target
from generator.families.lambda_runtime import LambdaRuntime, on_aws, on_this_machine
from generator.module_dir import Archive, ModuleDiff
from generator.module_dir.identity import ModuleIdentity, read_identity, refuse_another
from generator.module_dir.lock import locked
from generator.planning import DeploymentPlan, Form, JumpStartModels, Upload, plan_deployment
from generator.pricing import cost_of, cost_words, endpoint_uses, shipped_prices
from generator.progress import Progress
from generator.rendering import render

LIFE_FILE = "terrachat.life"


@dataclass(frozen=True)
class Generated:
    """A module on disk."""

    plan: DeploymentPlan
    diff: ModuleDiff
    archive: packaging.HandlerArchive


@dataclass(frozen=True)
class Comparison:
    """How a module on disk differs from what the catalog says. `text` is a unified diff of its text files."""

    diff: ModuleDiff
    text: str


def generate(catalog: Catalog, target: Target, directory: Path, progress: Progress, form: Form = "root") -> Generated:
    """Write the module to `directory`, while nobody else may. See `write_module`."""
    with locked(directory):
        return write_module(catalog, target, directory, progress, form)


def write_module(
    catalog: Catalog, target: Target, directory: Path, progress: Progress, form: Form = "root"
) -> Generated:
    """Build the handler's zip, render the module and write it to `directory`, which the caller has locked."""
    runtime = runtime_for(catalog, target)
    with progress.phase("Package the chat handler"):
        packages, byte_code = packaging.packages_for(catalog), catalog.handler.byte_code
        archive = packaging.build(runtime, CACHE_FOLDER, progress.say, packages, byte_code=byte_code)
        progress.conclude(f"{archive.size_bytes / 1e6:.1f} MB{', from the cache' if archive.was_cached else ''}")
    with progress.phase("Generate the Terraform module"):
        upload: Upload = "s3" if archive.needs_s3 else "direct"
        plan = plan_for(catalog, target, runtime, form=form, upload=upload)
        identity = claim(directory, catalog, target, form)
        built = Archive(archive.path.name, upload, archive.path)
        diff = module_dir.write(directory, render(plan, _costs(plan)), built, identity)
        changed = len(diff.added) + len(diff.changed) + len(diff.removed)
        progress.conclude(f"{directory}: {changed} files changed, {len(diff.unchanged)} unchanged")
    return Generated(plan, diff, archive)


def compare(catalog: Catalog, target: Target, directory: Path, form: Form = "root") -> Comparison:
    """How the module in `directory` differs from what `generate` would write. Writes nothing, and builds no zip."""
    runtime = runtime_for(catalog, target)
    packages, byte_code = packaging.packages_for(catalog), catalog.handler.byte_code
    upload: Upload = "s3" if module_dir.uploaded(directory) == "s3" else "direct"
    plan = plan_for(catalog, target, runtime, form=form, upload=upload)
    files = render(plan, _costs(plan))
    archive = Archive(packaging.archive_path(runtime, CACHE_FOLDER, packages, byte_code=byte_code).name, upload)
    return Comparison(module_dir.compare(directory, files, archive), module_dir.unified_diff(directory, files))


def runtime_for(catalog: Catalog, target: Target) -> LambdaRuntime:
    """What the handler runs on: the local target's own Python, or Lambda's on the catalog's architecture."""
    return on_this_machine() if target.local else on_aws(catalog.handler.architecture)


def plan_for(
    catalog: Catalog, target: Target, runtime: LambdaRuntime, *, form: Form = "root", upload: Upload = "direct"
) -> DeploymentPlan:
    """Plan the deployment; JumpStart's models are looked up, or taken from where they were locked."""
    return plan_deployment(
        catalog,
        runtime,
        local_endpoint=target.local.control_url if target.local else None,
        form=form,
        upload=upload,
        jumpstart=_jumpstart(catalog, target),
    )


def _costs(plan: DeploymentPlan) -> dict[str, str]:
    """What each endpoint costs, for the module's README: at shipped prices, so that it is the same everywhere."""
    prices = shipped_prices(plan.region)
    costs = cost_of(endpoint_uses(plan.endpoints), prices).endpoints
    return {cost.use.model_id: f"{cost_words(cost)}; {prices.source}" for cost in costs}


def _jumpstart(catalog: Catalog, target: Target) -> JumpStartModels:
    wanted = [
        (entry.source.jumpstart, entry.source.version)
        for entry in catalog.models
        if isinstance(entry, SageMakerEntry) and isinstance(entry.source, JumpStartSource)
    ]
    if not wanted:
        return {}
    from generator.jumpstart import resolve

    return resolve(wanted, catalog.region, target.jumpstart_folder)


def claim(directory: Path, catalog: Catalog, target: Target, form: Form = "root") -> ModuleIdentity:
    """Make sure that what Terraform will find in `directory` belongs to this deployment. Raises ModuleDirError."""
    identity = ModuleIdentity(catalog.deployment, catalog.region, target.name, form)
    found = read_identity(directory)
    is_rehearsal = found.target == "local" if found else (directory / LIFE_FILE).is_file()
    if target.local and is_rehearsal:
        _forget_former_life(directory, target.local.life)
    refuse_another(directory, identity)
    return identity


def _forget_former_life(directory: Path, life: str) -> None:
    """Drop the state of a local target that has ended: what it lists went with the emulator's memory."""
    marker = directory / LIFE_FILE
    if marker.is_file() and marker.read_text(encoding="utf-8") == life:
        return
    for state in directory.glob("terraform.tfstate*"):
        state.unlink()
