"""Bedrock's models, agreements, use-case form and guardrails: moto 5.2.5 has none of these operations.

In: the account file. Out: AWS's answers about what bedrock_catalog.py lists and about any other id, except where the
file says otherwise. An agreement that is made and a form that is sent are written into the file.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Callable, Iterator
from typing import Any

from moto.bedrock.responses import BedrockResponse
from moto.core.exceptions import JsonRESTError

from generator.local.account.account import BedrockModel, base_model
from generator.local.account.account_file import AccountFile
from generator.local.account.edits import Put
from generator.local.moto_amendments.bedrock_catalog import MODELS, FoundationModel, destinations, foundation_model
from generator.local.moto_amendments.replacing import replace

_LONG_AGO = "2025-01-01T00:00:00Z"
_PAGE = 1000
# AWS's words, as people quote them of InvokeModel and Converse.
_UNRESOLVED = "Could not resolve the foundation model from the provided model identifier."
_INVALID = "The provided model identifier is invalid."
_NO_FORM = (
    "Model use case details have not been submitted for this account. Fill out the Anthropic use case details form "
    "before using the model. If you have already filled out the form, try again in 15 minutes."
)

_Answer = Callable[[BedrockResponse], dict[str, Any]]


class _NotFoundError(JsonRESTError):
    code = 404

    def __init__(self, message: str) -> None:
        super().__init__("ResourceNotFoundException", message)


class _InvalidError(JsonRESTError):
    def __init__(self, message: str) -> None:
        super().__init__("ValidationException", message)


class _ConflictError(JsonRESTError):
    def __init__(self, message: str) -> None:
        super().__init__("ConflictException", message)


def amend(account: AccountFile) -> None:
    _answer_about_models(account)
    _answer_about_profiles(account)
    _make_agreements(account)
    _take_the_use_case_form(account)
    _answer_about_guardrails(account)


def _answer_about_models(account: AccountFile) -> None:
    def list_models(response: BedrockResponse) -> dict[str, Any]:
        models = (_model(account, model, response) for model in _known(account))
        return {"modelSummaries": [each for each in models if each and _is_asked_for(each, response)]}

    def get_model(response: BedrockResponse) -> dict[str, Any]:
        found = _model(account, foundation_model(_base_id(response, "modelIdentifier")), response)
        if found is None:
            raise _NotFoundError(_UNRESOLVED)
        return {"modelDetails": found}

    def availability(response: BedrockResponse) -> dict[str, Any]:
        model = _base_id(response, "modelId")
        said = account.read().bedrock.model(model)
        agreement: dict[str, str] = {"status": said.agreement}
        if said.agreement == "ERROR":
            agreement["errorMessage"] = "The agreement could not be created."
        return {
            "modelId": model,
            "agreementAvailability": agreement,
            "authorizationStatus": "AUTHORIZED" if said.authorized else "NOT_AUTHORIZED",
            "entitlementAvailability": _available(said.entitled),
            "regionAvailability": _available(said.is_offered_in(response.region)),
        }

    _answer("list_foundation_models", list_models)
    _answer("get_foundation_model", get_model)
    _answer("get_foundation_model_availability", availability)


def _answer_about_profiles(account: AccountFile) -> None:
    def list_profiles(response: BedrockResponse) -> dict[str, Any]:
        kind = response._get_param("type", "SYSTEM_DEFINED")  # typeEquals, as it travels
        ids = [f"{prefix}.{model.id}" for model in _known(account) for prefix in model.geographies]
        profiles = (_profile(account, each, response) for each in ids if kind == "SYSTEM_DEFINED")
        return _page("inferenceProfileSummaries", [each for each in profiles if each], response)

    def get_profile(response: BedrockResponse) -> dict[str, Any]:
        asked = str(response._get_param("inferenceProfileIdentifier")).rpartition("/")[2]
        found = _profile(account, asked, response)
        if found is None:
            raise _NotFoundError(f"Could not find inference profile {asked!r}")
        return found

    _answer("list_inference_profiles", list_profiles)
    _answer("get_inference_profile", get_profile)


def _make_agreements(account: AccountFile) -> None:
    def offers(response: BedrockResponse) -> dict[str, Any]:
        model = _base_id(response, "modelId")
        return {"modelId": model, "offers": [_offer(model)]}

    def create(response: BedrockResponse) -> dict[str, Any]:
        model, played = _base_id(response, "modelId"), account.read().bedrock
        if response._get_param("offerToken") != _offer(model)["offerToken"]:
            raise _InvalidError("The provided offer token is invalid.")
        if played.model(model).agreement == "AVAILABLE":
            raise _ConflictError(f"An agreement for the model {model} already exists.")
        if model.startswith("anthropic.") and not played.use_case_form:
            raise _NotFoundError(_NO_FORM)
        account.change(Put(("bedrock", "models", played.key(model), "agreement"), "AVAILABLE"))
        return {"modelId": model}

    _answer("list_foundation_model_agreement_offers", offers)
    _answer("create_foundation_model_agreement", create)


def _take_the_use_case_form(account: AccountFile) -> None:
    """AWS keeps the form and shows it; here its content is forgotten, and what is shown is made up."""

    def get_form(_response: BedrockResponse) -> dict[str, Any]:
        if not account.read().bedrock.use_case_form:
            raise _NotFoundError("Use case details have not been submitted for this account.")
        return {"formData": base64.b64encode(b'{"companyName": "local target"}').decode()}

    def put_form(response: BedrockResponse) -> dict[str, Any]:
        try:
            form = json.loads(base64.b64decode(str(response._get_param("formData")), validate=True))
        except (binascii.Error, ValueError):
            form = None
        if not isinstance(form, dict):
            raise _InvalidError("Invalid form data.")  # as AWS says it to a form that is encoded twice
        account.change(Put(("bedrock", "use_case_form"), True))
        return {}

    _answer("get_use_case_for_model_access", get_form)
    _answer("put_use_case_for_model_access", put_form)


def _answer_about_guardrails(account: AccountFile) -> None:
    def get_guardrail(response: BedrockResponse) -> dict[str, Any]:
        asked = str(response._get_param("guardrailIdentifier")).rpartition("/")[2]
        version = str(response._get_param("guardrailVersion", "DRAFT"))
        if not account.read().bedrock.guardrails.have(asked, version):
            raise _NotFoundError("The guardrail identifier or version provided in the request does not exist.")
        told = _guardrail(asked, version, response)
        told["guardrailId"], told["guardrailArn"] = told.pop("id"), told.pop("arn")
        return {**told, "blockedInputMessaging": "Blocked.", "blockedOutputsMessaging": "Blocked."}

    def list_guardrails(response: BedrockResponse) -> dict[str, Any]:
        asked = str(response._get_param("guardrailIdentifier", "")).rpartition("/")[2]
        have = account.read().bedrock.guardrails.have
        versions = [version for version in ("DRAFT", "1") if asked and have(asked, version)]
        return {"guardrails": [_guardrail(asked, version, response) for version in versions]}

    _answer("get_guardrail", get_guardrail)
    _answer("list_guardrails", list_guardrails)


def _answer(operation: str, answer: _Answer) -> None:
    replace(BedrockResponse, operation, lambda self: json.dumps(answer(self)))


def _base_id(response: BedrockResponse, parameter: str) -> str:
    """A foundation model's own id: AWS takes no profile's here. The ARN of a model will do."""
    asked = str(response._get_param(parameter)).rpartition("/")[2]
    if base_model(asked) != asked or "." not in asked:
        raise _InvalidError(_INVALID)
    return asked


def _known(account: AccountFile) -> Iterator[FoundationModel]:
    """The models of the list, and those that only the file names."""
    yield from MODELS
    listed = {model.id for model in MODELS}
    for name in account.read().bedrock.models:
        if base_model(name) not in listed:
            yield foundation_model(base_model(name))


def _model(account: AccountFile, model: FoundationModel, response: BedrockResponse) -> dict[str, Any] | None:
    said = account.read().bedrock.model(model.id)
    if not said.is_offered_in(response.region):
        return None
    return {
        "modelArn": _arn(response.region, model, response),
        "modelId": model.id,
        "modelName": model.name,
        "providerName": model.provider,
        "inputModalities": list(model.inputs),
        "outputModalities": list(model.outputs),
        "responseStreamingSupported": "TEXT" in model.outputs,
        "customizationsSupported": [],
        "inferenceTypesSupported": _inference_types(model, said),
        "modelLifecycle": {"status": said.lifecycle},
    }


def _arn(region: str, model: FoundationModel, response: BedrockResponse) -> str:
    return f"arn:{response.partition}:bedrock:{region}::foundation-model/{model.id}"


def _inference_types(model: FoundationModel, said: BedrockModel) -> list[str]:
    on_demand = model.on_demand if said.on_demand is None else said.on_demand
    types = {"ON_DEMAND": on_demand, "INFERENCE_PROFILE": bool(model.geographies) or not on_demand}
    return [name for name, is_supported in types.items() if is_supported]


def _is_asked_for(model: dict[str, Any], response: BedrockResponse) -> bool:
    asked = {
        "byProvider": (model["providerName"].casefold(),),
        "byOutputModality": model["outputModalities"],
        "byInferenceType": model["inferenceTypesSupported"],
        "byCustomizationType": model["customizationsSupported"],
    }
    wanted = {key: response._get_param(key) for key in asked}
    wanted["byProvider"] = wanted["byProvider"] and str(wanted["byProvider"]).casefold()
    return all(value is None or value in asked[key] for key, value in wanted.items())


def _profile(account: AccountFile, profile: str, response: BedrockResponse) -> dict[str, Any] | None:
    model, regions = foundation_model(base_model(profile)), destinations(profile, response.region)
    if not regions or not account.read().bedrock.model(model.id).is_offered_in(response.region):
        return None
    arn = f"arn:{response.partition}:bedrock:{response.region}:{response.current_account}:inference-profile/{profile}"
    return {
        "inferenceProfileName": f"{profile.partition('.')[0].upper()} {model.provider} {model.name}",
        "inferenceProfileArn": arn,
        "inferenceProfileId": profile,
        "models": [{"modelArn": _arn(each, model, response)} for each in regions],
        "status": "ACTIVE",
        "type": "SYSTEM_DEFINED",
        "createdAt": _LONG_AGO,
        "updatedAt": _LONG_AGO,
    }


def _offer(model: str) -> dict[str, Any]:
    number = hashlib.sha256(model.encode()).hexdigest()[:16]
    rate = {"dimension": "input_tokens", "price": "0.001", "description": "Per 1000 input tokens", "unit": "USD"}
    return {
        "offerId": f"offer-{number}",
        "offerToken": f"token-{number}",
        "termDetails": {
            "usageBasedPricingTerm": {"rateCard": [rate]},
            "legalTerm": {"url": "https://aws.amazon.com/legal/bedrock/third-party-models/"},
            "supportTerm": {"refundPolicyDescription": "No refunds."},
        },
    }


def _guardrail(guardrail: str, version: str, response: BedrockResponse) -> dict[str, Any]:
    return {
        "id": guardrail,
        "arn": f"arn:{response.partition}:bedrock:{response.region}:{response.current_account}:guardrail/{guardrail}",
        "name": guardrail,
        "version": version,
        "status": "READY",
        "createdAt": _LONG_AGO,
        "updatedAt": _LONG_AGO,
    }


def _available(is_available: bool) -> str:
    return "AVAILABLE" if is_available else "NOT_AVAILABLE"


def _page(key: str, rows: list[dict[str, Any]], response: BedrockResponse) -> dict[str, Any]:
    start, count = int(response._get_param("nextToken") or 0), int(response._get_param("maxResults") or _PAGE)
    page: dict[str, Any] = {key: rows[start : start + count]}
    if start + count < len(rows):
        page["nextToken"] = str(start + count)
    return page
