"""Endpoints of the emulated SageMaker that take their time, fail, roll back and are refused, as boto3 sees them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
from botocore.exceptions import ClientError

from tests.contract.local_clients import Running, create_endpoint_config
from tests.unit.generator.local.waiting import until

HEALTH_CHECK = (
    "The primary container for production variant AllTraffic did not pass the ping health check. "
    "Please check CloudWatch logs for this endpoint."
)


@pytest.fixture(scope="session")
def configs(local_target: Running) -> tuple[str, str]:
    """Two endpoint configurations, of different instance types."""
    sagemaker = local_target.client("sagemaker")
    create_endpoint_config(sagemaker, "small", "ml.g5.xlarge")
    create_endpoint_config(sagemaker, "large", "ml.g5.2xlarge")
    return "small", "large"


@pytest.fixture
def sagemaker(local: Running, configs: tuple[str, str]) -> Iterator[Any]:
    """A client; the endpoint `mine`, which tests create, is gone after each."""
    client = local.client("sagemaker")
    yield client
    httpx2.delete(f"{local.target.data_url}/rehearsals")
    if client.list_endpoints(NameContains="mine")["Endpoints"]:
        until(lambda: described(client)["EndpointStatus"] in {"InService", "Failed"})
        client.delete_endpoint(EndpointName="mine")


def test_an_endpoint_is_created_and_then_in_service(sagemaker: Any) -> None:
    create(sagemaker)

    assert described(sagemaker)["EndpointStatus"] == "Creating"
    until_in_service(sagemaker)


def test_an_update_keeps_the_old_configuration_until_the_new_one_serves(local: Running, sagemaker: Any) -> None:
    create(sagemaker)
    until_in_service(sagemaker)
    rehearse(local, kind="slow", seconds=600)
    sagemaker.update_endpoint(EndpointName="mine", EndpointConfigName="large")

    during = described(sagemaker)
    httpx2.delete(f"{local.target.data_url}/rehearsals")

    assert (during["EndpointStatus"], during["EndpointConfigName"]) == ("Updating", "small")
    assert during["PendingDeploymentSummary"]["EndpointConfigName"] == "large"
    assert described(sagemaker)["EndpointStatus"] == "InService"
    assert described(sagemaker)["EndpointConfigName"] == "large"


def test_a_deployment_config_is_kept(sagemaker: Any) -> None:
    config = {"RollingUpdatePolicy": {"MaximumBatchSize": {"Type": "INSTANCE_COUNT", "Value": 1}}}
    config["RollingUpdatePolicy"]["WaitIntervalInSeconds"] = 60  # type: ignore[assignment]

    sagemaker.create_endpoint(EndpointName="mine", EndpointConfigName="small", DeploymentConfig=config)

    assert described(sagemaker)["LastDeploymentConfig"] == config


def test_a_failure_has_its_reason_and_its_log(local: Running, sagemaker: Any) -> None:
    rehearse(local, kind="fail", name="mine", log=["loading weights", "CUDA out of memory"])
    create(sagemaker)

    until(lambda: described(sagemaker)["EndpointStatus"] == "Failed")

    events = local.client("logs").filter_log_events(logGroupName="/aws/sagemaker/Endpoints/mine")["events"]
    assert described(sagemaker)["FailureReason"] == HEALTH_CHECK
    assert [event["message"] for event in events] == ["loading weights", "CUDA out of memory"]


def test_a_roll_back_is_in_service_with_the_old_configuration(local: Running, sagemaker: Any) -> None:
    create(sagemaker)
    until_in_service(sagemaker)
    rehearse(local, kind="roll_back", reason="no capacity")

    sagemaker.update_endpoint(EndpointName="mine", EndpointConfigName="large")
    until_in_service(sagemaker)

    told = described(sagemaker)
    assert (told["EndpointConfigName"], told["FailureReason"]) == ("small", "no capacity")


def test_an_update_is_refused_where_the_running_configuration_is_gone(sagemaker: Any) -> None:
    create_endpoint_config(sagemaker, "short-lived", "ml.g5.xlarge")
    sagemaker.create_endpoint(EndpointName="mine", EndpointConfigName="short-lived")
    until_in_service(sagemaker)
    sagemaker.delete_endpoint_config(EndpointConfigName="short-lived")

    refused = error_of(sagemaker.update_endpoint, EndpointName="mine", EndpointConfigName="large")

    assert refused["Message"].startswith("Could not find endpoint configuration")


@pytest.mark.parametrize(
    ("rehearsal", "code", "message"),
    [
        pytest.param(
            {},
            "ResourceLimitExceeded",
            "The account-level service limit 'ml.g5.xlarge for endpoint usage' is 0 Instances, with current "
            "utilization of 0 Instances and a request delta of 1 Instances. Please use AWS Service Quotas to request "
            "an increase for this quota.",
            id="quota",
        ),
        pytest.param(
            {"code": "ValidationException", "reason": "Could not find endpoint configuration"},
            "ValidationException",
            "Could not find endpoint configuration",
            id="other words",
        ),
    ],
)
def test_a_refusal_is_met_once(local: Running, sagemaker: Any, rehearsal: Any, code: str, message: str) -> None:
    rehearse(local, kind="refuse", name="mine", **rehearsal)

    refused = error_of(create, sagemaker)
    create(sagemaker)

    assert refused == {"Code": code, "Message": message}


def test_creating_a_model_can_be_refused(local: Running, sagemaker: Any) -> None:
    reason = "Could not assume role"
    rehearse(local, kind="refuse", operation="CreateModel", name="m-*", code="ValidationException", reason=reason)

    refused = error_of(
        sagemaker.create_model,
        ModelName="m-1",
        ExecutionRoleArn="arn:aws:iam::123456789012:role/demo",
        PrimaryContainer={"Image": "any"},
    )

    assert refused == {"Code": "ValidationException", "Message": reason}


def test_what_is_in_progress_is_left_alone(local: Running, sagemaker: Any) -> None:
    rehearse(local, kind="slow", seconds=600)
    create(sagemaker)

    in_progress = 'Cannot update in-progress endpoint "arn:aws:sagemaker:us-east-1:123456789012:endpoint/mine".'
    assert error_of(sagemaker.delete_endpoint, EndpointName="mine")["Message"] == in_progress
    assert (
        error_of(sagemaker.update_endpoint, EndpointName="mine", EndpointConfigName="large")["Message"] == in_progress
    )
    assert sagemaker.list_endpoints(NameContains="mine", StatusEquals="Creating")["Endpoints"]


@pytest.mark.parametrize(
    ("operation", "arguments", "message"),
    [
        pytest.param(
            "create_endpoint",
            {"EndpointName": "demo", "EndpointConfigName": "small"},
            'Cannot create already existing endpoint "arn:aws:sagemaker:us-east-1:123456789012:endpoint/demo".',
            id="endpoint",
        ),
        pytest.param(
            "create_endpoint_config",
            {
                "EndpointConfigName": "small",
                "ProductionVariants": [{"VariantName": "v", "ModelName": "demo", "InstanceType": "ml.g5.xlarge"}],
            },
            "Cannot create already existing endpoint configuration "
            '"arn:aws:sagemaker:us-east-1:123456789012:endpoint-config/small".',
            id="endpoint configuration",
        ),
        pytest.param(
            "create_model",
            {"ModelName": "demo", "ExecutionRoleArn": "arn:aws:iam::123456789012:role/demo"},
            'Cannot create already existing model "arn:aws:sagemaker:us-east-1:123456789012:model/demo".',
            id="model",
        ),
    ],
)
def test_a_name_is_taken_once(sagemaker: Any, operation: str, arguments: dict[str, Any], message: str) -> None:
    assert error_of(getattr(sagemaker, operation), **arguments) == {"Code": "ValidationException", "Message": message}


def test_another_instance_type_is_refused_while_the_variant_is_a_scalable_target(
    local: Running, sagemaker: Any
) -> None:
    create(sagemaker)
    until_in_service(sagemaker)
    scaling = local.client("application-autoscaling")
    target = {
        "ServiceNamespace": "sagemaker",
        "ResourceId": "endpoint/mine/variant/main",
        "ScalableDimension": "sagemaker:variant:DesiredInstanceCount",
    }
    scaling.register_scalable_target(**target, MinCapacity=1, MaxCapacity=2)

    refused = error_of(sagemaker.update_endpoint, EndpointName="mine", EndpointConfigName="large")
    scaling.deregister_scalable_target(**target)
    sagemaker.update_endpoint(EndpointName="mine", EndpointConfigName="large")

    assert refused["Message"].startswith("The variant(s) ['main'] must be deregistered as scalable targets")


@pytest.mark.parametrize("body", [b"", b'{"kind": "explode"}', b'{"kind": "slow"}'], ids=["empty", "kind", "seconds"])
def test_a_rehearsal_that_does_not_exist_is_refused(local: Running, body: bytes) -> None:
    assert httpx2.put(f"{local.target.data_url}/rehearsals", content=body).status_code == 400
    assert httpx2.get(f"{local.target.data_url}/rehearsals").json() == []


def create(sagemaker: Any) -> None:
    sagemaker.create_endpoint(EndpointName="mine", EndpointConfigName="small")


def described(sagemaker: Any) -> dict[str, Any]:
    told: dict[str, Any] = sagemaker.describe_endpoint(EndpointName="mine")
    return told


def until_in_service(sagemaker: Any) -> None:
    until(lambda: described(sagemaker)["EndpointStatus"] == "InService")


def rehearse(local: Running, **rehearsal: Any) -> None:
    assert httpx2.put(f"{local.target.data_url}/rehearsals", json=rehearsal).status_code == 200


def error_of(operation: Any, *arguments: Any, **named: Any) -> dict[str, str]:
    with pytest.raises(ClientError) as caught:
        operation(*arguments, **named)
    error: Any = caught.value.response["Error"]
    return {"Code": error["Code"], "Message": error["Message"]}
