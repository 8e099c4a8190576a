"""How the account that the local target plays stands: the shape of `account.yaml`. Pure.

In: the file's document. Out: `Account`, which answers what the played services ask of it. Everything that the file
does not name is as it should be. Separate from account_file.py, which reads and writes, and from the services, which
put the answers into AWS's and the Hub's words.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from generator.suggesting import nearest

NOT_APPLIED = "not_applied"
DEFAULT_QUOTA = "default"
HUB = "hub"
EVERY_SERVICE = "*"
# The names under which requests are signed (SigV4's credential scope). Hyphens do not count, so that boto3's own name
# of a client will do too: service-quotas. Bedrock and its runtime sign alike.
SERVICES = (
    *("application-autoscaling", "bedrock", "cloudformation", "dynamodb", "ec2", "ecr", HUB, "iam", "lambda", "logs"),
    *("monitoring", "pricing", "s3", "sagemaker", "scheduler", "secretsmanager", "servicequotas", "ssm", "sts"),
    *("tagging", EVERY_SERVICE),
)
_INSTANCE_TYPE = re.compile(r"ml\.[a-z0-9-]+\.[a-z0-9-]+")
# The prefix of a system-defined inference profile, as in us.amazon.nova-micro-v1:0.
_PROFILE = re.compile(r"(?:us-gov|us|eu|apac|au|jp|in|ca|global)\.(?=[a-z0-9-]+\.)")

Refusal = Literal["AccessDeniedException", "ThrottlingException", "ExpiredTokenException", "slow"]
Agreement = Literal["AVAILABLE", "PENDING", "NOT_AVAILABLE", "ERROR"]
RequestStatus = Literal[
    "PENDING", "CASE_OPENED", "APPROVED", "DENIED", "CASE_CLOSED", "NOT_APPROVED", "INVALID_REQUEST"
]
Patterns = tuple[str, ...]


def base_model(model: str) -> str:
    """The foundation model's id in `model`: an id, one with a profile's prefix, or the ARN of either."""
    return _PROFILE.sub("", model.rpartition("/")[2], count=1)


def _plain(service: str) -> str:
    return service.replace("-", "").casefold()


_PLAIN_SERVICES = {_plain(service) for service in SERVICES}


def _check_quota(value: Any) -> Any:
    if value == NOT_APPLIED or (isinstance(value, int) and not isinstance(value, bool) and value >= 0):
        return value
    raise ValueError(f"should be a number of instances, or {NOT_APPLIED}")


def _check_quota_key(key: str) -> str:
    if key == DEFAULT_QUOTA or _INSTANCE_TYPE.fullmatch(key):
        return key
    raise ValueError(f"should be an instance type such as ml.g5.xlarge, or {DEFAULT_QUOTA}")


def _check_service(key: str) -> str:
    if _plain(key) in _PLAIN_SERVICES:
        return key
    near = nearest(key, SERVICES)
    meant = f"; do you mean {near}?" if near else f"; there are {', '.join(SERVICES)}"
    raise ValueError(f"is no service that can be refused{meant}")


def _check_offered(value: Any) -> Any:
    if isinstance(value, bool):
        return value
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return tuple(value)
    raise ValueError("should be true, false or a list of regions")


def _matches(name: str, patterns: Patterns) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns)


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class QuotaRequest(_Part):
    """One request for a larger quota of `type`. What is None, the target leaves open: no such key is needed by hand."""

    type: Annotated[str, AfterValidator(_check_quota_key)]
    value: float
    status: RequestStatus = "PENDING"
    region: str | None = None
    id: str | None = None
    requested_at: str | None = None


class QuotaRequests(_Part):
    approve: Literal["at_once", "never"] = "at_once"
    requested: tuple[QuotaRequest, ...] = ()


class InstanceTypes(_Part):
    not_offered: Patterns = ()

    def are_offered(self, name: str) -> bool:
        """Whether the instance type `name` (with or without `ml.`) is."""
        plain = name.removeprefix("ml.")
        return not _matches(plain, tuple(each.removeprefix("ml.") for each in self.not_offered))


class Images(_Part):
    missing: Patterns = ()

    def have(self, repository: str, tag: str) -> bool:
        return not _matches(f"{repository}:{tag}", self.missing)


class Iam(_Part):
    simulation: bool = True
    denied: Patterns = ()

    def allows(self, action: str) -> bool:
        """IAM compares actions in any case."""
        return not _matches(action.casefold(), tuple(each.casefold() for each in self.denied))


class BedrockModel(_Part):
    """One foundation model. `on_demand` None is as on AWS for a model that is listed here, and true for any other."""

    offered: Annotated[bool | Patterns, BeforeValidator(_check_offered)] = True
    on_demand: bool | None = None
    agreement: Agreement = "AVAILABLE"
    authorized: bool = True
    entitled: bool = True
    lifecycle: Literal["ACTIVE", "LEGACY"] = "ACTIVE"

    def is_offered_in(self, region: str) -> bool:
        return self.offered if isinstance(self.offered, bool) else region in self.offered


class Guardrails(_Part):
    missing: Patterns = ()

    def have(self, guardrail: str, version: str) -> bool:
        """Whether the guardrail of this id has this version."""
        return not (_matches(guardrail, self.missing) or _matches(f"{guardrail}:{version}", self.missing))


class Roles(_Part):
    refused: Patterns = ()

    def may_be_assumed(self, arn: str) -> bool:
        return not _matches(arn, self.refused)


class Bedrock(_Part):
    models: Mapping[str, BedrockModel] = Field(default_factory=dict)
    use_case_form: bool = True
    guardrails: Guardrails = Guardrails()
    roles: Roles = Roles()

    def model(self, model: str) -> BedrockModel:
        """What is said of `model`, whether it or its profile is named."""
        base = base_model(model)
        return next((each for name, each in self.models.items() if base_model(name) == base), BedrockModel())

    def key(self, model: str) -> str:
        """The key under which the file has `model`, or is to have it."""
        base = base_model(model)
        return next((name for name in self.models if base_model(name) == base), base)


class HubTokens(_Part):
    refused: tuple[str, ...] = ()
    without_read: tuple[str, ...] = ()


class HubModel(_Part):
    """One model of the Hub. `revisions` None means that any exists; `pending` and `rejected` are of a request for
    access that its authors decide.
    """

    gated: Literal[False, "auto", "manual"] = False
    licence_accepted: Literal[True, False, "pending", "rejected"] = True
    revisions: tuple[str, ...] | None = None
    size_gb: Annotated[float, Field(gt=0)] = 1.0
    exists: bool = True

    def has(self, revision: str) -> bool:
        return self.revisions is None or revision in self.revisions


class Hub(_Part):
    tokens: HubTokens = HubTokens()
    models: Mapping[str, HubModel] = Field(default_factory=dict)

    def model(self, name: str) -> HubModel:
        return self.models.get(name, HubModel())


class Account(_Part):
    """The whole file."""

    quotas: Mapping[
        Annotated[str, AfterValidator(_check_quota_key)],
        Annotated[int | Literal["not_applied"], BeforeValidator(_check_quota)],
    ] = Field(default_factory=dict)
    quota_requests: QuotaRequests = QuotaRequests()
    instance_types: InstanceTypes = InstanceTypes()
    images: Images = Images()
    iam: Iam = Iam()
    bedrock: Bedrock = Bedrock()
    hub: Hub = Hub()
    refusals: Mapping[Annotated[str, AfterValidator(_check_service)], Refusal] = Field(default_factory=dict)

    def quota(self, instance_type: str) -> int | None:
        """The applied "<instance type> for endpoint usage"; None where none was ever applied."""
        value = self.quotas.get(instance_type, self.quotas.get(DEFAULT_QUOTA, 100))
        return value if isinstance(value, int) else None

    def refusal(self, service: str) -> Refusal | None:
        """How `service`, a signing name, refuses everything, if it does."""
        named = {_plain(name): refusal for name, refusal in self.refusals.items()}
        return named.get(_plain(service), named.get(EVERY_SERVICE))
