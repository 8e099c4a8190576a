"""What Terraform leaves undone about endpoints that a schedule owns."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from generator.catalog import Catalog
from generator.deployment.plan_summary import EndpointLoss
from generator.deployment.scheduled_endpoints import catch_up, losses
from generator.errors import AwsError
from generator.families.lambda_runtime import ON_AWS
from generator.planning import plan_deployment
from tests.unit.generator.aws_answers import Answer, endpoint, live, no_endpoint
from tests.unit.generator.played_terraform import resource, state

PLAN = plan_deployment(
    Catalog.model_validate(
        {
            "version": 1,
            "deployment": "demo",
            "region": "us-east-1",
            "models": [
                {
                    "id": "m",
                    "provider": "sagemaker",
                    "source": {"huggingface": "a/b"},
                    "container": "vllm",
                    "instance_type": "ml.g5.xlarge",
                    "schedule": {"start": "0 8 ? * MON-FRI *", "stop": "0 18 ? * MON-FRI *"},
                }
            ],
        }
    ),
    ON_AWS,
)
NAME = "terrachat-demo-m"
STATE = state(m="c-2")["document"]
MONDAY_NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
MONDAY_NIGHT = datetime(2026, 11, 23, 22, 0, tzinfo=UTC)
ARN = {"EndpointArn": f"arn:aws:sagemaker:us-east-1:123456789012:endpoint/{NAME}"}
CREATED = Answer(
    "create_endpoint",
    ARN,
    given={
        "EndpointName": NAME,
        "EndpointConfigName": "c-2",
        "Tags": [{"Key": "terrachat:deployment", "Value": "demo"}],
    },
)
UPDATED = Answer("update_endpoint", ARN, given={"EndpointName": NAME, "EndpointConfigName": "c-2"})


@pytest.mark.parametrize(
    ("answers", "now", "said"),
    [
        (
            (no_endpoint(NAME), CREATED),
            MONDAY_NOON,
            ("m: these are its hours, so its endpoint is being created; its schedule deletes it.",),
        ),
        ((no_endpoint(NAME),), MONDAY_NIGHT, ()),
        ((endpoint(NAME, config="c-2"),), MONDAY_NOON, ()),
        (
            (endpoint(NAME, config="c-1"), UPDATED),
            MONDAY_NOON,
            ("m: its running endpoint is being updated to what was applied.",),
        ),
        (
            (endpoint(NAME, "Creating", "c-1"),),
            MONDAY_NOON,
            (
                "m: its endpoint is Creating with an older configuration; run terrachat apply again when "
                "that has ended.",
            ),
        ),
    ],
    ids=["due", "not due", "as applied", "older", "older and busy"],
)
def test_endpoint_catches_up_with_what_was_applied(answers: Any, now: datetime, said: tuple[str, ...]) -> None:
    assert catch_up(PLAN, STATE, live(*answers), now) == said


def test_endpoint_that_was_taken_down_comes_back_whatever_the_time() -> None:
    said = catch_up(PLAN, STATE, live(no_endpoint(NAME), CREATED), MONDAY_NIGHT, frozenset({NAME}))

    assert said == ("m: these are its hours, so its endpoint is being created; its schedule deletes it.",)


def test_endpoint_that_aws_does_not_update_is_a_failure_with_a_way_out() -> None:
    refused = Answer("update_endpoint", error=("ValidationException", "Could not find endpoint configuration c-1."))

    with pytest.raises(AwsError, match="m: its running endpoint still is as it was before") as caught:
        catch_up(PLAN, STATE, live(endpoint(NAME, config="c-1"), refused), MONDAY_NOON)

    assert caught.value.hint == "Take it down and up again: terrachat stop m; terrachat start m"


def target(operation: str) -> dict[str, Any]:
    arn = f"arn:aws:scheduler:::aws-sdk:sagemaker:{operation}"
    return {"target": [{"arn": arn, "input": json.dumps({"EndpointName": NAME})}]}


def test_endpoint_of_a_schedule_whose_configuration_is_replaced_is_a_loss_for_a_while() -> None:
    document = {
        "resource_changes": [
            resource("aws_sagemaker_endpoint_configuration.m", "create", "delete", before={"name": "c-1"}),
            resource("aws_scheduler_schedule.m_start", "update", before=target("createEndpoint")),
            resource("aws_scheduler_schedule.m_stop", "noop", before=target("deleteEndpoint")),
        ]
    }

    assert list(losses(document, {"m": "m"})) == [
        EndpointLoss("m", NAME, "aws_scheduler_schedule.m_start", is_replaced=True)
    ]


def test_endpoint_of_a_schedule_that_goes_is_a_loss() -> None:
    document = {
        "resource_changes": [
            resource("aws_scheduler_schedule.m_start", "delete", before=target("createEndpoint")),
            resource("aws_scheduler_schedule.m_stop", "delete", before=target("deleteEndpoint")),
            resource("aws_scheduler_schedule.n_start", "update", before=target("createEndpoint")),
        ]
    }

    assert list(losses(document, {"m": "m"})) == [
        EndpointLoss("m", NAME, "aws_scheduler_schedule.m_start", is_replaced=False)
    ]
