"""Whether Bedrock has the models of a catalog, where they are called and by the name they are called by.

In: the scene. Out: a check for each Bedrock entry, `bedrock-model/<entry>`. Only asks; whether the account may use a
model that is there is bedrock_access.py's question. A wrong name does not stop a deployment: it blocks answers.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial

from generator.bedrock_listing import FoundationModel, InferenceProfile, routes_to
from generator.errors import AwsError
from generator.preflight.bedrock_control import UNKNOWN_NAME, BedrockControl
from generator.preflight.bedrock_ids import BedrockUse, bedrock_uses
from generator.preflight.findings import Check, Finding, Verdict
from generator.preflight.scene import Scene
from generator.suggesting import nearest

_BY_REGION = "https://docs.aws.amazon.com/bedrock/latest/userguide/models-regions.html"


def checks(scene: Scene) -> Iterator[Check]:
    """One for each Bedrock entry. None is asked before a deployment, which does not depend on it."""
    control = BedrockControl(scene)
    for use in bedrock_uses(scene.catalog):
        yield Check(
            f"bedrock-model/{use.entry}",
            f"{use.model} in {use.place.region}",
            partial(_examine, control, use),
            is_cheap=False,
            models=(use.entry,),
        )


def _examine(control: BedrockControl, use: BedrockUse) -> Iterator[Finding]:
    if use.kind == "throughput":
        yield _of_throughput(control, use)
    elif use.kind == "profile":
        yield _of_profile(control, use)
    else:
        yield _of_model(control, use)


def _of_model(control: BedrockControl, use: BedrockUse) -> Finding:
    asked = f"bedrock ListFoundationModels, {use.place}"
    # A profile of a geography that is newer than this release is written like a model.
    if use.model not in control.models(use.place) and any(each.id == use.model for each in _profiles(control, use)):
        return _of_profile(control, use)
    found = control.model(use.place, use.model)
    if found is None:
        return _not_there(control, use, asked)
    if not found.is_on_demand:
        return _needs_profile(control, use, found, asked)
    ready = _finding(
        use, Verdict.OK, f"Bedrock has {use.model!r} in {use.place.region}, on demand.", asked, value="on demand"
    )
    return _of_its_kind(use, found, asked) or ready


def _of_profile(control: BedrockControl, use: BedrockUse) -> Finding:
    asked = f"bedrock GetInferenceProfile, {use.place}"
    try:
        profile = control.profile(use.place, use.model)
    except AwsError as error:
        if error.code not in UNKNOWN_NAME:
            raise
        return _no_profile(control, use, asked, error)
    value = f"inference profile, {profile.status}"
    if profile.status != "ACTIVE":
        reason = f"The inference profile {use.model!r} is {profile.status} in {use.place.region}, and not ACTIVE."
        return _finding(use, Verdict.BLOCKED, reason, asked, value=value, fix=_other_route(control, use))
    routes = f"; it routes to {', '.join(profile.regions)}" if profile.regions else ""
    reason = f"The inference profile {use.model!r} is active in {use.place.region}{routes}."
    ready = _finding(use, Verdict.OK, reason, asked, value=value)
    model = _behind(control, use, profile)
    return (_of_its_kind(use, model, f"bedrock ListFoundationModels, {use.place}") if model else None) or ready


def _of_throughput(control: BedrockControl, use: BedrockUse) -> Finding:
    asked = f"bedrock GetProvisionedModelThroughput, {use.place}"
    try:
        found = control.throughput(use.place, use.model)
    except AwsError as error:
        if error.code not in UNKNOWN_NAME:
            raise
        reason = f"There is no provisioned throughput {use.model!r} in {use.place.region}. {error.message}"
        fix = f"Write the ARN of one that there is, or a model's id ({use.key} in the catalog)."
        return _finding(use, Verdict.BLOCKED, reason, asked, fix=fix)
    status = found["status"]
    ends = found.get("commitmentExpirationTime")
    until = f" Its commitment ends on {ends:%Y-%m-%d}." if ends else ""
    reason = f"The provisioned throughput of {use.entry!r} is {status} in {use.place.region}.{until}"
    if status == "Failed":
        reason += f" AWS says: {found.get('failureMessage') or 'nothing about the cause'}"
        fix = f"Buy it anew in the Bedrock console, and write its ARN ({use.key} in the catalog)."
        return _finding(use, Verdict.BLOCKED, reason, asked, value=status, fix=fix)
    if status == "Creating":
        return _finding(
            use, Verdict.WARN, f"{reason} The model cannot be asked before it is there.", asked, value=status
        )
    return _finding(use, Verdict.OK, reason, asked, value=status)


def _of_its_kind(use: BedrockUse, model: FoundationModel, asked: str) -> Finding | None:
    """What there is to know of a model that can be called by the name that is written."""
    if not model.is_text_model:
        reason = f"{model.id!r} does not take text and answer with text, as a model for chatting has to."
        fix = f"Write another model ({use.key} in the catalog)."
        return _finding(use, Verdict.BLOCKED, reason, asked, value="no text", fix=fix)
    if model.ends is not None and model.ends <= datetime.now(UTC):
        reason = f"AWS took {model.id!r} out of service on {model.ends:%Y-%m-%d}."
        fix = f"Write another model ({use.key} in the catalog)."
        return _finding(use, Verdict.BLOCKED, reason, asked, value="end of life", fix=fix)
    if model.is_legacy:
        return _legacy(use, model, asked)
    if not model.streams:
        reason = f"{model.id!r} does not stream its answers. The chat page asks for streams only and will get an error."
        fix = f"Write another model ({use.key} in the catalog), or ask this one through the API, without streaming."
        return _finding(use, Verdict.WARN, reason, asked, value="no streaming", fix=fix)
    return None


def _legacy(use: BedrockUse, model: FoundationModel, asked: str) -> Finding:
    # "New customers cannot use legacy models, and existing customers may lose access to them through inactivity";
    # requests after the end-of-life date fail. Source: Bedrock user guide, "Model lifecycle", read on 2026-11-22.
    ends = f"and ends on {model.ends:%Y-%m-%d}" if model.ends else "and AWS has not said yet when it ends"
    reason = f"{model.id!r} is a legacy model {ends}. An account that has not used it lately may be refused already."
    fix = f"Write a newer model ({use.key} in the catalog)."
    return _finding(use, Verdict.WARN, reason, asked, value="LEGACY", fix=fix)


def _not_there(control: BedrockControl, use: BedrockUse, asked: str) -> Finding:
    names = [*control.models(use.place), *(each.id for each in _profiles(control, use))]
    near = nearest(use.model, names)
    meant = f" Is {near!r} meant?" if near else ""
    reason = f"Bedrock has no model {use.model!r} in {use.place.region}.{meant}"
    fix = (
        f"Write a model that it has ({use.key} in the catalog), or a 'region' that has this one for the entry "
        f"{use.entry!r}: {_BY_REGION}"
    )
    return _finding(use, Verdict.BLOCKED, reason, asked, value="not found", fix=fix)


def _needs_profile(control: BedrockControl, use: BedrockUse, model: FoundationModel, asked: str) -> Finding:
    if model.inference_types == ("PROVISIONED",) and not routes_to(model.id, _profiles(control, use)):
        reason = f"Bedrock has {use.model!r} in {use.place.region} for provisioned throughput only, not on demand."
        fix = f"Write another model, or the ARN of throughput that you bought for it ({use.key} in the catalog)."
        return _finding(use, Verdict.BLOCKED, reason, asked, value="provisioned only", fix=fix)
    reason = f"{use.model!r} cannot be called on demand in {use.place.region}: it needs an inference profile."
    fix = _other_route(control, use)
    return _finding(use, Verdict.BLOCKED, reason, asked, value="no on-demand inference", fix=fix)


def _no_profile(control: BedrockControl, use: BedrockUse, asked: str, error: AwsError) -> Finding:
    reason = f"There is no inference profile {use.model!r} in {use.place.region}. {error.message}"
    return _finding(use, Verdict.BLOCKED, reason, asked, value="not found", fix=_other_route(control, use))


def _other_route(control: BedrockControl, use: BedrockUse) -> str:
    """By which name the same model can be called from the same place, as an order."""
    if use.base is None:
        return f"Write the ARN of a profile that there is ({use.key} in the catalog)."
    region = use.place.region
    try:
        names = [each.id for each in routes_to(use.base, control.profiles(use.place))]
        model = control.models(use.place).get(use.base)
    except AwsError:
        return f"Look up what routes to {use.base!r}: aws bedrock list-inference-profiles --region {region}"
    if model is not None and model.is_on_demand:
        names.insert(0, use.base)
    if not names:
        return (
            f"Nothing routes to {use.base!r} from {region}: write another model ({use.key} in the catalog), or a "
            f"'region' that has this one for the entry {use.entry!r}: {_BY_REGION}"
        )
    others = f"; {', '.join(names[1:])} would do too" if names[1:] else ""
    return f"Write 'model: {names[0]}' for the entry {use.entry!r} ({use.key} in the catalog){others}."


def _behind(control: BedrockControl, use: BedrockUse, profile: InferenceProfile) -> FoundationModel | None:
    """The model that a profile routes to, as the place of the call lists it: it may only be in the profile's others."""
    try:
        models = control.models(use.place)
    except AwsError:
        return None  # the profile is there, which was the question
    return next((models[each] for each in profile.models if each in models), None)


def _profiles(control: BedrockControl, use: BedrockUse) -> tuple[InferenceProfile, ...]:
    """What could be written instead; nothing where that cannot be asked, which does not make the model any better."""
    try:
        return control.profiles(use.place)
    except AwsError:
        return ()


def _finding(use: BedrockUse, verdict: Verdict, reason: str, asked: str, *, value: str = "", fix: str = "") -> Finding:
    subject = f"{use.model} in {use.place.region}"
    return Finding(
        f"bedrock-model/{use.entry}", subject, verdict, reason, asked, value, fix, (use.entry,), blocks="answers"
    )
