"""Catalog + target -> DeploymentPlan: every name, address, environment and permission, decided once.

Pure: no IO, no clock, no environment. Templates only lay out what is here, so that whatever a deployment is can be
read (and tested) without Terraform. The price is a second set of classes beside the catalog's.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from generator.catalog import BedrockEntry, Catalog, Entry, OpenAIEntry, SageMakerEntry
from generator.errors import PlanningError
from generator.families.containers import ContainerFamily
from generator.families.lambda_runtime import LambdaRuntime, web_adapter_layer_arn
from generator.families.vllm import VLLM
from generator.naming import aws_name, terraform_name
from generator.permissions import BedrockPermission, Permissions, bedrock_permission, permissions

DISCOVERY_VERSION = 1
_NAME_LIMIT = 63  # of SageMaker models and endpoints: botocore's ModelName and EndpointName
_FAMILIES: Mapping[str, ContainerFamily] = {VLLM.name: VLLM}


@dataclass(frozen=True)
class HandlerPlan:
    """The chat handler Lambda."""

    name: str
    runtime: str
    architecture: str
    layer_arn: str
    memory_mib: int
    timeout_s: int
    log_retention_days: int


@dataclass(frozen=True)
class EndpointPlan:
    """One self-hosted entry: a SageMaker model, its endpoint configuration and its endpoint."""

    model_id: str
    address: str
    name: str
    model_name: str
    image: str
    environment: Mapping[str, str]
    instance_type: str
    instance_count: int
    startup_timeout_s: int
    inference_ami_version: str
    source: str

    @property
    def name_prefix(self) -> str:
        """Prefix of what gets a generated name. Terraform adds 26 characters; IAM allows a prefix of 38."""
        return f"{self.name[:36].rstrip('-')}-"

    @property
    def image_account(self) -> str:
        return self.image.split(".", 1)[0]

    @property
    def image_repository(self) -> str:
        return self.image.split("/", 1)[1].rsplit(":", 1)[0]


@dataclass(frozen=True)
class DiscoveryPlan:
    """One entry's discovery parameter: `document` is its JSON, `depends_on` the addresses that must exist first."""

    model_id: str
    address: str
    parameter: str
    document: Mapping[str, Any]
    depends_on: tuple[str, ...] = ()


@dataclass(frozen=True)
class DeploymentPlan:
    """Everything that one catalog creates."""

    deployment: str
    name: str
    region: str
    tags: Mapping[str, str]
    handler: HandlerPlan
    api_keys_secret: str
    conversations_table: str
    handler_parameter: str
    endpoints: tuple[EndpointPlan, ...]
    permissions: Permissions
    discovery: tuple[DiscoveryPlan, ...]
    local_endpoint: str | None = None

    @property
    def target(self) -> Literal["aws", "local"]:
        return "local" if self.local_endpoint else "aws"


def plan_deployment(catalog: Catalog, runtime: LambdaRuntime, *, local_endpoint: str | None = None) -> DeploymentPlan:
    """Decide everything about `catalog`'s deployment.

    `runtime` is what the handler's zip is built for. `local_endpoint` is the URL of the local control plane, and
    makes this a plan for the local target.

    Raises PlanningError where the region lacks something that is needed, or one IAM role cannot hold it all.
    """
    name = f"terrachat-{catalog.deployment}"
    endpoints = tuple(_endpoint(catalog, entry) for entry in catalog.models if isinstance(entry, SageMakerEntry))
    return DeploymentPlan(
        deployment=catalog.deployment,
        name=name,
        region=catalog.region,
        tags={"terrachat:deployment": catalog.deployment, **catalog.tags},
        handler=_handler(catalog, runtime, name),
        api_keys_secret=f"terrachat/{catalog.deployment}/api-keys",
        conversations_table=f"{name}-conversations",
        handler_parameter=f"/terrachat/{catalog.deployment}/handler",
        endpoints=endpoints,
        permissions=permissions((endpoint.name for endpoint in endpoints), _bedrock(catalog)),
        discovery=tuple(_discovery(catalog, entry) for entry in catalog.models),
        local_endpoint=local_endpoint,
    )


