"""What the vendors' SDKs of the contract tests do not say, as a chat completion request."""

from __future__ import annotations

import json
from typing import Any

import pytest

from generator.local.wires import anthropic_requests, cohere_requests, google_requests
from generator.local.wires.chat_requests import InvalidQuestionError

SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}}
FORMAT = {"type": "json_schema", "json_schema": {"name": "answer", "schema": SCHEMA}}


def anthropic(**body: Any) -> dict[str, Any]:
    whole = {"model": "claude-x", "max_tokens": 9, "messages": [{"role": "user", "content": "Hi"}], **body}
    return anthropic_requests.chat_request(anthropic_requests.parse(json.dumps(whole).encode()))


def cohere(**body: Any) -> dict[str, Any]:
    whole = {"model": "command-x", "messages": [{"role": "user", "content": "Hi"}], **body}
    return cohere_requests.chat_request(cohere_requests.parse(json.dumps(whole).encode()))


def google(**body: Any) -> dict[str, Any]:
    whole = {"contents": [{"role": "user", "parts": [{"text": "Hi"}]}], **body}
    return google_requests.chat_request(google_requests.parse(json.dumps(whole).encode()), stream=False)


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        ({"type": "auto"}, {"tool_choice": "auto"}),
        ({"type": "none"}, {"tool_choice": "none"}),
        ({"type": "any", "disable_parallel_tool_use": True}, {"tool_choice": "required", "parallel_tool_calls": False}),
        ({"type": "tool", "name": "w"}, {"tool_choice": {"type": "function", "function": {"name": "w"}}}),
    ],
)
def test_anthropics_choice_of_a_tool(choice: dict[str, Any], expected: dict[str, Any]) -> None:
    chat = anthropic(tools=[{"name": "w", "input_schema": SCHEMA}], tool_choice=choice)

    assert {name: chat[name] for name in ("tool_choice", "parallel_tool_calls") if name in chat} == expected


def test_anthropics_system_blocks_url_images_thoughts_and_schema() -> None:
    image = {"type": "image", "source": {"type": "url", "url": "https://example.com/a.png"}}
    chat = anthropic(
        system=[{"type": "text", "text": "Be brief.", "cache_control": {"type": "ephemeral"}}],
        messages=[
            {"role": "user", "content": [{"type": "text", "text": "Hi"}, image]},
            {
                "role": "assistant",
                "content": [{"type": "thinking", "thinking": "Hm"}, {"type": "text", "text": "Yes."}],
            },
            {"role": "user", "content": "And?"},
        ],
        output_config={"format": {"type": "json_schema", "schema": SCHEMA}},
        top_k=4,
    )

    assert chat == {
        "messages": [
            {"role": "system", "content": "Be brief."},
            {
                "role": "user",
                "content": [
                    {"type": "text", "text": "Hi"},
                    {"type": "image_url", "image_url": {"url": "https://example.com/a.png"}},
                ],
            },
            {"role": "assistant", "content": "Yes."},
            {"role": "user", "content": "And?"},
        ],
        "max_tokens": 9,
        "top_k": 4,
        "response_format": FORMAT,
    }


def test_what_a_tool_answered_comes_before_what_the_user_says_beside_it() -> None:
    result = {"type": "tool_result", "tool_use_id": "t1", "content": "sunny"}
    chat = anthropic(messages=[{"role": "user", "content": [result, {"type": "text", "text": "And now?"}]}])

    assert chat["messages"] == [
        {"role": "tool", "tool_call_id": "t1", "content": "sunny"},
        {"role": "user", "content": "And now?"},
    ]


def test_coheres_documents_thoughts_and_parameters() -> None:
    document = {"type": "document", "document": {"data": {"sky": "sunny"}}}
    chat = cohere(
        messages=[
            {"role": "user", "content": [{"type": "text", "text": "Hi"}]},
            {
                "role": "assistant",
                "content": [{"type": "thinking", "thinking": "Hm"}, {"type": "text", "text": "Yes."}],
            },
            {"role": "tool", "tool_call_id": "t1", "content": [document]},
        ],
        k=4,
        seed=7,
        frequency_penalty=0.5,
        presence_penalty=0.25,
        response_format={"type": "json_object"},
    )

    assert chat == {
        "messages": [
            {"role": "user", "content": "Hi"},
            {"role": "assistant", "content": "Yes."},
            {"role": "tool", "tool_call_id": "t1", "content": '{"sky": "sunny"}'},
        ],
        "top_k": 4,
        "seed": 7,
        "frequency_penalty": 0.5,
        "presence_penalty": 0.25,
        "response_format": {"type": "json_object"},
    }


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [({"type": "text"}, None), ({"type": "json_object", "json_schema": SCHEMA}, FORMAT)],
)
def test_coheres_response_format(wanted: dict[str, Any], expected: Any) -> None:
    assert cohere(response_format=wanted).get("response_format") == expected


