"""stop and start: an endpoint is taken down to save money, and comes back as it was.

In: the catalog's file, and which model. Terraform's plan stays empty while a model is stopped, because that it is
stopped stands in the catalog, for everybody who has it. A scheduled endpoint is not Terraform's: it is deleted and
created through the API, and its schedule goes on. Separate from applying, which knows nothing of the catalog's file.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from generator import editing
from generator.catalog import Catalog, SageMakerEntry
from generator.deployment import steps
from generator.deployment.applying import Applied
from generator.deployment.consent import Consent
from generator.deployment.generating import plan_for, runtime_for
from generator.deployment.live_endpoints import LiveEndpoint, LiveEndpoints, is_generated
from generator.deployment.targets import Target
from generator.errors import AwsError, DeclinedError, TerrachatError
from generator.loading import load_catalog
from generator.planning import DeploymentPlan, EndpointPlan
from generator.progress import Progress
from generator.suggesting import nearest


@dataclass(frozen=True)
class Switched:
    """What a stop or a start came to: a sentence, and what was applied where Terraform had to work."""

    model_id: str
    stopped: bool
    words: str
    applied: Applied | None = None


def switch(
    file: Path, model_id: str, stopped: bool, target: Target, directory: Path, progress: Progress, consent: Consent
) -> Switched:
    """Stop or start the endpoint of `model_id`, an entry of the catalog in `file`.

    For an endpoint of Terraform's the catalog is edited and applied, with whatever else it says by now; the file is
    put back where the user declines. Raises TerrachatError where the entry has no endpoint of its own.
    """
    catalog = load_catalog(file)
    entry = _entry(catalog, model_id)
    plan = plan_for(catalog, target, runtime_for(catalog, target))
    endpoint = next(each for each in plan.endpoints if each.model_id == model_id)
    live = LiveEndpoints(plan.region)
    if entry.schedule is not None:
        return _switch_scheduled(plan, endpoint, stopped, live, consent)
    # The catalog says it first: a stop that failed or was stopped itself has left an endpoint that costs money.
    if entry.stopped == stopped and _is_so(live.find(endpoint.name), stopped=stopped):
        return Switched(model_id, stopped, f"{model_id} is {_word(stopped)} already, says {file}.")
    before = editing.set_stopped(file, model_id, stopped)
    try:
        agreed = replace(consent, named=consent.named | {model_id})
        applied = steps.apply(load_catalog(file), target, directory, progress, agreed)
    except DeclinedError:
        editing.restore(file, before)
        raise
    return Switched(model_id, stopped, f"{model_id} is {_word(stopped)}, and {file} says so.", applied)


def _is_so(found: LiveEndpoint | None, *, stopped: bool) -> bool:
    return found is None if stopped else found is not None and found.serves


def _entry(catalog: Catalog, model_id: str) -> SageMakerEntry:
    ids = [entry.id for entry in catalog.models]
    entry = next((entry for entry in catalog.models if entry.id == model_id), None)
    if entry is None:
        near = nearest(model_id, ids)
        meant = f"; did you mean {near!r}?" if near else ""
        raise TerrachatError(f"the catalog has no entry {model_id!r}{meant}", hint=f"It has: {', '.join(ids)}")
    if not isinstance(entry, SageMakerEntry):
        raise TerrachatError(
            f"{model_id!r} has no endpoint of this deployment's, so that there is nothing to stop",
            hint="Only entries of the provider sagemaker with an instance_type cost money while nobody asks.",
        )
    return entry


def _switch_scheduled(
    plan: DeploymentPlan, endpoint: EndpointPlan, stopped: bool, live: LiveEndpoints, consent: Consent
) -> Switched:
    found = live.find(endpoint.name)
    if (found is None) == stopped:
        return Switched(endpoint.model_id, stopped, f"{endpoint.model_id} is {_word(stopped)} already.")
    if stopped:
        said = f"{endpoint.model_id} is being stopped; its schedule starts it again: {_cron(endpoint)}."
        act = partial(live.delete, endpoint.name)
    else:
        said = f"{endpoint.model_id} is being started; its schedule stops it again. See: terrachat status"
        act = partial(live.create, endpoint.name, _newest_config(endpoint, live), plan.tags)
    if consent.ask is not None and not consent.ask(said):
        raise DeclinedError("nothing was changed")
    act()
    return Switched(endpoint.model_id, stopped, said)


def _newest_config(endpoint: EndpointPlan, live: LiveEndpoints) -> str:
    """The configuration that the last apply made: it is the newest, and the others go with it."""
    for name in live.configs_named(endpoint.name_prefix):
        if is_generated(name, endpoint.name_prefix):
            return name
    raise AwsError(
        f"{endpoint.model_id}: there is no endpoint configuration to create its endpoint with",
        hint="Deploy it first: terrachat apply",
    )


def _cron(endpoint: EndpointPlan) -> str:
    schedule = endpoint.schedule
    return f"{schedule.start} ({schedule.timezone})" if schedule else ""


def _word(stopped: bool) -> str:
    return "stopped" if stopped else "started"
