"""What a catalog may say: its keys, as pydantic models that are frozen and refuse unknown keys. No IO.

In: plain data (mappings, lists, text, numbers), from generator.loading or from Python. Out: a `Catalog`, or
pydantic's ValidationError, which generator.loading turns into sentences with places.
"""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from generator.catalog import aws_types as aws
from generator.catalog import value_types as types
from generator.catalog.conflicts import conflicts
from generator.catalog.entries import (
    ENTRY_CLASSES,
    AzureOpenAIEntry,
    BedrockEntry,
    Entry,
    ExistingEndpointEntry,
    HuggingFaceSource,
    Instances,
    JumpStartSource,
    OpenAIEntry,
    OwnImage,
    S3Source,
    SageMakerEntry,
    Schedule,
    ThirdPartyEntry,
)
from generator.catalog.fields import broken_rule
from generator.catalog.hosting import HostingOidc, HostingSettings, HostingSubnets, HostingTasks
from generator.catalog.sections import (
    ApiKeySettings,
    Backend,
    BedrockSettings,
    CreatedSecret,
    Defaults,
    Guardrail,
    HandlerSettings,
    HistorySettings,
    HuggingFaceSettings,
    MonitoringSettings,
    Price,
    S3Backend,
    Section,
    Timeouts,
    TokenSecret,
)

__all__ = [
    "CONFLICT",
    "ENTRY_CLASSES",
    "ApiKeySettings",
    "AzureOpenAIEntry",
    "Backend",
    "BedrockEntry",
    "BedrockSettings",
    "Catalog",
    "CreatedSecret",
    "Defaults",
    "Entry",
    "ExistingEndpointEntry",
    "Guardrail",
    "HandlerSettings",
    "HistorySettings",
    "HostingOidc",
    "HostingSettings",
    "HostingSubnets",
    "HostingTasks",
    "HuggingFaceSettings",
    "HuggingFaceSource",
    "Instances",
    "JumpStartSource",
    "MonitoringSettings",
    "OpenAIEntry",
    "OwnImage",
    "Price",
    "S3Backend",
    "S3Source",
    "SageMakerEntry",
    "Schedule",
    "Section",
    "ThirdPartyEntry",
    "Timeouts",
    "TokenSecret",
]

CONFLICT = "catalog_conflict"  # the type of the error for two parts that contradict each other


def _check_models(entries: tuple[Entry, ...]) -> tuple[Entry, ...]:
    # Not pydantic's min_length: that counts the entries that are valid, and says so beside each entry's own problem.
    if not entries:
        raise broken_rule("expected at least one entry, such as '- {id: gpt, provider: openai, model: gpt-4o}'")
    return entries


class Catalog(Section):
    """One catalog: everything that one deployment is made of."""

    version: types.Version = Field(description="the version of the catalog's format", examples=["1"])
    deployment: types.DeploymentName = Field(description="the prefix of every name on AWS", examples=["demo"])
    region: aws.Region = Field(description="the AWS region of the deployment", examples=["us-east-1"])
    tags: types.Tags = Field(default_factory=dict, description="tags of every resource")
    backend: Backend | None = Field(
        default=None, description="where Terraform keeps its state; null means a file beside the module"
    )
    huggingface: HuggingFaceSettings | None = Field(
        default=None, description="the Hugging Face token for gated models; null means that none is needed"
    )
    api_keys: ApiKeySettings | None = Field(
        default=None, description="the secret that holds the API keys; null means one that Terraform creates"
    )
    bedrock: BedrockSettings = Field(default=BedrockSettings(), description="settings of all Bedrock entries")
    handler: HandlerSettings = Field(default=HandlerSettings(), description="the chat handler, an AWS Lambda function")
    monitoring: MonitoringSettings = Field(
        default=MonitoringSettings(), description="the handler's metrics, dashboard and alarms"
    )
    history: HistorySettings = Field(default=HistorySettings(), description="the chat page's conversations")
    hosting: HostingSettings | None = Field(
        default=None, description="the chat page on AWS, for a team; null means that everybody starts their own"
    )
    defaults: Defaults = Field(
        default=Defaults(), description="request fields that are used where a request has none of its own"
    )
    models: Annotated[tuple[Entry, ...], AfterValidator(_check_models)] = Field(
        description="the list of models", examples=["[{id: gpt, provider: openai, model: gpt-4o}]"]
    )

    @model_validator(mode="after")
    def _parts_agree(self) -> Self:
        # Keys that were not given are left out: of some, `null` says more than nothing does.
        for conflict in conflicts(self.model_dump(exclude_unset=True)):
            raise PydanticCustomError(CONFLICT, "{words}", {"words": conflict.words()})
        return self
