"""Whether SageMaker's quotas allow the instances that the deployment takes.

In: the plan's endpoints, what runs in the region, and Service Quotas. Out: a finding for each instance type, with the
offer to request an increase. Quotas are found by name: their codes are AWS's own, and say nothing to anybody.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from generator.aws_calls import calling
from generator.catalog import SageMakerEntry
from generator.errors import AwsError
from generator.preflight.findings import Check, Finding, Offer, Verdict
from generator.preflight.quota_needs import TypeNeed, type_needs
from generator.preflight.running_instances import running_instances
from generator.preflight.scene import Scene

_SERVICE = "sagemaker"
_COUNTING = "sagemaker:ListEndpoints, sagemaker:DescribeEndpoint and sagemaker:DescribeEndpointConfig"
_OPEN = frozenset({"PENDING", "CASE_OPENED"})
_STANDING = {True: "AWS's default", False: "applied"}
_REFUSED = frozenset({"DENIED", "NOT_APPROVED", "INVALID_REQUEST"})


@dataclass(frozen=True)
class _Quota:
    """A quota as it stands. `is_default` means that nothing else was ever applied to the account."""

    code: str
    value: int
    is_adjustable: bool
    is_default: bool = False


@dataclass(frozen=True)
class _Request:
    """The last request for a larger quota."""

    status: str
    value: int
    date: str

    @property
    def is_open(self) -> bool:
        return self.status in _OPEN


@dataclass(frozen=True)
class _Seen:
    """What is known of one type. `unseen` says why other endpoints could not be counted; empty where they were."""

    need: TypeNeed
    quota: _Quota
    request: _Request | None
    unseen: str


def checks(scene: Scene) -> Iterator[Check]:
    """One check for all types: they are in the same list of quotas, of which AWS gives a hundred at a time."""
    models = tuple(each.id for each in scene.catalog.models if isinstance(each, SageMakerEntry) and not each.stopped)
    if models:
        subject = f"SageMaker's quotas in {scene.region}"
        yield Check("quota", subject, partial(_examine, scene), models=models)


def _examine(scene: Scene) -> Iterator[Finding]:
    endpoints = scene.plan.endpoints
    try:
        running, unseen = running_instances(scene.aws.client("sagemaker", scene.region)), ""
    except AwsError as error:
        running, unseen = (), error.message.rstrip(".")
    needs = type_needs(endpoints, running)
    service = scene.aws.client("service-quotas", scene.region)
    quotas = _quotas(service, [need.instance_type for need in needs])
    for need in needs:
        quota = quotas.get(_name(need.instance_type))
        if quota is None:
            yield _not_offered(scene, need)
            continue
        request = _last_request(service, quota) if quota.value < need.desired else None
        yield _judged(scene, _Seen(need, quota, request, unseen))


def _name(instance_type: str) -> str:
    return f"{instance_type} for endpoint usage"


def _quotas(service: Any, types: Iterable[str]) -> dict[str, _Quota]:
    """The quotas of `types` by name: those that were applied, and AWS's defaults of the others.

    ListServiceQuotas leaves out what was never applied, and each list is some ten pages long: both are read only until
    everything is found.
    """
    missing = {_name(type_) for type_ in types}
    found: dict[str, _Quota] = {}
    for operation, is_default in (("list_service_quotas", False), ("list_aws_default_service_quotas", True)):
        with calling(operation.title().replace("_", "")):
            pages = iter(service.get_paginator(operation).paginate(ServiceCode=_SERVICE))
            while missing and (page := next(pages, None)) is not None:
                for each in page["Quotas"]:
                    if each["QuotaName"] in missing:
                        missing.remove(each["QuotaName"])
                        quota = _Quota(each["QuotaCode"], int(each["Value"]), each["Adjustable"], is_default)
                        found[each["QuotaName"]] = quota
    return found


def _last_request(service: Any, quota: _Quota) -> _Request | None:
    """The last request, of those that AWS remembers. None also where that may not be asked: it changes no verdict."""
    try:
        with calling("ListRequestedServiceQuotaChangeHistoryByQuota"):
            pages = service.get_paginator("list_requested_service_quota_change_history_by_quota").paginate(
                ServiceCode=_SERVICE, QuotaCode=quota.code
            )
            found = [request for page in pages for request in page["RequestedQuotas"]]
    except AwsError:
        return None
    if not found:
        return None
    last = max(found, key=lambda request: (request["Status"] in _OPEN, request["Created"]))
    return _Request(last["Status"], int(last["DesiredValue"]), f"{last['Created']:%Y-%m-%d}")


def _judged(scene: Scene, seen: _Seen) -> Finding:
    verdict, reason = _verdict(seen)
    request = seen.request
    if request is not None:
        reason += _request_words(request)
    is_asked = request is not None and request.is_open
    can_ask = seen.quota.value < seen.need.desired and seen.quota.is_adjustable and not is_asked
    return Finding(
        f"quota/{seen.need.instance_type}",
        f"quota of {seen.need.instance_type} in {scene.region}",
        verdict,
        reason,
        asked=f"service-quotas ListServiceQuotas, sagemaker ListEndpoints, {scene.region}",
        value=f"{seen.quota.value} ({_STANDING[seen.quota.is_default]})",
        fix=_fix(scene, seen),
        models=seen.need.models,
        offer=_offer(scene, seen) if can_ask else None,
    )


def _verdict(seen: _Seen) -> tuple[Verdict, str]:
    need, quota = seen.need, seen.quota.value
    has = f"The quota is {quota}"
    if quota < need.deployed:
        return Verdict.BLOCKED, f"{has}, and the deployment needs {need.deployed}: {_shares(need)}."
    if seen.unseen:
        return Verdict.UNKNOWN, f"{has}, enough for {_shares(need)}; what else runs is not known: {seen.unseen}."
    if quota < need.scaled:
        most = max(need.entries, key=lambda entry: entry.most)
        return Verdict.WARN, (
            f"{has}: it deploys ({need.deployed}), and scaling stops early: {most.model_id!r} may grow to {most.most}, "
            f"and all together take {need.scaled}."
        )
    if quota < need.updated:
        return Verdict.WARN, (
            f"{has}: it deploys ({need.deployed}), and a later change of all endpoints at once is refused: new "
            f"instances start beside the old ones, {need.updated} in all."
        )
    return Verdict.OK, f"{has}; the deployment takes {need.deployed}, and never more than {need.desired}."


def _shares(need: TypeNeed) -> str:
    """Who takes how many."""
    shares = [f"{entry.deployed} for {entry.model_id!r}" for entry in need.entries]
    shares += [f"{need.leaving} in endpoints that the catalog moves or stops"] if need.leaving else []
    shares += [f"{need.others} run in other endpoints"] if need.others else []
    return ", ".join(shares)


def _request_words(request: _Request) -> str:
    if request.is_open:
        return f" An increase to {request.value} was requested on {request.date} and is {request.status}."
    if request.status in _REFUSED:
        return f" An increase to {request.value}, requested on {request.date}, was not granted ({request.status})."
    if request.status == "CASE_CLOSED":
        # Service Quotas API reference, RequestedServiceQuotaChange, read on 2026-11-22: the outcome is in the case.
        return f" AWS closed the case of an increase to {request.value}, requested on {request.date}; it says why."
    return f" An increase to {request.value} was granted on request of {request.date}."


def _fix(scene: Scene, seen: _Seen) -> str:
    need, quota = seen.need, seen.quota
    if quota.value >= need.desired:
        return f"Let whoever is signed in call {_COUNTING}." if seen.unseen else ""
    if seen.request and seen.request.is_open:
        # "Only one open service quota increase request is allowed per quota": hashicorp/terraform-provider-aws issue
        # 19657, read on 2026-11-22.
        more = "" if seen.request.value >= need.desired else f", and ask for {need.desired} there"
        return f"Wait for AWS; look in the console under Service Quotas, Quota request history, for its case{more}."
    if not quota.is_adjustable:
        return "AWS does not raise this quota: choose another instance type, or fewer instances."
    if scene.is_local:
        return f"terrachat doctor --fix{scene.option}"
    return (
        f"terrachat doctor --fix{scene.option}, or:\n"
        f"  aws service-quotas request-service-quota-increase --service-code {_SERVICE} --quota-code {quota.code} "
        f"--desired-value {need.desired} --region {scene.region}"
    )


def _offer(scene: Scene, seen: _Seen) -> Offer:
    need, quota = seen.need, seen.quota

    def make(_: Mapping[str, str]) -> str:
        service = scene.aws.client("service-quotas", scene.region)
        with calling(f"RequestServiceQuotaIncrease of {_name(need.instance_type)!r}"):
            made = service.request_service_quota_increase(
                ServiceCode=_SERVICE, QuotaCode=quota.code, DesiredValue=float(need.desired)
            )["RequestedQuota"]
        return f"Requested; AWS says {made['Status']}. Ask again later: terrachat doctor{scene.option}"

    return Offer(
        f"Request {need.desired} x {_name(need.instance_type)!r} in {scene.region}",
        # Service Quotas API reference, RequestServiceQuotaIncrease, read on 2026-11-22: AWS may create a support case.
        f"It raises a limit from {quota.value} for the account in {scene.region}, and costs nothing by itself: "
        "instances do when they run. AWS decides, and may open a support case.",
        make,
    )


def _not_offered(scene: Scene, need: TypeNeed) -> Finding:
    return Finding(
        f"quota/{need.instance_type}",
        f"quota of {need.instance_type} in {scene.region}",
        Verdict.BLOCKED,
        f"{scene.region} has no quota named {_name(need.instance_type)!r}: SageMaker hosts nothing on it there.",
        asked=f"service-quotas ListServiceQuotas, ListAWSDefaultServiceQuotas, {scene.region}",
        value="none",
        fix="Choose another instance type, or another region, in the catalog.",
        models=need.models,
    )
