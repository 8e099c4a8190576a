"""An entry -> its discovery parameter: what the chat page and the handler must know to reach the model.

Pure. Separate because these documents are a contract (docs/contracts.md, section 2) that outlives how the deployment
is made.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from generator.catalog import (
    AzureOpenAIEntry,
    BedrockEntry,
    Catalog,
    Entry,
    ExistingEndpointEntry,
    Guardrail,
    OpenAIEntry,
    SageMakerEntry,
    ThirdPartyEntry,
)
from generator.families.prices import HOURLY_USD
from generator.naming import terraform_name
from generator.planning.plans import DiscoveryPlan, EndpointPlan

DISCOVERY_VERSION = 1

# A standard parameter. Source: botocore 1.44.5, ssm, PutParameter, Value: 4 KB; read on 2026-11-22.
_LONGEST_RECORD = 4096
_CONFIG_NAME = 63


def plan_discovery(
    catalog: Catalog, endpoints: Mapping[str, EndpointPlan], tags: Mapping[str, str]
) -> tuple[DiscoveryPlan, ...]:
    """The discovery parameters of all entries; `endpoints` are the self-hosted ones by model id, `tags` those of every
    resource.
    """
    common = catalog.defaults.model_dump(exclude_none=True)
    return tuple(_discovery(catalog, entry, common, endpoints.get(entry.id), tags) for entry in catalog.models)


def bedrock_region(catalog: Catalog, entry: BedrockEntry) -> str:
    """Where an entry's model is called: its own region, else the catalog's for Bedrock, else the deployment's."""
    return entry.region or catalog.bedrock.region or catalog.region


def bedrock_role(catalog: Catalog, entry: BedrockEntry) -> str | None:
    """The role in whose name an entry's model is called; None for the handler's own."""
    return entry.role_arn or catalog.bedrock.role_arn


def bedrock_guardrail(catalog: Catalog, entry: BedrockEntry) -> Guardrail | None:
    """What an entry's prompts and answers are checked against."""
    return entry.guardrail or catalog.bedrock.guardrail


def _discovery(
    catalog: Catalog,
    entry: Entry,
    common: Mapping[str, Any],
    endpoint: EndpointPlan | None,
    tags: Mapping[str, str],
) -> DiscoveryPlan:
    own = entry.defaults.model_dump(exclude_none=True) if entry.defaults else {}
    document = {
        "version": DISCOVERY_VERSION,
        "id": entry.id,
        "provider": entry.provider,
        **_particulars(catalog, entry, endpoint),
        **_wishes(entry),
        "defaults": {**common, **own},
    }
    return DiscoveryPlan(
        model_id=entry.id,
        address=terraform_name(entry.id),
        parameter=f"/terrachat/{catalog.deployment}/models/{entry.id}",
        document=document,
        depends_on=_depends_on(entry, endpoint),
        start=_start(catalog.region, endpoint, document, tags),
    )


def _start(
    region: str, endpoint: EndpointPlan | None, document: Mapping[str, Any], tags: Mapping[str, str]
) -> Mapping[str, Any] | None:
    """How a scheduled endpoint is started outside its hours; with many long tags the record were too long for SSM."""
    if endpoint is None or endpoint.schedule is None or endpoint.is_stopped:
        return None
    price = HOURLY_USD.get(region, {}).get(endpoint.instance_type)
    known = {} if price is None else {"usd_per_hour": round(price * endpoint.instance_count, 4)}
    start = {"endpoint_config": "x" * _CONFIG_NAME, "tags": tags, **known}
    is_short = len(json.dumps({**document, "start": start}).encode()) <= _LONGEST_RECORD
    return known if is_short else None


def _wishes(entry: Entry) -> dict[str, Any]:
    """What the entry says of its model and of how it is asked; what it does not say is left to the handler."""
    said: dict[str, Any] = {
        "fallback": list(entry.fallback),
        "unsupported_parameters": entry.unsupported_parameters if entry.unsupported_parameters != "refuse" else None,
        "modalities": entry.modalities and list(entry.modalities),
        "context_tokens": entry.context_tokens,
        "price": entry.price and entry.price.model_dump(),
        "timeouts": entry.timeouts and entry.timeouts.model_dump(exclude_none=True),
    }
    return {key: value for key, value in said.items() if value}


def _particulars(catalog: Catalog, entry: Entry, endpoint: EndpointPlan | None) -> dict[str, Any]:
    match entry:
        case SageMakerEntry():
            return _own_endpoint(catalog, endpoint) if endpoint else {}
        case ExistingEndpointEntry():
            return {"region": entry.region or catalog.region, "endpoint": entry.endpoint, "wire": entry.wire}
        case BedrockEntry():
            return _bedrock(catalog, entry)
        case AzureOpenAIEntry():
            return {"model": entry.model or entry.id}
        case OpenAIEntry() | ThirdPartyEntry():
            return _third_party(entry)


def _own_endpoint(catalog: Catalog, endpoint: EndpointPlan) -> dict[str, Any]:
    document: dict[str, Any] = {"region": catalog.region, "endpoint": endpoint.name, "wire": endpoint.wire}
    if endpoint.is_stopped:
        document["stopped"] = True
    if endpoint.schedule:
        schedule = endpoint.schedule
        document["schedule"] = {"start": schedule.start, "stop": schedule.stop, "timezone": schedule.timezone}
    return document


def _bedrock(catalog: Catalog, entry: BedrockEntry) -> dict[str, Any]:
    document: dict[str, Any] = {"region": bedrock_region(catalog, entry), "model": entry.model}
    if role := bedrock_role(catalog, entry):
        document["role_arn"] = role
    if guardrail := bedrock_guardrail(catalog, entry):
        document["guardrail"] = {"id": guardrail.id, "version": guardrail.version}
    return document


def _third_party(entry: OpenAIEntry | ThirdPartyEntry) -> dict[str, Any]:
    document: dict[str, Any] = {"model": entry.model}
    if entry.base_url:
        # With a server of its own, `key_name` is always said: null means none, and never the provider's own key.
        document |= {"base_url": entry.base_url, "key_name": entry.key_name}
    elif entry.key_name:
        document["key_name"] = entry.key_name
    return document


def _depends_on(entry: Entry, endpoint: EndpointPlan | None) -> tuple[str, ...]:
    """What must exist before the entry is listed."""
    address = terraform_name(entry.id)
    if isinstance(entry, BedrockEntry):
        return ("aws_iam_role_policy.handler_bedrock",)
    if isinstance(entry, ExistingEndpointEntry):
        return ("aws_iam_role_policy.handler_sagemaker",)
    if endpoint is None:
        return ()
    if endpoint.is_stopped:
        return (f"aws_sagemaker_endpoint_configuration.{address}", "aws_iam_role_policy.handler_sagemaker")
    if endpoint.schedule:
        schedules = (f"aws_scheduler_schedule.{address}_start", f"aws_scheduler_schedule.{address}_stop")
        return (*schedules, "aws_iam_role_policy.handler_sagemaker")
    return (f"aws_sagemaker_endpoint.{address}", "aws_iam_role_policy.handler_sagemaker")
