"""What the handler may do besides its own keys and log: invoke endpoints, Bedrock models and inference profiles, apply
guardrails and assume roles, as the parts of its IAM policies.

Pure. Separate from planning because these are IAM's and Bedrock's rules: which ARNs a call is checked against, and
how much fits into one role.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple, TypeVar

from generator.errors import PlanningError
from generator.families.bedrock_models import PROFILE

# All inline policies of a role together. Source: IAM's own error, "Maximum policy size of 10240 bytes exceeded for
# role", as quoted in aws-amplify/amplify-cli#1699; read on 2026-11-22. What is not a list of ARNs takes less
# than 2,000 (1,693 with the longest names).
_ROLE_LIMIT = 10_240 - 2_000
_LONGEST_PARTITION = len('"arn:aws-us-gov:",')
_LONGEST_REGION, _ACCOUNT = len("ap-southeast-1"), 12


class Arn(NamedTuple):
    """An ARN in the deployment's partition. `region` or `account` None is the deployment's own, "" is none."""

    service: str
    resource: str
    region: str | None = None
    account: str | None = None

    @classmethod
    def of(cls, text: str) -> Arn:
        """Read a full ARN."""
        _, _, service, region, account, resource = text.split(":", 5)
        return cls(service, resource, region, account)

    @classmethod
    def of_image(cls, uri: str) -> Arn:
        """The ECR repository of an image."""
        host, _, path = uri.partition("/")
        account, _, _, region, *_ = host.split(".")
        return cls("ecr", f"repository/{path.partition('@')[0].partition(':')[0]}", region, account)

    @property
    def size(self) -> int:
        """How many characters it takes in a policy, at most."""
        region = _LONGEST_REGION if self.region is None else len(self.region)
        account = _ACCOUNT if self.account is None else len(self.account)
        return _LONGEST_PARTITION + len(self.service) + region + account + len(self.resource) + 3


@dataclass(frozen=True)
class BedrockPermission:
    """What calling one entry's model takes. `inference_profile` is the only way to `foundation_models` where it is set.

    With a `role` the call is made in that role's name, so that everything else is for its owner to allow.
    """

    foundation_models: tuple[Arn, ...] = ()
    inference_profile: Arn | None = None
    guardrail: Arn | None = None
    role: str | None = None


def bedrock_permission(
    model: str, region: str, *, guardrail: str | None = None, role: str | None = None
) -> BedrockPermission:
    """IAM for a model id, an inference profile, or the ARN of a profile, an application profile or a throughput.

    A profile routes to other regions of its geography: the profile's own ARN is allowed in the source region, and the
    model behind it in any region, tied by the policy to requests that come through that profile (Bedrock user guide,
    "Geographic cross-Region inference", read on 2026-11-22).
    """
    if role is not None:
        return BedrockPermission(role=role)
    checked = _guardrail(guardrail, region) if guardrail else None
    arn = Arn.of(model) if model.startswith("arn:") else None
    name = arn.resource.partition("/")[2] if arn else model
    if arn and arn.resource.startswith("application-inference-profile/"):
        # Its ARN does not say which model it routes to: any, but through this profile only.
        return BedrockPermission((Arn("bedrock", "foundation-model/*", "*", ""),), arn, checked)
    profile = PROFILE.fullmatch(name)
    if profile is None:
        return BedrockPermission((arn or Arn("bedrock", f"foundation-model/{name}", region, ""),), None, checked)
    models = [Arn("bedrock", f"foundation-model/{profile['model']}", "*", "")]
    if name.startswith("global."):
        models.append(models[0]._replace(region=""))  # global profiles also ask for the region-less ARN
    return BedrockPermission(tuple(models), arn or Arn("bedrock", f"inference-profile/{name}", region), checked)


def _guardrail(guardrail: str, region: str) -> Arn:
    return Arn.of(guardrail) if guardrail.startswith("arn:") else Arn("bedrock", f"guardrail/{guardrail}", region)


@dataclass(frozen=True)
class Permissions:
    """Each list once, whatever the number of entries that ask for it: one role holds little. `roles` are full ARNs."""

    endpoints: tuple[Arn, ...] = ()
    models: tuple[Arn, ...] = ()
    profiles: tuple[Arn, ...] = ()
    profile_models: tuple[Arn, ...] = ()
    guardrails: tuple[Arn, ...] = ()
    roles: tuple[str, ...] = ()

    @property
    def uses_bedrock(self) -> bool:
        return bool(self.models or self.profiles or self.roles)

    @property
    def size(self) -> int:
        """How many characters the lists take in the role's policies, at most."""
        # A profile stands in the policy twice: as what is called, and as the way to the models behind it.
        arns = (*self.endpoints, *self.models, *self.profiles * 2, *self.profile_models, *self.guardrails)
        return sum(arn.size for arn in arns) + sum(len(role) + 3 for role in self.roles)


