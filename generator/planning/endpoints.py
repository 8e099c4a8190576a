"""A self-hosted entry -> EndpointPlan: image, weights, environment, machine, and how many of it, when.

Pure. Separate from the deployment's plan because everything that is particular to SageMaker's hosting is decided here,
with the facts of generator.families.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from generator.catalog import (
    Catalog,
    HuggingFaceSource,
    JumpStartSource,
    OwnImage,
    S3Source,
    SageMakerEntry,
)
from generator.errors import PlanningError
from generator.families.amis import inference_ami_version
from generator.families.containers import CONTAINERS, DEFAULT_CONTAINER, WEIGHTS_FOLDER
from generator.families.instances import MAX_VOLUME_GIB, instance_facts, takes_volume_size
from generator.families.jumpstart import JumpStartModel
from generator.naming import aws_name, terraform_name
from generator.planning.plans import EndpointPlan, ScalingPlan, SchedulePlan

JumpStartModels = Mapping[tuple[str, str], JumpStartModel]
"""By id and version."""

_NAME_LIMIT = 63  # of SageMaker models and endpoints: botocore's ModelName and EndpointName
_ENVIRONMENT_LIMIT = 100  # of a SageMaker model: botocore's EnvironmentMap
# Its names and values together, of which a token takes less than 1 KB. Source: API reference, ContainerDefinition,
# Environment: 32 KB; read on 2026-11-22.
_ENVIRONMENT_BYTES = 31 * 1024
_STARTUP_TIMEOUT_S = 1800  # of an image that we know nothing of
_DOWNLOAD_TIMEOUT_S = 1800  # tens of GB from S3; SageMaker's longest is 3600
_VOLUME_GIB = 64  # the largest image unpacked, some 25 GB, and a cache, before any weights
_FROM_HUB = "The container fetches the model from the Hugging Face Hub"
_AMIS_OF_NEWER_PROVIDERS = "al2023-"
_SECRET_REFERENCE = "{{resolve:"  # noqa: S105 - CloudFormation's syntax


@dataclass(frozen=True)
class _Serving:
    """What runs in the container, whatever the entry's source and container are."""

    image: str
    source: str
    wire: str
    environment: Mapping[str, str] = field(default_factory=dict)
    weights: str | None = None
    startup_timeout_s: int = _STARTUP_TIMEOUT_S
    token_variables: tuple[str, ...] = ()
    needs_network: str | None = "Only the image's owner knows whether it needs the network"
    accepts_eula: bool = False
    download_timeout_s: int = _DOWNLOAD_TIMEOUT_S
    volume_gib: int | None = None
    inference_ami_version: str | None = None


def endpoint_name(deployment: str, model_id: str) -> str:
    """The SageMaker endpoint of an entry: at most 63 characters, as deployment and id are bounded."""
    return f"terrachat-{deployment}-{aws_name(model_id)}"


def plan_endpoint(catalog: Catalog, entry: SageMakerEntry, jumpstart: JumpStartModels) -> EndpointPlan:
    """Decide everything about `entry`'s endpoint.

    `jumpstart` holds what AWS says of the JumpStart models. Raises PlanningError where the entry cannot be deployed.
    """
    serving = _serving(catalog, entry, jumpstart)
    environment = dict(sorted({**serving.environment, **entry.environment}.items()))
    tokens = serving.token_variables if catalog.huggingface else ()
    _refuse_environment(entry.id, environment, tokens)
    name = endpoint_name(catalog.deployment, entry.id)
    return EndpointPlan(
        model_id=entry.id,
        address=terraform_name(entry.id),
        name=name,
        model_name=_model_name(catalog, name, serving, environment, tokens),
        image=serving.image,
        environment=environment,
        instance_type=entry.instance_type,
        instance_count=entry.instances.min,
        startup_timeout_s=entry.startup_timeout_s or serving.startup_timeout_s,
        inference_ami_version=_ami(entry, serving),
        source=serving.source,
        wire=serving.wire,
        weights=serving.weights,
        accepts_eula=serving.accepts_eula,
        uses_token=bool(tokens),
        token_variables=tokens,
        needs_network=serving.needs_network,
        volume_gib=_volume_gib(entry, serving),
        download_timeout_s=serving.download_timeout_s if serving.weights else None,
        scaling=_scaling(entry),
        schedule=_schedule(entry),
        update=entry.update,
        is_stopped=entry.stopped,
    )


