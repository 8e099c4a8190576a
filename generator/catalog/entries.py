"""The entries of a catalog: one class for each kind of model. Frozen pydantic models that refuse unknown keys. No IO.

As in sections.py every key has a description, and a required key an example.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag

from generator.catalog import arn_types as arns
from generator.catalog import aws_types as aws
from generator.catalog import schedule_types as times
from generator.catalog import value_types as types
from generator.catalog.sections import Defaults, Guardrail, Price, Section, Timeouts


class HuggingFaceSource(Section):
    """Weights on the Hugging Face Hub. `revision` is a branch, tag or commit; None means the default branch."""

    huggingface: types.HubModel = Field(
        description="the model's name on the Hugging Face Hub", examples=["HuggingFaceTB/SmolLM2-135M-Instruct"]
    )
    revision: types.HubRevision | None = Field(
        default=None, description="a branch, a tag or a commit; null means the Hub's default branch"
    )


class JumpStartSource(Section):
    """A model of SageMaker JumpStart: AWS names its image, its weights and its environment."""

    jumpstart: aws.JumpStartModel = Field(
        description="JumpStart's id of the model", examples=["huggingface-llm-mistral-7b-instruct"]
    )
    version: aws.JumpStartVersion = Field(description="the version of the JumpStart model", examples=["3.0.0"])
    accept_eula: types.Flag = Field(
        default=False, description="whether the model's licence, if it has one, is read and accepted"
    )


class S3Source(Section):
    """Weights in S3: a prefix of files as they are on the Hub, or one .tar.gz."""

    s3: aws.S3Weights = Field(description="where the weights lie", examples=["s3://my-bucket/mistral-7b/"])


SOURCES: dict[str, type[Section]] = {"huggingface": HuggingFaceSource, "jumpstart": JumpStartSource, "s3": S3Source}


def _kind_of_source(value: Any) -> str | None:
    if isinstance(value, Section):
        return next((kind for kind, section in SOURCES.items() if isinstance(value, section)), None)
    return next((kind for kind in SOURCES if isinstance(value, dict) and kind in value), None)


Source = Annotated[
    Annotated[HuggingFaceSource, Tag("huggingface")]
    | Annotated[JumpStartSource, Tag("jumpstart")]
    | Annotated[S3Source, Tag("s3")],
    Discriminator(_kind_of_source),
]


class OwnImage(Section):
    """A container image of the user's, in ECR."""

    image: aws.Image = Field(
        description="the image's URI in ECR", examples=["123456789012.dkr.ecr.us-east-1.amazonaws.com/llm:1.0"]
    )
    wire: aws.Wire = Field(
        default="messages",
        description="what the container speaks: messages is OpenAI's chat completions, generate is TGI's own API",
    )


def _kind_of_container(value: Any) -> str:
    return "image" if isinstance(value, dict | OwnImage) else "family"


Container = Annotated[
    Annotated[aws.ContainerName, Tag("family")] | Annotated[OwnImage, Tag("image")],
    Discriminator(_kind_of_container),
]


class Instances(Section):
    """How many instances serve the entry. With `max`, SageMaker keeps `target_concurrency` requests an instance."""

    min: aws.InstanceCount = Field(default=1, description="the number of instances, or the least while they are scaled")
    max: aws.InstanceCount | None = Field(
        default=None, description="the most instances that load may bring; null means that nothing is scaled"
    )
    target_concurrency: aws.TargetConcurrency = Field(
        default=8, description="how many requests at once an instance should have; more of them add instances"
    )


class Schedule(Section):
    """When the endpoint exists: it is created at `start` and deleted at `stop`, cron expressions of AWS."""

    start: times.Cron = Field(description="when the endpoint is created", examples=['"0 8 ? * MON-FRI *"'])
    stop: times.Cron = Field(description="when the endpoint is deleted", examples=['"0 18 ? * MON-FRI *"'])
    timezone: times.Timezone = Field(default="UTC", description="the time zone of both, by its IANA name")


