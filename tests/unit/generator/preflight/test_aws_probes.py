"""One question to Bedrock and to SageMaker, call by call, and what their refusals say of a model."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.response import StreamingBody
from botocore.stub import Stubber

from generator.aws_clients import AwsClients
from generator.deployment.targets import Target
from generator.preflight.findings import Finding, Verdict
from generator.preflight.probes import checks
from generator.preflight.scene import Scene
from tests.unit.generator.aws_answers import Answer, client, endpoint, no_endpoint
from tests.unit.generator.preflight.played_scenes import SELF_HOSTED, catalog, findings, scene

NOVA = {"id": "nova", "provider": "bedrock", "model": "amazon.nova-micro-v1:0", "region": "us-west-2"}
MINE = {"id": "mine", "provider": "sagemaker", "endpoint": "my-endpoint", "wire": "generate"}
ASKED = {
    "modelId": "amazon.nova-micro-v1:0",
    "messages": [{"role": "user", "content": [{"text": "Hi"}]}],
    "inferenceConfig": {"maxTokens": 1},
}
ANSWERED = {
    "output": {"message": {"role": "assistant", "content": [{"text": "Hi"}]}},
    "stopReason": "max_tokens",
    "usage": {"inputTokens": 1, "outputTokens": 1, "totalTokens": 2},
    "metrics": {"latencyMs": 1},
}


def probed(model: dict[str, Any], aws: dict[Any, tuple[Answer, ...]], **settings: Any) -> Finding:
    made = scene(model, aws=aws, **settings)
    wanted = Scene(made.catalog, made.target, made.directory, made.aws, probe=True)
    (found,) = findings(checks, wanted)
    assert found.blocks == "answers" or found.verdict is not Verdict.BLOCKED
    return found


def asked_bedrock(answer: Answer, **settings: Any) -> Finding:
    return probed(NOVA, {("bedrock-runtime", "us-west-2"): (answer,)}, **settings)


def test_bedrock_answers() -> None:
    found = asked_bedrock(Answer("converse", ANSWERED, given=ASKED))

    assert (found.id, found.verdict) == ("probe/nova", Verdict.OK)
    assert found.asked == "bedrock-runtime Converse, us-west-2"
    assert found.value.startswith("answered in 0.")


def test_bedrock_is_asked_with_its_guardrail() -> None:
    checked = {"guardrailIdentifier": "abcdefghijkl", "guardrailVersion": "1"}

    found = asked_bedrock(
        Answer("converse", ANSWERED, given={**ASKED, "guardrailConfig": checked}),
        bedrock={"guardrail": {"id": "abcdefghijkl", "version": "1"}},
    )

    assert found.verdict is Verdict.OK


@pytest.mark.parametrize(
    ("code", "message", "verdict", "words"),
    [
        (
            "AccessDeniedException",
            "You don't have access to the model with the specified model ID.",
            Verdict.BLOCKED,
            "the account has no access",
        ),
        (
            "AccessDeniedException",
            "User: arn:aws:iam::1:user/u is not authorized to perform: bedrock:InvokeModel",
            Verdict.UNKNOWN,
            "not authorized to perform",
        ),
        ("FTUFormNotFilled", "Fill in the form.", Verdict.BLOCKED, "use-case form"),
        ("ResourceNotFoundException", "This Model is marked by provider as Legacy.", Verdict.BLOCKED, "Legacy"),
        ("ValidationException", "The provided model identifier is invalid.", Verdict.BLOCKED, "identifier is invalid"),
        ("ValidationException", "Something else is wrong.", Verdict.UNKNOWN, "Something else"),
        ("ThrottlingException", "Too many requests", Verdict.WARN, "slow down"),
        ("InternalServerException", "oops", Verdict.UNKNOWN, "oops"),
    ],
)
def test_what_bedrocks_refusals_say(code: str, message: str, verdict: Verdict, words: str) -> None:
    found = asked_bedrock(Answer("converse", error=(code, message)))

    assert found.verdict is verdict
    assert words in found.reason
    assert found.fix or verdict is Verdict.UNKNOWN


def invoked(**given: Any) -> Answer:
    body = StreamingBody(io.BytesIO(b"{}"), 2)
    return Answer("invoke_endpoint", {"Body": body, "ContentType": "application/json"}, given=given or None)


def test_an_existing_endpoint_is_asked_on_its_wire() -> None:
    asked = invoked(
        EndpointName="my-endpoint",
        ContentType="application/json",
        Accept="application/json",
        Body=b'{"inputs": "Hi", "parameters": {"max_new_tokens": 1}}',
    )

    found = probed(MINE, {"sagemaker": (endpoint("my-endpoint"),), "sagemaker-runtime": (asked,)})

    assert (found.id, found.verdict) == ("probe/mine", Verdict.OK)
    assert found.asked == "sagemaker-runtime InvokeEndpoint, us-east-1"


def test_an_own_endpoint_is_asked_for_messages() -> None:
    asked = invoked(
        EndpointName="terrachat-demo-m",
        ContentType="application/json",
        Accept="application/json",
        Body=b'{"messages": [{"role": "user", "content": "Hi"}], "max_tokens": 1}',
    )

    found = probed(SELF_HOSTED, {"sagemaker": (endpoint("terrachat-demo-m"),), "sagemaker-runtime": (asked,)})

    assert found.verdict is Verdict.OK


@pytest.mark.parametrize(
    ("described", "words"),
    [
        (no_endpoint("my-endpoint"), "'my-endpoint' does not exist now"),
        (endpoint("my-endpoint", "Creating"), "'my-endpoint' is Creating"),
        (endpoint("my-endpoint", "Failed", failure="no capacity"), "'my-endpoint' is Failed"),
    ],
)
def test_an_endpoint_that_does_not_serve_is_not_asked(described: Answer, words: str) -> None:
    found = probed(MINE, {"sagemaker": (described,), "sagemaker-runtime": ()})

    assert found.verdict is Verdict.UNKNOWN
    assert found.reason == f"it was not asked: the endpoint {words}"


@pytest.mark.parametrize(
    ("status", "verdict", "value"),
    [
        (422, Verdict.BLOCKED, "HTTP 422"),
        (500, Verdict.UNKNOWN, ""),
        (424, Verdict.UNKNOWN, ""),
    ],
)
def test_what_a_containers_refusal_says(status: int, verdict: Verdict, value: str) -> None:
    runtime = boto3.client("sagemaker-runtime", "us-east-1", aws_access_key_id="a", aws_secret_access_key="b")
    fields = {"OriginalStatusCode": status, "OriginalMessage": "no"}
    with Stubber(runtime) as stubber:
        stubber.add_client_error("invoke_endpoint", "ModelError", "Received client error", modeled_fields=fields)
        made: dict[tuple[str, str, str | None], Any] = {
            ("sagemaker", "us-east-1", None): client("sagemaker", endpoint("my-endpoint")),
            ("sagemaker-runtime", "us-east-1", None): runtime,
        }
        (found,) = findings(checks, Scene(catalog(MINE), Target(), Path("d"), AwsClients(made), probe=True))

    assert (found.verdict, found.value) == (verdict, value)
    assert ("'wire' of 'mine'" in found.fix) == (verdict is Verdict.BLOCKED)


def test_an_endpoint_that_nobody_may_invoke_is_not_known() -> None:
    refused = Answer("invoke_endpoint", error=("AccessDeniedException", "is not authorized to perform"))

    found = probed(MINE, {"sagemaker": (endpoint("my-endpoint"),), "sagemaker-runtime": (refused,)})

    assert found.verdict is Verdict.UNKNOWN
