"""SageMaker runtime, as the local target answers it to boto3."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError, EventStreamError

from tests.contract.local_clients import (
    VIETNAMESE,
    Running,
    invocation,
    invoke_stream,
    is_text,
    text_of_events,
)


def test_a_reply_is_the_containers(local: Running) -> None:
    reply = local.client("sagemaker-runtime").invoke_endpoint(**invocation(f"echo {VIETNAMESE}"))

    assert reply["ContentType"] == "application/json"
    assert json.loads(reply["Body"].read())["choices"][0]["message"]["content"] == VIETNAMESE


def test_a_streams_parts_are_cut_anywhere_and_lose_nothing(local: Running) -> None:
    parts = invoke_stream(local, f"echo {VIETNAMESE}")

    assert text_of_events(b"".join(parts)) == VIETNAMESE + " "
    assert any(not is_text(part) for part in parts), "no part ends inside a character"


@pytest.mark.parametrize(
    ("name", "region"),
    [pytest.param("gone", "us-east-1", id="name"), pytest.param("demo", "eu-west-1", id="region")],
)
def test_an_endpoint_that_is_not_there_is_refused(local: Running, name: str, region: str) -> None:
    with pytest.raises(ClientError) as caught:
        local.client("sagemaker-runtime", region).invoke_endpoint(**invocation("echo", name))

    assert caught.value.response["Error"] == {
        "Code": "ValidationError",
        "Message": f"Endpoint {name} of account 123456789012 not found.",
    }


def test_what_the_container_refuses_is_a_model_error(local: Running) -> None:
    with pytest.raises(ClientError) as caught:
        local.client("sagemaker-runtime").invoke_endpoint(**invocation("refuse"))

    response: Any = caught.value.response
    found = (response["Error"]["Code"], response["OriginalStatusCode"], response["OriginalMessage"])
    assert found == ("ModelError", 400, '{"error":{"message":"too long"}}')


def test_a_stream_that_breaks_ends_with_an_exception_event(local: Running) -> None:
    with pytest.raises(EventStreamError, match="ModelStreamError"):
        invoke_stream(local, "break after this")


def test_a_request_of_tgis_wire_is_answered_in_it(local: Running) -> None:
    reply = local.client("sagemaker-runtime").invoke_endpoint(**generation("echo two words"))

    assert json.loads(reply["Body"].read()) == [
        {"generated_text": "two words", "details": {"finish_reason": "eos_token", "generated_tokens": 2}}
    ]
    assert local.model.requests[-1] == {
        "messages": [{"role": "user", "content": "echo two words"}],
        "stream": False,
        "max_tokens": 24,
        "temperature": 0.5,
    }


def test_a_stream_of_tgis_wire_ends_with_the_whole_text(local: Running) -> None:
    runtime = local.client("sagemaker-runtime")
    reply = runtime.invoke_endpoint_with_response_stream(**generation("echo two words", stream=True))
    body = b"".join(event["PayloadPart"]["Bytes"] for event in reply["Body"])

    tokens = [json.loads(event.removeprefix(b"data:")) for event in body.split(b"\n\n")[:-1]]
    assert [(each["token"]["text"], each["generated_text"]) for each in tokens] == [
        ("two ", None),
        ("words ", None),
        ("", "two words "),
    ]
    assert tokens[-1]["details"] == {"finish_reason": "eos_token", "generated_tokens": 2}


def generation(text: str, **fields: Any) -> dict[str, Any]:
    body = {"inputs": text, "parameters": {"max_new_tokens": 24, "temperature": 0.5, "top_p": None}, **fields}
    return {**invocation(text), "Body": json.dumps(body).encode()}
