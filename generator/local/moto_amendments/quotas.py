"""Service Quotas for SageMaker: moto 5.2.5 has two operations, and the quotas of one other service.

In: the account file. Out: the quotas of every instance type that SageMaker's API has, as AWS lists them; requests for
larger ones, which raise the quota in the file or stay there as PENDING. Quotas of other services are moto's.
"""

from __future__ import annotations

import functools
import hashlib
import json
import re
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import chain
from typing import Any

from moto.core.exceptions import JsonRESTError
from moto.servicequotas.exceptions import NoSuchResource
from moto.servicequotas.responses import ServiceQuotasResponse

from generator.local.account.account import QuotaRequest
from generator.local.account.account_file import AccountFile
from generator.local.account.edits import Add, Put
from generator.local.moto_amendments.replacing import replace
from generator.local.moto_amendments.sagemaker import instance_types

_SAGEMAKER = "sagemaker"
_PAGE = 100
_OPEN = ("PENDING", "CASE_OPENED")
_USAGE = "endpoint usage"
# Another quota of the same instance type. AWS has several, and who looks for one must not find another.
_OTHER_USAGE = "training job usage"
# Instance families with a GPU or an accelerator: AWS's default is 0 for almost all of them.
_ACCELERATED = re.compile(r"ml\.(?:g|p|inf|trn)\d")
_DEFAULT_WITHOUT_GPU = 4  # AWS's defaults differ by type and year; nothing depends on this one
# Public dumps of quotas agree on these, in every region and account. The other codes here are made up.
_CODES = {
    "ml.g5.xlarge": "L-1928E07B",
    "ml.g5.2xlarge": "L-9614C779",
    "ml.g5.12xlarge": "L-65C4BD00",
    "ml.g5.48xlarge": "L-0100B823",
    "ml.g6.xlarge": "L-D470D954",
    "ml.g6.2xlarge": "L-98BDE811",
    "ml.g6e.xlarge": "L-B0729CB4",
    "ml.g6e.2xlarge": "L-F8D7F460",
    "ml.g6e.4xlarge": "L-93531071",
    "ml.p4d.24xlarge": "L-09F79647",
    "ml.p5.48xlarge": "L-16AF71F1",
}

_Quota = dict[str, Any]
_Answer = Callable[[ServiceQuotasResponse, dict[str, Any]], dict[str, Any]]


def amend(account: AccountFile) -> None:
    _list(account)
    _get(account)
    _request(account)
    _list_requests(account)


def _list(account: AccountFile) -> None:
    """Moto lists the defaults of the service vpc, and no applied quotas.

    AWS lists as applied only what was ever applied: who looks there alone finds nothing for most instance types.
    """

    def applied(response: ServiceQuotasResponse, asked: dict[str, Any]) -> dict[str, Any]:
        _require_sagemaker(asked)
        quotas = list(_applied(account, response))
        if asked.get("QuotaCode"):
            quotas = [quota for quota in quotas if quota["QuotaCode"] == asked["QuotaCode"]]
        return _page("Quotas", quotas, asked)

    def defaults(response: ServiceQuotasResponse, asked: dict[str, Any]) -> dict[str, Any]:
        return _page("Quotas", list(_defaults(account, response)), asked)

    _answer("list_service_quotas", applied)
    _answer_for_sagemaker("list_aws_default_service_quotas", defaults)


def _get(account: AccountFile) -> None:
    """Moto knows no quota of SageMaker. AWS has no applied quota where none was ever applied, and says so."""

    def applied(response: ServiceQuotasResponse, asked: dict[str, Any]) -> dict[str, Any]:
        return {"Quota": _find(_applied(account, response), asked)}

    def default(response: ServiceQuotasResponse, asked: dict[str, Any]) -> dict[str, Any]:
        _require_sagemaker(asked)
        return {"Quota": _find(_defaults(account, response), asked)}

    _answer_for_sagemaker("get_service_quota", applied)
    _answer("get_aws_default_service_quota", default)


def _request(account: AccountFile) -> None:
    """Moto cannot request an increase. AWS takes one request at a time, for more than there is, and decides later."""

    def request(response: ServiceQuotasResponse, asked: dict[str, Any]) -> dict[str, Any]:
        _require_sagemaker(asked)
        # The applied quota, or else the default; of the other usage none is played.
        quota = _find(chain(_applied(account, response), _defaults(account, response, (_USAGE,))), asked)
        wanted = float(asked["DesiredValue"])
        if wanted <= quota["Value"]:
            said = f"You must provide a quota value greater than the current quota value of {quota['Value']}"
            raise JsonRESTError("IllegalArgumentException", said)
        if any(each["Status"] in _OPEN for each in _requests(account, response, quota["QuotaCode"])):
            said = "Only one open service quota increase request is allowed per quota."
            raise JsonRESTError("ResourceAlreadyExistsException", said)
        made = QuotaRequest(
            type=quota["QuotaName"].partition(" ")[0],
            value=wanted,
            region=response.region,
            id=uuid.uuid4().hex,
            requested_at=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        )
        _decide(account, made)
        return {"RequestedQuota": _told(made, response)}

    _answer("request_service_quota_increase", request)


def _decide(account: AccountFile, made: QuotaRequest) -> None:
    """Write the request into the file, and the new value if it is approved at once."""
    is_approved = account.read().quota_requests.approve == "at_once"
    noted = {**made.model_dump(), "value": int(made.value), "status": "APPROVED" if is_approved else "PENDING"}
    edits: list[Put | Add] = [Add(("quota_requests", "requested"), noted)]
    if is_approved:
        edits.append(Put(("quotas", made.type), int(made.value)))
    account.change(*edits)


