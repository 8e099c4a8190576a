"""Anthropic's form: what an account says of itself, once, before it may use Anthropic's models on Bedrock.

In: the Bedrock entries. Out: a check for each place that Anthropic's models are called in, `bedrock-use-case/<region>`
(with a role, `<its account>/<region>`), and the offer to send the form. A profile or throughput that is named by an ARN
which does not say its model is not among them. Separate from bedrock_access.py: it is the account's, not a model's.

Source of the form, its fields and limits: Bedrock user guide, "Access Amazon Bedrock foundation models", "Manage model
access using SDK and CLI", step 2, read on 2026-11-22.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial

from generator.catalog.partitions import parsed_arn, partition_of
from generator.errors import AwsError
from generator.preflight.bedrock_control import BedrockControl, asking
from generator.preflight.bedrock_ids import BedrockUse, Place
from generator.preflight.findings import Check, Finding, Input, Offer, Verdict

_MISSING = "ResourceNotFoundException"
_INTENDED_USERS = ("0", "1", "2")
_LONGEST = 128
_LONGEST_USE_CASES = 8192


def use_case_checks(control: BedrockControl, uses: Sequence[BedrockUse]) -> Iterator[Check]:
    """One for each place. In GovCloud there is none: the form is the linked commercial account's."""
    entries: dict[Place, list[str]] = {}
    for use in uses:
        if (use.base or "").startswith("anthropic.") and partition_of(use.place.region) == "aws":
            entries.setdefault(use.place, []).append(use.entry)
    for place, models in entries.items():
        yield Check(_id(place), _subject(place), partial(_examine, control, place, tuple(models)), False, tuple(models))


def _examine(control: BedrockControl, place: Place, models: tuple[str, ...]) -> Iterator[Finding]:
    client = control.client(place)
    try:
        with asking("GetUseCaseForModelAccess", place):
            client.get_use_case_for_model_access()
    except AwsError as error:
        if error.code != _MISSING:
            raise
        yield _missing(control, place, models)
        return
    reason = f"The form that Anthropic asks for was sent, as Bedrock in {place.region} knows."
    yield Finding(_id(place), _subject(place), Verdict.OK, reason, _asked(place), "sent", models=models)


def _missing(control: BedrockControl, place: Place, models: tuple[str, ...]) -> Finding:
    console = f"https://{place.region}.console.aws.amazon.com/bedrock/home?region={place.region}#/model-catalog"
    reason = (
        f"Anthropic's models answer only after the account, or its organisation's management account, has sent a form "
        f"about what they are for; Bedrock in {place.region} knows of none."
    )
    fix = f"Send it: {control.fix_command}, or open a model of Anthropic's in the console: {console}"
    return Finding(
        id=_id(place),
        subject=_subject(place),
        verdict=Verdict.BLOCKED,
        reason=reason,
        asked=_asked(place),
        value="not sent",
        fix=fix,
        models=models,
        blocks="answers",
        offer=_offer(control, place),
    )


def _offer(control: BedrockControl, place: Place) -> Offer:
    # "only required one time per account or per AWS organization across all commercial regions, with the exception of
    # opt-in regions"; "Access to the model is granted immediately after use case details are successfully submitted".
    # Source: as above. That it cannot be changed is what hashicorp/aws says of its
    # aws_bedrock_use_case_for_model_access, read on 2026-11-22.
    account = f"the account of {place.role}" if place.role else "this account"
    return Offer(
        title=f"Send Anthropic's use-case form for {account}",
        consequence=(
            "Your answers go to AWS, for Anthropic. They count for the whole account, in all regions but those that "
            "have to be opted into, and cannot be changed here afterwards. AWS says that access is granted at once. "
            "The terms of each model are accepted apart from this."
        ),
        make=partial(_send, control, place),
        inputs=(
            _input("companyName", "Company or organisation (a person: your name)", "COMPANY_NAME", _text(_LONGEST)),
            _input("companyWebsite", "Its website, as https://www.example.com", "COMPANY_WEBSITE", _website),
            _input("intendedUsers", "Who will use it: 0 internal, 1 external, 2 both", "INTENDED_USERS", _users),
            _input("industryOption", "Industry, such as Education or Technology", "INDUSTRY", _text(_LONGEST)),
            _input("useCases", "What the models are for, in a sentence or two", "PURPOSE", _text(_LONGEST_USE_CASES)),
        ),
    )


def _send(control: BedrockControl, place: Place, values: Mapping[str, str]) -> str:
    # The other industry is only asked for in the console, for who finds theirs in none of its list.
    form = {name: value.strip() for name, value in values.items()} | {"otherIndustryOption": ""}
    client = control.client(place)
    with asking("PutUseCaseForModelAccess", place):
        client.put_use_case_for_model_access(formData=json.dumps(form, ensure_ascii=False).encode())
    # FTUFormNotFilled, the error of a call without the form, ends "try again in 15 minutes".
    return "The form is sent. AWS says that access is granted at once; a model may still be refused for 15 minutes."


def _input(name: str, prompt: str, variable: str, problem: Callable[[str], str | None]) -> Input:
    return Input(name, prompt, f"TERRACHAT_USE_CASE_{variable}", problem=problem)


def _text(longest: int) -> Callable[[str], str | None]:
    def problem(value: str) -> str | None:
        if not value.strip():
            return "it is empty"
        # In bytes, which are never fewer than AWS's characters: the whole form must stay within a limit of its own.
        return None if len(value.strip().encode()) <= longest else f"it is longer than {longest:,} bytes"

    return problem


def _website(value: str) -> str | None:
    if not value.strip().startswith(("https://", "http://")):
        return "it must begin with https:// or http://"
    return _text(_LONGEST)(value)


def _users(value: str) -> str | None:
    return None if value.strip() in _INTENDED_USERS else "it must be 0, 1 or 2"


def _id(place: Place) -> str:
    role = parsed_arn(place.role)
    return f"bedrock-use-case/{role.account}/{place.region}" if role else f"bedrock-use-case/{place.region}"


def _subject(place: Place) -> str:
    return f"Anthropic's use-case form in {place}"


def _asked(place: Place) -> str:
    return f"bedrock GetUseCaseForModelAccess, {place}"