def _serving(catalog: Catalog, entry: SageMakerEntry, jumpstart: JumpStartModels) -> _Serving:
    if isinstance(entry.source, JumpStartSource):
        return _jumpstart(entry, entry.source, jumpstart)
    if isinstance(entry.container, OwnImage):
        return _own_image(entry, entry.container)
    return _family(catalog, entry, entry.container or DEFAULT_CONTAINER)


def _jumpstart(entry: SageMakerEntry, source: JumpStartSource, models: JumpStartModels) -> _Serving:
    model = models.get((source.jumpstart, source.version))
    if model is None:
        raise PlanningError(
            f"models.{entry.id}: nothing is known of version {source.version!r} of the JumpStart model "
            f"{source.jumpstart!r}",
            hint="AWS says what a JumpStart model is made of: try again with credentials for the deployment's account.",
        )
    _refuse_jumpstart(entry, source, model)
    model = model.on(entry.instance_type)
    return _Serving(
        image=model.image,
        source=f"JumpStart's {model.model_id} {model.version}",
        wire=model.wire,
        environment=model.environment,
        weights=_prefix(model.artifact) if model.artifact and not model.is_compressed else model.artifact,
        startup_timeout_s=model.startup_timeout_s or _STARTUP_TIMEOUT_S,
        needs_network=None if model.network_isolation else "JumpStart says that the model needs the network",
        accepts_eula=model.needs_eula,
        download_timeout_s=model.download_timeout_s or _DOWNLOAD_TIMEOUT_S,
        volume_gib=model.volume_gib,
        inference_ami_version=model.inference_ami_version,
    )


def _refuse_jumpstart(entry: SageMakerEntry, source: JumpStartSource, model: JumpStartModel) -> None:
    if model.needs_eula and not source.accept_eula:
        raise PlanningError(
            f"models.{entry.id}.source: {source.jumpstart!r} comes with a licence that must be accepted",
            hint="Read it in SageMaker JumpStart, then add to 'source': accept_eula: true",
        )
    if model.instance_types and entry.instance_type not in model.instance_types:
        raise PlanningError(
            f"models.{entry.id}.instance_type: JumpStart does not run {source.jumpstart!r} on {entry.instance_type!r}",
            hint=f"It runs on {', '.join(model.instance_types[:8])}.",
        )


def _family(catalog: Catalog, entry: SageMakerEntry, name: str) -> _Serving:
    family = CONTAINERS[name]
    image = family.image(catalog.region)
    if image is None:
        raise PlanningError(
            f"models.{entry.id}: no {name!r} image is known in the region {catalog.region!r}",
            hint="Choose another region for the deployment.",
        )
    environment = {**family.environment, **family.gpu_environment(entry.instance_type)}
    common = _Serving(image, "", family.wire, environment, startup_timeout_s=family.startup_timeout_s)
    match entry.source:
        case HuggingFaceSource(huggingface=model, revision=revision):
            environment[family.model_variable] = model
            if revision:
                environment[family.revision_variable] = revision
            return replace(common, source=model, needs_network=_FROM_HUB, token_variables=family.token_variables)
        case S3Source(s3=uri):
            environment[family.model_variable] = WEIGHTS_FOLDER
            return replace(common, source=uri, weights=uri, needs_network=None)
        case _:
            raise PlanningError(
                f"models.{entry.id}: the container {name!r} needs a 'source'",
                hint="Name the weights: source: {huggingface: ORGANISATION/MODEL} or source: {s3: s3://BUCKET/PREFIX/}.",
            )


def _own_image(entry: SageMakerEntry, container: OwnImage) -> _Serving:
    """An image of the user's: it gets the names that AWS's containers share, and may use them or not."""
    common = _Serving(container.image, container.image, container.wire)
    match entry.source:
        case HuggingFaceSource(huggingface=model, revision=revision):
            environment = {"HF_MODEL_ID": model} | ({"HF_MODEL_REVISION": revision} if revision else {})
            tokens = ("HF_TOKEN",)
            return replace(
                common, source=model, environment=environment, needs_network=_FROM_HUB, token_variables=tokens
            )
        case S3Source(s3=uri):
            return replace(common, source=uri, weights=uri)
        case _:
            return common


