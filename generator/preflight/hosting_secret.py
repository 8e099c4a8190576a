"""Whether the chat page's secret has what a task needs to start: two texts in a JSON object, and a key to decrypt it.

In: Secrets Manager. Out: one finding, with no value in it. ECS reads the secret when it starts a task: where it cannot,
the task never starts.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from generator.api_keys.versions import NOT_FOUND, SCHEDULED_FOR_DELETION, SecretVersions, Version
from generator.catalog import HostingSettings
from generator.errors import AwsError
from generator.preflight.findings import Finding, Verdict
from generator.preflight.scene import Scene

CLIENT_SECRET, COOKIE_SECRET = "client_secret", "cookie_secret"
LEAST_COOKIE_SECRET = 32
"""What the page asks of its cookie secret (frontend/oidc.py)."""

_AWS_KEY = "alias/aws/secretsmanager"
_LOST = "The secret is not there: write the ARN of one that is to the catalog, in hosting.oidc, or create it"
_AS_DOCUMENTED = "as docs/hosting.md says, under 'What you bring'"


def examine(scene: Scene, hosting: HostingSettings, found: partial[Finding]) -> Iterator[Finding]:
    """Read the secret that the catalog names. Raises AwsError where that may not be."""
    told = partial(found, asked=f"secretsmanager GetSecretValue, {scene.region}")
    versions = SecretVersions(scene.aws.client("secretsmanager", scene.region), hosting.oidc.secret, scene.region)
    try:
        version = versions.current()
    except AwsError as error:
        if error.code == SCHEDULED_FOR_DELETION:
            reason = "It is scheduled for deletion, and nobody can read it."
            yield told(verdict=Verdict.BLOCKED, reason=reason, value="to be deleted", fix=error.hint or "")
            return
        if error.code != NOT_FOUND:
            raise
        reason = f"There is no secret {hosting.oidc.secret}."
        yield told(verdict=Verdict.BLOCKED, reason=reason, value="missing", fix=f"{_LOST} {_AS_DOCUMENTED}.")
        return
    problems = _problems(version)
    if problems:
        put = versions.command("put-secret-value", "--secret-string")
        fix = f'Write it anew {_AS_DOCUMENTED}: {put} \'{{"{CLIENT_SECRET}": "...", "{COOKIE_SECRET}": "..."}}\''
        yield told(verdict=Verdict.BLOCKED, reason=f"{'; '.join(problems)}.", value="unusable", fix=fix)
        return
    yield _of_its_key(hosting, versions, told)


def _problems(version: Version | None) -> list[str]:
    """What is wrong with the secret's content, without a word of it."""
    if version is None:
        return ["It has no value yet"]
    if version.is_binary or version.text is None:
        # "Secrets that store binary data … are not supported." Source: ECS developer guide, "Pass Secrets Manager
        # secrets programmatically in Amazon ECS"; read on 2026-11-23.
        return ["It is stored as binary, of which ECS takes nothing"]
    try:
        document = json.loads(version.text)
    except ValueError:
        document = None
    if not isinstance(document, dict):
        return ["It is no JSON object"]
    return [problem for name in (CLIENT_SECRET, COOKIE_SECRET) if (problem := _problem(document, name))]


def _problem(document: Mapping[str, Any], name: str) -> str:
    value = document.get(name)
    if name not in document:
        return f"{name} is missing"
    if not isinstance(value, str):
        return f"{name} is no text"
    if not value.strip():
        return f"{name} is empty"
    if name == COOKIE_SECRET and len(value.strip()) < LEAST_COOKIE_SECRET:
        return f"{name} is too short: take {LEAST_COOKIE_SECRET} random characters or more"
    return ""


def _of_its_key(hosting: HostingSettings, versions: SecretVersions, told: partial[Finding]) -> Finding:
    """What a task may decrypt is written from the catalog's `kms_key`."""
    reason = f"It has a {CLIENT_SECRET} and a {COOKIE_SECRET}."
    key = _key(versions)
    named = hosting.oidc.kms_key or ""
    if not key or named.endswith(key) or (named and "alias/" in key):  # whose key an alias is, only KMS knows
        return told(verdict=Verdict.OK, reason=reason, value="two texts")
    reason = (
        f"{reason} The KMS key {key} encrypts it, and the catalog names {named or 'none'}: unless that key's own "
        "policy lets them, tasks cannot read the secret and do not start."
    )
    fix = "Write to the catalog, in hosting.oidc, that key's ARN, and not an alias's: kms_key: "
    fix += key if ":key/" in key else "..."
    return told(verdict=Verdict.WARN, reason=reason, value=key, fix=fix)


def _key(versions: SecretVersions) -> str:
    """The key that encrypts the secret; empty where it is AWS's own, or may not be asked for."""
    try:
        found = versions.describe() or {}
    except AwsError:
        return ""
    key = str(found.get("KmsKeyId") or "")
    return "" if key.endswith(_AWS_KEY) else key
