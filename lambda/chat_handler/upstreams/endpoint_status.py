"""What a SageMaker endpoint is doing, as `/v1/models` says it.

In: DescribeEndpoint. Out: a `Status`, kept for a few seconds so that a page that lists models often does not use up
the account's DescribeEndpoint rate. Separate from invoking: this uses the control plane, and another permission.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from chat_handler import threads
from chat_handler.upstreams.base import READY, ModelRecord, Status

FRESH_S = 10.0

# All nine values of EndpointStatus but Failed. An endpoint that is updated keeps serving its old configuration.
# https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeEndpoint.html, read 2026-11-22.
_STATUSES = {
    "InService": READY,
    "Creating": Status("starting", "the endpoint is being created; large models take several minutes"),
    "Updating": READY,
    "SystemUpdating": READY,
    "RollingBack": READY,
    "OutOfService": Status("stopped", "the endpoint is out of service"),
    "Deleting": Status("stopped", "the endpoint is being deleted"),
    "UpdateRollbackFailed": Status("failed", "the endpoint's update failed, and so did its roll-back"),
}
_GONE = "the endpoint does not exist now; create it again with: terrachat apply"


class EndpointStatus:
    """The status of one endpoint. `client` gives a SageMaker client and may block; `gone` says what is to be done where
    there is no endpoint.
    """

    def __init__(
        self,
        endpoint: str,
        client: Callable[[], Any],
        gone: str = _GONE,
        *,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._endpoint = endpoint
        self._client = client
        self._gone = Status("stopped", gone)
        self._now = now
        self._last = READY
        self._asked_at = float("-inf")

    async def get(self, max_age_s: float = FRESH_S) -> Status:
        """The status, at most `max_age_s` old."""
        if self._now() - self._asked_at >= max_age_s:
            self._last = await threads.call(self._described)
            self._asked_at = self._now()
        return self._last

    def _described(self) -> Status:
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            reply = self._client().describe_endpoint(EndpointName=self._endpoint)
        except ClientError as exc:
            return self._refused(str(exc.response.get("Error", {}).get("Code", "")))
        except BotoCoreError as exc:
            return Status("failed", f"the endpoint cannot be described ({type(exc).__name__})")
        return _status(reply)

    def _refused(self, code: str) -> Status:
        # DescribeEndpoint has one error for "no such endpoint", and calls it ValidationException.
        if code == "ValidationException":
            return self._gone
        if code.startswith("AccessDenied"):
            return Status("no_access", "the handler's role may not describe the endpoint; apply the module again")
        return Status("failed", f"the endpoint cannot be described ({code})")


def gone(record: ModelRecord, *, is_own: bool = True) -> str:
    """What to do where the endpoint of `record` does not exist. `is_own`: the deployment created it."""
    if record.fields.get("stopped") is True:
        return f"the model is stopped; start it with: terrachat start {record.id}"
    schedule = record.fields.get("schedule")
    if isinstance(schedule, dict):
        return (
            f"the endpoint does not exist now; its schedule creates it at {schedule.get('start')!r} "
            f"({schedule.get('timezone')}) and deletes it at {schedule.get('stop')!r}"
        )
    if not is_own:
        return (
            "the endpoint does not exist, and no apply creates it; create it, or correct the catalog's endpoint, region"
        )
    return _GONE


def _status(reply: dict[str, Any]) -> Status:
    value = str(reply.get("EndpointStatus"))
    if value == "Failed":
        return Status("failed", str(reply.get("FailureReason") or "the endpoint failed and gave no reason"))
    return _STATUSES.get(value, Status("failed", f"the endpoint is in a state that is not known here: {value!r}"))
