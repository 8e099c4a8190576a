"""The types of a catalog's keys: what each takes, how much, in which unit, and by whose rule.

Separate from generator.catalog, which says which keys there are, because each of these is a fact about somebody else's
system (AWS's limits, a provider's names) and changes with it.
"""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator

from generator.catalog.fields import (
    NOT_A_BARE_BOOLEAN,
    Plain,
    broken_rule,
    free_text,
    number,
    one_of,
    pattern,
    whole_number,
)
from generator.families.instance_types import NEWER_TYPES, PROVIDER_TYPES, PROVIDER_VERSION
from generator.families.regions import NEWER_REGIONS, PROVIDER_REGIONS
from generator.naming import MODEL_ID, terraform_name

LOG_RETENTION_DAYS = (
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
)  # fmt: skip
"""CloudWatch Logs takes no other retention. Source: botocore 1.44.5, logs, Days; read on 2026-11-22."""

_NOT_IN_PROVIDER = f"the AWS provider {PROVIDER_VERSION} that this release uses"


def _as_deployment(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).lstrip("-0123456789")[:20].rstrip("-")


def _as_model_id(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9._-]+", "-", text).lstrip("-._0123456789")[:32].rstrip("-._")


def _as_variable(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9_]", "_", text)


def _of_hub_address(text: str) -> str | None:
    found = re.match(r"(?:https?://)?(?:www\.)?(?:huggingface\.co|hf\.co)/([^/\s]+/[^/\s?#]+)", text)
    return found[1] if found else None


def _check_version(value: object) -> object:
    if isinstance(value, Plain) and re.fullmatch("[0-9]{1,9}", value):
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise broken_rule("expected the number 1, without quotes")
    if value != 1:
        raise broken_rule(f"the file is written for version {value}; this release reads version 1")
    return value


def _check_retention(days: int) -> int:
    if days in LOG_RETENTION_DAYS:
        return days
    near = min(LOG_RETENTION_DAYS, key=lambda allowed: abs(allowed - days))
    allowed = ", ".join(map(str, LOG_RETENTION_DAYS))
    raise broken_rule(f"CloudWatch does not keep logs for {days} days; write {near}, or another of {allowed}")


def _check_tag_key(key: str) -> str:
    if key.casefold().startswith("aws:"):
        raise broken_rule("tag keys that begin with 'aws:' are AWS's own; choose another name")
    return key


def _check_tags(tags: dict[str, str]) -> dict[str, str]:
    if len(tags) > 40:
        raise broken_rule(f"expected at most 40 tags (AWS takes 50, and Terrachat sets some), got {len(tags)}")
    return tags


def _check_environment(environment: dict[str, str]) -> dict[str, str]:
    if len(environment) > 97:
        limit = "at most 97 variables (SageMaker takes 100, and Terrachat sets up to 3)"
        raise broken_rule(f"expected {limit}, got {len(environment)}")
    return environment


def _check_endpoint_id(model_id: str) -> str:
    # Terraform reads `*_override.tf` as an override file, and an endpoint's file is named after its id.
    if terraform_name(model_id).split("_")[-1] == "override":
        raise broken_rule("the id of a sagemaker entry must not end in 'override', a name that Terraform keeps")
    return model_id


def _check_not_own_image(container: object) -> object:
    if isinstance(container, dict):
        raise broken_rule("a container image of your own is not supported yet; write 'vllm'")
    return container


def _check_not_an_arn(model: str) -> str:
    if model.startswith("arn:"):
        raise broken_rule("ARNs are not supported yet; write the id of the model or of its inference profile")
    return model


Version = Annotated[Literal[1], BeforeValidator(_check_version)]

DeploymentName = Annotated[
    str,
    NOT_A_BARE_BOOLEAN,
    pattern(
        r"(?=.{2,20}\Z)[a-z][a-z0-9]*(?:-[a-z0-9]+)*",
        "2 to 20 lower-case letters, digits and single hyphens, first a letter and last no hyphen",
        suggest=_as_deployment,
    ),
]

Region = Annotated[
    str,
    one_of(
        "AWS region",
        PROVIDER_REGIONS,
        example="us-east-1",
        refused=dict.fromkeys(NEWER_REGIONS, f"is known to AWS, but not to {_NOT_IN_PROVIDER}"),
    ),
]

