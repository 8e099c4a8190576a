"""Bedrock runtime, as the local target answers it to boto3."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError, EventStreamError

from tests.contract.local_clients import (
    MODEL_ID,
    Running,
    converse_stream,
    messages,
)


def test_converse_answers_with_text_usage_and_a_stop_reason(local: Running) -> None:
    reply = local.client("bedrock-runtime").converse(modelId=MODEL_ID, messages=messages("echo two words"))

    assert (reply["output"], reply["stopReason"], reply["usage"]) == (
        {"message": {"role": "assistant", "content": [{"text": "two words"}]}},
        "end_turn",
        {"inputTokens": 3, "outputTokens": 2, "totalTokens": 5},
    )


def test_the_stream_has_bedrocks_events_in_order(local: Running) -> None:
    events = converse_stream(local, "echo two words")

    latency = events[-1]["metadata"].pop("metrics")
    assert events == [
        {"messageStart": {"role": "assistant"}},
        {"contentBlockDelta": {"delta": {"text": "two "}, "contentBlockIndex": 0}},
        {"contentBlockDelta": {"delta": {"text": "words "}, "contentBlockIndex": 0}},
        {"contentBlockStop": {"contentBlockIndex": 0}},
        {"messageStop": {"stopReason": "end_turn"}},
        {"metadata": {"usage": {"inputTokens": 3, "outputTokens": 2, "totalTokens": 5}}},
    ]
    assert latency["latencyMs"] >= 0


def test_settings_reach_the_model(local: Running) -> None:
    arn = "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.amazon.nova-micro-v1:0"
    local.client("bedrock-runtime").converse(
        modelId=arn,
        messages=messages("echo"),
        system=[{"text": "Be brief."}],
        inferenceConfig={"maxTokens": 5, "temperature": 0.5},
    )

    assert local.model.requests[-1] == {
        "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "echo"}],
        "max_tokens": 5,
        "temperature": 0.5,
    }


@pytest.mark.parametrize(
    ("model", "text", "reason"),
    [
        pytest.param("no such model!", "echo", "The provided model identifier is invalid.", id="model id"),
        pytest.param(MODEL_ID, "refuse", "The model returned the following errors: ", id="model"),
    ],
)
def test_what_is_refused_is_a_validation_exception(local: Running, model: str, text: str, reason: str) -> None:
    with pytest.raises(ClientError) as caught:
        local.client("bedrock-runtime").converse(modelId=model, messages=messages(text))

    assert caught.value.response["Error"]["Code"] == "ValidationException"
    assert caught.value.response["Error"]["Message"].startswith(reason)


def test_a_stream_that_breaks_ends_with_an_exception_event(local: Running) -> None:
    with pytest.raises(EventStreamError, match="modelStreamErrorException"):
        converse_stream(local, "break after this")
