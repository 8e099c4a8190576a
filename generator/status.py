"""What is planned, what is deployed and what is live, merged into one row a model.

planned: an entry of the catalog. deployed: its discovery parameter exists, which means that its resources do. live:
the handler's word on whether it would answer now.
"""

from __future__ import annotations

from dataclasses import dataclass

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from frontend.client import ChatClient
from frontend.discovery import Deployment, DiscoveryError, discover
from frontend.wire import ChatError, ModelInfo
from generator.catalog import Catalog
from generator.errors import AwsError


@dataclass(frozen=True)
class ModelStatus:
    """One model. `live` is the handler's status (docs/contracts.md, section 3), or None where it was not asked."""

    id: str
    provider: str
    planned: bool
    deployed: bool
    live: str | None
    reason: str | None


@dataclass(frozen=True)
class DeploymentStatus:
    """A deployment: `handler_url` is None where nothing is deployed, `reason` says why something is not known."""

    deployment: str
    target: str
    handler_url: str | None
    models: tuple[ModelStatus, ...]
    reason: str | None = None


def read_status(catalog: Catalog, target: str) -> DeploymentStatus:
    """Ask AWS and the handler, as the environment names them. Raises AwsError where AWS cannot be asked."""
    try:
        found = discover(catalog.deployment, catalog.region)
    except DiscoveryError as error:
        if error.code != "not_deployed":
            raise AwsError(error.message, hint=error.hint) from error
        return DeploymentStatus(catalog.deployment, target, None, merge(catalog, frozenset(), ()), error.message)
    deployed = _deployed_ids(catalog.deployment, found.region)
    live, reason = _live(found)
    return DeploymentStatus(catalog.deployment, target, found.handler_url, merge(catalog, deployed, live), reason)


def merge(catalog: Catalog, deployed: frozenset[str], live: tuple[ModelInfo, ...]) -> tuple[ModelStatus, ...]:
    """One row for every id that is known anywhere: the catalog's in its order, then what it does not name, sorted."""
    planned = {entry.id: entry.provider for entry in catalog.models}
    answers = {model.id: model for model in live}
    others = sorted((deployed | set(answers)) - set(planned))
    return tuple(
        _row(model_id, planned.get(model_id), model_id in deployed, answers.get(model_id))
        for model_id in (*planned, *others)
    )


def _row(model_id: str, planned: str | None, deployed: bool, answer: ModelInfo | None) -> ModelStatus:
    reason = answer.reason if answer else None
    if not deployed:
        reason = "it is in the catalog but not deployed: terrachat apply"
    elif planned is None:
        reason = "it is deployed but not in the catalog: the next apply removes it"
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
    try:
        pages = boto3.Session().client("ssm", region_name=region).get_paginator("get_parameters_by_path")
        names = [found["Name"] for page in pages.paginate(Path=path) for found in page["Parameters"]]
    except (BotoCoreError, ClientError) as error:
        raise AwsError(f"the parameters under {path!r} cannot be listed: {error}") from error
    return frozenset(name.removeprefix(path) for name in names)


def _live(found: Deployment) -> tuple[tuple[ModelInfo, ...], str | None]:
    try:
        return ChatClient(found.handler_url, found.region).list_models(), None
    except ChatError as error:
        return (), f"the handler does not answer: {error.message}"
