"""What is deployed is found, and what is not is explained."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber
from moto import mock_aws

from frontend.discovery import Deployment, DiscoveryError, discover, is_loopback, list_deployments

REGION = "us-east-1"
PARAMETER: dict[str, Any] = {
    "version": 1,
    "deployment": "demo",
    "region": REGION,
    "handler_url": "https://abc.lambda-url.us-east-1.on.aws/",
    "conversations_table": "terrachat-demo-conversations",
    "api_keys_secret": "terrachat/demo/api-keys",
}


@pytest.fixture
def session() -> Iterator[boto3.Session]:
    with mock_aws():
        yield boto3.Session("key", "secret", region_name=REGION)


def put(session: boto3.Session, value: str, deployment: str = "demo") -> None:
    session.client("ssm").put_parameter(Name=f"/terrachat/{deployment}/handler", Value=value, Type="String")


def test_a_deployment_is_read_and_unknown_keys_are_ignored(session: boto3.Session) -> None:
    put(session, json.dumps({**PARAMETER, "from_the_future": 1}))

    found = discover("demo", REGION, session)

    assert found == Deployment(**PARAMETER)
    assert not found.is_local


def test_deployments_are_listed_by_name(session: boto3.Session) -> None:
    put(session, json.dumps(PARAMETER))
    put(session, json.dumps(PARAMETER), "another")
    session.client("ssm").put_parameter(Name="/terrachat/demo/models/a", Value="{}", Type="String")

    assert list_deployments(REGION, session) == ("another", "demo")


def test_nothing_deployed_says_what_to_do(session: boto3.Session) -> None:
    with pytest.raises(DiscoveryError) as caught:
        discover("demo", REGION, session)

    error = caught.value
    assert (error.code, error.message) == ("not_deployed", "Nothing named 'demo' is deployed in 'us-east-1'.")
    assert "terrachat apply" in error.hint


@pytest.mark.parametrize(
    ("value", "message"),
    [
        pytest.param("{", "value: Invalid JSON", id="no JSON"),
        pytest.param("{}", "version: Field required", id="no keys"),
        pytest.param(json.dumps({**PARAMETER, "version": 2}), "it is version 2, this Terrachat reads 1", id="newer"),
    ],
)
def test_a_parameter_that_cannot_be_read_is_named(session: boto3.Session, value: str, message: str) -> None:
    put(session, value)

    with pytest.raises(DiscoveryError) as caught:
        discover("demo", REGION, session)

    assert caught.value.code == "unreadable"
    assert caught.value.message.startswith(f"Parameter '/terrachat/demo/handler' cannot be read: {message}")


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
