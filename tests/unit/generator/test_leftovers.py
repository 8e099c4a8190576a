"""What is told to remain after a destruction."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from generator.catalog import Catalog
from generator.deployment.leftovers import Leftover, find
from generator.deployment.live_endpoints import LiveEndpoints
from generator.families.lambda_runtime import ON_AWS
from generator.loading import load_catalog
from generator.planning import plan_deployment
from tests.golden.modules import FOLDER
from tests.unit.generator.aws_answers import CREDENTIALS

PLAN = plan_deployment(
    Catalog.model_validate(
        {
            "version": 1,
            "deployment": "demo",
            "region": "us-east-1",
            "models": [{"id": "g", "provider": "openai", "model": "gpt-4o"}],
        }
    ),
    ON_AWS,
)
NAME = "terrachat-demo-m"
LOG = f"/aws/sagemaker/Endpoints/{NAME}"
ALARM = f"TargetTracking-endpoint/{NAME}/variant/AllTraffic-AlarmHigh-1"


@pytest.fixture(autouse=True)
def _aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name.upper(), value)
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    mock = mock_aws()
    mock.start(reset=False)
    yield
    mock.stop()


def test_nothing_remains() -> None:
    assert find(PLAN, [], LiveEndpoints("us-east-1")) == ()


def test_what_services_left_behind_is_listed_with_what_to_do() -> None:
    logs = boto3.client("logs", region_name="us-east-1")
    for group in (LOG, f"{LOG}-two"):
        logs.create_log_group(logGroupName=group)
    boto3.client("cloudwatch", region_name="us-east-1").put_metric_alarm(
        AlarmName=ALARM,
        ComparisonOperator="GreaterThanThreshold",
        EvaluationPeriods=1,
        Threshold=1,
        Namespace="n",
        MetricName="m",
        Period=60,
        Statistic="Sum",
    )
    secrets = boto3.client("secretsmanager", region_name="us-east-1")
    tags: Any = [{"Key": "terrachat:deployment", "Value": "demo"}]
    secret, deleted = (
        secrets.create_secret(Name=f"terrachat/demo/{name}", SecretString="{}", Tags=tags)["ARN"]
        for name in ("api-keys", "token")
    )
    secrets.delete_secret(SecretId=deleted)
    table = boto3.client("dynamodb", region_name="us-east-1").create_table(
        TableName="terrachat-demo-conversations",
        KeySchema=[{"AttributeName": "a", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "a", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        Tags=tags,
    )["TableDescription"]["TableArn"]

    found = {each.name: each for each in find(PLAN, [NAME], LiveEndpoints("us-east-1"))}

    assert set(found) == {LOG, ALARM, secret, deleted, table}
    assert found[ALARM] == Leftover("alarm", ALARM, "autoscaling made it and left it: delete it")
    assert "AWS forgets it by itself" in found[deleted].reason
    assert "delete it in the Secrets Manager console" in found[secret].reason
    assert found[LOG].kind == "log group"
    assert found[table].kind == "dynamodb"


def test_what_remains_of_a_hosted_page_is_listed() -> None:
    plan = plan_deployment(load_catalog(FOLDER / "hosted/catalog.yaml"), ON_AWS)
    alarm = "TargetTracking-service/terrachat-hosted/chat-page-AlarmHigh-1"
    log = "/ecs/terrachat-hosted-chat-page"
    boto3.client("logs", region_name=plan.region).create_log_group(logGroupName=log)
    boto3.client("cloudwatch", region_name=plan.region).put_metric_alarm(
        AlarmName=alarm,
        ComparisonOperator="GreaterThanThreshold",
        EvaluationPeriods=1,
        Threshold=1,
        Namespace="n",
        MetricName="m",
        Period=60,
        Statistic="Sum",
    )
    task = boto3.client("ecs", region_name=plan.region).register_task_definition(
        family="terrachat-hosted-chat-page",
        containerDefinitions=[{"name": "page", "image": "page", "memory": 128}],
        tags=[{"key": "terrachat:deployment", "value": "hosted"}],
    )["taskDefinition"]["taskDefinitionArn"]

    remains = {each.name: each for each in find(plan, [], LiveEndpoints(plan.region))}

    assert {log, alarm, task} <= set(remains)
    assert remains[task].reason.startswith("ECS keeps former task definitions for good")
