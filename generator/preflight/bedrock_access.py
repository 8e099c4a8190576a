"""Whether the account may use the models of a catalog that Bedrock has: agreement, authorisation, entitlement, region.

In: the scene. Out: a check for each Bedrock entry, `bedrock-access/<entry>`, after those of Anthropic's form, without
which its agreements cannot be made. Separate from bedrock_models.py: another question, of another operation, which may
be refused by itself. Everything here blocks answers and no deployment.

Source of what the four fields mean, where it is not said beside them: Bedrock user guide, "Access Amazon Bedrock
foundation models", read on 2026-11-22: the agreement is AVAILABLE "if access exists". The API reference names the
values of the others and no more.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from generator.errors import AwsError
from generator.preflight.bedrock_agreements import Terms, accept_offer, terms_of
from generator.preflight.bedrock_control import UNKNOWN_NAME, BedrockControl, asking
from generator.preflight.bedrock_ids import BedrockUse, Place, bedrock_uses
from generator.preflight.bedrock_use_case import use_case_checks
from generator.preflight.findings import Check, Finding, Offer, Verdict
from generator.preflight.scene import Scene

_ASKED = "bedrock GetFoundationModelAvailability"
# For models that the Marketplace sells. Source: as above, "Grant IAM permissions to request access".
_CASE = "open a case with AWS Support, https://console.aws.amazon.com/support/home#/case/create"
_MARKETPLACE = "aws-marketplace:Subscribe, aws-marketplace:Unsubscribe and aws-marketplace:ViewSubscriptions"


def checks(scene: Scene) -> Iterator[Check]:
    """One for each Bedrock entry. None is asked before a deployment, which does not depend on it."""
    control = BedrockControl(scene)
    uses = tuple(bedrock_uses(scene.catalog))
    yield from use_case_checks(control, uses)
    for use in uses:
        yield Check(
            f"bedrock-access/{use.entry}",
            _subject(use, use.base or use.model),
            partial(_examine, control, use),
            is_cheap=False,
            models=(use.entry,),
        )


@dataclass(frozen=True)
class _Access:
    """What Bedrock says of the access to one model."""

    agreement: str
    agreement_error: str
    is_authorized: bool
    is_entitled: bool
    is_in_region: bool

    @classmethod
    def of(cls, found: Mapping[str, Any]) -> _Access:
        agreement = found["agreementAvailability"]
        return cls(
            agreement["status"],
            agreement.get("errorMessage") or "",
            found["authorizationStatus"] == "AUTHORIZED",
            found["entitlementAvailability"] == "AVAILABLE",
            found["regionAvailability"] == "AVAILABLE",
        )

    @property
    def value(self) -> str:
        """All four, in AWS's words."""
        words = (
            f"agreement {self.agreement}",
            "AUTHORIZED" if self.is_authorized else "NOT_AUTHORIZED",
            f"entitlement {'AVAILABLE' if self.is_entitled else 'NOT_AVAILABLE'}",
            f"region {'AVAILABLE' if self.is_in_region else 'NOT_AVAILABLE'}",
        )
        return ", ".join(words)


def _examine(control: BedrockControl, use: BedrockUse) -> Iterator[Finding]:
    for model in control.base_models(use):
        yield _of_model(control, use, model)


def _of_model(control: BedrockControl, use: BedrockUse, model: str) -> Finding:
    try:
        access = control.once(("access", use.place, model), lambda: _asked_for(control, use.place, model))
    except AwsError as error:
        if error.code not in UNKNOWN_NAME:
            raise
        hint = f"See what is said of the model itself: bedrock-model/{use.entry}"
        raise AwsError(error.message, hint=hint, code=error.code) from error
    # What a profile routes to is asked for elsewhere: only a model that is called by its own name must be here.
    if not access.is_in_region and use.kind == "model":
        reason = f"Bedrock says that {model!r} is not available in {use.place.region} for this account."
        fix = f"Write a 'region' that has it for the entry {use.entry!r}, or another model ({use.key} in the catalog)."
        return _finding(use, model, access, Verdict.BLOCKED, reason, fix)
    if access.agreement == "PENDING":
        # "During this setup period (up to 15 minutes), your API calls may succeed temporarily". Source: as above.
        reason = (
            f"The agreement to use {model!r} is being made. AWS says that this takes up to 15 minutes; until then "
            "calls may be refused."
        )
        return _finding(use, model, access, Verdict.WARN, reason, "Run the same command again after that.")
    if access.agreement != "AVAILABLE" and (terms := terms_of(control, use.place, model)) is not None:
        return _without_agreement(control, use, model, access, terms)
    return _with_agreement(use, model, access)


