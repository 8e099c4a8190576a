"""Catalog + target -> DeploymentPlan: every name, address, environment and permission, decided once.

Pure: no IO, no clock, no environment. Templates only lay out what is here, so that whatever a deployment is can be
read (and tested) without Terraform. The price is a second set of classes beside the catalog's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from generator.api_keys.place import SecretPlace, place_of
from generator.catalog import BedrockEntry, Catalog, ExistingEndpointEntry, SageMakerEntry, TokenSecret
from generator.errors import PlanningError
from generator.families.lambda_runtime import LambdaRuntime, on_aws, web_adapter_layer_arn
from generator.naming import DEPLOYMENT_TAG, huggingface_secret_name
from generator.permissions import (
    BedrockPermission,
    Permissions,
    SchedulingPermissions,
    bedrock_permission,
    endpoint_arns,
    permissions,
    scheduling_permissions,
)
from generator.planning.discovery import (
    DISCOVERY_VERSION,
    bedrock_guardrail,
    bedrock_region,
    bedrock_role,
    plan_discovery,
)
from generator.planning.endpoints import JumpStartModels, endpoint_name, plan_endpoint
from generator.planning.hosting import plan_hosting
from generator.planning.hosting_plan import HostingPlan
from generator.planning.plans import (
    BackendPlan,
    DeploymentPlan,
    DiscoveryPlan,
    EndpointPlan,
    Form,
    HandlerPackage,
    HandlerPlan,
    HuggingFaceSecret,
    MonitoringPlan,
    S3Location,
    ScalingPlan,
    SchedulePlan,
    UpdatePolicy,
    Upload,
)

__all__ = [
    "DISCOVERY_VERSION",
    "BackendPlan",
    "DeploymentPlan",
    "DiscoveryPlan",
    "EndpointPlan",
    "Form",
    "HandlerPackage",
    "HandlerPlan",
    "HostingPlan",
    "HuggingFaceSecret",
    "JumpStartModels",
    "MonitoringPlan",
    "S3Location",
    "ScalingPlan",
    "SchedulePlan",
    "UpdatePolicy",
    "Upload",
    "bedrock_guardrail",
    "bedrock_region",
    "bedrock_role",
    "endpoint_name",
    "plan_deployment",
]


def plan_deployment(
    catalog: Catalog,
    runtime: LambdaRuntime,
    *,
    local_endpoint: str | None = None,
    form: Form = "root",
    jumpstart: JumpStartModels | None = None,
    upload: Upload = "direct",
) -> DeploymentPlan:
    """Decide everything about `catalog`'s deployment.

    `runtime` is what the handler's zip is built for, `upload` how it reaches Lambda. `local_endpoint` is the URL of the
    local control plane, and makes this a plan for the local target; `runtime` is then this machine's. `form` "module"
    leaves out what only the module that Terraform is started in may have. `jumpstart` is what AWS says of the JumpStart
    models that the catalog names.

    Raises PlanningError where the region lacks something that is needed, or one IAM role cannot hold it all.
    """
    name = f"terrachat-{catalog.deployment}"
    endpoints = tuple(
        plan_endpoint(catalog, entry, jumpstart or {}) for entry in catalog.models if isinstance(entry, SageMakerEntry)
    )
    on_local = local_endpoint is not None
    tags = {**catalog.tags, DEPLOYMENT_TAG: catalog.deployment}
    return DeploymentPlan(
        deployment=catalog.deployment,
        name=name,
        region=catalog.region,
        tags=tags,
        owner_tags=catalog.tags,
        handler=_handler(catalog, on_aws(catalog.handler.architecture) if on_local else runtime, name),
        package=HandlerPackage(upload, runtime.architecture),
        api_keys=place_of(catalog),
        conversations_table=f"{name}-conversations",
        handler_parameter=f"/terrachat/{catalog.deployment}/handler",
        endpoints=endpoints,
        permissions=_permissions(catalog, endpoints),
        scheduling=_scheduling(catalog, endpoints),
        monitoring=_monitoring(catalog, name),
        hosting=plan_hosting(catalog, name),
        conversation_days=catalog.history.retention_days,
        discovery=plan_discovery(catalog, {endpoint.model_id: endpoint for endpoint in endpoints}, tags),
        backend=_backend(catalog) if form == "root" else None,
        huggingface_secret=_huggingface_secret(catalog),
        form=form,
        local_endpoint=local_endpoint,
        local_runtime=runtime.identifier if on_local else None,
    )


def _handler(catalog: Catalog, runtime: LambdaRuntime, name: str) -> HandlerPlan:
    layer_arn = web_adapter_layer_arn(catalog.region, runtime.architecture)
    if layer_arn is None:
        raise PlanningError(
            f"region: the Lambda Web Adapter, which the chat handler needs, is not published in {catalog.region!r} "
            f"for {runtime.architecture}",
            hint="Choose a commercial region, or with x86_64 one in mainland China, for the deployment.",
        )
    return HandlerPlan(
        name=f"{name}-handler",
        runtime=runtime.identifier,
        architecture=runtime.architecture,
        layer_arn=layer_arn,
        memory_mib=catalog.handler.memory_mib,
        timeout_s=catalog.handler.timeout_s,
        log_retention_days=catalog.handler.log_retention_days,
        log_prompts=catalog.handler.log_prompts,
        snap_start=catalog.handler.snap_start,
        provisioned_concurrency=catalog.handler.provisioned_concurrency,
    )


def _monitoring(catalog: Catalog, name: str) -> MonitoringPlan | None:
    wanted = catalog.monitoring
    if not wanted.metrics:
        return None
    return MonitoringPlan(
        namespace="Terrachat",
        dashboard=f"{name}-{catalog.region}" if wanted.dashboard else None,
        alarms=wanted.alarms,
        topic=wanted.topic,
    )


def _permissions(catalog: Catalog, endpoints: Iterable[EndpointPlan]) -> Permissions:
    others = [
        arn
        for entry in catalog.models
        if isinstance(entry, ExistingEndpointEntry)
        for arn in endpoint_arns(entry.endpoint, entry.region)
    ]
    return permissions(
        f"terrachat-{catalog.deployment}-",
        (endpoint.name for endpoint in endpoints),
        others,
        _bedrock(catalog),
        taken=_taken(place_of(catalog)),
    )


def _taken(api_keys: SecretPlace) -> int:
    """How many characters of the handler's role a secret that the catalog names takes, at most."""
    statement_of_a_key = 250
    return len(api_keys.arn or "") + (len(api_keys.kms_key) + statement_of_a_key if api_keys.kms_key else 0)


