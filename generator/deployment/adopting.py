"""Taking over the API-keys secret that was there before Terraform: a key may be set before the first apply.

In: the secret as Secrets Manager has it, and Terraform's state. Out: `import` blocks in the module directory, for as
long as Terraform plans and applies. Separate from resuming.py, which takes over what an apply was cut off from: here
nothing has failed yet, and nothing may, because a second first version would replace every key.

What Terraform gets to know is the version `{}` and never one with a key in it: of a version that it imports, the value
goes into its state.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Set
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from generator.api_keys.store import ApiKeySecret
from generator.api_keys.versions import SCHEDULED_FOR_DELETION
from generator.deployment.import_ids import secret_version_id
from generator.deployment.state_facts import secret_arn
from generator.errors import AwsError, TerraformError
from generator.module_dir.identity import may_be_deployed
from generator.progress import Progress
from generator.terraform import Terraform

ADOPTIONS = "terrachat_adopt.tf"
API_KEYS_RESOURCE = "aws_secretsmanager_secret.api_keys"
_VERSION = "aws_secretsmanager_secret_version.api_keys"


@contextmanager
def adopted(
    secret: ApiKeySecret, directory: Path, terraform: Terraform, progress: Progress, *, may_change: bool
) -> Iterator[None]:
    """Let Terraform plan with the secret that exists, where its state does not know it, while the block runs.

    With `may_change` a version `{}` is added beside the current one, where there is none that Terraform may know, and a
    secret that is gone is taken out of the state. Raises TerraformError where the secret is not this deployment's, and
    AwsError where it must be known whether there is one, and AWS does not say.
    """
    path = directory / ADOPTIONS
    path.unlink(missing_ok=True)  # a killed run's
    ids = _ids(secret, directory, terraform, may_change=may_change) if secret.is_owned else {}
    if ids:
        with progress.phase("Take over the API-keys secret that exists"):
            blocks = (f"import {{\n  to = {address}\n  id = {json.dumps(each)}\n}}\n" for address, each in ids.items())
            path.write_text("\n".join(blocks), encoding="utf-8")
            progress.conclude(f"{secret.id}; its keys stay as they are")
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


def _ids(secret: ApiKeySecret, directory: Path, terraform: Terraform, *, may_change: bool) -> dict[str, str]:
    """What to import, by address."""
    state = terraform.state() if may_be_deployed(directory) else {}
    known = {address: each for address in (API_KEYS_RESOURCE, _VERSION) if (each := secret_arn(state, address))}
    found = _described(secret, is_known=len(known) == 2)
    if found is None:
        return {}
    arn = str(found["ARN"])
    if gone := [address for address, each in known.items() if each != arn]:
        # Deleted by hand, and there again since a key was set: AWS gives each secret an ARN of its own.
        if not may_change:
            return {}
        terraform.forget(*gone)
    return _missing(secret, found, known.keys() - gone, may_add=may_change)


def _described(secret: ApiKeySecret, *, is_known: bool) -> Mapping[str, Any] | None:
    """The secret as it is; None where there is none, or where only Terraform has to know whether there is."""
    try:
        return secret.describe()
    except AwsError as error:
        if is_known and error.code != SCHEDULED_FOR_DELETION:
            return None
        raise


def _missing(secret: ApiKeySecret, found: Mapping[str, Any], known: Set[str], *, may_add: bool) -> dict[str, str]:
    """What Terraform does not know of the secret that was `found`."""
    arn, ids = str(found["ARN"]), {}
    if API_KEYS_RESOURCE not in known:
        if refused := secret.claim_problem(found):
            problem, hint = refused
            raise TerraformError(f"the secret {secret.id!r} {problem}", hint=hint)
        ids[API_KEYS_RESOURCE] = arn
    if _VERSION not in known and (version := secret.first_version(may_add=may_add)):
        ids[_VERSION] = secret_version_id(arn, version)
    return ids
