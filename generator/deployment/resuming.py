"""Going on after an apply that was stopped or that crashed.

In: a journal in the module directory, which is there while an apply runs and stays when it does not end well. What such
an apply had begun may exist without Terraform's state knowing of it; the next apply then fails with "already exists".
Such resources are taken over through `import` blocks, and only if they carry this deployment's tag. An endpoint whose
creation was cut short is "tainted" in the state: Terraform would delete it and begin again. It is waited for instead.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from generator.aws_calls import calling, client
from generator.deployment.import_ids import BY_ARN, import_id
from generator.deployment.live_endpoints import LiveEndpoints
from generator.deployment.state_facts import config_names, tainted_endpoints
from generator.errors import TerraformError
from generator.naming import DEPLOYMENT_TAG
from generator.planning import DeploymentPlan
from generator.terraform import Terraform, TerraformPlan
from generator.terraform.events import Diagnostic

JOURNAL = ".terrachat-apply.json"
IMPORTS = "terrachat_resume.tf"
_EXISTS = re.compile(
    r"AlreadyExists|ResourceExistsException|ResourceInUseException|ResourceConflict|already exist", re.I
)
_WAIT_S = 10.0


class Journal:
    """The mark of an apply that has not ended well, in a module directory."""

    def __init__(self, directory: Path) -> None:
        self._path = directory / JOURNAL

    @property
    def is_open(self) -> bool:
        """Whether the last apply in this directory was stopped, failed or crashed."""
        return self._path.exists()

    def close(self) -> None:
        """Take the mark away: everything is as the module says."""
        self._path.unlink(missing_ok=True)

    @contextmanager
    def during(self) -> Iterator[None]:
        """Keep the mark while the block runs, and beyond it unless it ends well."""
        began = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        self._path.write_text(json.dumps({"apply_began": began}) + "\n", encoding="utf-8")
        yield
        self.close()


def settle_endpoints(terraform: Terraform, live: LiveEndpoints, say: Callable[[str], None]) -> None:
    """Wait for endpoints whose creation was cut short, and keep those that came up as they should be."""
    state = terraform.state()
    configs = config_names(state)
    for name, endpoint in tainted_endpoints(state).items():
        found = live.find(endpoint)
        while found is not None and found.status == "Creating":
            say(f"{endpoint} is still being created, as the last apply had begun")
            time.sleep(_WAIT_S)
            found = live.find(endpoint)
        if found is not None and found.serves and found.config == configs.get(name):
            terraform.untaint(f"aws_sagemaker_endpoint.{name}")


def existing(diagnostics: Iterable[Diagnostic]) -> tuple[str, ...]:
    """The addresses of resources that could not be created because something of their name exists."""
    return tuple(each.address for each in diagnostics if each.address and _EXISTS.search(str(each)))


def adopt(
    terraform: Terraform,
    directory: Path,
    addresses: Sequence[str],
    planned: Mapping[str, Any],
    deployed: DeploymentPlan,
) -> TerraformPlan | None:
    """A plan that takes over what stands at `addresses`, or None where one of them cannot be.

    `planned` is the plan that failed, as `Terraform.describe` tells it, `deployed` is whose resources these should be.
    The import blocks are a file in `directory` while Terraform plans; a saved plan does without them.
    """
    ids = _ids(addresses, planned, deployed.region)
    if not ids or len(ids) < len(addresses):
        return None
    path = directory / IMPORTS
    blocks = (f"import {{\n  to = {address}\n  id = {json.dumps(found)}\n}}\n" for address, found in ids.items())
    path.write_text("\n".join(blocks), encoding="utf-8")
    try:
        plan = terraform.plan()
        strangers = _strangers(terraform.describe(plan), set(ids), deployed.deployment)
    finally:
        path.unlink(missing_ok=True)
    if strangers:
        plan.file.unlink(missing_ok=True)
        raise TerraformError(
            f"these exist already and are not of this deployment: {', '.join(strangers)}",
            hint="Rename the deployment in the catalog, or delete what stands in its way.",
        )
    return plan


def _ids(addresses: Sequence[str], planned: Mapping[str, Any], region: str) -> dict[str, str]:
    changes = {each["address"]: each for each in planned.get("resource_changes", [])}
    ids = {}
    for address in addresses:
        after = changes.get(address, {}).get("change", {}).get("after") or {}
        type_ = address.split(".", 1)[0]
        found = _secret_arn(after.get("name"), region) if type_ in BY_ARN else import_id(type_, after)
        if found:
            ids[address] = found
    return ids


def _secret_arn(name: str | None, region: str) -> str | None:
    if name is None:
        return None
    with calling(f"DescribeSecret of {name!r}"):
        return str(client("secretsmanager", region).describe_secret(SecretId=name)["ARN"])


def _strangers(document: Mapping[str, Any], addresses: set[str], deployment: str) -> tuple[str, ...]:
    """Those of the imported resources that have tags, and not this deployment's."""
    return tuple(
        each["address"]
        for each in document.get("resource_changes", [])
        if each["address"] in addresses and _is_of_another(each["change"].get("before") or {}, deployment)
    )


def _is_of_another(values: Mapping[str, Any], deployment: str) -> bool:
    return "tags" in values and (values["tags"] or {}).get(DEPLOYMENT_TAG) != deployment
