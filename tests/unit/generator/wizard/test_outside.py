"""What the wizard asks of AWS, as AWS's own descriptions of its calls have it."""

from __future__ import annotations

import datetime as dt

import pytest

from generator.aws_clients import AwsClients
from generator.errors import AwsError, HubError
from generator.hub import Hub
from generator.wizard.answers import NewSecret
from generator.wizard.outside import AskedOutside
from tests.unit.generator.aws_answers import Answer, client
from tests.unit.generator.wizard.scripted import NEW_ARN, TOKEN

NAME = "terrachat-huggingface-token"
NOWHERE = "http://127.0.0.1:9"  # the discard port, where nobody listens


def outside(service: str, *answers: Answer) -> AskedOutside:
    return AskedOutside(AwsClients({(service, "us-east-1", None): client(service, *answers)}), Hub(None, NOWHERE))


def test_shared_secret_that_exists() -> None:
    asked = outside("secretsmanager", Answer("describe_secret", {"ARN": NEW_ARN}, given={"SecretId": NAME}))

    assert asked.shared_secret("us-east-1") == NEW_ARN


def test_shared_secret_that_does_not_exist() -> None:
    missing = ("ResourceNotFoundException", "Secrets Manager can't find the specified secret.")

    assert outside("secretsmanager", Answer("describe_secret", error=missing)).shared_secret("us-east-1") is None


def test_shared_secret_that_is_being_deleted_can_only_be_restored() -> None:
    deleted = {"ARN": NEW_ARN, "DeletedDate": dt.datetime(2026, 11, 22, tzinfo=dt.UTC)}
    asked = outside("secretsmanager", Answer("describe_secret", deleted))

    with pytest.raises(AwsError, match="scheduled for deletion") as caught:
        asked.shared_secret("us-east-1")

    restore = "aws secretsmanager restore-secret --secret-id terrachat-huggingface-token --region us-east-1"
    assert caught.value.hint == f"Restore it: {restore}"


def test_shared_secret_that_may_not_be_looked_for() -> None:
    asked = outside("secretsmanager", Answer("describe_secret", error=("AccessDeniedException", "no")))

    with pytest.raises(AwsError, match=r"Looking for the secret 'terrachat-huggingface-token' failed: AccessDenied"):
        asked.shared_secret("us-east-1")


def test_secret_is_created_with_the_token_and_nothing_else_in_it() -> None:
    given = {
        "Name": NAME,
        "Description": "Hugging Face token that the endpoints fetch their models with.",
        "SecretString": TOKEN,
        "Tags": [{"Key": "terrachat:shared", "Value": "huggingface-token"}],
    }
    asked = outside("secretsmanager", Answer("create_secret", {"ARN": NEW_ARN}, given=given))

    assert asked.create_secret(NewSecret(NAME, TOKEN), "us-east-1") == NEW_ARN


def test_secret_that_cannot_be_created_does_not_show_the_token() -> None:
    asked = outside("secretsmanager", Answer("create_secret", error=("AccessDeniedException", "no")))

    with pytest.raises(AwsError) as caught:
        asked.create_secret(NewSecret(NAME, TOKEN), "us-east-1")

    assert TOKEN not in caught.value.message + repr(NewSecret(NAME, TOKEN))


def test_offers_of_bedrock() -> None:
    summary = {
        "modelId": "amazon.nova-micro-v1:0",
        "modelArn": "arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-micro-v1:0",
        "modelName": "Nova Micro",
        "providerName": "Amazon",
        "inputModalities": ["TEXT"],
        "outputModalities": ["TEXT"],
        "responseStreamingSupported": True,
        "inferenceTypesSupported": ["ON_DEMAND"],
        "modelLifecycle": {"status": "ACTIVE"},
    }
    asked = outside(
        "bedrock",
        Answer("list_foundation_models", {"modelSummaries": [summary]}),
        Answer("list_inference_profiles", {"inferenceProfileSummaries": []}),
    )

    assert [offer.model for offer in asked.bedrock_offers("us-east-1")] == ["amazon.nova-micro-v1:0"]


def test_hub_that_cannot_be_reached() -> None:
    with pytest.raises(HubError) as caught:
        outside("bedrock").hub_model("some/model")

    assert caught.value.kind == "unreachable"


def test_prices_are_those_that_are_shipped() -> None:
    assert outside("bedrock").prices("us-east-1").hourly("ml.g5.xlarge") is not None
