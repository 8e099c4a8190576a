from __future__ import annotations

import json
from typing import Any

import pytest

from generator.local.wires.bedrock_requests import chat_request, parse
from generator.local.wires.chat_requests import InvalidQuestionError

HELLO = {"role": "user", "content": [{"text": "Hello"}]}
SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}}
TOOL = {"toolSpec": {"name": "weather", "description": "The weather", "inputSchema": {"json": SCHEMA}}}


def asked(body: dict[str, Any], *, stream: bool = False) -> dict[str, Any]:
    return chat_request(parse(json.dumps(body).encode()), stream=stream)


def test_a_converse_request_becomes_a_chat_completion_request() -> None:
    body = {
        "system": [{"text": "Be brief."}, {"cachePoint": {"type": "default"}}, {"text": "Be kind."}],
        "messages": [
            {"role": "user", "content": [{"text": "Hel"}, {"text": "lo"}]},
            {
                "role": "assistant",
                "content": [{"reasoningContent": {"reasoningText": {"text": "Hm"}}}, {"text": "Hi."}],
            },
            {"role": "user", "content": [{"text": "Who are you?"}]},
        ],
        "inferenceConfig": {"maxTokens": 9, "temperature": 0.5, "topP": 0.25, "stopSequences": ["END"]},
        "additionalModelRequestFields": {"top_k": 4},
    }

    assert asked(body, stream=True) == {
        "messages": [
            {"role": "system", "content": "Be brief.\nBe kind."},
            {"role": "user", "content": "Hello"},
            {"role": "assistant", "content": "Hi."},
            {"role": "user", "content": "Who are you?"},
        ],
        "max_tokens": 9,
        "temperature": 0.5,
        "top_p": 0.25,
        "stop": ["END"],
        "stream": True,
        "stream_options": {"include_usage": True},
    }


def test_what_is_not_asked_is_not_sent() -> None:
    assert asked({"messages": [HELLO]}) == {"messages": [{"role": "user", "content": "Hello"}]}


def test_tools_their_calls_and_their_results_are_translated() -> None:
    used = {"toolUse": {"toolUseId": "t1", "name": "weather", "input": {"city": "Huế"}}}
    told = {"toolUseId": "t1", "content": [{"text": "It is "}, {"json": {"sky": "sunny"}}], "status": "success"}
    body = {
        "messages": [
            HELLO,
            {"role": "assistant", "content": [used]},
            {"role": "user", "content": [{"toolResult": told}]},
        ],
        "toolConfig": {"tools": [TOOL, {"cachePoint": {"type": "default"}}]},
    }

    call = {"id": "t1", "type": "function", "function": {"name": "weather", "arguments": '{"city": "Huế"}'}}
    function = {"name": "weather", "description": "The weather", "parameters": SCHEMA}
    assert asked(body) == {
        "messages": [
            {"role": "user", "content": "Hello"},
            {"role": "assistant", "content": None, "tool_calls": [call]},
            {"role": "tool", "tool_call_id": "t1", "content": 'It is {"sky": "sunny"}'},
        ],
        "tools": [{"type": "function", "function": function}],
    }


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        ({"auto": {}}, "auto"),
        ({"any": {}}, "required"),
        ({"tool": {"name": "weather"}}, {"type": "function", "function": {"name": "weather"}}),
    ],
)
def test_the_choice_of_a_tool_is_translated(choice: dict[str, Any], expected: Any) -> None:
    body = {"messages": [HELLO], "toolConfig": {"tools": [TOOL], "toolChoice": choice}}

    assert asked(body)["tool_choice"] == expected


def test_images_and_a_schema_are_translated() -> None:
    image = {"image": {"format": "png", "source": {"bytes": "iVBORw0KGgo="}}}
    structure = {"jsonSchema": {"schema": json.dumps(SCHEMA), "name": "place"}}
    body = {
        "messages": [{"role": "user", "content": [{"text": "What is this?"}, image]}],
        "outputConfig": {"textFormat": {"type": "json_schema", "structure": structure}},
    }

    assert asked(body) == {
        "messages": [
            {
                "role": "user",
                "content": [
                    {"type": "text", "text": "What is this?"},
                    {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgo="}},
                ],
            }
        ],
        "response_format": {"type": "json_schema", "json_schema": {"name": "place", "schema": SCHEMA}},
    }


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        pytest.param({"messages": []}, "must start with a user message", id="no message"),
        pytest.param({"messages": [{**HELLO, "role": "assistant"}]}, "must start with a user", id="assistant first"),
        pytest.param({"messages": [HELLO, HELLO]}, "must alternate", id="two of the user's"),
        pytest.param({"messages": [{"role": "user", "content": []}]}, "messages.0.content", id="no content"),
        pytest.param(
            {"messages": [{"role": "user", "content": [{"video": {}}]}]}, "text, images and tools", id="a video"
        ),
        pytest.param({"messages": [{"role": "user", "content": [{}]}]}, "exactly one of", id="an empty block"),
        pytest.param({"messages": [HELLO], "inferenceConfig": {"temperature": 3}}, "temperature", id="too hot"),
        pytest.param(
            {"messages": [{"role": "user", "content": [{"toolResult": {"toolUseId": "t1", "content": []}}]}]},
            "toolConfig field must be defined",
            id="a tool's result without tools",
        ),
        pytest.param({}, "messages", id="nothing"),
    ],
)
def test_what_bedrock_would_refuse_is_refused(body: dict[str, Any], reason: str) -> None:
    with pytest.raises(InvalidQuestionError, match=reason):
        asked(body)
