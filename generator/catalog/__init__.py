"""What a catalog may say: its keys, as pydantic models that are frozen and refuse unknown keys. No IO.

In: plain data (mappings, lists, text, numbers), from generator.loading or from Python. Out: a `Catalog`, or
pydantic's ValidationError, which generator.loading turns into sentences with places. A required key's description and
example stand here because the message about its absence is made of them.
"""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from generator.catalog import value_types as types
from generator.catalog.conflicts import conflicts
from generator.catalog.fields import broken_rule

CONFLICT = "catalog_conflict"  # the type of the error for two parts that contradict each other

# Refused as "not supported yet" instead of as spelling mistakes.
LATER_PROVIDERS = (
    "ai21",
    "anthropic",
    "azure_openai",
    "cohere",
    "google_genai",
    "groq",
    "mistralai",
    "ollama",
    "xai",
)


class Section(BaseModel):
    """A mapping of the catalog. `later` names the keys that are planned but not supported yet."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    later: ClassVar[tuple[str, ...]] = ()


class HuggingFaceSource(Section):
    """Weights on the Hugging Face Hub. `revision` is a branch, tag or commit; None means the default branch."""

    later: ClassVar[tuple[str, ...]] = ("jumpstart", "s3")

    huggingface: types.HubModel = Field(
        description="the model's name on the Hugging Face Hub", examples=["HuggingFaceTB/SmolLM2-135M-Instruct"]
    )
    revision: types.HubRevision | None = None


class Instances(Section):
    """How many instances serve the entry."""

    later: ClassVar[tuple[str, ...]] = ("max", "target_concurrency")

    min: types.InstanceCount = 1


class Defaults(Section):
    """Request fields that are used where a request has none of its own. None leaves the field out."""

    temperature: types.Temperature | None = None
    top_p: types.TopP | None = None
    max_tokens: types.MaxTokens | None = None


class BedrockSettings(Section):
    """Settings of all Bedrock entries. `region` None means the deployment's own."""

    later: ClassVar[tuple[str, ...]] = ("guardrail", "role_arn")

    region: types.BedrockRegion | None = None


class HandlerSettings(Section):
    """The chat handler Lambda."""

    memory_mib: types.MemoryMib = 1024
    timeout_s: types.HandlerTimeoutS = 900
    log_retention_days: types.LogRetentionDays = 14


class _Entry(Section):
    later: ClassVar[tuple[str, ...]] = ("fallback",)

    id: types.ModelId = Field(description="the name that the model is chosen by", examples=["mistral-7b"])
    defaults: Defaults | None = None


class SageMakerEntry(_Entry):
    """A model on a SageMaker endpoint of the deployment's own."""

    later: ClassVar[tuple[str, ...]] = ("endpoint", "fallback", "image", "schedule", "wire")

    id: types.EndpointModelId = Field(description="the name that the model is chosen by", examples=["mistral-7b"])
    provider: Literal["sagemaker"]
    source: HuggingFaceSource = Field(
        description="where the weights are", examples=["{huggingface: HuggingFaceTB/SmolLM2-135M-Instruct}"]
    )
    container: types.Container = "vllm"
    instance_type: types.InstanceType = Field(
        description="the machine that serves the model", examples=["ml.g5.xlarge"]
    )
    instances: Instances = Instances()
    environment: types.Environment = Field(default_factory=dict)
    startup_timeout_s: types.StartupTimeoutS = 1800


class BedrockEntry(_Entry):
    """A model that Amazon Bedrock serves. `region` None means `bedrock.region`, else the deployment's."""

    provider: Literal["bedrock"]
    model: types.BedrockModel = Field(
        description="Bedrock's id of the model or of its inference profile", examples=["us.amazon.nova-micro-v1:0"]
    )
    region: types.BedrockRegion | None = None


class OpenAIEntry(_Entry):
    """A model that OpenAI serves; its key comes from the API-keys secret."""

    provider: Literal["openai"]
    model: types.OpenAIModel = Field(description="the provider's name of the model", examples=["gpt-4o"])


Entry = Annotated[SageMakerEntry | BedrockEntry | OpenAIEntry, Field(discriminator="provider")]

ENTRY_CLASSES: dict[str, type[_Entry]] = {
    "sagemaker": SageMakerEntry,
    "bedrock": BedrockEntry,
    "openai": OpenAIEntry,
}


def _check_models(entries: tuple[Entry, ...]) -> tuple[Entry, ...]:
    # Not pydantic's min_length: that counts the entries that are valid, and says so beside each entry's own problem.
    if not entries:
        raise broken_rule("expected at least one entry, such as '- {id: gpt, provider: openai, model: gpt-4o}'")
    return entries


class Catalog(Section):
    """One catalog: everything that one deployment is made of."""

    later: ClassVar[tuple[str, ...]] = ("huggingface",)

    version: types.Version = Field(description="the version of the catalog's format", examples=["1"])
    deployment: types.DeploymentName = Field(description="the prefix of every name on AWS", examples=["demo"])
    region: types.Region = Field(description="the AWS region of the deployment", examples=["us-east-1"])
    tags: types.Tags = Field(default_factory=dict)
    bedrock: BedrockSettings = BedrockSettings()
    handler: HandlerSettings = HandlerSettings()
    defaults: Defaults = Defaults()
    models: Annotated[tuple[Entry, ...], AfterValidator(_check_models)] = Field(
        description="the list of models", examples=["[{id: gpt, provider: openai, model: gpt-4o}]"]
    )

    @model_validator(mode="after")
    def _parts_agree(self) -> Self:
        for conflict in conflicts(self.model_dump()):
            raise PydanticCustomError(CONFLICT, "{words}", {"words": conflict.words()})
        return self
