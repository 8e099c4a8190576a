"""Taking over the API-keys secret that was there before Terraform: a key may be set before the first apply.

In: the secret as Secrets Manager has it, and Terraform's state. Out: `import` blocks in the module directory, for as
long as Terraform plans and applies. Separate from resuming.py, which takes over what an apply was cut off from: here
nothing has failed yet, and nothing may, because a second first version would replace every key.

What Terraform gets to know is the version `{}` and never one with a key in it: of a version that it imports, the value
goes into its state.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from generator.api_keys.store import ApiKeySecret
from generator.deployment.import_ids import secret_version_id
from generator.deployment.state_facts import has_resource
from generator.errors import TerraformError
from generator.module_dir.identity import may_be_deployed
from generator.naming import DEPLOYMENT_TAG
from generator.progress import Progress
from generator.terraform import Terraform

ADOPTIONS = "terrachat_adopt.tf"
_LABEL = "api_keys"
_SECRET, _VERSION = "aws_secretsmanager_secret", "aws_secretsmanager_secret_version"


@contextmanager
def adopted(
    secret: ApiKeySecret,
    deployment: str,
    directory: Path,
    terraform: Terraform,
    progress: Progress,
    *,
    may_add: bool,
) -> Iterator[None]:
    """Let Terraform plan with the secret that exists, where its state does not know it, while the block runs.

    With `may_add` a version `{}` is added beside the current one, where there is none that Terraform may know. Raises
    TerraformError where the secret is not this deployment's.
    """
    path = directory / ADOPTIONS
    path.unlink(missing_ok=True)  # a killed run's
    ids = _ids(secret, deployment, directory, terraform, may_add=may_add) if secret.is_owned else {}
    if ids:
        with progress.phase("Take over the API-keys secret that exists"):
            blocks = (f"import {{\n  to = {address}\n  id = {json.dumps(each)}\n}}\n" for address, each in ids.items())
            path.write_text("\n".join(blocks), encoding="utf-8")
            progress.conclude(f"{secret.id}; its keys stay as they are")
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


def _ids(
    secret: ApiKeySecret, deployment: str, directory: Path, terraform: Terraform, *, may_add: bool
) -> dict[str, str]:
    """What to import, by address."""
    found = secret.describe()
    if found is None:
        return {}
    state = terraform.state() if may_be_deployed(directory) else {}
    ids = {}
    if not has_resource(state, _SECRET, _LABEL):
        _refuse_a_strangers(secret, found, deployment)
        ids[f"{_SECRET}.{_LABEL}"] = str(found["ARN"])
    if not has_resource(state, _VERSION, _LABEL) and (version := secret.first_version(may_add=may_add)):
        ids[f"{_VERSION}.{_LABEL}"] = secret_version_id(found["ARN"], version)
    return ids


def _refuse_a_strangers(secret: ApiKeySecret, found: Mapping[str, Any], deployment: str) -> None:
    tags = {tag["Key"]: tag["Value"] for tag in found.get("Tags", ())}
    if tags.get(DEPLOYMENT_TAG) != deployment:
        raise TerraformError(
            f"the secret {secret.id!r} exists already and is not of this deployment: "
            f"it has no tag {DEPLOYMENT_TAG}={deployment}",
            hint=f"Rename the deployment in the catalog, give the secret that tag if it is yours, or name it there as "
            f"the one to use: api_keys: {{secret: {found['ARN']}}}",
        )
