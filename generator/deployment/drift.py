"""Where live AWS is not what the catalog says: endpoints that drifted, and what belongs to no model.

In: the deployment's plan, which models are deployed, and AWS. Out: a sentence by model id, and `Orphan`s. Separate from
status.py because it judges, and from Terraform's plan because it takes seconds, needs no state, and sees what is in
none: an endpoint that a crashed run left behind costs as much as any other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from generator.deployment.live_endpoints import EndpointConfig, LiveEndpoint, LiveEndpoints, is_generated
from generator.naming import DEPLOYMENT_TAG
from generator.planning import DeploymentPlan, EndpointPlan, endpoint_name

_AT_ONCE = 8


@dataclass(frozen=True)
class Orphan:
    """Something of this deployment's that neither the catalog nor what is deployed needs. `reason` says what to do."""

    name: str
    kind: str
    reason: str


@dataclass(frozen=True)
class Seen:
    """What was found: sentences by model id, and what belongs to no model."""

    drift: Mapping[str, str]
    orphans: tuple[Orphan, ...]


def look(plan: DeploymentPlan, deployed: frozenset[str], live: LiveEndpoints) -> Seen:
    """Compare `plan` with live AWS; `deployed` are the ids of models that have a discovery parameter.

    Two calls in all, and two for each endpoint. Raises AwsError.
    """
    statuses = live.named(f"{plan.name}-")
    endpoints = [each for each in plan.endpoints if each.model_id in deployed or each.name in statuses]
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        running = list(pool.map(lambda each: _running(each, statuses, live), endpoints))
    pairs = zip(endpoints, running, strict=True)
    drift = {
        endpoint.model_id: said
        for endpoint, found in pairs
        if (said := _drift(endpoint, *found) if endpoint.model_id in deployed else _unfinished(*found))
    }
    used = {found.config for found, _ in running if found is not None}
    known = {endpoint.name for endpoint in plan.endpoints} | {endpoint_name(plan.deployment, each) for each in deployed}
    strangers = [name for name in statuses if name not in known]
    orphans = (*_orphan_endpoints(strangers, plan, live), *_orphan_configs(plan, used, live))
    return Seen(drift, orphans)


def _running(
    endpoint: EndpointPlan, statuses: Mapping[str, str], live: LiveEndpoints
) -> tuple[LiveEndpoint | None, EndpointConfig | None]:
    found = live.find(endpoint.name) if endpoint.name in statuses else None
    return found, live.config(found.config) if found and found.config else None


def _drift(endpoint: EndpointPlan, found: LiveEndpoint | None, config: EndpointConfig | None) -> str | None:
    if found is None:
        return "its endpoint is gone: terrachat apply creates it" if endpoint.is_terraform_owned else None
    if endpoint.is_stopped:
        return "the catalog says that it is stopped, and its endpoint exists: terrachat apply"
    if found.status == "Failed":
        return f"its endpoint failed: {found.failure or 'AWS does not say why'}"
    if config is None:
        return (
            "the configuration that it runs has been deleted: take it down and up again with terrachat stop and start"
        )
    differences = list(_differences(endpoint, config))
    return f"{'; '.join(differences)}: terrachat apply" if differences else None


def _unfinished(found: LiveEndpoint | None, _: EndpointConfig | None) -> str | None:
    """Of a model that is not deployed: an apply that failed or was stopped has left its endpoint."""
    return f"its endpoint exists all the same, is {found.status} and may cost money" if found else None


def _differences(endpoint: EndpointPlan, config: EndpointConfig) -> Iterator[str]:
    if config.instance_type != endpoint.instance_type:
        yield f"it runs on {config.instance_type}, the catalog says {endpoint.instance_type}"
    if config.instance_count != endpoint.instance_count and endpoint.scaling is None:
        yield f"it has {config.instance_count} instances, the catalog says {endpoint.instance_count}"
    # A SageMaker model's name ends in a digest of its image and environment.
    if config.model != endpoint.model_name:
        yield "its image, weights or environment are not the catalog's"


def _orphan_endpoints(names: list[str], plan: DeploymentPlan, live: LiveEndpoints) -> Iterator[Orphan]:
    for name in names:
        found = live.find(name)
        # Its name may also begin like that of another deployment: `demo` and `demo-two`.
        if found and live.tags(found.arn).get(DEPLOYMENT_TAG) == plan.deployment:
            reason = f"it is {found.status}, costs money and has no entry: delete it in the SageMaker console"
            yield Orphan(name, "endpoint", reason)


def _orphan_configs(plan: DeploymentPlan, used: set[str], live: LiveEndpoints) -> Iterator[Orphan]:
    """Configurations that no endpoint uses, beyond the newest of each model."""
    names = live.configs_named(f"{plan.name}-")
    for endpoint in plan.endpoints:
        ours = [name for name in names if is_generated(name, endpoint.name_prefix)]
        for name in (name for name in ours[1:] if name not in used):
            yield Orphan(name, "endpoint configuration", "no endpoint uses it; it costs nothing, and can be deleted")
