"""Keys are merged into the secret that is there, and a secret that is not JSON is left alone."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator

import boto3
import pytest
from moto import mock_aws

from generator.errors import AwsError
from generator.secrets import ApiKeys

DEPLOYMENT = f"test-{uuid.uuid4().hex[:8]}"
NAME = f"terrachat/{DEPLOYMENT}/api-keys"


@pytest.fixture(autouse=True)
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    mocked = mock_aws()
    mocked.start(reset=False)  # other tests keep an emulated AWS in this process for longer than one test
    yield
    client = boto3.client("secretsmanager", region_name="us-east-1")
    client.delete_secret(SecretId=NAME, ForceDeleteWithoutRecovery=True)
    mocked.stop()


def _create(text: str) -> None:
    boto3.client("secretsmanager", region_name="us-east-1").create_secret(Name=NAME, SecretString=text)


def _stored() -> object:
    found = boto3.client("secretsmanager", region_name="us-east-1").get_secret_value(SecretId=NAME)
    return json.loads(found["SecretString"])


def test_put_leaves_other_keys_alone() -> None:
    _create('{"A": "1", "B": "2"}')
    keys = ApiKeys(DEPLOYMENT, "us-east-1")

    keys.put({"B": "new", "C": "3"})

    assert _stored() == {"A": "1", "B": "new", "C": "3"}
    assert keys.names() == ("A", "B", "C")


def test_add_missing_keeps_what_is_there() -> None:
    _create('{"A": "mine"}')

    ApiKeys(DEPLOYMENT, "us-east-1").add_missing({"A": "other", "B": "2"})

    assert _stored() == {"A": "mine", "B": "2"}


def test_remove_tells_whether_it_was_there() -> None:
    _create('{"A": "1", "B": "2"}')
    keys = ApiKeys(DEPLOYMENT, "us-east-1")

    assert (keys.remove("A"), keys.remove("A")) == (True, False)
    assert _stored() == {"B": "2"}


@pytest.mark.parametrize("text", ["", "sk-planted-key", '["sk-planted-key"]', '{"A": "sk-planted-key"'])
def test_malformed_secret_is_named_never_shown_and_left_alone(text: str) -> None:
    _create(text or "''")
    keys = ApiKeys(DEPLOYMENT, "us-east-1")

    with pytest.raises(AwsError, match="is not a JSON object") as caught:
        keys.put({"A": "1"})

    assert "planted" not in f"{caught.value} {caught.value.hint} {caught.value.__cause__}"


def test_missing_secret_says_to_deploy_first() -> None:
    with pytest.raises(AwsError, match="cannot be read: ResourceNotFoundException") as caught:
        ApiKeys(DEPLOYMENT, "us-east-1").names()

    assert caught.value.hint == "Deploy first: terrachat apply"
