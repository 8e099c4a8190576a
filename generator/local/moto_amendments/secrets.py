"""Secrets Manager: what moto 5.2.5 does otherwise than AWS."""

from __future__ import annotations

import functools
from typing import Any

from moto.secretsmanager.models import FakeSecret

from generator.local.moto_amendments.replacing import replace


def amend() -> None:
    _keep_a_secrets_own_labels()


def _keep_a_secrets_own_labels() -> None:
    """Moto drops every label of a version when a newer one becomes current; AWS drops only AWSCURRENT.

    A label of one's own keeps the first version in existence on AWS. Without it here, the version that Terraform
    created would be gone after two new values, and the next apply would put the first value back.
    """
    original = FakeSecret.reset_default_version

    @functools.wraps(original)
    def reset_default_version(self: Any, secret_version: dict[str, Any], version_id: str) -> None:
        kept = {each: _own_labels(version) for each, version in self.versions.items()}
        original(self, secret_version, version_id)
        for each, labels in kept.items():
            present = self.versions[each]["version_stages"]
            present += [label for label in labels if label not in present]

    replace(FakeSecret, "reset_default_version", reset_default_version)


def _own_labels(version: dict[str, Any]) -> list[str]:
    return [label for label in version["version_stages"] if not label.startswith("AWS")]
