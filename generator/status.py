"""What is planned, what is deployed and what is live, merged into one row a model.

planned: an entry of the catalog. deployed: its discovery parameter exists, which means that its resources do. live:
the handler's word on whether it would answer now. drift: what runs is not what the catalog says.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from frontend.client import ChatClient
from frontend.discovery import Deployment, DiscoveryError, discover
from frontend.wire import ChatError, ModelInfo
from generator.aws_calls import calling, client
from generator.catalog import Catalog
from generator.deployment.drift import Orphan, look
from generator.deployment.live_endpoints import LiveEndpoints
from generator.errors import AwsError
from generator.planning import DeploymentPlan


@dataclass(frozen=True)
class ModelStatus:
    """One model.

    `live` is the handler's status (docs/contracts.md, section 3), or None where it was not asked. `drift` is a sentence
    about how what runs differs from the catalog, or None.
    """

    id: str
    provider: str
    planned: bool
    deployed: bool
    live: str | None
    reason: str | None
    drift: str | None = None

    @property
    def remark(self) -> str:
        """All that there is to say of the model, on one line."""
        return "; ".join(said for said in (self.reason, self.drift) if said)


@dataclass(frozen=True)
class DeploymentStatus:
    """A deployment: `handler_url` is None where nothing is deployed, `reason` says why something is not known."""

    deployment: str
    target: str
    handler_url: str | None
    models: tuple[ModelStatus, ...]
    reason: str | None = None
    orphans: tuple[Orphan, ...] = ()


def read_status(catalog: Catalog, plan: DeploymentPlan) -> DeploymentStatus:
    """Ask AWS and the handler, as the environment names them; `plan` is what the catalog comes to.

    Raises AwsError where AWS cannot be asked.
    """
    live = LiveEndpoints(catalog.region)
    try:
        found = discover(catalog.deployment, catalog.region)
    except DiscoveryError as error:
        if error.code != "not_deployed":
            raise AwsError(error.message, hint=error.hint) from error
        seen = look(plan, frozenset(), live)
        rows = merge(catalog, frozenset(), (), seen.drift)
        return DeploymentStatus(catalog.deployment, plan.target, None, rows, error.message, seen.orphans)
    deployed = _deployed_ids(catalog.deployment, found.region)
    answers, reason = _answers(found)
    seen = look(plan, deployed, live)
    rows = merge(catalog, deployed, answers, seen.drift)
    return DeploymentStatus(catalog.deployment, plan.target, found.handler_url, rows, reason, seen.orphans)


def merge(
    catalog: Catalog, deployed: frozenset[str], live: tuple[ModelInfo, ...], drift: Mapping[str, str]
) -> tuple[ModelStatus, ...]:
    """One row for every id that is known anywhere: the catalog's in its order, then what it does not name, sorted."""
    planned = {entry.id: entry.provider for entry in catalog.models}
    answers = {model.id: model for model in live}
    others = sorted((deployed | set(answers)) - set(planned))
    return tuple(
        replace(
            _row(model_id, planned.get(model_id), model_id in deployed, answers.get(model_id)),
            drift=drift.get(model_id),
        )
        for model_id in (*planned, *others)
    )


def _row(model_id: str, planned: str | None, deployed: bool, answer: ModelInfo | None) -> ModelStatus:
    reason = answer.reason if answer else None
    if planned is None and deployed:
        reason = "it is deployed but not in the catalog: the next apply removes it"
    elif planned is None:
        reason = reason or "only the API-keys secret names it, in AZURE_OPENAI_MODELS; it needs no entry"
    elif not deployed:
        reason = "it is in the catalog but not deployed: terrachat apply"
    return ModelStatus(
        id=model_id,
        provider=planned or (answer.provider if answer else "unknown"),
        planned=planned is not None,
        deployed=deployed,
        live=answer.status if answer else None,
        reason=reason,
    )


def _deployed_ids(deployment: str, region: str) -> frozenset[str]:
    path = f"/terrachat/{deployment}/models/"
    with calling(f"listing the parameters under {path!r}"):
        pages = client("ssm", region).get_paginator("get_parameters_by_path")
        names = [found["Name"] for page in pages.paginate(Path=path) for found in page["Parameters"]]
    return frozenset(name.removeprefix(path) for name in names)


def _answers(found: Deployment) -> tuple[tuple[ModelInfo, ...], str | None]:
    try:
        return ChatClient(found.handler_url, found.region).list_models(), None
    except ChatError as error:
        return (), f"the handler does not answer: {error.message}"
