"""What a SageMaker endpoint is doing, as `/v1/models` says it.

In: DescribeEndpoint. Out: a `Status`, kept for a few seconds so that a page that lists models often does not use up
the account's DescribeEndpoint rate. Separate from invoking: this uses the control plane, and another permission.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from chat_handler import threads
from chat_handler.errors import ChatError, EndpointFailedError, EndpointMissingError, ModelNotReadyError, NoAccessError
from chat_handler.sources import Source
from chat_handler.upstreams.base import READY, ModelRecord, Status

FRESH_S = 10.0

# All nine values of EndpointStatus but Creating and Failed. An endpoint that is updated keeps serving its old
# configuration. https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeEndpoint.html, read 2026-11-22.
_STATUSES = {
    "InService": READY,
    "Updating": READY,
    "SystemUpdating": READY,
    "RollingBack": READY,
    "OutOfService": Status("stopped", "the endpoint is out of service"),
    "Deleting": Status("stopped", "the endpoint is being deleted"),
    "UpdateRollbackFailed": Status("failed", "the endpoint's update failed, and so did its roll-back"),
}
_FAILED = ("Failed", "UpdateRollbackFailed")
# Where the word of AWS for a status would be: there is no endpoint, and there should be.
_MISSING = "missing"
# What is said where SageMaker does not tell: the endpoint itself may be well.
_UNTOLD = ("unknown", "no_access")


@dataclass(frozen=True)
class Described:
    """What DescribeEndpoint said: the handler's word for it, and AWS's own with how long the endpoint has been so."""

    status: Status
    aws_status: str = ""
    for_how_long: str = ""

    def not_serving(self, subject: str) -> ChatError | None:
        """The error for an endpoint that InvokeEndpoint did not find; None where it should have."""
        told = f"{subject}: {self.status.reason}"
        match self.status.state:
            case "no_access":
                return NoAccessError(told)
            case "failed" if self.aws_status in _FAILED:
                return EndpointFailedError(told)
            case "stopped" if self.aws_status == _MISSING:
                return EndpointMissingError(told)
            case "ready" if self.aws_status == "InService":
                return None
            case "ready":  # it is being updated, and was not found all the same
                changed = f"{self.aws_status}{self.for_how_long}"
                return ModelNotReadyError(f"{subject} is being changed ({changed}); try again in a minute")
            case _:
                return ModelNotReadyError(told)


class EndpointStatus:
    """The status of one endpoint. `client` gives a SageMaker client and may block; `gone` is the status where there is
    no endpoint, and `source` what the region's SageMaker is called.
    """

    def __init__(
        self,
        endpoint: str,
        client: Callable[[], Any],
        gone: Described,
        source: str,
        *,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._endpoint = endpoint
        self._client = client
        self._gone = gone
        self._source = source
        self._now = now
        self._last = Described(READY)
        self._asked_at = float("-inf")

    async def get(self, max_age_s: float = FRESH_S) -> Described:
        """What the endpoint is doing, at most `max_age_s` ago."""
        if self._now() - self._asked_at >= max_age_s:
            described = await threads.call(self._described)
            self._last = replace(described, status=self._sourced(described.status))
            self._asked_at = self._now()
        return self._last

    def _sourced(self, status: Status) -> Status:
        problem = status.reason if status.state in _UNTOLD else None
        checked_at = None if status.state == "unknown" else datetime.now(UTC)
        return replace(status, source=Source(self._source, checked_at, problem))

    def _described(self) -> Described:
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            reply = self._client().describe_endpoint(EndpointName=self._endpoint)
        except ClientError as exc:
            return self._refused(str(exc.response.get("Error", {}).get("Code", "")))
        except BotoCoreError as exc:
            return _unknown(type(exc).__name__)
        return _told(reply)

    def _refused(self, code: str) -> Described:
        # DescribeEndpoint has one error for "no such endpoint", and calls it ValidationException.
        if code == "ValidationException":
            return self._gone
        if code.startswith("AccessDenied"):
            reason = "the handler's role may not describe the endpoint; apply the module again"
            return Described(Status("no_access", reason))
        return _unknown(code)


def gone(record: ModelRecord, *, is_own: bool) -> Described:
    """The status of a model whose endpoint does not exist, and what to do. `is_own`: the deployment created it."""
    if record.fields.get("stopped") is True:
        return Described(Status("stopped", f"the model is stopped; start it with: terrachat start {record.id}"))
    schedule = record.fields.get("schedule")
    if isinstance(schedule, dict):
        reason = (
            f"the endpoint does not exist now; its schedule creates it at {schedule.get('start')!r} "
            f"({schedule.get('timezone')}) and deletes it at {schedule.get('stop')!r}"
        )
        return Described(Status("stopped", reason, is_absent=True))
    if is_own:
        return _missing("the endpoint does not exist now; create it again with: terrachat apply")
    return _missing(
        "the endpoint does not exist, and no apply creates it; create it, or correct the catalog's endpoint, region"
    )


def _missing(reason: str) -> Described:
    return Described(Status("stopped", reason), _MISSING)


def _told(reply: dict[str, Any]) -> Described:
    value = str(reply.get("EndpointStatus"))
    age = _age(reply.get("CreationTime" if value == "Creating" else "LastModifiedTime"))
    return Described(_status(value, reply, age), value, age)


def _status(value: str, reply: dict[str, Any], age: str) -> Status:
    if value == "Creating":
        return Status("starting", f"the endpoint is being created{age}; large models take several minutes")
    if value == "Failed":
        return Status("failed", str(reply.get("FailureReason") or "the endpoint failed and gave no reason"))
    return _STATUSES.get(value, Status("failed", f"the endpoint is in a state that is not known here: {value!r}"))


def _unknown(why: str) -> Described:
    return Described(Status("unknown", f"the endpoint cannot be described ({why})"))


def _age(since: Any) -> str:
    """How long ago `since` was, as the end of a sentence; empty where AWS does not say it."""
    if not isinstance(since, datetime):
        return ""
    minutes = int((datetime.now(UTC) - since).total_seconds() // 60)
    return f", for {minutes} min now" if minutes > 0 else ", for less than a minute"