class _Entry(Section):
    id: types.ModelId = Field(description="the name that the model is chosen by", examples=["mistral-7b"])
    defaults: Defaults | None = Field(
        default=None, description="request fields for this entry; null means the catalog's own"
    )
    fallback: types.Fallback = Field(
        default=(), description="ids of the entries that answer, in this order, where this one cannot"
    )
    unsupported_parameters: types.UnsupportedParameters = Field(
        default="refuse",
        description="what becomes of a parameter that the model does not take: refuse answers with an error, drop "
        "leaves it out and says so in the reply",
    )
    modalities: types.Modalities | None = Field(
        default=None, description="what a message may hold; null means what is known of the model"
    )
    context_tokens: types.ContextTokens | None = Field(
        default=None, description="how many tokens prompt and answer may have; null means what is known of the model"
    )
    price: Price | None = Field(
        default=None, description="what the model's tokens cost, for the log's estimates; null means that it is unknown"
    )
    timeouts: Timeouts | None = Field(
        default=None, description="how long the handler waits for the model; null means its own times"
    )


class SageMakerEntry(_Entry):
    """A model on a SageMaker endpoint of the deployment's own."""

    id: types.EndpointModelId = Field(description="the name that the model is chosen by", examples=["mistral-7b"])
    provider: Literal["sagemaker"] = Field(description="who serves the model")
    source: Source | None = Field(
        default=None,
        description="where the weights are",
        examples=["{huggingface: HuggingFaceTB/SmolLM2-135M-Instruct}"],
    )
    container: Container | None = Field(
        default=None,
        description="what serves the weights: a container of AWS's, or an image of your own; null means vllm, or what "
        "JumpStart names",
    )
    instance_type: aws.InstanceType = Field(description="the machine that serves the model", examples=["ml.g5.xlarge"])
    instances: Instances = Field(default=Instances(), description="how many instances serve the model")
    schedule: Schedule | None = Field(default=None, description="when the endpoint exists; null means always")
    update: aws.UpdatePolicy = Field(
        default="blue_green",
        description="how a change reaches the endpoint: blue_green starts all new instances before the old ones end, "
        "rolling replaces them in batches and needs fewer at once",
    )
    environment: types.Environment = Field(default_factory=dict, description="environment variables of the container")
    startup_timeout_s: aws.StartupTimeoutS | None = Field(
        default=None,
        description="how long the container may take until it is healthy, in seconds; null means its family's own",
    )
    volume_gib: aws.VolumeGib | None = Field(
        default=None, description="the size of the instance's disk in GiB; null means SageMaker's own choice"
    )
    inference_ami_version: aws.InferenceAmiVersion | None = Field(
        default=None, description="the instance's machine image; null means what the container's image needs"
    )
    stopped: types.Flag = Field(
        default=False, description="true: the endpoint does not exist, and its model and configuration do"
    )


class ExistingEndpointEntry(_Entry):
    """A model on a SageMaker endpoint that exists already, in the deployment's account."""

    provider: Literal["sagemaker"] = Field(description="who serves the model")
    endpoint: aws.EndpointName = Field(description="the endpoint's name", examples=["my-endpoint"])
    wire: aws.Wire = Field(
        default="messages",
        description="what the endpoint speaks: messages is OpenAI's chat completions, generate is TGI's own API",
    )
    region: aws.Region | None = Field(default=None, description="the endpoint's region; null means the deployment's")


