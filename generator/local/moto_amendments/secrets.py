"""Secrets Manager: what moto 5.2.5 does otherwise than AWS with versions and their labels.

Whoever changes a secret without losing another's change writes a version aside and then moves AWSCURRENT to it, from
the version that they read: that must fail where somebody else was faster.
"""

from __future__ import annotations

import functools
import json
import threading
import time
from typing import Any

from moto.secretsmanager.exceptions import InvalidParameterException, SecretNotFoundException
from moto.secretsmanager.models import FakeSecret, SecretsManagerBackend
from moto.secretsmanager.responses import SecretsManagerResponse

from generator.local.moto_amendments.replacing import replace

_CURRENT, _PREVIOUS = "AWSCURRENT", "AWSPREVIOUS"
_PAGE = 100
_ONE_AT_A_TIME = threading.RLock()  # again by the same thread where tests amend twice

_Versions = dict[str, dict[str, Any]]


def amend() -> None:
    _keep_a_secrets_own_labels()
    _move_labels_from_where_they_are()
    _tell_when_a_version_was_made()
    _list_versions_with_labels()


def _keep_a_secrets_own_labels() -> None:
    """Moto drops every label of a version when a newer one becomes current; AWS drops only AWSCURRENT.

    A label of one's own keeps the first version in existence on AWS. Without it here, the version that Terraform
    created would be gone after two new values, and the next apply would put the first value back. A label that the
    newer version brings along is moved to it.
    """
    original = FakeSecret.reset_default_version

    @functools.wraps(original)
    def reset_default_version(self: Any, secret_version: dict[str, Any], version_id: str) -> None:
        kept = {each: _own_labels(version) for each, version in self.versions.items() if each != version_id}
        original(self, secret_version, version_id)
        for each, labels in kept.items():
            brought = secret_version["version_stages"]
            present = [label for label in self.versions[each]["version_stages"] if label not in brought]
            present += [label for label in labels if label not in (*present, *brought)]
            self.versions[each]["version_stages"] = present

    replace(FakeSecret, "reset_default_version", reset_default_version)


def _own_labels(version: dict[str, Any]) -> list[str]:
    return [label for label in version["version_stages"] if not label.startswith("AWS")]


def _move_labels_from_where_they_are() -> None:
    """Moto takes a label away before it looks where to put it, leaves it on two versions when it is not told where
    from, and goes on answering with the version that was current before, so that the next value makes two of them.

    AWS looks and moves in one step, so that of two callers who name the same version one is refused; and it moves no
    label that it is not told to take away from where it is.
    """

    def update_secret_version_stage(
        self: SecretsManagerBackend,
        secret_id: str,
        version_stage: str,
        remove_from_version_id: str | None,
        move_to_version_id: str | None,
    ) -> tuple[str, str]:
        with _ONE_AT_A_TIME:
            if secret_id not in self.secrets:
                raise SecretNotFoundException
            secret: Any = self.secrets[secret_id]
            _require_versions(secret.versions, remove_from_version_id, move_to_version_id)
            holder = _holder(secret.versions, version_stage)
            _require_holder(version_stage, holder, remove_from_version_id, move_to_version_id)
            _move(secret, version_stage, holder, move_to_version_id)
        return secret.arn, secret.name

    replace(SecretsManagerBackend, "update_secret_version_stage", update_secret_version_stage)


def _holder(versions: _Versions, label: str) -> str | None:
    return next((each for each, version in versions.items() if label in version["version_stages"]), None)


def _require_versions(versions: _Versions, *named: str | None) -> None:
    for version in filter(None, named):
        if version not in versions:
            raise InvalidParameterException(f"Not a valid version: {version}")


def _require_holder(label: str, holder: str | None, remove_from: str | None, move_to: str | None) -> None:
    """That the label is where the caller takes it to be."""
    if label == _CURRENT and not move_to:
        # As hashicorp/terraform-provider-aws quotes it (secretsmanager/secret_version.go), read on 2026-11-22.
        raise InvalidParameterException(
            "You can only move staging label AWSCURRENT to a different secret version. It can't be completely removed."
        )
    if remove_from and remove_from != holder:
        raise InvalidParameterException(f"Version stage {label} not found in version {remove_from}")
    if holder and not remove_from and move_to != holder:
        raise InvalidParameterException(
            f"The parameter RemoveFromVersionId can't be empty. Staging label {label} is currently attached to version "
            f"{holder}, so you must explicitly reference that version in RemoveFromVersionId."
        )


def _move(secret: Any, label: str, holder: str | None, move_to: str | None) -> None:
    versions: _Versions = secret.versions
    if holder:
        versions[holder]["version_stages"].remove(label)
    if move_to:
        versions[move_to]["version_stages"].append(label)
    if label != _CURRENT or move_to == holder:
        return
    secret.set_default_version_id(move_to)
    for version in versions.values():
        if _PREVIOUS in version["version_stages"]:
            version["version_stages"].remove(_PREVIOUS)
    if holder:
        versions[holder]["version_stages"].append(_PREVIOUS)


def _tell_when_a_version_was_made() -> None:
    """Moto keeps whole seconds; AWS tells milliseconds, and versions are put in order by them."""
    original = SecretsManagerBackend._add_secret

    @functools.wraps(original)
    def add_secret(self: SecretsManagerBackend, *arguments: Any, **named: Any) -> Any:
        with _ONE_AT_A_TIME:
            secret, is_new = original(self, *arguments, **named)
        for version in secret.versions.values():
            if isinstance(version["createdate"], int):
                version["createdate"] = round(time.time(), 3)
        return secret, is_new

    replace(SecretsManagerBackend, "_add_secret", add_secret)


def _list_versions_with_labels() -> None:
    """Moto lists every version as made just now, whether or not it has a label, and knows no pages.

    AWS takes a version without a label for deprecated: it is listed on demand only, and may be gone at any time.
    """

    def list_secret_version_ids(self: SecretsManagerResponse) -> str:
        secret: Any = self.backend.describe_secret(self._get_param("SecretId", if_none=""))
        versions = [
            {"VersionId": each, "VersionStages": version["version_stages"], "CreatedDate": version["createdate"]}
            for each, version in secret.versions.items()
            if version["version_stages"] or self._get_param("IncludeDeprecated")
        ]
        start, count = int(self._get_param("NextToken") or 0), int(self._get_param("MaxResults") or _PAGE)
        page = {"ARN": secret.arn, "Name": secret.name, "Versions": versions[start : start + count]}
        if start + count < len(versions):
            page["NextToken"] = str(start + count)
        return json.dumps(page)

    def form_version_ids_to_stages(self: FakeSecret) -> dict[str, list[str]]:
        labels = {each: version["version_stages"] for each, version in self.versions.items()}
        return {each: present for each, present in labels.items() if present}

    replace(SecretsManagerResponse, "list_secret_version_ids", list_secret_version_ids)
    replace(FakeSecret, "_form_version_ids_to_stages", form_version_ids_to_stages)