def _list_requests(account: AccountFile) -> None:
    """Moto has no history of requests."""

    def history(response: ServiceQuotasResponse, asked: dict[str, Any]) -> dict[str, Any]:
        found = _requests(account, response, asked.get("QuotaCode"))
        if asked.get("ServiceCode", _SAGEMAKER) != _SAGEMAKER:
            found = []
        if asked.get("Status"):
            found = [each for each in found if each["Status"] == asked["Status"]]
        return _page("RequestedQuotas", found, asked)

    _answer("list_requested_service_quota_change_history", history)
    _answer("list_requested_service_quota_change_history_by_quota", history)


def _answer(operation: str, answer: _Answer) -> None:
    def answered(self: ServiceQuotasResponse) -> str:
        return json.dumps(answer(self, json.loads(self.body)))

    replace(ServiceQuotasResponse, operation, answered)


def _answer_for_sagemaker(operation: str, answer: _Answer) -> None:
    """Answer for SageMaker, and leave other services to moto."""
    original = getattr(ServiceQuotasResponse, operation)

    @functools.wraps(original)
    def answered(self: ServiceQuotasResponse) -> str:
        asked = json.loads(self.body)
        if asked.get("ServiceCode") == _SAGEMAKER:
            return json.dumps(answer(self, asked))
        return str(original(self))

    replace(ServiceQuotasResponse, operation, answered)


def _require_sagemaker(asked: dict[str, Any]) -> None:
    if asked.get("ServiceCode") != _SAGEMAKER:
        raise NoSuchResource


def _find(quotas: Iterator[_Quota], asked: dict[str, Any]) -> _Quota:
    for quota in quotas:
        if quota["QuotaCode"] == asked["QuotaCode"]:
            return quota
    raise JsonRESTError("NoSuchResourceException", "The request failed because the specified quota does not exist.")


def _applied(account: AccountFile, response: ServiceQuotasResponse) -> Iterator[_Quota]:
    played = account.read()
    for name in _types(account):
        value = played.quota(name)
        if value is not None:
            yield _quota(name, _USAGE, value, response)


def _defaults(
    account: AccountFile, response: ServiceQuotasResponse, usages: Sequence[str] = (_USAGE, _OTHER_USAGE)
) -> Iterator[_Quota]:
    for name in _types(account):
        value = 0 if _ACCELERATED.match(name) else _DEFAULT_WITHOUT_GPU
        for usage in usages:
            yield _quota(name, usage, value, response)


def _types(account: AccountFile) -> list[str]:
    """All instance types of the API, and those that the file names: AWS has a quota before botocore has the type."""
    named = {name for name in account.read().quotas if name.startswith("ml.")}
    return sorted(instance_types() | named)


def _quota(name: str, usage: str, value: int, response: ServiceQuotasResponse) -> _Quota:
    return {
        "ServiceCode": _SAGEMAKER,
        "ServiceName": "Amazon SageMaker",
        "QuotaArn": _arn(_code(name, usage), response),
        "QuotaCode": _code(name, usage),
        "QuotaName": f"{name} for {usage}",
        "Value": float(value),
        "Unit": "None",
        "Adjustable": True,
        "GlobalQuota": False,
        "QuotaAppliedAtLevel": "ACCOUNT",
    }


def _code(name: str, usage: str) -> str:
    made_up = f"L-{hashlib.sha256(f'{name} {usage}'.encode()).hexdigest()[:8].upper()}"
    return _CODES.get(name, made_up) if usage == _USAGE else made_up


def _arn(code: str, response: ServiceQuotasResponse) -> str:
    return f"arn:{response.partition}:servicequotas:{response.region}:{response.current_account}:{_SAGEMAKER}/{code}"


def _requests(account: AccountFile, response: ServiceQuotasResponse, code: str | None) -> list[dict[str, Any]]:
    """The requests of this region, the newest first; those of one quota, or all."""
    made = (_told(each, response) for each in account.read().quota_requests.requested if _is_of(each, response.region))
    return [each for each in made if code in (None, each["QuotaCode"])]


def _is_of(request: QuotaRequest, region: str) -> bool:
    return request.region in (None, region)


def _told(request: QuotaRequest, response: ServiceQuotasResponse) -> dict[str, Any]:
    code = _code(request.type, _USAGE)
    asked_at = _seconds(request.requested_at)
    return {
        "Id": request.id or hashlib.sha256(repr(request).encode()).hexdigest()[:32],
        "ServiceCode": _SAGEMAKER,
        "ServiceName": "Amazon SageMaker",
        "QuotaCode": code,
        "QuotaName": f"{request.type} for {_USAGE}",
        "DesiredValue": request.value,
        "Status": request.status,
        "Created": asked_at,
        "LastUpdated": asked_at,
        "Requester": json.dumps({"accountId": response.current_account}),
        "QuotaArn": _arn(code, response),
        "GlobalQuota": False,
        "Unit": "None",
        "QuotaRequestedAtLevel": "ACCOUNT",
    }


def _seconds(moment: str | None) -> float:
    """A request that was written by hand may say when, in any form or not at all."""
    try:
        return datetime.fromisoformat(moment or "").timestamp()
    except ValueError:
        return time.time()


def _page(key: str, rows: Sequence[dict[str, Any]], asked: dict[str, Any]) -> dict[str, Any]:
    token = asked.get("NextToken") or "0"
    if not token.isdigit():
        raise JsonRESTError("InvalidPaginationTokenException", "Invalid pagination token.")
    start, count = int(token), int(asked.get("MaxResults") or _PAGE)
    page: dict[str, Any] = {key: rows[start : start + count]}
    if start + count < len(rows):
        page["NextToken"] = str(start + count)
    return page
