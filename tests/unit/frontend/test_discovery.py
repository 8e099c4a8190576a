"""What is deployed is found, and what is not is explained."""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from frontend.discovery import Deployment, DiscoveryError, discover, is_loopback, list_deployments
from tests.browser.stack import REGION, Stack

PARAMETER: dict[str, Any] = {
    "version": 1,
    "deployment": "demo",
    "region": REGION,
    "handler_url": "https://abc.lambda-url.us-east-1.on.aws/",
    "conversations_table": "terrachat-demo-conversations",
    "api_keys_secret": "terrachat/demo/api-keys",
}


def put(stack: Stack, value: str) -> None:
    name = f"/terrachat/{stack.deployment}/handler"
    boto3.client("ssm").put_parameter(Name=name, Value=value, Type="String", Overwrite=True)


def test_a_deployment_is_read_and_unknown_keys_are_ignored(stack: Stack) -> None:
    put(stack, json.dumps({**PARAMETER, "from_the_future": 1}))

    found = discover(stack.deployment, REGION)

    assert found == Deployment(**PARAMETER)
    assert not found.is_local


def test_deployments_are_listed_by_name_and_models_are_none(stack: Stack) -> None:
    model = f"/terrachat/{stack.deployment}-2/models/a"
    boto3.client("ssm").put_parameter(Name=model, Value="{}", Type="String")

    found = list_deployments(REGION)

    boto3.client("ssm").delete_parameter(Name=model)
    assert [name for name in found if name.startswith(stack.deployment)] == [stack.deployment]


def test_nothing_deployed_says_what_to_do(stack: Stack) -> None:
    with pytest.raises(DiscoveryError) as caught:
        discover("gone", REGION)

    error = caught.value
    assert (error.code, error.message) == ("not_deployed", "Nothing named 'gone' is deployed in 'us-east-1'.")
    assert "terrachat apply" in error.hint


@pytest.mark.parametrize(
    ("value", "message"),
    [
        pytest.param("{", "value: Invalid JSON", id="no JSON"),
        pytest.param("{}", "version: Field required", id="no keys"),
        pytest.param(json.dumps({**PARAMETER, "handler_url": "https://[x/"}), "handler_url: ", id="no URL"),
        pytest.param(json.dumps({**PARAMETER, "version": 2}), "it is version 2, this Terrachat reads 1", id="newer"),
    ],
)
def test_a_parameter_that_cannot_be_read_is_named(stack: Stack, value: str, message: str) -> None:
    put(stack, value)

    with pytest.raises(DiscoveryError) as caught:
        discover(stack.deployment, REGION)

    assert caught.value.code == "unreadable"
    name = f"/terrachat/{stack.deployment}/handler"
    assert caught.value.message.startswith(f"Parameter {name!r} cannot be read: {message}")


@pytest.mark.parametrize(
    ("aws_code", "code"),
    [
        pytest.param("AccessDeniedException", "access_denied", id="no permission"),
        pytest.param("ExpiredTokenException", "no_credentials", id="expired credentials"),
        pytest.param("InternalServerError", "unreachable", id="AWS fails"),
    ],
)
def test_refusals_are_told_apart(aws_code: str, code: str) -> None:
    session = RefusingSession(aws_code)

    with pytest.raises(DiscoveryError) as caught:
        discover("demo", REGION, session)

    assert caught.value.code == code


def test_an_address_where_nothing_listens_is_unreachable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")

    with pytest.raises(DiscoveryError) as caught:
        discover("demo", REGION, boto3.Session("key", "secret"))

    assert caught.value.code == "unreachable"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://127.0.0.1:8080/", True),
        ("http://localhost/", True),
        ("http://[::1]:80/", True),
        ("https://127.0.0.1.evil.example/", False),
        ("https://abc.lambda-url.us-east-1.on.aws/", False),
    ],
)
def test_only_this_machine_is_local(url: str, expected: bool) -> None:
    assert is_loopback(url) is expected


class RefusingSession(boto3.Session):
    """Its SSM answers every request with the same error."""

    def __init__(self, code: str) -> None:
        super().__init__("key", "secret", region_name=REGION)
        self._code = code

    def client(self, *args: Any, **kwargs: Any) -> Any:
        client = super().client(*args, **kwargs)
        stubber = Stubber(client)
        stubber.add_client_error("get_parameter", service_error_code=self._code)
        stubber.activate()
        return client
