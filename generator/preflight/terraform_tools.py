"""Whether Terraform is here, new enough for the module, and can get the AWS provider.

In: the machine. Out: findings. Nothing is installed and nothing initialised: `terraform init` may fetch hundreds of
megabytes. Where only it can tell, that is said.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from generator.deployment.targets import TERRAFORM_FOLDER
from generator.errors import TerraformError
from generator.preflight.findings import Check, Finding, Verdict
from generator.preflight.scene import Scene
from generator.terraform.install import executable, version_of
from generator.terraform.provider_sources import (
    PROVIDER_MINIMUM,
    REGISTRY,
    ProviderSource,
    find_source,
    installed_versions,
    why_unreachable,
)

_PROVIDER = "the AWS provider of Terraform"


def checks(scene: Scene, registry: str = REGISTRY) -> Iterator[Check]:
    """The program, and the provider. `registry` answers where the registry that has the provider can be reached."""
    yield Check("terraform/program", "Terraform", lambda: [_program(scene)])
    yield Check("terraform/provider", _PROVIDER, lambda: [_provider(scene, registry)])


def _program(scene: Scene) -> Finding:
    try:
        found = executable(TERRAFORM_FOLDER)
        version = version_of(found)
    except TerraformError as error:
        return _finding("program", Verdict.BLOCKED, f"{_sentence(error.message)}.", "terraform", fix=error.hint or "")
    asked, said = f"{found} version", ".".join(map(str, version))
    wanted = scene.plan.terraform_version
    if version < _numbers(wanted):
        reason = f"{found} is Terraform {said}; the module needs {wanted}: {_why_newer(scene)}."
        return _finding(
            "program", Verdict.BLOCKED, reason, asked, said, "Install a newer Terraform, or put one earlier on PATH."
        )
    return _finding("program", Verdict.OK, f"{found} is Terraform {said}; the module needs {wanted}.", asked, said)


def _why_newer(scene: Scene) -> str:
    """What of the catalog asks for more than the oldest Terraform."""
    if scene.plan.backend:
        return "the lock of the S3 backend"
    token = scene.plan.huggingface_secret
    return "a token that must not be in the state" if token and token.is_created else "an API-keys secret of your own"


def _numbers(constraint: str) -> tuple[int, ...]:
    """The version in `>= 1.11`."""
    return tuple(int(number) for number in re.findall(r"\d+", constraint))


def _provider(scene: Scene, registry: str) -> Finding:
    source = find_source()
    if versions := installed_versions(scene.directory / ".terraform/providers"):
        return _found(versions, str(scene.directory / ".terraform"))
    if source.kind == "mirror":
        return _in_mirror(source)
    if source.kind == "configured":
        reason = f"{source.config} says where providers come from, in a way that only terraform init understands."
        fix = f"terrachat plan{scene.option}"
        return _finding("provider", Verdict.UNKNOWN, reason, str(source.config), fix=fix)
    problem = why_unreachable(registry)
    asked = f"GET {registry}"
    if problem:
        reason = f"The AWS provider is not on this machine, and the registry that has it cannot be reached: {problem}."
        fix = "Check the network and the proxy (HTTPS_PROXY), or put a filesystem mirror below /opt."
        return _finding("provider", Verdict.UNKNOWN, reason, asked, "unreachable", fix)
    reason = "The AWS provider comes from the registry, which answers, and the first terraform init fetches it."
    return _finding("provider", Verdict.OK, reason, asked, "reachable")


def _in_mirror(source: ProviderSource) -> Finding:
    versions = [version for folder in source.folders for version in installed_versions(folder)]
    place = ", ".join(map(str, source.folders))
    if versions:
        return _found(versions, place)
    minimum = ".".join(map(str, PROVIDER_MINIMUM))
    reason = f"The filesystem mirror {place} has no hashicorp/aws for this machine."
    fix = f"Put hashicorp/aws {minimum} or newer into it: terraform providers mirror {place}"
    return _finding("provider", Verdict.BLOCKED, reason, place, "none", fix)


def _found(versions: list[tuple[int, ...]], place: str) -> Finding:
    newest, minimum = max(versions), ".".join(map(str, PROVIDER_MINIMUM))
    said = ".".join(map(str, newest))
    if newest < PROVIDER_MINIMUM:
        reason = f"{place} has hashicorp/aws {said}; the module needs {minimum} or newer."
        fix = f"Put a newer one there: terraform providers mirror {place}, or terraform init -upgrade in the module."
        return _finding("provider", Verdict.BLOCKED, reason, place, said, fix)
    return _finding("provider", Verdict.OK, f"{place} has hashicorp/aws {said}.", place, said)


def _sentence(message: str) -> str:
    return f"{message[0].upper()}{message[1:]}"


def _finding(what: str, verdict: Verdict, reason: str, asked: str, value: str = "", fix: str = "") -> Finding:
    subject = "Terraform" if what == "program" else _PROVIDER
    return Finding(f"terraform/{what}", subject, verdict, reason, asked, value, fix)
