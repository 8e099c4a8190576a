"""What is said of an endpoint while Terraform says only that it is still creating it."""

from __future__ import annotations

import pytest

from generator.deployment.endpoint_watch import EndpointWatch, describe
from generator.deployment.live_endpoints import LiveEndpoints
from generator.terraform.events import ResourceProgress
from tests.unit.generator.aws_answers import Answer, endpoint, live, log_of, no_endpoint

ADDRESS, NAME = "aws_sagemaker_endpoint.m", "terrachat-demo-m"


@pytest.mark.parametrize(
    ("status", "log", "said"),
    [
        ("Creating", (), "waiting for a machine and the image"),
        ("Creating", ("hello",), "starting the container: hello"),
        ("Creating", ("Fetching 12 files: 50%",), "downloading weights: Fetching 12 files: 50%"),
        (
            "Creating",
            ("Fetching 12 files", "Loading safetensors checkpoint shards: 1/2"),
            "loading weights: Loading safetensors checkpoint shards: 1/2",
        ),
        ("Creating", ("Capturing CUDA graph shapes: 9%",), "warming up: Capturing CUDA graph shapes: 9%"),
        ("Creating", ("INFO: Uvicorn running on 8080",), "answering health checks: INFO: Uvicorn running on 8080"),
        ("Updating", (), "updating"),
        ("RollingBack", ("Uvicorn running",), "rolling back: Uvicorn running"),
        ("Creating", ("y" * 99,), f"starting the container: {'y' * 59}…"),
    ],
)
def test_phase_is_one_that_a_person_knows(status: str, log: tuple[str, ...], said: str) -> None:
    assert describe(status, log) == said


def watched(aws: LiveEndpoints, *events: ResourceProgress) -> list[tuple[str, str]]:
    notes: list[tuple[str, str]] = []
    watch = EndpointWatch({ADDRESS: NAME}, aws, lambda address, text: notes.append((address, text)))
    for event in events:
        watch.terraform(event)
    watch.look()
    return notes


STARTED = ResourceProgress("start", ADDRESS, "create", 0)


def test_endpoint_in_flight_is_asked_about() -> None:
    aws = live(endpoint(NAME, "Creating"), logs=log_of(NAME, "Fetching 3 files"))

    assert watched(aws, STARTED) == [(ADDRESS, "downloading weights: Fetching 3 files")]


@pytest.mark.parametrize(
    "events",
    [
        (),
        (STARTED, ResourceProgress("complete", ADDRESS, "create", 300)),
        (STARTED, ResourceProgress("errored", ADDRESS, "create", 300)),
        (ResourceProgress("start", ADDRESS, "delete", 0),),
        (ResourceProgress("start", "aws_iam_role.m", "create", 0),),
    ],
    ids=["nothing began", "ended", "failed", "deleted", "another"],
)
def test_what_is_not_in_flight_is_not_asked_about(events: tuple[ResourceProgress, ...]) -> None:
    assert watched(live(), *events) == []


@pytest.mark.parametrize(
    "answer",
    [no_endpoint(NAME), Answer("describe_endpoint", error=("AccessDeniedException", "no"))],
    ids=["not there yet", "refused"],
)
def test_without_an_answer_nothing_is_said(answer: Answer) -> None:
    assert watched(live(answer), STARTED) == []
