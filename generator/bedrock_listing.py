"""What Amazon Bedrock lists for one region: its foundation models, and the inference profiles that route to them.

In: a boto3 client of `bedrock`. Out: dataclasses with what is of use here; AwsError where the list cannot be had.
Separate from the checks, which judge one entry by it, and from the offers to choose from, which are most of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from generator.aws_calls import calling


@dataclass(frozen=True)
class FoundationModel:
    """One model as a region has it. `ends` is when AWS takes it away, None where it has not said."""

    id: str
    name: str
    provider: str
    takes_text: bool
    answers_text: bool
    streams: bool
    inference_types: tuple[str, ...]
    is_legacy: bool = False
    ends: datetime | None = None

    @property
    def is_text_model(self) -> bool:
        """Whether it may be chatted with: text in, text out. Which of its APIs a model takes, Bedrock does not say."""
        return self.takes_text and self.answers_text

    @property
    def is_on_demand(self) -> bool:
        """Whether its own id may be called. One that must be called by a profile says so instead, with another type."""
        return not self.inference_types or "ON_DEMAND" in self.inference_types


@dataclass(frozen=True)
class InferenceProfile:
    """One profile. `models` are the foundation models that it routes to and `regions` where; an id of a system-defined
    one begins with its geography.
    """

    id: str
    status: str
    models: tuple[str, ...]
    regions: tuple[str, ...]


def foundation_models(client: Any, where: str) -> dict[str, FoundationModel]:
    """All models of the client's region by id. `where` names the region in an error."""
    with calling(f"bedrock ListFoundationModels in {where}"):
        found = client.list_foundation_models()["modelSummaries"]
    return {each["modelId"]: model_of(each) for each in found}


def system_profiles(client: Any, where: str) -> tuple[InferenceProfile, ...]:
    """All profiles of AWS's own that the client's region may call."""
    with calling(f"bedrock ListInferenceProfiles in {where}"):
        pages = client.get_paginator("list_inference_profiles").paginate(typeEquals="SYSTEM_DEFINED")
        return tuple(profile_of(each) for page in pages for each in page["inferenceProfileSummaries"])


def model_of(document: Mapping[str, Any]) -> FoundationModel:
    """A model as AWS describes it, alone or in a list."""
    lifecycle = document.get("modelLifecycle", {})
    return FoundationModel(
        id=document["modelId"],
        name=document.get("modelName") or document["modelId"],
        provider=document.get("providerName") or document["modelId"].partition(".")[0],
        takes_text="TEXT" in document.get("inputModalities", ["TEXT"]),
        answers_text="TEXT" in document.get("outputModalities", ["TEXT"]),
        streams=document.get("responseStreamingSupported", True),
        inference_types=tuple(document.get("inferenceTypesSupported", ())),
        is_legacy=lifecycle.get("status") == "LEGACY",
        ends=lifecycle.get("endOfLifeTime"),
    )


def profile_of(document: Mapping[str, Any]) -> InferenceProfile:
    """A profile as AWS describes it, alone or in a list."""
    arns = [each.get("modelArn", "").split(":", 5) for each in document["models"]]
    # ['arn', 'aws', 'bedrock', 'us-east-1', '', 'foundation-model/amazon.nova-micro-v1:0']; a global profile also
    # routes to an ARN without a region.
    parts = [(arn[3], arn[5].partition("/")[2]) for arn in arns if len(arn) == 6]
    return InferenceProfile(
        document["inferenceProfileId"],
        document["status"],
        tuple(dict.fromkeys(model for _, model in parts)),
        tuple(dict.fromkeys(region for region, _ in parts if region)),
    )


def routes_to(model: str, profiles: Iterable[InferenceProfile]) -> tuple[InferenceProfile, ...]:
    """The active ones of `profiles` that route to `model`, first the one that keeps requests in the fewest regions.

    A global profile, which may send them anywhere, is last: who wants that has to write it.
    """
    fitting = (each for each in profiles if model in each.models and each.status == "ACTIVE")
    return tuple(sorted(fitting, key=lambda each: (each.id.startswith("global."), len(each.regions), each.id)))


@cache
def bedrock_regions() -> tuple[str, ...]:
    """The regions that Bedrock is in, as far as the installed botocore knows."""
    import botocore.session

    session = botocore.session.Session()
    partitions = session.get_available_partitions()
    return tuple(
        sorted(
            region for each in partitions for region in session.get_available_regions("bedrock", partition_name=each)
        )
    )
