"""Where live AWS is not what the catalog says, and what belongs to no model."""

from __future__ import annotations

from typing import Any

import pytest

from generator.catalog import Catalog
from generator.deployment.drift import Orphan, Seen, look
from generator.families.lambda_runtime import ON_AWS
from generator.planning import DeploymentPlan, plan_deployment
from tests.unit.generator.aws_answers import Answer, endpoint, live

NAME = "terrachat-demo-m"
CONFIG = "terrachat-demo-m-20261122141622113400000004"
OLDER = "terrachat-demo-m-20261101141622113400000004"


def plan_of(**changes: Any) -> DeploymentPlan:
    entry = {
        "id": "m",
        "provider": "sagemaker",
        "source": {"huggingface": "a/b"},
        "container": "vllm",
        "instance_type": "ml.g5.xlarge",
        **changes,
    }
    catalog = {"version": 1, "deployment": "demo", "region": "us-east-1", "models": [entry]}
    return plan_deployment(Catalog.model_validate(catalog), ON_AWS)


PLAN = plan_of()
NOW = "2026-11-22T00:00:00Z"


def listed(*names: str) -> Answer:
    endpoints = [
        {
            "EndpointName": name,
            "EndpointArn": f"arn:aws:sagemaker:us-east-1:123456789012:endpoint/{name}",
            "CreationTime": NOW,
            "LastModifiedTime": NOW,
            "EndpointStatus": "InService",
        }
        for name in names
    ]
    return Answer("list_endpoints", {"Endpoints": endpoints}, given={"NameContains": "terrachat-demo-"})


def configs(*names: str) -> Answer:
    arn = "arn:aws:sagemaker:us-east-1:123456789012:endpoint-config/x"
    found = [
        {"EndpointConfigName": name, "EndpointConfigArn": arn, "CreationTime": f"2026-11-{20 - age}T00:00:00Z"}
        for age, name in enumerate(names)
    ]
    return Answer("list_endpoint_configs", {"EndpointConfigs": found})


def config(model: str = PLAN.endpoints[0].model_name, instance_type: str = "ml.g5.xlarge", count: int = 1) -> Answer:
    variant = {"VariantName": "v", "ModelName": model, "InstanceType": instance_type, "InitialInstanceCount": count}
    found = {
        "EndpointConfigName": CONFIG,
        "EndpointConfigArn": "arn:aws:sagemaker:us-east-1:123456789012:endpoint-config/x",
        "ProductionVariants": [variant],
        "CreationTime": NOW,
    }
    return Answer("describe_endpoint_config", found)


THERE = endpoint(NAME, config=CONFIG)
DEPLOYED = frozenset({"m"})


@pytest.mark.parametrize(
    ("plan", "answers", "drift"),
    [
        (PLAN, (listed(NAME), THERE, config(), configs(CONFIG)), None),
        (
            PLAN,
            (listed(NAME), THERE, config(instance_type="ml.g5.2xlarge", count=2), configs(CONFIG)),
            "it runs on ml.g5.2xlarge, the catalog says ml.g5.xlarge; it has 2 instances, the catalog says 1: "
            "terrachat apply",
        ),
        (
            PLAN,
            (listed(NAME), THERE, config(model="terrachat-demo-m-0ld"), configs(CONFIG)),
            "its image, weights or environment are not the catalog's: terrachat apply",
        ),
        (
            PLAN,
            (
                listed(NAME),
                THERE,
                Answer("describe_endpoint_config", error=("ValidationException", "Could not find it.")),
                configs(),
            ),
            "the configuration that it runs has been deleted: take it down and up again with terrachat stop and start",
        ),
        (PLAN, (listed(), configs(CONFIG)), "its endpoint is gone: terrachat apply creates it"),
        (
            PLAN,
            (listed(NAME), endpoint(NAME, "Failed", CONFIG, "no capacity"), config(), configs(CONFIG)),
            "its endpoint failed: no capacity",
        ),
        (
            plan_of(stopped=True),
            (listed(NAME), THERE, config(), configs(CONFIG)),
            "the catalog says that it is stopped, and its endpoint exists: terrachat apply",
        ),
        (
            plan_of(schedule={"start": "0 8 ? * MON-FRI *", "stop": "0 18 ? * MON-FRI *"}),
            (listed(), configs(CONFIG)),
            None,
        ),
    ],
    ids=["none", "machine", "image", "configuration deleted", "gone", "failed", "stopped", "scheduled"],
)
def test_drift_is_a_sentence(plan: DeploymentPlan, answers: tuple[Answer, ...], drift: str | None) -> None:
    assert look(plan, DEPLOYED, live(*answers)) == Seen({"m": drift} if drift else {}, ())


def test_endpoint_of_a_model_that_is_not_deployed_is_told() -> None:
    """As an apply leaves it that was killed before it wrote the model's parameter."""
    aws = live(listed(NAME), endpoint(NAME, "Creating", CONFIG), config(), configs(CONFIG))

    seen = look(PLAN, frozenset(), aws)

    assert seen == Seen({"m": "its endpoint exists all the same, is Creating and may cost money"}, ())


def tags(deployment: str) -> Answer:
    return Answer("list_tags", {"Tags": [{"Key": "terrachat:deployment", "Value": deployment}]})


def test_what_belongs_to_no_model_is_an_orphan_and_what_is_anothers_is_not() -> None:
    aws = live(
        listed(NAME, "terrachat-demo-left", "terrachat-demo-two-m"),
        THERE,
        config(),
        endpoint("terrachat-demo-left"),
        tags("demo"),
        endpoint("terrachat-demo-two-m"),
        tags("demo-two"),
        configs(CONFIG, OLDER, "terrachat-demo-m-two-20261122141622113400000004"),
    )

    assert look(PLAN, DEPLOYED, aws).orphans == (
        Orphan(
            "terrachat-demo-left",
            "endpoint",
            "it is InService, costs money and has no entry: delete it in the SageMaker console",
        ),
        Orphan(OLDER, "endpoint configuration", "no endpoint uses it; it costs nothing, and can be deleted"),
    )


def test_model_that_awaits_its_removal_is_no_orphan() -> None:
    aws = live(listed("terrachat-demo-old"), configs())

    assert look(PLAN, frozenset({"old"}), aws) == Seen({}, ())
