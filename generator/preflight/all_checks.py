"""Every check there is, in the order in which a person would go through them.

In: a scene. Out: its checks; nothing is asked. Separate because it is the one place that knows all prerequisites.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from generator.errors import TerrachatError
from generator.preflight import (
    api_keys,
    azure_keys,
    bedrock_access,
    bedrock_models,
    bedrock_roles,
    credentials,
    existing_endpoints,
    guardrails,
    hosting_checks,
    huggingface_models,
    huggingface_secret,
    images,
    instance_offers,
    permissions,
    probes,
    quotas,
    state_backend,
    terraform_tools,
)
from generator.preflight.examining import Answered
from generator.preflight.findings import Check, Finding
from generator.preflight.scene import Scene

_ALL: tuple[Callable[[Scene], Iterator[Check]], ...] = (
    credentials.checks,
    terraform_tools.checks,
    state_backend.checks,
    permissions.checks,
    quotas.checks,
    instance_offers.checks,
    images.checks,
    bedrock_models.checks,
    bedrock_access.checks,
    bedrock_roles.checks,
    guardrails.checks,
    existing_endpoints.checks,
    huggingface_secret.checks,
    huggingface_models.checks,
    api_keys.checks,
    azure_keys.checks,
    hosting_checks.checks,
    probes.checks,
)


def all_checks(scene: Scene) -> tuple[Check, ...]:
    """All that can be asked about `scene`."""
    return tuple(check for checks in _ALL for check in checks(scene))


def cheap_checks(scene: Scene) -> tuple[Check, ...]:
    """Those that `apply` asks."""
    return tuple(check for check in all_checks(scene) if check.is_cheap)


def chosen(checks: Sequence[Check], prefixes: Sequence[str]) -> tuple[Check, ...]:
    """The checks that find what begins with one of `prefixes`; all of them without one.

    Raises TerrachatError for a prefix with which nothing begins.
    """
    for prefix in prefixes:
        if not any(_may_find(check, prefix) for check in checks):
            kinds = dict.fromkeys(check.id.partition("/")[0] for check in checks)
            raise TerrachatError(
                f"there is no check {prefix!r} for this catalog", hint=f"There are: {', '.join(kinds)}"
            )
    return tuple(check for check in checks if not prefixes or any(_may_find(check, each) for each in prefixes))


def kept(answered: Answered, prefixes: Sequence[str]) -> Answered:
    """What `answered` found without the findings that were not asked for."""
    return Answered(answered.check, tuple(each for each in answered.findings if _is_wanted(each, prefixes)))


def _may_find(check: Check, prefix: str) -> bool:
    return check.id.startswith(prefix) or prefix.startswith(f"{check.id}/")


def _is_wanted(finding: Finding, prefixes: Sequence[str]) -> bool:
    # A check that could not be answered stands for all that it would have found.
    return not prefixes or any(finding.id.startswith(each) or each.startswith(f"{finding.id}/") for each in prefixes)