class BedrockEntry(_Entry):
    """A model that Amazon Bedrock serves. None means what `bedrock` says; for the region, else the deployment's."""

    provider: Literal["bedrock"] = Field(description="who serves the model")
    model: aws.BedrockModel = Field(
        description="Bedrock's id of the model or of its inference profile", examples=["us.amazon.nova-micro-v1:0"]
    )
    region: aws.BedrockRegion | None = Field(
        default=None, description="where this model is called; null means what 'bedrock' says"
    )
    role_arn: arns.RoleArn | None = Field(
        default=None, description="a role in the account whose model is called; null means what 'bedrock' says"
    )
    guardrail: Guardrail | None = Field(
        default=None, description="the guardrail of this entry; null means what 'bedrock' says"
    )


_BASE_URL = "the server's address, where it is another than the provider's own; null means the provider's own"
_KEY_NAME = (
    "the name of the key in the API-keys secret; null means the provider's own name, and with base_url that the server "
    "takes no key"
)


class OpenAIEntry(_Entry):
    """A model of OpenAI, or with `base_url` of any server that speaks OpenAI's API.

    `key_name` is the key's name in the API-keys secret. It must be said where `base_url` is, and null means that the
    server takes none: OpenAI's key is never sent to somebody else.
    """

    provider: Literal["openai"] = Field(description="who serves the model")
    model: types.ThirdPartyModel = Field(description="the provider's name of the model", examples=["gpt-4o"])
    base_url: types.BaseUrl | None = Field(default=None, description=_BASE_URL)
    key_name: types.KeyName | None = Field(default=None, description=_KEY_NAME)


class AzureOpenAIEntry(_Entry):
    """An Azure OpenAI deployment, whose five keys are in the API-keys secret under its identifier (None: the id)."""

    provider: Literal["azure_openai"] = Field(description="who serves the model")
    model: types.AzureIdentifier | None = Field(
        default=None,
        description="the identifier at the end of the names of its keys in the API-keys secret; null means the id",
    )


class ThirdPartyEntry(_Entry):
    """A model of another provider, by LangChain's name of it."""

    provider: types.ThirdPartyProvider = Field(description="who serves the model")
    model: types.ThirdPartyModel = Field(description="the provider's name of the model", examples=["command-r-plus"])
    base_url: types.BaseUrl | None = Field(default=None, description=_BASE_URL)
    key_name: types.KeyName | None = Field(default=None, description=_KEY_NAME)


ENTRY_CLASSES: dict[str, type[_Entry]] = {
    "sagemaker": SageMakerEntry,
    "sagemaker endpoint": ExistingEndpointEntry,
    "bedrock": BedrockEntry,
    "openai": OpenAIEntry,
    "azure_openai": AzureOpenAIEntry,
    "third party": ThirdPartyEntry,
}
PROVIDER_NAMES = ("sagemaker", "bedrock", "openai", "azure_openai", *types.THIRD_PARTY_PROVIDERS)
_KINDS = {name: name for name in ("sagemaker", "bedrock", "openai", "azure_openai")} | dict.fromkeys(
    (*types.THIRD_PARTY_PROVIDERS, *types.REFUSED_PROVIDERS), "third party"
)


def _kind_of_entry(value: Any) -> str | None:
    """The key in ENTRY_CLASSES; another text where the provider is none that is known, None without a provider."""
    if isinstance(value, _Entry):
        return next(kind for kind, entry in ENTRY_CLASSES.items() if isinstance(value, entry))
    if not isinstance(value, dict) or "provider" not in value:
        return None
    provider = value["provider"]
    kind = _KINDS.get(provider, "?") if isinstance(provider, str) else "?"
    return "sagemaker endpoint" if kind == "sagemaker" and "endpoint" in value else kind


Entry = Annotated[
    Annotated[SageMakerEntry, Tag("sagemaker")]
    | Annotated[ExistingEndpointEntry, Tag("sagemaker endpoint")]
    | Annotated[BedrockEntry, Tag("bedrock")]
    | Annotated[OpenAIEntry, Tag("openai")]
    | Annotated[AzureOpenAIEntry, Tag("azure_openai")]
    | Annotated[ThirdPartyEntry, Tag("third party")],
    Discriminator(_kind_of_entry),
]