# Bedrock is called by the handler, not by Terraform, so that the provider's list does not bind it.
BedrockRegion = Annotated[str, one_of("AWS region", PROVIDER_REGIONS + NEWER_REGIONS, example="us-east-1")]

# AWS also restricts the characters of a tag; that depends on the service, and AWS says so itself.
Tags = Annotated[
    dict[
        Annotated[str, free_text(128, at_least=1), AfterValidator(_check_tag_key)],
        Annotated[str, free_text(256)],
    ],
    AfterValidator(_check_tags),
]

MemoryMib = Annotated[int, whole_number(128, 10_240, "MiB")]
"""Source: AWS Lambda developer guide, "Lambda quotas"; read on 2026-11-22."""

HandlerTimeoutS = Annotated[int, whole_number(30, 900, "seconds")]
"""Lambda takes 1 to 900 s; in less than 30 s a chat ends before most answers do."""

LogRetentionDays = Annotated[int, whole_number(1, 3653, "days"), AfterValidator(_check_retention)]

Temperature = Annotated[float, number(0, 2)]
TopP = Annotated[float, number(0, 1, above_low=True)]
MaxTokens = Annotated[int, whole_number(1, 10_000_000, "tokens")]

ModelId = Annotated[
    str,
    NOT_A_BARE_BOOLEAN,
    pattern(
        MODEL_ID.pattern,
        "1 to 32 letters, digits, '.', '_' and '-', first a letter and last a letter or a digit",
        suggest=_as_model_id,
    ),
]
EndpointModelId = Annotated[ModelId, AfterValidator(_check_endpoint_id)]

HubModel = Annotated[
    str,
    NOT_A_BARE_BOOLEAN,
    pattern(
        r"[A-Za-z0-9][A-Za-z0-9._-]{0,95}/[A-Za-z0-9][A-Za-z0-9._-]{0,95}",
        "the model's name on the Hugging Face Hub, 'organisation/name'",
        suggest=_of_hub_address,
    ),
]
HubRevision = Annotated[str, NOT_A_BARE_BOOLEAN, pattern(r"[A-Za-z0-9._/+-]{1,200}", "a branch, a tag or a commit")]

Container = Annotated[
    Literal["vllm"],
    one_of(
        "container", ("vllm",), example="vllm", refused=dict.fromkeys(("lmi", "sglang", "tgi"), "is not supported yet")
    ),
    BeforeValidator(_check_not_own_image),
]

InstanceType = Annotated[
    str,
    one_of(
        "instance type",
        PROVIDER_TYPES,
        example="ml.g5.xlarge",
        refused=dict.fromkeys(NEWER_TYPES, f"is known to SageMaker, but not to {_NOT_IN_PROVIDER}"),
    ),
]

InstanceCount = Annotated[int, whole_number(1, 100)]

# Source: botocore 1.44.5, sagemaker, EnvironmentMap, EnvironmentKey, EnvironmentValue; read on 2026-11-22.
Environment = Annotated[
    dict[
        Annotated[
            str,
            pattern(
                r"[A-Za-z_][A-Za-z0-9_]{0,1023}",
                "a variable's name: letters, digits and '_', first not a digit",
                suggest=_as_variable,
            ),
        ],
        Annotated[str, free_text(1024)],
    ],
    AfterValidator(_check_environment),
]

StartupTimeoutS = Annotated[int, whole_number(60, 3600, "seconds")]
"""Source: botocore 1.44.5, sagemaker, ProductionVariantContainerStartupHealthCheckTimeoutInSeconds."""

# Source of the form: botocore 1.44.5, bedrock-runtime, ConversationalModelId, its model and profile ids; 2026-11-22.
BedrockModel = Annotated[
    str,
    NOT_A_BARE_BOOLEAN,
    AfterValidator(_check_not_an_arn),
    pattern(
        r"[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,4}(?::[a-z0-9]{1,63}){0,2}",
        "a Bedrock model or inference profile, such as 'amazon.nova-micro-v1:0' or 'us.amazon.nova-micro-v1:0'",
        suggest=str.lower,
    ),
]

OpenAIModel = Annotated[
    str, NOT_A_BARE_BOOLEAN, pattern(r"[A-Za-z0-9._:/-]{1,200}", "OpenAI's name of the model, without spaces")
]
