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

TOOLS = {
    "tools": [
        {"toolSpec": {"name": "weather", "description": "The weather", "inputSchema": {"json": {"type": "object"}}}}
    ]
}


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


def test_a_tool_is_called_and_its_answer_reaches_the_model(local: Running) -> None:
    runtime = local.client("bedrock-runtime")
    asked = messages('call weather {"city": "Huế"}')

    called = runtime.converse(modelId=MODEL_ID, messages=asked, toolConfig=TOOLS)
    use = called["output"]["message"]["content"][0]["toolUse"]
    told = {"toolResult": {"toolUseId": use["toolUseId"], "content": [{"text": "sunny"}]}}
    turns = [*asked, called["output"]["message"], {"role": "user", "content": [told, {"text": "echo It is sunny."}]}]
    answered = runtime.converse(modelId=MODEL_ID, messages=turns, toolConfig=TOOLS)

    assert (called["stopReason"], use["name"], use["input"]) == ("tool_use", "weather", {"city": "Huế"})
    assert [message["role"] for message in local.model.requests[-1]["messages"]] == [
        *("user", "assistant", "tool"),
        "user",
    ]
    assert answered["output"]["message"]["content"] == [{"text": "It is sunny."}]


def test_a_tool_is_called_in_a_stream(local: Running) -> None:
    asked = messages('call weather {"city": "Huế"}')
    events = list(
        local.client("bedrock-runtime").converse_stream(modelId=MODEL_ID, messages=asked, toolConfig=TOOLS)["stream"]
    )

    start = {"start": {"toolUse": {"toolUseId": "call_1", "name": "weather"}}, "contentBlockIndex": 0}
    inputs = [one["contentBlockDelta"]["delta"]["toolUse"]["input"] for one in events if "contentBlockDelta" in one]
    assert (events[1], "".join(inputs)) == ({"contentBlockStart": start}, '{"city": "Huế"}')
    assert events[-2] == {"messageStop": {"stopReason": "tool_use"}}


def test_an_image_reaches_the_model(local: Running) -> None:
    image = {"image": {"format": "png", "source": {"bytes": b"\x89PNG"}}}
    asked = [{"role": "user", "content": [{"text": "echo a picture"}, image]}]
    local.client("bedrock-runtime").converse(modelId=MODEL_ID, messages=asked)

    assert local.model.requests[-1]["messages"][0]["content"][1] == {
        "type": "image_url",
        "image_url": {"url": "data:image/png;base64,iVBORw=="},
    }


def test_what_the_model_thought_is_apart_from_what_it_said(local: Running) -> None:
    reply = local.client("bedrock-runtime").converse(modelId=MODEL_ID, messages=messages("think Paris."))
    events = converse_stream(local, "think Paris.")

    thought, said = reply["output"]["message"]["content"]
    assert (thought["reasoningContent"]["reasoningText"]["text"], said) == ("Hm.", {"text": "Paris."})
    assert [one["contentBlockDelta"] for one in events if "contentBlockDelta" in one] == [
        {"delta": {"reasoningContent": {"text": "Hm."}}, "contentBlockIndex": 0},
        {"delta": {"text": "Paris. "}, "contentBlockIndex": 1},
    ]


def test_a_stop_sequence_is_a_reason_of_its_own(local: Running) -> None:
    reply = local.client("bedrock-runtime").converse(modelId=MODEL_ID, messages=messages("stop here"))

    assert reply["stopReason"] == "stop_sequence"


@pytest.mark.parametrize(
    ("model", "text", "reason"),
    [
        pytest.param("no such model!", "echo", "The provided model identifier is invalid.", id="model id"),
        pytest.param(MODEL_ID, "refuse", "The model returned the following errors: ", id="model"),
        pytest.param(MODEL_ID, "crowd", "Input is too long for requested model.", id="context"),
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