def endpoint_arns(name: str, region: str | None = None) -> tuple[Arn, ...]:
    """An endpoint's ARN with its name as it is and in lower case, as SageMaker's ARNs have it: IAM tells the two apart.

    Not tried on AWS.
    """
    return tuple(Arn("sagemaker", f"endpoint/{spelling}", region) for spelling in _once((name, name.lower())))


def permissions(
    prefix: str,
    endpoints: Iterable[str],
    others: Iterable[Arn],
    bedrock: Iterable[BedrockPermission],
    *,
    taken: int = 0,
) -> Permissions:
    """Everything that the handler may do.

    `endpoints` are the deployment's own, all of whose names start with `prefix`; `others` are the ARNs of endpoints
    that are not; `taken` is how many characters of the role another secret than the deployment's own takes. Raises
    PlanningError where even the shortest form does not fit into one role.
    """
    limit = _ROLE_LIMIT - taken
    own = [arn for name in endpoints for arn in endpoint_arns(name)]
    exact = _permissions((*own, *others), bedrock)
    brief = _permissions((Arn("sagemaker", f"endpoint/{prefix}*"), *others), ()).endpoints if own else exact.endpoints
    # A role holds the ARNs of about eighty models. For more, a pattern says what a list cannot: first all endpoints
    # under this deployment's prefix (which a deployment whose name continues it shares: `demo` and `demo-2`), then
    # all models of each vendor on Bedrock. Refusing would cost more: a second deployment means a second key secret,
    # a second handler and a second address for the same people.
    for fitting in (
        exact,
        replace(exact, endpoints=brief),
        _by_vendor(exact),
        replace(_by_vendor(exact), endpoints=brief),
    ):
        if fitting.size <= limit:
            return fitting
    raise PlanningError(
        f"the handler would have to name {len(exact.endpoints)} endpoints, {len(exact.models)} Bedrock models, "
        f"{len(exact.profiles)} inference profiles, {len(exact.guardrails)} guardrails and {len(exact.roles)} roles, "
        f"more than one IAM role may list (about {fitting.size:,} characters; {limit:,} fit)",
        hint="Split the catalog into two deployments.",
    )


@dataclass(frozen=True)
class SchedulingPermissions:
    """What the scheduler's role may create and delete: endpoints, from these endpoint configurations."""

    endpoints: tuple[Arn, ...]
    configurations: tuple[Arn, ...]

    @property
    def size(self) -> int:
        """How many characters the lists take in the role's policy, at most: endpoints stand there twice."""
        return sum(arn.size for arn in (*self.endpoints * 2, *self.configurations))


def scheduling_permissions(prefix: str, endpoints: Mapping[str, str]) -> SchedulingPermissions:
    """What the scheduler may do with `endpoints`, the prefix of each one's configurations by its name.

    Where an exact list does not fit into one role, everything whose name starts with `prefix`.
    """
    exact = SchedulingPermissions(
        _once(arn for name in endpoints for arn in endpoint_arns(name)),
        _once(arn for start in endpoints.values() for arn in _configuration_arns(start)),
    )
    if exact.size <= _ROLE_LIMIT:
        return exact
    return SchedulingPermissions((Arn("sagemaker", f"endpoint/{prefix}*"),), _configuration_arns(prefix))


def _configuration_arns(prefix: str) -> tuple[Arn, ...]:
    return _once(Arn("sagemaker", f"endpoint-config/{start}*") for start in (prefix, prefix.lower()))


def _permissions(endpoints: Iterable[Arn], bedrock: Iterable[BedrockPermission]) -> Permissions:
    entries = tuple(bedrock)
    profiles = [entry for entry in entries if entry.inference_profile]
    return Permissions(
        endpoints=_once(endpoints),
        models=_once(arn for entry in entries if not entry.inference_profile for arn in entry.foundation_models),
        profiles=_once(entry.inference_profile for entry in profiles if entry.inference_profile),
        profile_models=_once(arn for entry in profiles for arn in entry.foundation_models),
        guardrails=_once(entry.guardrail for entry in entries if entry.guardrail),
        roles=_once(entry.role for entry in entries if entry.role),
    )


_T = TypeVar("_T")


def _once(values: Iterable[_T]) -> tuple[_T, ...]:
    return tuple(dict.fromkeys(values))


def _by_vendor(exact: Permissions) -> Permissions:
    return replace(
        exact,
        models=_once(map(_of_vendor, exact.models)),
        profiles=_once(map(_of_vendor, exact.profiles)),
        profile_models=_once(map(_of_vendor, exact.profile_models)),
    )


_VENDOR = re.compile(r"(foundation-model/|inference-profile/[a-z-]+\.)([a-z0-9-]+\.).*")


def _of_vendor(arn: Arn) -> Arn:
    """The same ARN for all models of its vendor; ARNs that name no vendor are kept as they are."""
    return arn._replace(resource=_VENDOR.sub(r"\1\2*", arn.resource))
