"""Catalogs with Bedrock entries, an AWS that answers for them, and what the checks then find."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from generator.aws_clients import AwsClients
from generator.catalog import Catalog
from generator.deployment.targets import Target
from generator.local.target import LocalTarget
from generator.preflight.findings import Check, Finding
from generator.preflight.scene import Scene
from tests.unit.generator.aws_answers import Answer, client
from tests.unit.generator.preflight.examined import examine

ROLE = "arn:aws:iam::210987654321:role/bedrock-caller"
ACCOUNT = "123456789012"
Made = dict[tuple[str, str, str | None], Any]
REFUSED = ("AccessDeniedException", "You are not authorized to perform this action")


def entry(model: str, model_id: str = "nova", **more: Any) -> dict[str, Any]:
    return {"id": model_id, "provider": "bedrock", "model": model, **more}


def scene(
    *entries: Mapping[str, Any],
    made: Made | None = None,
    settings: Mapping[str, Any] | None = None,
    region: str = "us-east-1",
    is_local: bool = False,
) -> Scene:
    """A deployment `demo` with these entries and Bedrock's `settings`, whose AWS is `made`."""
    document = {"version": 1, "deployment": "demo", "region": region, "models": list(entries)}
    catalog = Catalog.model_validate(document | {"bedrock": settings or {}})
    local = LocalTarget("test", 0, "", "http://127.0.0.1:9", "http://127.0.0.1:9", "http://127.0.0.1:9")
    return Scene(catalog, Target(local if is_local else None), Path(), AwsClients(made or {}))


def bedrock(*answers: Answer, region: str = "us-east-1", role: str | None = None) -> Made:
    """A Bedrock of this region, as whoever runs this or `role` sees it, that expects these questions and no others."""
    return {("bedrock", region, role): client("bedrock", *answers)}


def refusing_role(role: str = ROLE, *more: Answer, code: str = "AccessDenied") -> Made:
    """An STS that is asked once to assume `role`, and does not."""
    refusal = Answer("assume_role", error=(code, f"not authorized to perform: sts:AssumeRole on resource: {role}"))
    return {("sts", "us-east-1", None): client("sts", refusal, *more)}


def all_found(checks: Callable[[Scene], Iterator[Check]], of: Scene) -> tuple[Finding, ...]:
    return examine(list(checks(of))).findings


def found(checks: Callable[[Scene], Iterator[Check]], of: Scene) -> Finding:
    """The one thing that is found."""
    findings = all_found(checks, of)
    assert len(findings) == 1, findings
    return findings[0]


def listed(*models: Mapping[str, Any]) -> Answer:
    """ListFoundationModels lists these."""
    return Answer("list_foundation_models", {"modelSummaries": list(models)}, given={})


def model(model_id: str, **more: Any) -> dict[str, Any]:
    return {
        "modelArn": f"arn:aws:bedrock:us-east-1::foundation-model/{model_id}",
        "modelId": model_id,
        "modelName": model_id.partition(".")[2],
        "providerName": model_id.partition(".")[0].title(),
        "inputModalities": ["TEXT"],
        "outputModalities": ["TEXT"],
        "responseStreamingSupported": True,
        "inferenceTypesSupported": ["ON_DEMAND"],
        "modelLifecycle": {"status": "ACTIVE"},
        **more,
    }


def listed_profiles(*profiles: Mapping[str, Any]) -> Answer:
    """ListInferenceProfiles lists these."""
    return Answer(
        "list_inference_profiles", {"inferenceProfileSummaries": list(profiles)}, given={"typeEquals": "SYSTEM_DEFINED"}
    )


def profile(
    profile_id: str, *regions: str, base: str | None = None, status: str = "ACTIVE", arn: str | None = None
) -> dict[str, Any]:
    """A profile that routes to the model that is named in its id, or `base`, in these regions."""
    base = base or profile_id.partition(".")[2]
    return {
        "inferenceProfileName": profile_id,
        "inferenceProfileArn": arn or f"arn:aws:bedrock:us-east-1:{ACCOUNT}:inference-profile/{profile_id}",
        "inferenceProfileId": profile_id,
        "models": [
            {"modelArn": f"arn:aws:bedrock:{region}::foundation-model/{base}"} for region in regions or ("us-east-1",)
        ],
        "status": status,
        "type": "SYSTEM_DEFINED",
    }


def got_profile(named: str, document: Mapping[str, Any]) -> Answer:
    """GetInferenceProfile of what is `named` finds this."""
    return Answer("get_inference_profile", dict(document), given={"inferenceProfileIdentifier": named})


def no_profile(named: str, code: str = "ResourceNotFoundException") -> Answer:
    return Answer(
        "get_inference_profile",
        error=(code, "The inference profile is not found"),
        given={"inferenceProfileIdentifier": named},
    )
