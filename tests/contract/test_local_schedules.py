"""EventBridge schedules that are run by hand: what evening and morning do to an endpoint."""

from __future__ import annotations

import json
from typing import Any

import httpx2
import pytest
from botocore.exceptions import ClientError

from tests.contract.local_clients import Running
from tests.unit.generator.local.waiting import until

ROLE = "arn:aws:iam::123456789012:role/scheduler"


@pytest.fixture(scope="session")
def group(local_target: Running) -> str:
    """A group with the schedules of one endpoint, and some that cannot work."""
    scheduler = local_target.client("scheduler")
    scheduler.create_schedule_group(Name="office")
    targets = {
        "morning": ("aws-sdk:sagemaker:createEndpoint", {"EndpointName": "night", "EndpointConfigName": "demo"}),
        "evening": ("aws-sdk:sagemaker:deleteEndpoint", {"EndpointName": "night"}),
        "misspelt": ("aws-sdk:sagemaker:deleteEndpoint", {"Endpoint": "night"}),
        "no-such-operation": ("aws-sdk:sagemaker:forgetEndpoint", {}),
    }
    for name, (target, parameters) in targets.items():
        create(scheduler, name, f"arn:aws:scheduler:::{target}", json.dumps(parameters))
    create(scheduler, "function", "arn:aws:lambda:us-east-1:123456789012:function:f", "{}")
    return "office"


def create(scheduler: Any, name: str, target: str, parameters: str) -> None:
    scheduler.create_schedule(
        Name=name,
        GroupName="office",
        ScheduleExpression="cron(0 8 ? * MON-FRI *)",
        FlexibleTimeWindow={"Mode": "OFF"},
        Target={"Arn": target, "RoleArn": ROLE, "Input": parameters},
    )


def test_morning_creates_the_endpoint_and_evening_deletes_it(local: Running, group: str) -> None:
    sagemaker = local.client("sagemaker")

    morning = run(local, group, "morning")
    until(lambda: sagemaker.describe_endpoint(EndpointName="night")["EndpointStatus"] == "InService")
    evening = run(local, group, "evening")

    assert morning.json() == {
        "service": "sagemaker",
        "operation": "createEndpoint",
        "input": {"EndpointName": "night", "EndpointConfigName": "demo"},
    }
    assert evening.json()["operation"] == "deleteEndpoint"
    with pytest.raises(ClientError, match="Could not find endpoint"):
        sagemaker.describe_endpoint(EndpointName="night")


@pytest.mark.parametrize(
    ("name", "status", "said"),
    [
        pytest.param("noon", 404, "there is no schedule 'noon' in the group 'office'", id="no schedule"),
        pytest.param("evening", 502, "Could not find endpoint", id="refused by AWS"),
        pytest.param("misspelt", 502, 'Missing required parameter in input: "EndpointName"', id="wrong parameter"),
        pytest.param("no-such-operation", 502, "forget_endpoint", id="wrong operation"),
        pytest.param("function", 502, "is no universal target", id="another kind of target"),
    ],
)
def test_a_schedule_that_cannot_work_says_why(local: Running, group: str, name: str, status: int, said: str) -> None:
    reply = run(local, group, name)

    assert reply.status_code == status
    assert said in reply.json()["message"]


def run(local: Running, group: str, name: str) -> httpx2.Response:
    return httpx2.post(f"{local.target.data_url}/schedules/{group}/{name}/run")