def test_googles_own_schemas_and_allowed_functions() -> None:
    parameters = {"type": "OBJECT", "properties": {"city": {"type": "STRING", "enum": ["A"]}}}
    declared = [{"name": "weather", "parameters": parameters}, {"name": "other"}]
    calling = {"mode": "ANY", "allowedFunctionNames": ["weather"]}
    chat = google(tools=[{"functionDeclarations": declared}], toolConfig={"functionCallingConfig": calling})

    schema = {"type": "object", "properties": {"city": {"type": "string", "enum": ["A"]}}}
    function = {"name": "weather", "description": "", "parameters": schema}
    assert (chat["tools"], chat["tool_choice"]) == ([{"type": "function", "function": function}], "required")


def test_googles_calls_without_ids_meet_their_responses_in_order() -> None:
    call = {"functionCall": {"name": "weather", "args": {}}}
    responses = [{"functionResponse": {"name": "weather", "response": {"n": number}}} for number in (1, 2)]
    chat = google(
        contents=[
            {"role": "user", "parts": [{"text": "Hi"}]},
            {"role": "model", "parts": [{"text": "Hm", "thought": True}, call, call]},
            {"role": "user", "parts": responses},
        ]
    )

    _, called, first, second = chat["messages"]
    ids = [one["id"] for one in called["tool_calls"]]
    assert (len(set(ids)), called["content"]) == (2, None)
    assert [(one["tool_call_id"], one["content"]) for one in (first, second)] == [
        (ids[0], '{"n": 1}'),
        (ids[1], '{"n": 2}'),
    ]


def test_googles_responses_with_ids_meet_their_calls() -> None:
    calls: list[Any] = [{"functionCall": {"id": name, "name": "weather", "args": {}}} for name in ("a", "b")]
    responses: list[Any] = [
        {"functionResponse": {"id": name, "name": "weather", "response": {}}} for name in ("b", "a")
    ]
    chat = google(contents=[{"role": "model", "parts": calls}, {"role": "user", "parts": responses}])

    assert [one["tool_call_id"] for one in chat["messages"][1:]] == ["b", "a"]


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ({"responseMimeType": "text/plain"}, None),
        ({"responseMimeType": "application/json"}, {"type": "json_object"}),
        ({"responseMimeType": "application/json", "responseJsonSchema": SCHEMA}, FORMAT),
        (
            {
                "responseMimeType": "application/json",
                "responseSchema": {"type": "OBJECT", "properties": {"city": {"type": "STRING"}}},
            },
            FORMAT,
        ),
    ],
)
def test_googles_response_format(config: dict[str, Any], expected: Any) -> None:
    assert google(generationConfig=config).get("response_format") == expected


@pytest.mark.parametrize(
    ("ask", "body", "place"),
    [
        (anthropic, {"max_tokens": 0}, "max_tokens"),
        (anthropic, {"tools": [{"type": "web_search_20250305", "name": "web_search"}]}, "tools.0.input_schema"),
        (cohere, {"p": 1.5}, "p"),
        (cohere, {"messages": [{"role": "developer", "content": "Hi"}]}, "messages.0"),
        (google, {"generationConfig": {"candidateCount": 2}}, "generationConfig.candidateCount"),
        (google, {"contents": [{"parts": [{"fileData": {"fileUri": "gs://a"}}]}]}, "contents.0.parts.0.fileData"),
    ],
)
def test_what_the_vendor_would_refuse_is_refused_with_its_place(ask: Any, body: dict[str, Any], place: str) -> None:
    with pytest.raises(InvalidQuestionError, match=place):
        ask(**body)
