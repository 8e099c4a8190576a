"""One value at a time, by the catalog's own rules: what is wrong with it, in the words of `terrachat validate`. Pure.

Separate from generator.loading, which judges whole files: here somebody has just typed one value, and there is no file.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from pydantic import TypeAdapter, ValidationError

from generator.catalog import arn_types as arns
from generator.catalog import aws_types as aws
from generator.catalog import value_types as types
from generator.catalog.entries import PROVIDER_NAMES
from generator.errors import TerrachatError
from generator.loading.explaining import explain
from generator.suggesting import nearest


def _problem(adapter: TypeAdapter[Any], value: str) -> str | None:
    try:
        adapter.validate_python(value)
    except ValidationError as exc:
        return explain(exc.errors(include_url=False)[0])
    return None


def _rule(kind: Any) -> Callable[[str], str | None]:
    return partial(_problem, TypeAdapter(kind))


deployment_problem = _rule(types.DeploymentName)
region_problem = _rule(aws.Region)
bedrock_region_problem = _rule(aws.BedrockRegion)
hub_model_problem = _rule(types.HubModel)
instance_type_problem = _rule(aws.InstanceType)
bedrock_model_problem = _rule(aws.BedrockModel)
third_party_model_problem = _rule(types.ThirdPartyModel)
azure_identifier_problem = _rule(types.AzureIdentifier)
base_url_problem = _rule(types.BaseUrl)
key_name_problem = _rule(types.KeyName)
secret_arn_problem = _rule(arns.SecretArn)

_ELSEWHERE = {
    "sagemaker": "models of your own endpoints are chosen with --sagemaker",
    "bedrock": "Bedrock's models are chosen with --bedrock",
    "azure_openai": "Azure OpenAI's models are chosen with --azure",
}


def third_party_problem(name: str) -> str | None:
    """What is wrong with a third party's name; the names are LangChain's."""
    if name in types.THIRD_PARTY_PROVIDERS or name == "openai":
        return None
    if name in _ELSEWHERE:
        return _ELSEWHERE[name]
    if name in types.REFUSED_PROVIDERS:
        return f"the provider {name!r} {types.REFUSED_PROVIDERS[name]}"
    near = nearest(name, PROVIDER_NAMES)
    return f"unknown provider {name!r}" + (f"; did you mean {near!r}?" if near else "")


def demand(option: str, value: str, problem: Callable[[str], str | None]) -> str:
    """`value`, which `option` gave. Raises TerrachatError where it is not taken."""
    wrong = problem(value)
    if wrong is not None:
        raise TerrachatError(f"{option}: {wrong}")
    return value


def demand_all(option: str, values: Sequence[str], problem: Callable[[str], str | None]) -> None:
    """Raise TerrachatError where one of `values`, which `option` gave, is not taken."""
    for value in values:
        demand(option, value, problem)