def _asked_for(control: BedrockControl, place: Place, model: str) -> _Access:
    client = control.client(place)
    with asking(f"GetFoundationModelAvailability of {model!r}", place):
        return _Access.of(client.get_foundation_model_availability(modelId=model))


def _without_agreement(control: BedrockControl, use: BedrockUse, model: str, access: _Access, terms: Terms) -> Finding:
    offer = accept_offer(control, use.place, model, terms) if terms.token else None
    fix = _how_to_accept(control, use, model, terms)
    if access.agreement == "ERROR":
        # Source of the two causes: Bedrock user guide, "Troubleshooting Amazon Bedrock API Error Codes", "AWS
        # Marketplace Agreement Failed within 15 minutes", read on 2026-11-22.
        said = f" AWS says: {access.agreement_error}" if access.agreement_error else ""
        reason = f"The agreement to use {model!r} failed.{said}"
        fix = f"Mend the cause (often the account's means of payment, or the country that it is in). {fix}"
        return _finding(use, model, access, Verdict.BLOCKED, reason, fix, offer)
    if use.place.role is not None:
        reason = (
            f"Nobody has accepted the terms of {model!r} in the account of {use.place.role}. Bedrock does so by itself "
            f"at the first call if that role may do {_MARKETPLACE}, and refuses the model otherwise."
        )
        return _finding(use, model, access, Verdict.WARN, reason, fix, offer)
    # Since October 2025 the first call accepts them, for a caller with these permissions ("For this auto-enablement to
    # work, AWS Marketplace permissions are required"; source: as above). The handler has none (terraform_templates).
    reason = (
        f"Nobody has accepted the terms of {model!r} in this account. Bedrock does so by itself at the first call of "
        f"somebody who may do {_MARKETPLACE}; the chat handler may not, so that it would be refused."
    )
    return _finding(use, model, access, Verdict.BLOCKED, reason, fix, offer)


def _how_to_accept(control: BedrockControl, use: BedrockUse, model: str, terms: Terms) -> str:
    console = f"https://{use.place.region}.console.aws.amazon.com/bedrock/home?region={use.place.region}#/model-catalog"
    if terms.problem:
        return f"The terms cannot be shown here: {terms.problem} Open the model in the console: {console}"
    if not terms.token:
        return f"AWS offers no terms to this account. Open {model!r} in the console: {console}"
    return f"Read the terms ({terms.url}) and accept them: {control.fix_command}, or open the model in {console}"


def _with_agreement(use: BedrockUse, model: str, access: _Access) -> Finding:
    if not access.is_authorized:
        # Not explained by AWS. Accounts that were refused every model, with all permissions, were told to write to
        # AWS Support, as public reports of 2026 agree; read on 2026-11-22.
        whom = use.place.role or "this account"
        reason = f"Bedrock says that {whom} is not authorised to use {model!r} in {use.place.region}."
        fix = (
            f"Let it do bedrock:InvokeModel and, for models of the Marketplace, {_MARKETPLACE}; see that no service "
            "control policy denies Bedrock. If all of that is so, the account itself is held back (new ones are): "
            f"{_CASE}"
        )
        return _finding(use, model, access, Verdict.BLOCKED, reason, fix)
    if not access.is_entitled:
        reason = f"Bedrock says that this account is not entitled to {model!r} in {use.place.region}."
        fix = f"Write another model ({use.key} in the catalog), or ask for this one: {_CASE}"
        return _finding(use, model, access, Verdict.BLOCKED, reason, fix)
    reason = f"Bedrock says that {model!r} may be used in {use.place.region}."
    return _finding(use, model, access, Verdict.OK, reason)


def _finding(
    use: BedrockUse,
    model: str,
    access: _Access,
    verdict: Verdict,
    reason: str,
    fix: str = "",
    offer: Offer | None = None,
) -> Finding:
    return Finding(
        id=f"bedrock-access/{use.entry}",
        subject=_subject(use, model),
        verdict=verdict,
        reason=reason,
        asked=f"{_ASKED}, {use.place}",
        value=access.value,
        fix=fix,
        models=(use.entry,),
        blocks="answers",
        offer=offer,
    )


def _subject(use: BedrockUse, model: str) -> str:
    return f"access to {model} in {use.place.region}"
