"""The terms of a Bedrock model that AWS Marketplace sells: what they are, and accepting them.

In: a model that nobody in the account has an agreement for. Out: `Terms`, and the offer to accept them. Separate from
bedrock_access.py, which only asks: this is what binds the account.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from generator.errors import AwsError
from generator.preflight.bedrock_control import REFUSED, BedrockControl, asking
from generator.preflight.bedrock_ids import Place
from generator.preflight.findings import Offer

# Where AWS lists the licences of all models, for an offer that does not name its own.
# Source: Bedrock user guide, "Access Amazon Bedrock foundation models", read on 2026-11-22.
_ALL_LICENCES = "https://aws.amazon.com/legal/bedrock/third-party-models/"
# What Bedrock says of a model that is not sold by the Marketplace, as Amazon's own. Its API reference does not name it;
# quoted so by public code of 2026, read on 2026-11-22.
_NO_AGREEMENT = "not supported"
# A missing form is either of them, by public reports of 2026.
_NOT_ALLOWED = REFUSED | {"ResourceNotFoundException"}
_PERMISSIONS = "bedrock:CreateFoundationModelAgreement, aws-marketplace:Subscribe and aws-marketplace:ViewSubscriptions"


@dataclass(frozen=True)
class Terms:
    """What has to be accepted. `token` is AWS's name for the offer; empty without one, or where `problem` hides it."""

    url: str = _ALL_LICENCES
    token: str = ""
    problem: str = ""


def terms_of(control: BedrockControl, place: Place, model: str) -> Terms | None:
    """The terms of `model`, None where it has none to accept. Raises AwsError where Bedrock cannot be reached."""
    client = control.client(place)
    try:
        with asking(f"ListFoundationModelAgreementOffers of {model!r}", place):
            offers = client.list_foundation_model_agreement_offers(modelId=model)["offers"]
    except AwsError as error:
        if error.code == "ValidationException" and _NO_AGREEMENT in error.message:
            return None
        if error.code in REFUSED:
            return Terms(problem=error.message)
        raise
    if not offers:
        return Terms()
    url = offers[0]["termDetails"]["legalTerm"].get("url")
    return Terms(url or _ALL_LICENCES, offers[0]["offerToken"])


def accept_offer(control: BedrockControl, place: Place, model: str, terms: Terms) -> Offer:
    """What `--fix` can do about a model whose `terms` nobody has accepted."""
    account = f"the account of {place.role}" if place.role else "this account"
    return Offer(
        title=f"Accept the terms of {model} in {place.region}",
        consequence=(
            f"This accepts the licence at {terms.url} for {account} and subscribes it to the model in AWS Marketplace. "
            "Each use of the model is then charged as the terms say. AWS says that it takes up to 15 minutes until the "
            "model answers."
        ),
        make=partial(_accept, control, place, model, terms.token),
    )


def _accept(control: BedrockControl, place: Place, model: str, token: str, _values: Mapping[str, str]) -> str:
    client = control.client(place)
    try:
        with asking(f"CreateFoundationModelAgreement of {model!r}", place):
            client.create_foundation_model_agreement(modelId=model, offerToken=token)
    except AwsError as error:
        if error.code == "ConflictException":
            return f"The terms of {model} were accepted already."
        if error.code in _NOT_ALLOWED:
            hint = f"Whoever accepts needs {_PERMISSIONS}; for Anthropic's models the use-case form must be sent first."
            raise AwsError(error.message, hint=hint, code=error.code) from error
        raise
    # "up to 15 minutes". Source: Bedrock user guide, "Access Amazon Bedrock foundation models", read on 2026-11-22.
    return f"The terms of {model} are accepted. AWS says that it takes up to 15 minutes until the model answers."
