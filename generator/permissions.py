"""What the handler may invoke: endpoints, Bedrock models and inference profiles, as the parts of its IAM policies.

Pure. Separate from planning.py because these are IAM's and Bedrock's rules: which ARNs a call is checked against, and
how much fits into one role.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from generator.errors import PlanningError

# Geography prefixes of Bedrock's system-defined inference profiles. Source: Bedrock user guide,
# "Supported Regions and models for inference profiles", as of 2026-08.
_PROFILE = re.compile(r"(us|us-gov|eu|apac|au|jp|ca|global)\.(?P<model>[a-z0-9-]+\..+)")

# All inline policies of a role together. Source: IAM's own error, "Maximum policy size of 10240 bytes exceeded for
# role", as quoted in aws-amplify/amplify-cli#1699; read on 2026-11-22. What is not a list of ARNs takes less
# than 2,000 (1,505 with the longest names).
_ROLE_LIMIT = 10_240 - 2_000
_ARN_PREFIX = len('"arn:aws-us-gov:sagemaker:ap-southeast-1:123456789012:inference-profile/",')


@dataclass(frozen=True)
class BedrockPermission:
    """What the handler may invoke on Bedrock for one entry.

    `foundation_models` are ARNs from the region on (`us-west-2::foundation-model/…`); with an inference profile they
    are reached through that profile only.
    """

    model_id: str
    region: str
    foundation_models: tuple[str, ...]
    inference_profile: str | None = None


def bedrock_permission(model_id: str, model: str, region: str) -> BedrockPermission:
    """IAM for a model id or an inference profile.

    A profile routes to other regions of its geography: the profile's own ARN is allowed in the source region, and the
    model behind it in any region, tied by the policy to requests that come through that profile (Bedrock user guide,
    "Geographic cross-Region inference", read on 2026-11-22).
    """
    profile = _PROFILE.fullmatch(model)
    if profile is None:
        return BedrockPermission(model_id, region, (f"{region}::foundation-model/{model}",))
    models = [f"*::foundation-model/{profile['model']}"]
    if model.startswith("global."):
        models.append(f"::foundation-model/{profile['model']}")  # global profiles also ask for the region-less ARN
    return BedrockPermission(model_id, region, tuple(models), inference_profile=model)


@dataclass(frozen=True)
class Permissions:
    """Each list once, whatever the number of entries that ask for it: one role holds little.

    `endpoints` are names; `models`, `profiles` and `profile_models` are ARNs from the region on, the account left out.
    """

    endpoints: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    profiles: tuple[tuple[str, str], ...] = ()
    profile_models: tuple[str, ...] = ()


def permissions(endpoints: Iterable[str], bedrock: Iterable[BedrockPermission]) -> Permissions:
    """Everything that the handler may invoke. Raises PlanningError where that does not fit into one role.

    An endpoint's name is listed as it is and in lower case, as SageMaker's ARNs have it: IAM tells the two apart. Not
    tried on AWS.
    """
    entries = tuple(bedrock)
    profiles = [entry for entry in entries if entry.inference_profile]
    found = Permissions(
        endpoints=_once(name for endpoint in endpoints for name in (endpoint, endpoint.lower())),
        models=_once(arn for entry in entries if not entry.inference_profile for arn in entry.foundation_models),
        profiles=tuple(dict.fromkeys((entry.region, entry.inference_profile or "") for entry in profiles)),
        profile_models=_once(arn for entry in profiles for arn in entry.foundation_models),
    )
    _refuse_what_does_not_fit(found)
    return found


def _once(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(values))


def _refuse_what_does_not_fit(found: Permissions) -> None:
    # A profile stands in the policy twice: as what is called, and as the way to the models behind it.
    names = (*found.endpoints, *found.models, *found.profile_models, *(name for _, name in found.profiles * 2))
    size = sum(_ARN_PREFIX + len(name) for name in names)
    if size > _ROLE_LIMIT:
        raise PlanningError(
            f"{len(found.endpoints)} endpoints, {len(found.models)} Bedrock models and {len(found.profiles)} inference "
            f"profiles are more than one IAM role may list (about {size:,} characters; {_ROLE_LIMIT:,} fit)",
            hint="Split the catalog into two deployments.",
        )
