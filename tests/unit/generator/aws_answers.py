"""boto3 clients that give prepared answers: AWS's side of a test, checked against botocore's own model of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import Any

import boto3
from botocore.stub import Stubber

from generator.deployment.live_endpoints import LiveEndpoints

CREDENTIALS = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
MISSING = 'Could not find endpoint "arn:aws:sagemaker:us-east-1:123456789012:endpoint/x".'


@cache
def _session() -> boto3.Session:
    """One for all clients: it reads a service's description once, which is what takes the time."""
    return boto3.Session(aws_access_key_id="testing", aws_secret_access_key="testing", region_name="us-east-1")


@dataclass(frozen=True)
class Answer:
    """One call that is expected and what comes back: `gives`, or an error of this code and message."""

    operation: str
    gives: dict[str, Any] = field(default_factory=dict)
    error: tuple[str, str] | None = None
    given: dict[str, Any] | None = None


def client(service: str, *answers: Answer, url: str | None = None, may_be_left: bool = False) -> Any:
    """A client of `service` that expects these calls, in this order, and no others.

    `may_be_left`: not all of them have to be made. `url`: another address than AWS's own.
    """
    made = _session().client(service, region_name="us-east-1", endpoint_url=url)  # type: ignore[call-overload]
    stubber = Stubber(made)
    for answer in answers:
        if answer.error:
            stubber.add_client_error(answer.operation, *answer.error, expected_params=answer.given)
        else:
            stubber.add_response(answer.operation, answer.gives, answer.given)
    stubber.activate()
    if not may_be_left:
        _IN_USE.append(stubber)
    return made


_IN_USE: list[Stubber] = []


def check_all_was_asked() -> None:
    """Fail where a client was given answers that nobody asked for. Forgets every client that was made so far."""
    try:
        for stubber in _IN_USE:
            stubber.assert_no_pending_responses()
    finally:
        _IN_USE.clear()


def live(*sagemaker: Answer, logs: tuple[Answer, ...] = ()) -> LiveEndpoints:
    """The live endpoints of an AWS that answers like this."""
    return LiveEndpoints("us-east-1", {"sagemaker": client("sagemaker", *sagemaker), "logs": client("logs", *logs)})


def endpoint(name: str, status: str = "InService", config: str = "c-1", failure: str | None = None) -> Answer:
    """DescribeEndpoint finds this."""
    now = "2026-11-22T00:00:00Z"
    found = {
        "EndpointName": name,
        "EndpointArn": f"arn:aws:sagemaker:us-east-1:123456789012:endpoint/{name}",
        "EndpointConfigName": config,
        "EndpointStatus": status,
        "CreationTime": now,
        "LastModifiedTime": now,
    }
    return Answer(
        "describe_endpoint", found | ({"FailureReason": failure} if failure else {}), None, {"EndpointName": name}
    )


def no_endpoint(name: str) -> Answer:
    """DescribeEndpoint finds nothing."""
    return Answer("describe_endpoint", error=("ValidationException", MISSING), given={"EndpointName": name})


def log_of(name: str, *lines: str) -> tuple[Answer, Answer]:
    """The log group of an endpoint holds these lines."""
    group = f"/aws/sagemaker/Endpoints/{name}"
    return (
        Answer("describe_log_streams", {"logStreams": [{"logStreamName": "AllTraffic/i-1"}]}),
        Answer(
            "get_log_events",
            {"events": [{"message": line, "timestamp": 0} for line in lines]},
            given={"logGroupName": group, "logStreamName": "AllTraffic/i-1", "limit": 20, "startFromHead": False},
        ),
    )


NO_LOG = (Answer("describe_log_streams", error=("ResourceNotFoundException", "The log group does not exist.")),)