def _prefix(uri: str) -> str:
    """SageMaker takes a prefix with a slash at its end only (API reference, S3ModelDataSource, read on 2026-11-22)."""
    return uri if uri.endswith("/") else f"{uri}/"


def _ami(entry: SageMakerEntry, serving: _Serving) -> str | None:
    """The owner's choice, else JumpStart's where the AWS provider 5.100 takes it, else the one for the image's CUDA."""
    known = serving.inference_ami_version
    if known is not None and known.startswith(_AMIS_OF_NEWER_PROVIDERS):
        known = None
    return entry.inference_ami_version or known or inference_ami_version(_tag(serving.image), entry.instance_type)


def _tag(image: str) -> str:
    return image.rpartition("/")[2].partition("@")[0].partition(":")[2]


def _model_name(
    catalog: Catalog, endpoint: str, serving: _Serving, environment: Mapping[str, str], tokens: tuple[str, ...]
) -> str:
    """A name that changes whenever the SageMaker model must be replaced.

    Everything in a SageMaker model is immutable. Were the name kept, a new model could not be created before the old
    one is gone, and the endpoint configuration, which refers to models by name, would see no change.
    """
    start = endpoint[: _NAME_LIMIT - 9].rstrip("-")
    content: list[object] = [
        serving.image,
        environment,
        serving.weights,
        serving.needs_network is None,
        serving.accepts_eula,
    ]
    if tokens and catalog.huggingface:
        content += [tokens, catalog.huggingface.model_dump()]
    if start != endpoint:  # what is cut off may be all that tells two entries with one model apart
        content.append(endpoint)
    digest = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:8]
    return f"{start}-{digest}"


def _refuse_environment(model_id: str, environment: Mapping[str, str], tokens: tuple[str, ...]) -> None:
    number = len(environment) + len(tokens)
    if number > _ENVIRONMENT_LIMIT:
        raise PlanningError(
            f"models.{model_id}.environment: with those that the container needs, these are {number} variables; "
            f"SageMaker takes {_ENVIRONMENT_LIMIT}",
            hint="Leave some out, or bake them into an image of your own.",
        )
    size = sum(len(f"{name}{value}".encode()) for name, value in environment.items())
    if size > _ENVIRONMENT_BYTES:
        raise PlanningError(
            f"models.{model_id}.environment: all variables together take {size:,} bytes; SageMaker takes 32 KB, and "
            "Terrachat keeps one of them for a token",
            hint="Leave some out, or bake them into an image of your own.",
        )
    named = next((name for name, value in environment.items() if _SECRET_REFERENCE in value), None)
    if tokens and named:
        # CloudFormation, which creates the models that get the token, would put the secret's value in its place.
        raise PlanningError(
            f"models.{model_id}.environment.{named}: {_SECRET_REFERENCE!r} in a value would make AWS read a secret",
            hint="Write the value without it.",
        )


def _volume_gib(entry: SageMakerEntry, serving: _Serving) -> int | None:
    """The size of the attached volume; None where the instance brings its own disk, and SageMaker refuses a size."""
    if not takes_volume_size(entry.instance_type):
        if entry.volume_gib is not None:
            raise PlanningError(
                f"models.{entry.id}.volume_gib: {entry.instance_type} brings its own disk, and takes no volume",
                hint="Leave volume_gib out.",
            )
        return None
    facts = instance_facts(entry.instance_type)
    weights_gib = facts.accelerator_memory_gib if facts else 0  # what is served fits into there
    return entry.volume_gib or serving.volume_gib or min(_VOLUME_GIB + weights_gib, MAX_VOLUME_GIB)


def _scaling(entry: SageMakerEntry) -> ScalingPlan | None:
    instances = entry.instances
    if instances.max is None:
        return None
    return ScalingPlan(instances.min, instances.max, instances.target_concurrency)


def _schedule(entry: SageMakerEntry) -> SchedulePlan | None:
    schedule = entry.schedule
    return SchedulePlan(schedule.start, schedule.stop, schedule.timezone) if schedule else None