def _scheduling(catalog: Catalog, endpoints: Iterable[EndpointPlan]) -> SchedulingPermissions | None:
    scheduled = {endpoint.name: endpoint.name_prefix for endpoint in endpoints if endpoint.schedule}
    return scheduling_permissions(f"terrachat-{catalog.deployment}-", scheduled) if scheduled else None


def _bedrock(catalog: Catalog) -> Iterator[BedrockPermission]:
    for entry in catalog.models:
        if isinstance(entry, BedrockEntry):
            guardrail = bedrock_guardrail(catalog, entry)
            yield bedrock_permission(
                entry.model,
                bedrock_region(catalog, entry),
                guardrail=guardrail.id if guardrail else None,
                role=bedrock_role(catalog, entry),
            )


def _backend(catalog: Catalog) -> BackendPlan | None:
    if catalog.backend is None:
        return None
    s3 = catalog.backend.s3
    key = s3.key or f"terrachat/{catalog.deployment}.tfstate"
    return BackendPlan(s3.bucket, key, s3.region or catalog.region, s3.kms_key_id)


def _huggingface_secret(catalog: Catalog) -> HuggingFaceSecret | None:
    if catalog.huggingface is None:
        return None
    arn = catalog.huggingface.token_secret if isinstance(catalog.huggingface, TokenSecret) else None
    return HuggingFaceSecret(arn, huggingface_secret_name(catalog.deployment))
