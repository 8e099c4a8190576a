"""The guardrails that a catalog's Bedrock models are called with: there, in this version, and ready.

In: the scene. Out: a check for each entry that has one, `guardrail/<entry>`. Asked where the entry is called, since a
guardrail is of one region and account. A missing one does not stop a deployment: each call of the entry is refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from generator.catalog import Guardrail
from generator.errors import AwsError
from generator.preflight.bedrock_control import UNKNOWN_NAME, BedrockControl, asking
from generator.preflight.bedrock_ids import BedrockUse, Place, bedrock_uses
from generator.preflight.findings import Check, Finding, Verdict
from generator.preflight.scene import Scene

# Source: botocore 1.44.5, bedrock, GuardrailStatus; read on 2026-11-22.
_VERDICTS = {
    "READY": Verdict.OK,
    "CREATING": Verdict.WARN,
    "UPDATING": Verdict.WARN,
    "VERSIONING": Verdict.WARN,
    "FAILED": Verdict.BLOCKED,
    "DELETING": Verdict.BLOCKED,
}


def checks(scene: Scene) -> Iterator[Check]:
    """One for each entry with a guardrail."""
    control = BedrockControl(scene)
    for use in bedrock_uses(scene.catalog):
        if use.guardrail is not None:
            yield Check(
                f"guardrail/{use.entry}",
                _subject(use, use.guardrail),
                partial(_examine, control, use, use.guardrail),
                False,
                (use.entry,),
            )


def _examine(control: BedrockControl, use: BedrockUse, guardrail: Guardrail) -> Iterator[Finding]:
    try:
        found = control.once(("guardrail", use.place, guardrail), lambda: _asked_for(control, use.place, guardrail))
    except AwsError as error:
        if error.code not in UNKNOWN_NAME:
            raise
        yield _missing(control, use, guardrail, error)
        return
    yield _of_status(use, guardrail, found)


def _asked_for(control: BedrockControl, place: Place, guardrail: Guardrail) -> dict[str, Any]:
    client = control.client(place)
    with asking(f"GetGuardrail of {guardrail.id!r}, version {guardrail.version}", place):
        found: dict[str, Any] = client.get_guardrail(
            guardrailIdentifier=guardrail.id, guardrailVersion=guardrail.version
        )
    return found


def _of_status(use: BedrockUse, guardrail: Guardrail, found: dict[str, Any]) -> Finding:
    status = found["status"]
    verdict = _VERDICTS.get(status, Verdict.WARN)
    why = " ".join((*found.get("statusReasons", ()), *found.get("failureRecommendations", ())))
    said = f" AWS says: {why}" if why else ""
    reason = f"The guardrail {found['name']!r}, version {guardrail.version}, is {status}.{said}"
    fix = {
        Verdict.OK: "",
        Verdict.WARN: "Run the same command again in a minute; until it is READY, answers may be refused.",
        Verdict.BLOCKED: f"Mend it in the Bedrock console, or write another 'guardrail' for {use.entry!r}.",
    }[verdict]
    return _finding(use, guardrail, verdict, reason, status, fix)


def _missing(control: BedrockControl, use: BedrockUse, guardrail: Guardrail, error: AwsError) -> Finding:
    versions = control.once(("versions", use.place, guardrail.id), lambda: _versions(control, use.place, guardrail.id))
    where = f"in {use.place.region}"
    if not versions:
        reason = f"There is no guardrail {guardrail.id!r} {where}. {error.message}"
        fix = f"Write one of that region and account ('guardrail' of {use.entry!r}, or of 'bedrock'), or make it there."
        return _finding(use, guardrail, Verdict.BLOCKED, reason, "not found", fix)
    reason = f"The guardrail {guardrail.id!r} {where} has no version {guardrail.version}."
    fix = f"Write a version that it has ({', '.join(versions)}), or make this one in the Bedrock console."
    return _finding(use, guardrail, Verdict.BLOCKED, reason, "no such version", fix)


def _versions(control: BedrockControl, place: Place, guardrail: str) -> tuple[str, ...]:
    """The versions that a guardrail has; none where there is no such guardrail, or they may not be listed."""
    try:
        client = control.client(place)
        with asking(f"ListGuardrails of {guardrail!r}", place):
            pages = client.get_paginator("list_guardrails").paginate(guardrailIdentifier=guardrail)
            return tuple(each["version"] for page in pages for each in page["guardrails"])
    except AwsError:
        return ()


def _finding(use: BedrockUse, guardrail: Guardrail, verdict: Verdict, reason: str, value: str, fix: str) -> Finding:
    return Finding(
        id=f"guardrail/{use.entry}",
        subject=_subject(use, guardrail),
        verdict=verdict,
        reason=reason,
        asked=f"bedrock GetGuardrail, {use.place}",
        value=value,
        fix=fix,
        models=(use.entry,),
        blocks="answers",
    )


def _subject(use: BedrockUse, guardrail: Guardrail) -> str:
    return f"guardrail {guardrail.id}, version {guardrail.version}, in {use.place.region}"