def _handler(catalog: Catalog, runtime: LambdaRuntime, name: str) -> HandlerPlan:
    layer_arn = web_adapter_layer_arn(catalog.region)
    if layer_arn is None:
        raise PlanningError(
            f"region: the Lambda Web Adapter, which the chat handler needs, is not published in {catalog.region!r}",
            hint="Choose a commercial region or one in mainland China for the deployment.",
        )
    return HandlerPlan(
        name=f"{name}-handler",
        runtime=runtime.identifier,
        architecture=runtime.architecture,
        layer_arn=layer_arn,
        memory_mib=catalog.handler.memory_mib,
        timeout_s=catalog.handler.timeout_s,
        log_retention_days=catalog.handler.log_retention_days,
    )


def _endpoint(catalog: Catalog, entry: SageMakerEntry) -> EndpointPlan:
    family = _FAMILIES[entry.container]
    image = family.image(catalog.region)
    if image is None:
        raise PlanningError(
            f"models.{entry.id}: no {family.name!r} image is known in the region {catalog.region!r}",
            hint="Choose another region for the deployment.",
        )
    environment = {**family.environment, family.model_variable: entry.source.huggingface}
    if entry.source.revision:
        environment[family.revision_variable] = entry.source.revision
    environment = dict(sorted({**environment, **entry.environment}.items()))
    name = endpoint_name(catalog.deployment, entry.id)
    return EndpointPlan(
        model_id=entry.id,
        address=terraform_name(entry.id),
        name=name,
        model_name=_model_name(name, image, environment),
        image=image,
        environment=environment,
        instance_type=entry.instance_type,
        instance_count=entry.instances.min,
        startup_timeout_s=entry.startup_timeout_s,
        inference_ami_version=family.inference_ami_version,
        source=entry.source.huggingface,
    )


def _model_name(endpoint: str, image: str, environment: Mapping[str, str]) -> str:
    """A name that changes whenever the SageMaker model must be replaced.

    Everything in a SageMaker model is immutable. Were the name kept, a new model could not be created before the old
    one is gone, and the endpoint configuration, which refers to models by name, would see no change.
    """
    content = json.dumps([image, dict(environment)], sort_keys=True)
    digest = hashlib.sha256(content.encode()).hexdigest()[:8]
    return f"{endpoint[: _NAME_LIMIT - 9].rstrip('-')}-{digest}"


def endpoint_name(deployment: str, model_id: str) -> str:
    """The SageMaker endpoint of an entry: at most 63 characters, as deployment and id are bounded."""
    return f"terrachat-{deployment}-{aws_name(model_id)}"


def _bedrock(catalog: Catalog) -> Iterator[BedrockPermission]:
    for entry in catalog.models:
        if isinstance(entry, BedrockEntry):
            yield bedrock_permission(entry.id, entry.model, bedrock_region(catalog, entry))


def bedrock_region(catalog: Catalog, entry: BedrockEntry) -> str:
    """Where an entry's model is called: its own region, else the catalog's for Bedrock, else the deployment's."""
    return entry.region or catalog.bedrock.region or catalog.region


def _discovery(catalog: Catalog, entry: Entry) -> DiscoveryPlan:
    """The entry's discovery parameter (docs/contracts.md, section 2)."""
    defaults = {**catalog.defaults.model_dump(exclude_none=True)}
    if entry.defaults is not None:
        defaults |= entry.defaults.model_dump(exclude_none=True)
    document: dict[str, Any] = {"version": DISCOVERY_VERSION, "id": entry.id, "provider": entry.provider}
    address = terraform_name(entry.id)
    depends_on: tuple[str, ...] = ()
    match entry:
        case SageMakerEntry():
            document |= {
                "region": catalog.region,
                "endpoint": endpoint_name(catalog.deployment, entry.id),
                "wire": _FAMILIES[entry.container].wire,
            }
            depends_on = (f"aws_sagemaker_endpoint.{address}", "aws_iam_role_policy.handler_sagemaker")
        case BedrockEntry():
            document |= {"region": bedrock_region(catalog, entry), "model": entry.model}
            depends_on = ("aws_iam_role_policy.handler_bedrock",)
        case OpenAIEntry():
            document |= {"model": entry.model}
    return DiscoveryPlan(
        model_id=entry.id,
        address=address,
        parameter=f"/terrachat/{catalog.deployment}/models/{entry.id}",
        document={**document, "defaults": defaults},
        depends_on=depends_on,
    )
