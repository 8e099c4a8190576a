from __future__ import annotations

from collections.abc import Iterator

import boto3
import pytest

from frontend.discovery import ModelRecord, Start
from frontend.starting import StartError, start
from tests.unit.chat_handler.fake_server import FakeServer, json_reply
from tests.unit.chat_handler.stage import aws_error

TAGS = {"terrachat:deployment": "demo", "owner": "me"}
RECORD = ModelRecord(
    version=1,
    id="night",
    provider="sagemaker",
    region="eu-west-1",
    endpoint="terrachat-demo-night",
    start=Start(endpoint_config="terrachat-demo-night-1", tags=TAGS),
)


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeServer]:
    with FakeServer().running() as running:
        monkeypatch.setenv("AWS_ENDPOINT_URL", running.url)
        yield running


SESSION = boto3.Session("id", "key")


def test_the_endpoint_is_created_as_its_schedule_would(aws: FakeServer) -> None:
    aws.replies["CreateEndpoint"] = json_reply({"EndpointArn": "arn"})

    start(RECORD, SESSION)

    (request,) = aws.requests
    assert request.json() == {
        "EndpointName": "terrachat-demo-night",
        "EndpointConfigName": "terrachat-demo-night-1",
        "Tags": [{"Key": "owner", "Value": "me"}, {"Key": "terrachat:deployment", "Value": "demo"}],
    }
    assert "eu-west-1/sagemaker" in request.headers["authorization"]


@pytest.mark.parametrize(
    ("aws_code", "said", "code"),
    [
        ("AccessDeniedException", "not authorized to perform: sagemaker:CreateEndpoint", "denied"),
        ("ValidationException", 'Cannot create already existing endpoint "arn:aws:…".', "exists"),
        ("ValidationException", 'Could not find endpoint configuration "arn:aws:…".', "config_gone"),
        ("ValidationException", "something new", "refused"),
        ("ResourceLimitExceeded", "The account-level service limit …", "quota"),
        ("ExpiredTokenException", "The security token is expired", "no_credentials"),
        ("InternalFailure", "", "refused"),
    ],
)
def test_what_aws_refuses_has_a_code(aws: FakeServer, aws_code: str, said: str, code: str) -> None:
    aws.replies["CreateEndpoint"] = aws_error(aws_code, message=said)

    with pytest.raises(StartError) as caught:
        start(RECORD, SESSION)

    assert caught.value.code == code
    assert len(aws.requests) == 1


def test_an_aws_that_is_not_there_has_a_code(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")

    with pytest.raises(StartError) as caught:
        start(RECORD, SESSION)

    assert caught.value.code == "unreachable"


@pytest.mark.parametrize("missing", ["start", "endpoint", "region"])
def test_a_record_that_does_not_say_how_cannot_be_started(aws: FakeServer, missing: str) -> None:
    with pytest.raises(StartError) as caught:
        start(RECORD.model_copy(update={missing: None}), SESSION)

    assert (caught.value.code, aws.requests) == ("not_startable", [])
