"""The mappings of a catalog that are not entries. Frozen pydantic models that refuse unknown keys. No IO.

Every key has a description, for editors (docs/catalog.schema.json). A required key also has an example, because the
message about its absence is made of both.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag

from generator.catalog import arn_types as arns
from generator.catalog import aws_types as aws
from generator.catalog import hosting_types as hosts
from generator.catalog import value_types as types


class Section(BaseModel):
    """A mapping of the catalog."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Defaults(Section):
    """Request fields that are used where a request has none of its own. None leaves the field out."""

    temperature: types.Temperature | None = Field(
        default=None, description="how freely the model chooses its words, 0 to 2; null leaves it to the model"
    )
    top_p: types.TopP | None = Field(
        default=None,
        description="the share of the likeliest words to choose from, up to 1; null leaves it to the model",
    )
    max_tokens: types.MaxTokens | None = Field(
        default=None, description="the longest answer, in tokens; null leaves it to the model"
    )


class Price(Section):
    """What a model's tokens cost, in US dollars for a million of them."""

    input: types.UsdPerMillionTokens = Field(
        description="US dollars for a million tokens of prompts", examples=["0.15"]
    )
    output: types.UsdPerMillionTokens = Field(
        description="US dollars for a million tokens of answers", examples=["0.6"]
    )


class Timeouts(Section):
    """How long the handler waits for a model before it gives up, or tries the next one."""

    first_token_s: types.TokenTimeoutS | None = Field(
        default=None, description="seconds until the answer begins; null means the handler's own"
    )
    between_tokens_s: types.TokenTimeoutS | None = Field(
        default=None, description="seconds of silence within an answer; null means the handler's own"
    )


class Guardrail(Section):
    """A Bedrock guardrail that exists: what Bedrock checks prompts and answers against."""

    id: aws.GuardrailId = Field(description="the guardrail's id or ARN", examples=["gr1a2b3c4d5e"])
    version: aws.GuardrailVersion = Field(description="the guardrail's version", examples=["'1'"])


class BedrockSettings(Section):
    """Settings of all Bedrock entries. `region` None means the deployment's own; `role_arn` a role in the account
    whose models are called, which the handler assumes.
    """

    region: aws.BedrockRegion | None = Field(
        default=None, description="where Bedrock is called; null means the deployment's region"
    )
    role_arn: arns.RoleArn | None = Field(
        default=None,
        description="a role in another account whose models are called; null means the deployment's account",
    )
    guardrail: Guardrail | None = Field(
        default=None, description="the guardrail that every Bedrock entry uses; null means none"
    )


class TokenSecret(Section):
    """A secret that holds a Hugging Face token and nothing else, as plain text."""

    token_secret: arns.SecretArn = Field(
        description="the ARN of the secret that holds the token and nothing else",
        examples=["arn:aws:secretsmanager:us-east-1:123456789012:secret:huggingface-token-a1b2c3"],
    )


class CreatedSecret(Section):
    """Terraform creates the secret; the token is asked for when it is first applied."""

    create_secret: types.Yes = Field(
        description="true: Terraform creates a secret for the token, which is asked for and never stored elsewhere",
        examples=["true"],
    )


def _kind_of_secret(value: Any) -> str | None:
    if isinstance(value, TokenSecret | CreatedSecret):
        return "token_secret" if isinstance(value, TokenSecret) else "create_secret"
    return next((key for key in ("token_secret", "create_secret") if isinstance(value, dict) and key in value), None)


HuggingFaceSettings = Annotated[
    Annotated[TokenSecret, Tag("token_secret")] | Annotated[CreatedSecret, Tag("create_secret")],
    Discriminator(_kind_of_secret),
]


class ApiKeySettings(Section):
    """A secret that exists and holds the API keys, instead of one that Terraform creates."""

    secret: arns.SecretArn = Field(
        description="the ARN of the secret that holds the keys, a JSON object of strings",
        examples=["arn:aws:secretsmanager:us-east-1:123456789012:secret:api-keys-a1b2c3"],
    )
    kms_key: arns.KmsKeyArn | None = Field(
        default=None, description="the ARN of the KMS key that encrypts the secret; null means AWS's own key"
    )


class HandlerSettings(Section):
    """The chat handler Lambda."""

    memory_mib: aws.MemoryMib = Field(default=1024, description="memory in MiB, and with it the share of a processor")
    timeout_s: aws.HandlerTimeoutS = Field(
        default=900, description="when Lambda ends an answer that is still being written, in seconds"
    )
    log_retention_days: aws.LogRetentionDays = Field(
        default=14,
        description="how long CloudWatch keeps logs: the handler's and those of SageMaker endpoints, in days",
    )
    architecture: aws.Architecture = Field(default="x86_64", description="the handler's processor; arm64 costs less")
    log_prompts: types.Flag = Field(
        default=False, description="true: prompts and answers are written to the log, where they are left out otherwise"
    )
    snap_start: types.Flag = Field(
        default=False, description="true: Lambda starts the handler from a snapshot, which costs by its memory"
    )
    provisioned_concurrency: aws.ProvisionedConcurrency | None = Field(
        default=None, description="how many instances are kept started, which costs all the time; null means none"
    )
    byte_code: types.Flag = Field(
        default=False, description="true: the zip holds compiled code, which makes it larger and its start faster"
    )


class HistorySettings(Section):
    """The chat page's conversations."""

    retention_days: hosts.RetentionDays | None = Field(
        default=None,
        description="for how many days each question and its answer are kept; null means until somebody deletes them",
    )


class MonitoringSettings(Section):
    """What CloudWatch is told of the chat handler, and who is told by it."""

    metrics: types.Flag = Field(default=True, description="whether the handler counts requests, tokens, errors, times")
    dashboard: types.Flag = Field(default=True, description="whether a dashboard shows the metrics")
    alarms: types.Flag = Field(default=True, description="whether there are alarms on errors, throttling and slowness")
    topic: arns.TopicArn | None = Field(
        default=None, description="the SNS topic that hears of alarms; null means that they are only shown"
    )


class S3Backend(Section):
    """A bucket that exists and holds Terraform's state. None: `terrachat/<deployment>.tfstate`, the deployment's
    region, and the bucket's own key.
    """

    bucket: aws.BucketName = Field(description="the bucket that holds the state", examples=["my-terraform-state"])
    key: aws.ObjectKey | None = Field(
        default=None, description="the state's key in the bucket; null means terrachat/DEPLOYMENT.tfstate"
    )
    region: aws.Region | None = Field(default=None, description="the bucket's region; null means the deployment's")
    kms_key_id: arns.KmsKey | None = Field(
        default=None, description="the KMS key that encrypts the state; null means the bucket's own"
    )


class Backend(Section):
    """Where Terraform keeps its state, instead of beside the module."""

    s3: S3Backend = Field(description="a bucket for Terraform's state", examples=["{bucket: my-terraform-state}"])
