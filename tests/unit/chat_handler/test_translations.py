"""Tools, images, structured answers and reasoning, for the providers that are asked in their own words.

Each at its own wire, through LangChain's class for it. One file, because one worker is to load the vendors' packages.
"""

from __future__ import annotations

import base64
import contextlib
import io
import json
from typing import Any

import pytest

from tests.unit.chat_handler import stage
from tests.unit.chat_handler.fake_server import FakeServer, Reply, json_reply
from tests.unit.chat_handler.stage import Handler, ask, ask_chat, error_of, events_of, question, secret, text_of
from tests.unit.chat_handler.translated import (
    ANTHROPIC,
    BEDROCK,
    CALLS,
    COHERE,
    GOOGLE,
    REASONING,
    TEXT,
    TRANSLATED,
    Translated,
)

Json = dict[str, Any]
KEY = "key-canary-0123456789"
# Names with underscores, references and types with null: what LangChain rewrites.
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {"home_town": {"type": ["string", "null"]}, "day_part": {"$ref": "#/$defs/day_part"}},
    "$defs": {"day_part": {"enum": ["morning", "evening"]}},
    "required": ["home_town"],
    "additionalProperties": False,
}
WEATHER: dict[str, Any] = {
    "type": "function",
    "function": {"name": "get_weather", "description": "Now.", "parameters": SCHEMA},
}
NOW = {"type": "function", "function": {"name": "now"}}
NO_ARGUMENTS = {"type": "object", "properties": {}}
TOOLS = [WEATHER, NOW]
PIXEL = base64.b64encode(b"\x89PNG\r\n\x1a\n\xfb\xff\xfe\xff\xfb").decode()
PICTURE: dict[str, Any] = {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PIXEL}"}}

each_provider = pytest.mark.parametrize("provider", TRANSLATED, ids=lambda provider: provider.name)
plain_and_streamed = pytest.mark.parametrize("is_stream", [False, True], ids=["plain", "stream"])


def deploy(server: FakeServer, provider: Translated, **fields: Any) -> None:
    """Let the model of `provider` be deployed, with these fields in its record, and answer tool calls."""
    stage.script_everything_well(server, provider.record | fields)
    if provider.key_name is not None:
        server.replies["GetSecretValue"] = secret({provider.key_name: KEY})
    model = str(fields.get("model", provider.record["model"]))
    for is_stream, operation in provider.asks.items():
        if provider.asks[True] == provider.asks[False]:
            server.replies[operation] = lambda request: provider.calls[bool(request.json().get("stream"))]
        else:
            server.replies[operation.replace("some-model", model)] = provider.calls[is_stream]


def sent(app: Handler, server: FakeServer, provider: Translated, **fields: Any) -> Json:
    """What the provider is sent for a question with these fields."""
    server.requests.clear()
    reply = ask_chat(app, question("asked", **fields))
    assert reply.status_code == 200, reply.text
    (request,) = [one for one in server.requests if "GetSecret" not in one.operation and "GetPar" not in one.operation]
    body: Json = request.json()
    return body


# Tools


SENT_TOOLS: dict[str, Json] = {
    "bedrock": {
        "toolConfig": {
            "tools": [
                {"toolSpec": {"name": "get_weather", "description": "Now.", "inputSchema": {"json": SCHEMA}}},
                {"toolSpec": {"name": "now", "inputSchema": {"json": NO_ARGUMENTS}}},
            ],
            "toolChoice": {"any": {}},
        }
    },
    "anthropic": {
        "tools": [
            {"name": "get_weather", "description": "Now.", "input_schema": SCHEMA},
            {"name": "now", "input_schema": NO_ARGUMENTS},
        ],
        "tool_choice": {"type": "any"},
    },
    "cohere": {
        "tools": [WEATHER, {"type": "function", "function": {"name": "now", "parameters": NO_ARGUMENTS}}],
        "tool_choice": "REQUIRED",
    },
    "google_genai": {
        "tools": [
            {
                "functionDeclarations": [
                    {"name": "get_weather", "description": "Now.", "parameters_json_schema": SCHEMA},
                    {"name": "now", "parameters_json_schema": NO_ARGUMENTS},
                ]
            }
        ],
        "toolConfig": {"functionCallingConfig": {"mode": "ANY"}},
    },
}


@each_provider
def test_tools_reach_the_model_with_their_schemas_unchanged(
    app: Handler, server: FakeServer, provider: Translated
) -> None:
    deploy(server, provider)

    body = sent(app, server, provider, tools=TOOLS, tool_choice="required")

    assert {name: body[name] for name in SENT_TOOLS[provider.name]} == SENT_TOOLS[provider.name]


NAMED = {"type": "function", "function": {"name": "now"}}


@pytest.mark.parametrize(
    ("provider", "choice", "expected"),
    [
        (BEDROCK, "auto", None),
        (BEDROCK, NAMED, {"tool": {"name": "now"}}),
        (ANTHROPIC, "auto", None),
        (ANTHROPIC, "none", {"type": "none"}),
        (ANTHROPIC, NAMED, {"type": "tool", "name": "now"}),
        (COHERE, "auto", None),
        (COHERE, "none", "NONE"),
        (GOOGLE, "auto", None),
        (GOOGLE, "none", {"functionCallingConfig": {"mode": "NONE"}}),
        (GOOGLE, NAMED, {"functionCallingConfig": {"mode": "ANY", "allowedFunctionNames": ["now"]}}),
    ],
    ids=lambda value: value.name if isinstance(value, Translated) else None,
)
def test_what_may_be_called_is_the_callers_choice(
    app: Handler, server: FakeServer, provider: Translated, choice: Any, expected: Any
) -> None:
    deploy(server, provider)

    body = sent(app, server, provider, tools=TOOLS, tool_choice=choice)

    where = body["toolConfig"] if provider is BEDROCK else body
    found = where.get({"bedrock": "toolChoice", "google_genai": "toolConfig"}.get(provider.name, "tool_choice"))
    assert found == expected


def test_bedrock_has_no_word_for_no_tool_so_the_tools_stay_away(app: Handler, server: FakeServer) -> None:
    deploy(server, BEDROCK)

    assert "toolConfig" not in sent(app, server, BEDROCK, tools=TOOLS, tool_choice="none")


def test_parallel_calls_can_be_forbidden_where_the_api_has_a_word_for_it(app: Handler, server: FakeServer) -> None:
    deploy(server, ANTHROPIC)

    by_default = sent(app, server, ANTHROPIC, tools=TOOLS, parallel_tool_calls=True)
    forbidden = sent(app, server, ANTHROPIC, tools=TOOLS, parallel_tool_calls=False)

    assert "tool_choice" not in by_default
    assert forbidden["tool_choice"] == {"type": "auto", "disable_parallel_tool_use": True}


@pytest.mark.parametrize(
    ("provider", "place"),
    [(BEDROCK, ["toolConfig", "tools", 0, "toolSpec", "strict"]), (ANTHROPIC, ["tools", 0, "strict"])],
    ids=lambda value: value.name if isinstance(value, Translated) else None,
)
def test_a_strict_tool_is_one(app: Handler, server: FakeServer, provider: Translated, place: list[Any]) -> None:
    deploy(server, provider)
    strict = {**WEATHER, "function": {**WEATHER["function"], "strict": True}}

    found: Any = sent(app, server, provider, tools=[strict])
    for step in place:
        found = found[step]

    assert found is True


@pytest.mark.parametrize(("choice", "mode"), [("auto", "VALIDATED"), ("required", "ANY"), ("none", "NONE")])
def test_googles_strictness_is_how_tools_are_called(app: Handler, server: FakeServer, choice: str, mode: str) -> None:
    deploy(server, GOOGLE)
    strict = {**WEATHER, "function": {**WEATHER["function"], "strict": True}}

    body = sent(app, server, GOOGLE, tools=[strict, NOW], tool_choice=choice)

    assert body["toolConfig"] == {"functionCallingConfig": {"mode": mode}}


def test_coheres_strictness_is_for_all_tools(app: Handler, server: FakeServer) -> None:
    deploy(server, COHERE)
    strict = {**WEATHER, "function": {**WEATHER["function"], "strict": True}}

    assert sent(app, server, COHERE, tools=[strict])["strict_tools"] is True


def call(call_id: str, name: str, arguments: Json) -> Json:
    return {"id": call_id, "type": "function", "function": {"name": name, "arguments": json.dumps(arguments)}}


HISTORY: list[dict[str, Any]] = [
    {"role": "developer", "content": "Be brief."},
    {"role": "user", "content": "Weather?"},
    {
        "role": "assistant",
        "content": None,
        "refusal": None,
        "tool_calls": [call("c1", "get_weather", {"home_town": "Huế"}), call("c2", "now", {})],
    },
    {"role": "tool", "tool_call_id": "c2", "name": "now", "content": [{"type": "text", "text": "noon"}]},
    {"role": "tool", "tool_call_id": "c1", "content": '{"is_dry": true}'},
    {"role": "user", "content": "And then?"},
]
SENT_HISTORY: dict[str, Json] = {
    "bedrock": {
        "system": [{"text": "Be brief."}],
        "messages": [
            {"role": "user", "content": [{"text": "Weather?"}]},
            {
                "role": "assistant",
                "content": [
                    {"toolUse": {"toolUseId": "c1", "name": "get_weather", "input": {"home_town": "Huế"}}},
                    {"toolUse": {"toolUseId": "c2", "name": "now", "input": {}}},
                ],
            },
            {
                "role": "user",
                "content": [
                    {"toolResult": {"toolUseId": "c2", "content": [{"text": "noon"}], "status": "success"}},
                    {"toolResult": {"toolUseId": "c1", "content": [{"text": '{"is_dry": true}'}], "status": "success"}},
                    {"text": "And then?"},
                ],
            },
        ],
    },
    "anthropic": {
        "system": "Be brief.",
        "messages": [
            {"role": "user", "content": "Weather?"},
            {
                "role": "assistant",
                "content": [
                    {"type": "tool_use", "id": "c1", "name": "get_weather", "input": {"home_town": "Huế"}},
                    {"type": "tool_use", "id": "c2", "name": "now", "input": {}},
                ],
            },
            {
                "role": "user",
                "content": [
                    {"type": "tool_result", "tool_use_id": "c2", "content": "noon", "is_error": False},
                    {"type": "tool_result", "tool_use_id": "c1", "content": '{"is_dry": true}', "is_error": False},
                    {"type": "text", "text": "And then?"},
                ],
            },
        ],
    },
    "cohere": {
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "Weather?"},
            {
                "role": "assistant",
                "tool_calls": [call("c1", "get_weather", {"home_town": "Huế"}), call("c2", "now", {})],
            },
            {"role": "tool", "tool_call_id": "c2", "content": "noon"},
            {"role": "tool", "tool_call_id": "c1", "content": '{"is_dry": true}'},
            {"role": "user", "content": "And then?"},
        ]
    },
    "google_genai": {
        "systemInstruction": {"parts": [{"text": "Be brief."}]},
        "contents": [
            {"role": "user", "parts": [{"text": "Weather?"}]},
            {
                "role": "model",
                "parts": [
                    {"functionCall": {"name": "get_weather", "args": {"home_town": "Huế"}}},
                    {"functionCall": {"name": "now", "args": {}}},
                ],
            },
            {
                "role": "user",
                "parts": [
                    {"functionResponse": {"name": "now", "response": {"output": "noon"}}},
                    {"functionResponse": {"name": "get_weather", "response": {"is_dry": True}}},
                ],
            },
            {"role": "user", "parts": [{"text": "And then?"}]},
        ],
    },
}


@each_provider
def test_earlier_calls_and_their_results_reach_the_model(
    app: Handler, server: FakeServer, provider: Translated
) -> None:
    deploy(server, provider)

    body = sent(app, server, provider, messages=HISTORY, tools=TOOLS)
    body.get("systemInstruction", {}).pop("role", None)

    assert {name: body[name] for name in SENT_HISTORY[provider.name]} == SENT_HISTORY[provider.name]


@each_provider
def test_a_result_may_be_the_last_word(app: Handler, server: FakeServer, provider: Translated) -> None:
    deploy(server, provider)

    assert "noon" in json.dumps(sent(app, server, provider, messages=HISTORY[:-1], tools=TOOLS))


def test_what_was_said_beside_a_call_is_coheres_plan(app: Handler, server: FakeServer) -> None:
    deploy(server, COHERE)
    said = [*HISTORY[:2], {**HISTORY[2], "content": "Let me look."}, *HISTORY[3:]]

    assert sent(app, server, COHERE, messages=said, tools=TOOLS)["messages"][2]["tool_plan"] == "Let me look."


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        pytest.param("42", {"output": "42"}, id="a number"),
        pytest.param("[1]", {"output": "[1]"}, id="a list"),
        pytest.param('{"heat": NaN}', {"output": '{"heat": NaN}'}, id="no JSON"),
        pytest.param("", {"output": ""}, id="nothing"),
    ],
)
def test_google_gets_the_result_that_the_tool_gave(
    app: Handler, server: FakeServer, result: str, expected: Json
) -> None:
    deploy(server, GOOGLE)
    messages = [
        {"role": "user", "content": "Time?"},
        {"role": "assistant", "tool_calls": [call("c", "now", {})]},
        {"role": "tool", "tool_call_id": "c", "content": result},
    ]

    (answered,) = sent(app, server, GOOGLE, messages=messages, tools=TOOLS)["contents"][-1]["parts"]

    assert answered["functionResponse"]["response"] == expected


def test_bedrock_is_told_that_a_tool_said_nothing(app: Handler, server: FakeServer) -> None:
    deploy(server, BEDROCK)
    messages = [
        {"role": "user", "content": "Time?"},
        {"role": "assistant", "content": "", "tool_calls": [call("c", "now", {})]},
        {"role": "tool", "tool_call_id": "c", "content": ""},
    ]

    (answered,) = sent(app, server, BEDROCK, messages=messages, tools=TOOLS)["messages"][-1]["content"]

    assert answered["toolResult"]["content"] == [{"text": "(no output)"}]


EXPECTED_CALLS = [(call_id, name, json.loads(json.dumps(given))) for call_id, name, given in CALLS]


def calls_of(events: list[Any]) -> tuple[list[Any], list[Json]]:
    """The calls in a stream put together as OpenAI's client does it, and the first piece of each."""
    firsts: list[Json] = []
    arguments: list[str] = []
    for one in events:
        for choice in one.get("choices", ()):
            for piece in choice["delta"].get("tool_calls", ()):
                if piece["index"] == len(firsts):
                    firsts.append(piece)
                    arguments.append("")
                arguments[piece["index"]] += piece["function"]["arguments"]
    names = [first["function"]["name"] for first in firsts]
    return list(zip([one["id"] for one in firsts], names, map(json.loads, arguments), strict=True)), firsts


@each_provider
def test_calls_in_an_answer(app: Handler, server: FakeServer, provider: Translated) -> None:
    deploy(server, provider)

    (choice,) = ask_chat(app, question("asked", tools=TOOLS)).json()["choices"]

    made = choice["message"]["tool_calls"]
    assert [(one["id"], one["function"]["name"], json.loads(one["function"]["arguments"])) for one in made] == (
        EXPECTED_CALLS
    )
    assert {one["type"] for one in made} == {"function"}
    assert (choice["finish_reason"], choice["message"]["content"]) == ("tool_calls", None)


@each_provider
def test_calls_in_a_stream(app: Handler, server: FakeServer, provider: Translated) -> None:
    deploy(server, provider)

    *chunks, done = events_of(ask_chat(app, question("asked", tools=TOOLS, stream=True)))

    made, firsts = calls_of(chunks)
    assert (made, done, text_of(chunks)) == (EXPECTED_CALLS, "[DONE]", "")
    assert {first["type"] for first in firsts} == {"function"}
    reasons = [choice["finish_reason"] for one in chunks for choice in one["choices"] if choice["finish_reason"]]
    assert reasons == ["tool_calls"]


@plain_and_streamed
def test_a_call_that_google_cannot_read_is_an_error(app: Handler, server: FakeServer, is_stream: bool) -> None:
    deploy(server, GOOGLE)
    candidate = {"index": 0, "content": {"role": "model", "parts": []}, "finishReason": "MALFORMED_FUNCTION_CALL"}
    document = {"candidates": [candidate]}
    reply = Reply(b"data: " + json.dumps(document).encode() + b"\n\n") if is_stream else json_reply(document)
    server.replies[GOOGLE.asks[is_stream]] = reply

    assert error_of(ask_chat(app, question("asked", tools=TOOLS, stream=is_stream)))[:2] == (502, "upstream_error")


def google_ended(reason: str, is_stream: bool) -> Reply:
    candidate = {"index": 0, "content": {"role": "model", "parts": [{"text": "Pa"}]}, "finishReason": reason}
    document = {"candidates": [candidate]}
    return Reply(b"data: " + json.dumps(document).encode() + b"\n\n") if is_stream else json_reply(document)


@plain_and_streamed
@pytest.mark.parametrize(
    ("reason", "expected"),
    [
        ("LANGUAGE", "content_filter"),
        ("IMAGE_PROHIBITED_CONTENT", "content_filter"),
        ("CONTINUATION", "length"),
        ("NOT_YET_INVENTED", "stop"),
    ],
)
def test_why_google_ended_an_answer(
    app: Handler, server: FakeServer, reason: str, expected: str, is_stream: bool
) -> None:
    deploy(server, GOOGLE)
    server.replies[GOOGLE.asks[is_stream]] = google_ended(reason, is_stream)

    reply = ask_chat(app, question("asked", stream=is_stream))

    answers = [one for one in events_of(reply) if one != "[DONE]"] if is_stream else [reply.json()]
    reasons = [choice["finish_reason"] for one in answers for choice in one["choices"] if choice["finish_reason"]]
    assert reasons == [expected]


@plain_and_streamed
def test_an_answer_that_google_broke_off_is_no_whole_one(app: Handler, server: FakeServer, is_stream: bool) -> None:
    deploy(server, GOOGLE)
    server.replies[GOOGLE.asks[is_stream]] = google_ended("OTHER", is_stream)

    reply = ask_chat(app, question("asked", stream=is_stream))

    assert error_of(reply)[:2] == (502, "upstream_error")
    assert "OTHER" in error_of(reply)[2]


# Images


SENT_IMAGE: dict[str, Json] = {
    "bedrock": {
        "role": "user",
        "content": [{"text": "What is this?"}, {"image": {"format": "png", "source": {"bytes": PIXEL}}}],
    },
    "anthropic": {
        "role": "user",
        "content": [
            {"type": "text", "text": "What is this?"},
            {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": PIXEL}},
        ],
    },
    "cohere": {"role": "user", "content": [{"type": "text", "text": "What is this?"}, PICTURE]},
    "google_genai": {
        "role": "user",
        # In base64 for URLs, which Google takes as well: https://protobuf.dev/programming-guides/json/, 2026-11-22.
        "parts": [
            {"text": "What is this?"},
            {"inlineData": {"data": PIXEL.replace("+", "-").replace("/", "_"), "mime_type": "image/png"}},
        ],
    },
}


@each_provider
def test_an_image_reaches_the_model(app: Handler, server: FakeServer, provider: Translated) -> None:
    deploy(server, provider)
    content = [{"type": "text", "text": "What is this?"}, PICTURE]

    body = sent(app, server, provider, messages=[{"role": "user", "content": content}])

    assert (body.get("contents") or body["messages"])[0] == SENT_IMAGE[provider.name]


@pytest.mark.parametrize("provider", [ANTHROPIC, COHERE], ids=lambda provider: provider.name)
def test_an_image_that_the_provider_fetches_itself(app: Handler, server: FakeServer, provider: Translated) -> None:
    deploy(server, provider)
    url = "https://pictures.example/one.png"
    image = {"type": "image_url", "image_url": {"url": url, "detail": "auto"}}

    body = sent(app, server, provider, messages=[{"role": "user", "content": [image]}])

    expected = {
        "anthropic": {"type": "image", "source": {"type": "url", "url": url}},
        "cohere": {"type": "image_url", "image_url": {"url": url}},
    }
    assert body["messages"][0]["content"] == [expected[provider.name]]


def image(url: str, **fields: Any) -> list[Json]:
    return [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": url, **fields}}]}]


@pytest.mark.parametrize(
    ("provider", "messages", "param"),
    [
        pytest.param(BEDROCK, image("https://x.example/a.png"), ".image_url.url", id="an URL that nobody fetches"),
        pytest.param(
            GOOGLE, image("https://x.example/a.png"), ".image_url.url", id="an URL that LangChain would fetch"
        ),
        pytest.param(ANTHROPIC, image("http://169.254.169.254/"), ".image_url.url", id="an URL without TLS"),
        pytest.param(BEDROCK, image("data:image/tiff;base64,AAAA"), ".image_url.url", id="a media type"),
        pytest.param(BEDROCK, image("data:image/png;base64,A*A"), ".image_url.url", id="no base64"),
        pytest.param(BEDROCK, image("data:image/png;base64,"), ".image_url.url", id="no image"),
        pytest.param(GOOGLE, image(PICTURE["image_url"]["url"], detail="low"), ".image_url.detail", id="detail"),
        pytest.param(
            ANTHROPIC, [{"role": "user", "content": [{"type": "input_audio", "input_audio": {}}]}], "", id="sound"
        ),
    ],
)
def test_an_image_that_cannot_be_carried_is_refused_by_its_place(
    app: Handler, server: FakeServer, provider: Translated, messages: list[Json], param: str
) -> None:
    deploy(server, provider)

    reply = ask_chat(app, question("asked", messages=messages))

    assert error_of(reply)[:2] == (400, "invalid_request")
    assert reply.json()["error"]["param"] == f"messages[0].content[0]{param}"
    assert not any(server.asked(operation) for operation in provider.asks.values())


# The other parameters


@pytest.mark.parametrize("provider", [COHERE, GOOGLE], ids=lambda provider: provider.name)
def test_seed_and_penalties_where_there_are_some(app: Handler, server: FakeServer, provider: Translated) -> None:
    deploy(server, provider)

    body = sent(app, server, provider, seed=7, frequency_penalty=0.5, presence_penalty=0.25)

    where = body if provider is COHERE else body["generationConfig"]
    names = ("seed", "frequency_penalty", "presence_penalty")
    camel = ("seed", "frequencyPenalty", "presencePenalty")
    assert [where[name] for name in (names if provider is COHERE else camel)] == [7, 0.5, 0.25]


ANSWER_SCHEMA = {"type": "object", "properties": {"capital_city": {"type": "string"}}, "required": ["capital_city"]}
FORMAT = {"type": "json_schema", "json_schema": {"name": "capital", "schema": ANSWER_SCHEMA, "strict": True}}


@each_provider
def test_an_answer_in_a_schema(app: Handler, server: FakeServer, provider: Translated) -> None:
    deploy(server, provider)

    body = sent(app, server, provider, response_format=FORMAT)

    if provider is BEDROCK:
        assert body["outputConfig"]["textFormat"]["type"] == "json_schema"
        named = body["outputConfig"]["textFormat"]["structure"]["jsonSchema"]
        assert (named["name"], json.loads(named["schema"])) == ("capital", ANSWER_SCHEMA)
    elif provider is ANTHROPIC:
        assert body["output_config"] == {"format": {"type": "json_schema", "schema": ANSWER_SCHEMA}}
    elif provider is COHERE:
        assert body["response_format"] == {"type": "json_object", "json_schema": ANSWER_SCHEMA}
    else:
        found = body["generationConfig"]
        assert (found["responseMimeType"], found["responseJsonSchema"]) == ("application/json", ANSWER_SCHEMA)


@pytest.mark.parametrize("provider", [ANTHROPIC, COHERE, GOOGLE], ids=lambda provider: provider.name)
def test_what_is_said_of_a_schema_is_in_the_schema_where_there_is_no_other_place(
    app: Handler, server: FakeServer, provider: Translated
) -> None:
    deploy(server, provider)
    described = {**FORMAT, "json_schema": {"name": "c", "schema": ANSWER_SCHEMA, "description": "Where it is."}}

    assert "Where it is." in json.dumps(sent(app, server, provider, response_format=described))


@pytest.mark.parametrize("provider", [COHERE, GOOGLE], ids=lambda provider: provider.name)
def test_an_answer_in_json(app: Handler, server: FakeServer, provider: Translated) -> None:
    deploy(server, provider)

    body = sent(app, server, provider, response_format={"type": "json_object"})

    if provider is COHERE:
        assert body["response_format"] == {"type": "json_object"}
    else:
        assert body["generationConfig"]["responseMimeType"] == "application/json"


@pytest.mark.parametrize(
    ("provider", "model", "effort", "expected"),
    [
        (BEDROCK, "amazon.nova-2-lite-v1:0", "low", '"maxReasoningEffort": "low"'),
        (BEDROCK, "us.anthropic.claude-opus-4-6-v1", "high", '"output_config": {"effort": "high"}'),
        (ANTHROPIC, "claude-opus-4-6", "high", '"output_config": {"effort": "high"}'),
        (COHERE, "some-model", "none", '"thinking": {"type": "disabled"}'),
        (GOOGLE, "gemini-3-flash-preview", "low", '"thinking_level": "LOW"'),
    ],
    ids=lambda value: value.name if isinstance(value, Translated) else None,
)
def test_how_much_a_model_reasons(
    app: Handler, server: FakeServer, provider: Translated, model: str, effort: str, expected: str
) -> None:
    deploy(server, provider, model=model)

    body = sent(app, server, provider, reasoning_effort=effort, max_tokens=9)

    assert expected in json.dumps(body)
    assert "9" in json.dumps(body)


def test_the_highest_effort_of_nova_is_without_a_limit(app: Handler, server: FakeServer) -> None:
    deploy(server, BEDROCK, model="amazon.nova-2-lite-v1:0", defaults={"max_tokens": 9, "temperature": 0.5})

    body = sent(app, server, BEDROCK, reasoning_effort="high")
    refused = ask_chat(app, question("asked", reasoning_effort="high", max_tokens=9))

    assert body["inferenceConfig"] == {"temperature": 0.5}
    assert (refused.status_code, refused.json()["error"]["param"]) == (400, "max_tokens")


# Answers


@each_provider
@plain_and_streamed
def test_reasoning_has_a_field_of_its_own_and_usage_its_details(
    app: Handler, server: FakeServer, provider: Translated, is_stream: bool
) -> None:
    deploy(server, provider)
    server.replies[provider.asks[is_stream]] = provider.reasoned[is_stream]
    extras = {"stream": True, "stream_options": {"include_usage": True}} if is_stream else {}

    reply = ask_chat(app, question("asked", **extras))

    if is_stream:
        *chunks, last, _ = events_of(reply)
        deltas = [choice["delta"] for one in chunks for choice in one["choices"]]
        said = "".join(delta.get("reasoning_content") or "" for delta in deltas), text_of(chunks)
        usage = last["usage"]
    else:
        message = reply.json()["choices"][0]["message"]
        said, usage = (message["reasoning_content"], message["content"]), reply.json()["usage"]
    expected: Json = {"prompt_tokens": 9, "completion_tokens": 8, "total_tokens": 17}
    if provider.counts_cached:
        expected["prompt_tokens_details"] = {"cached_tokens": 4}
    if provider.counts_reasoning:
        expected["completion_tokens_details"] = {"reasoning_tokens": 3}
    assert (said, usage) == ((REASONING, TEXT), expected)


def test_every_text_of_coheres_answer_is_passed_on(app: Handler, server: FakeServer) -> None:
    deploy(server, COHERE)
    texts = [{"type": "text", "text": text} for text in ("Pa", "ris.")]
    usage = {"tokens": {"input_tokens": 5, "output_tokens": 2}}
    server.replies["chat"] = json_reply(
        {"id": "1", "finish_reason": "COMPLETE", "message": {"role": "assistant", "content": texts}, "usage": usage}
    )

    assert ask_chat(app, question("asked")).json()["choices"][0]["message"]["content"] == "Paris."


@plain_and_streamed
@pytest.mark.parametrize("usage", [{}, {"usage": {"tokens": {"input_tokens": 5, "output_tokens": 2}}}])
def test_an_answer_that_cohere_breaks_off(app: Handler, server: FakeServer, is_stream: bool, usage: Json) -> None:
    deploy(server, COHERE)
    end = {"finish_reason": "ERROR", **usage}
    message = {"message": {"role": "assistant", "content": []}}
    if is_stream:
        event = {"type": "message-end", "delta": end}
        server.replies["chat"] = Reply(f"data: {json.dumps(event)}\n\n".encode(), headers=stage.SSE)
    else:
        server.replies["chat"] = json_reply({"id": "1", **message, **end})

    status, code, said = error_of(ask_chat(app, question("asked", stream=is_stream)))

    assert (status, code) == (502, "upstream_error")
    assert "ERROR" in said


def test_an_answer_that_langchain_stumbles_over(app: Handler, server: FakeServer) -> None:
    deploy(server, COHERE)
    message = {"role": "assistant", "content": [{"type": "text", "text": "Paris."}]}
    answer = {"id": "1", "finish_reason": "COMPLETE", "message": message, "usage": {"billed_units": {}}}
    server.replies["chat"] = json_reply(answer)

    assert error_of(ask_chat(app, question("asked")))[:2] == (502, "bad_upstream_response")


@pytest.mark.parametrize("event", ['{"type": "content-del', "[1]", '{"type": "content-delta"}'])
def test_an_event_that_coheres_sdk_cannot_read_is_neither_skipped_nor_logged(
    app: Handler, server: FakeServer, log: io.StringIO, event: str
) -> None:
    deploy(server, COHERE)
    reply = COHERE.reasoned[True]
    assert isinstance(reply.body, bytes)
    begin, end = reply.body.split(b"event: message-end")
    body = begin + f"data: {event}\n\n".encode() + b"event: message-end" + end
    server.replies["chat"] = Reply(body, headers=stage.SSE)

    events = events_of(ask_chat(app, question("asked", stream=True)))

    assert (text_of(events), events[-1]["error"]["code"]) == (TEXT, "bad_upstream_response")
    assert "content-del" not in log.getvalue()


def test_an_event_of_coheres_that_nobody_knows_is_no_part_of_the_answer(app: Handler, server: FakeServer) -> None:
    deploy(server, COHERE)
    reply = COHERE.reasoned[True]
    assert isinstance(reply.body, bytes)
    server.replies["chat"] = Reply(b'data: {"type": "unheard-of"}\n\n' + reply.body, headers=stage.SSE)

    events = events_of(ask_chat(app, question("asked", stream=True)))

    assert (text_of(events[:-1]), events[-1]) == (TEXT, "[DONE]")


@pytest.mark.parametrize(
    ("provider", "place", "value"),
    [
        pytest.param(BEDROCK, ["output"], [], id="botocore's parser stumbles"),
        pytest.param(BEDROCK, ["output", "message", "content", 1, "text"], 5, id="a text is none"),
        pytest.param(ANTHROPIC, ["content", 1, "type"], [], id="a type is none"),
        pytest.param(COHERE, ["finish_reason"], [], id="a reason is none"),
    ],
)
def test_an_answer_with_values_of_another_kind_is_no_answer(
    app: Handler, server: FakeServer, provider: Translated, place: list[Any], value: Any
) -> None:
    deploy(server, provider)
    good = provider.reasoned[False].body
    document: Any = json.loads(good if isinstance(good, bytes) else b"".join(good))
    *parents, last = place
    found = document
    for step in parents:
        found = found[step]
    found[last] = value
    server.replies[provider.asks[False]] = json_reply(document)

    assert error_of(ask_chat(app, question("asked")))[:2] == (502, "bad_upstream_response")


def test_an_answer_that_does_not_say_that_it_is_finished_is_no_answer(app: Handler, server: FakeServer) -> None:
    deploy(server, GOOGLE)
    server.replies[GOOGLE.asks[False]] = json_reply({"usageMetadata": {"promptTokenCount": 5}})

    assert error_of(ask_chat(app, question("asked")))[:2] == (502, "bad_upstream_response")


# What cannot be carried


def after_a_call(*messages: Json) -> list[Json]:
    return [{"role": "user", "content": "?"}, {"role": "assistant", "tool_calls": [call("c", "now", {})]}, *messages]


def calling(**fields: Any) -> list[Json]:
    made = {"id": "c", "type": "function", "function": {"name": "now", "arguments": "{}"}} | fields
    return [{"role": "assistant", "tool_calls": [made]}]


RESULT = {"role": "tool", "tool_call_id": "c", "content": "noon"}
REFUSED: list[Any] = [
    pytest.param(ANTHROPIC, {"seed": 7}, "seed", id="seed"),
    pytest.param(BEDROCK, {"seed": 0}, "seed", id="a seed of 0"),
    pytest.param(BEDROCK, {"presence_penalty": 0.5}, "presence_penalty", id="penalty"),
    pytest.param(ANTHROPIC, {"top_k": 5}, "top_k", id="a field that OpenAI has not"),
    pytest.param(BEDROCK, {"tools": TOOLS, "parallel_tool_calls": False}, "parallel_tool_calls", id="parallel calls"),
    pytest.param(COHERE, {"tools": TOOLS, "tool_choice": NAMED}, "tool_choice", id="a choice by name"),
    pytest.param(ANTHROPIC, {"response_format": {"type": "json_object"}}, "response_format", id="json_object"),
    pytest.param(ANTHROPIC, {"reasoning_effort": "high"}, "reasoning_effort", id="reasoning of an unknown model"),
    pytest.param(
        BEDROCK,
        {"messages": after_a_call(RESULT), "tools": TOOLS, "tool_choice": "none"},
        "tool_choice",
        id="no call after calls",
    ),
    pytest.param(
        ANTHROPIC,
        {"messages": [{"role": "user", "content": "?", "name": "An"}]},
        "messages[0].name",
        id="a speaker's name",
    ),
]


@pytest.mark.parametrize(("provider", "fields", "param"), REFUSED)
def test_what_an_api_has_no_word_for_is_refused_by_name(
    app: Handler, server: FakeServer, provider: Translated, fields: Json, param: str
) -> None:
    deploy(server, provider)

    reply = ask_chat(app, question("asked") | fields)

    assert error_of(reply)[:2] == (400, "invalid_request")
    assert reply.json()["error"]["param"] == param
    assert not any(server.asked(operation) for operation in provider.asks.values())


@pytest.mark.parametrize(("provider", "fields", "param"), REFUSED)
@plain_and_streamed
def test_it_is_dropped_with_a_warning_where_the_catalog_says_so(
    app: Handler, server: FakeServer, provider: Translated, is_stream: bool, fields: Json, param: str
) -> None:
    deploy(server, provider, unsupported_parameters="drop")

    reply = ask_chat(app, question("asked", stream=is_stream) | fields)

    said = (events_of(reply)[0] if is_stream else reply.json())["terrachat"]
    (warning,) = said["warnings"]
    assert warning.endswith("; it was left out")
    (body,) = [one.json() for operation in set(provider.asks.values()) for one in server.asked(operation)]
    assert param not in body


@pytest.mark.parametrize("default", [{"temperature": 0.5, "top_p": 0.5}])
def test_a_default_that_the_model_does_not_take_is_left_out_without_a_word(
    app: Handler, server: FakeServer, default: Json
) -> None:
    deploy(server, ANTHROPIC, model="claude-opus-4-7", defaults=default)

    reply = ask_chat(app, question("asked"))

    (asked,) = server.asked("messages")
    assert {"temperature", "top_p"}.isdisjoint(asked.json())
    assert "terrachat" not in reply.json()


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        pytest.param({"messages": after_a_call()}, "messages[1]", id="last word to a call"),
        pytest.param(
            {"messages": after_a_call({"role": "user", "content": "?"})}, "messages[2]", id="a call without result"
        ),
        pytest.param(
            {"messages": after_a_call({**RESULT, "tool_call_id": "d"})}, "messages[2].tool_call_id", id="unknown call"
        ),
        pytest.param(
            {"messages": after_a_call(RESULT, RESULT)}, "messages[3].tool_call_id", id="a second result of a call"
        ),
        pytest.param(
            {"messages": [{"role": "tool", "content": "x"}]}, "messages[0].tool_call_id", id="a result of none"
        ),
        pytest.param({"messages": [{"role": "user", "content": " "}]}, "messages[0].content", id="an empty message"),
        pytest.param(
            {"messages": [{"role": "user", "content": []}]}, "messages[0].content", id="a message without parts"
        ),
        pytest.param(
            {"messages": [{"role": "assistant", "content": ""}, {"role": "user", "content": "?"}]},
            "messages[0].content",
            id="an empty answer",
        ),
        pytest.param({"messages": calling(id="")}, "messages[0].tool_calls[0].id", id="a call without id"),
        pytest.param({"messages": calling(function={})}, "messages[0].tool_calls[0]", id="a call of nothing"),
        pytest.param(
            {"messages": calling(function={"name": "now", "arguments": "[1]"})},
            "messages[0].tool_calls[0].function.arguments",
            id="arguments that are no object",
        ),
        pytest.param(
            {"messages": calling(function={"name": "now", "arguments": '{"a": NaN}'})},
            "messages[0].tool_calls[0].function.arguments",
            id="arguments that are no JSON",
        ),
        pytest.param({"tools": [{"type": "custom"}]}, "tools[0]", id="a tool of another type"),
        pytest.param(
            {"tools": [{"type": "function", "function": {"name": "f", "description": 1}}]},
            "tools[0].function.description",
            id="a description",
        ),
        pytest.param(
            {"tools": [{"type": "function", "function": {"name": "f", "parameters": [1]}}]},
            "tools[0].function.parameters",
            id="a schema",
        ),
        pytest.param({"tools": TOOLS, "tool_choice": "now"}, "tool_choice", id="a choice that is none"),
        pytest.param({"tool_choice": "required"}, "tool_choice", id="a choice without tools"),
        pytest.param({"tools": [WEATHER], "tool_choice": NAMED}, "tool_choice", id="a choice of another tool"),
        pytest.param(
            {"response_format": {"type": "json_schema"}}, "response_format.json_schema.schema", id="no schema"
        ),
        pytest.param({"messages": [{"role": "user", "content": [{"type": "image_url"}]}]}, None, id="an image of none"),
    ],
)
def test_what_cannot_be_used_is_refused_by_its_place(
    app: Handler, server: FakeServer, fields: Json, param: str | None
) -> None:
    deploy(server, ANTHROPIC, unsupported_parameters="drop")

    reply = ask_chat(app, question("asked") | fields)

    assert error_of(reply)[:2] == (400, "invalid_request")
    assert reply.json()["error"]["param"] == (param or "messages[0].content[0].image_url.url")
    assert server.asked("messages") == []


@each_provider
def test_what_an_earlier_answer_reasoned_may_come_back(app: Handler, server: FakeServer, provider: Translated) -> None:
    """A client sends back what it got, also from another model: OpenRouter's answers have all three."""
    deploy(server, provider)
    thoughts = {"reasoning": "Hm.", "reasoning_content": "Hm.", "reasoning_details": [{"type": "reasoning.text"}]}
    messages = [{"role": "user", "content": "?"}, {"role": "assistant", "content": "!", **thoughts}]

    reply = ask_chat(app, question("asked") | {"messages": [*messages, {"role": "user", "content": "?"}]})

    assert reply.status_code == 200
    assert all(b"Hm." not in one.body for one in server.requests)


def test_bedrock_wants_the_tools_of_earlier_calls(app: Handler, server: FakeServer) -> None:
    deploy(server, BEDROCK)

    reply = ask_chat(app, question("asked", messages=after_a_call(RESULT)))

    assert (reply.status_code, reply.json()["error"]["param"]) == (400, "tools")


def test_a_seed_is_a_whole_number(app: Handler, server: FakeServer) -> None:
    deploy(server, COHERE)

    assert ask_chat(app, question("asked", seed=1.5)).json()["error"]["param"] == "seed"


def test_an_empty_system_message_says_nothing(app: Handler, server: FakeServer) -> None:
    deploy(server, ANTHROPIC)
    messages = [{"role": "system", "content": ""}, {"role": "user", "content": "?"}]

    assert "system" not in sent(app, server, ANTHROPIC, messages=messages)


@pytest.mark.parametrize("unsupported", ["refuse", "drop"])
def test_a_model_without_system_messages(app: Handler, server: FakeServer, unsupported: str) -> None:
    deploy(server, BEDROCK, model="mistral.mistral-7b-instruct-v0:2", unsupported_parameters=unsupported)
    messages = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "?"}]

    reply = ask_chat(app, question("asked", messages=messages))

    if unsupported == "refuse":
        assert (reply.status_code, reply.json()["error"]["param"]) == (400, "messages[0]")
    else:
        assert server.asked("converse")[0].json()["system"] == []
        assert "system messages" in reply.json()["terrachat"]["warnings"][0]


@each_provider
def test_what_can_be_asked_is_listed(app: Handler, server: FakeServer, provider: Translated) -> None:
    deploy(server, provider)

    parameters = ask(app, "GET", "/v1/models/asked").json()["parameters"]

    everywhere = {"temperature", "max_tokens", "max_completion_tokens", "tools", "response_format", "reasoning_effort"}
    assert everywhere <= set(parameters)
    assert ("seed" in parameters) == (provider in (COHERE, GOOGLE))


# Keys


@pytest.mark.parametrize("provider", [COHERE, GOOGLE], ids=lambda provider: provider.name)
def test_the_connections_of_a_replaced_key_are_closed(app: Handler, server: FakeServer, provider: Translated) -> None:
    deploy(server, provider)
    good = server.replies[provider.asks[False]]
    ask_chat(app, question("asked"))
    (before,) = server.asked(provider.asks[False])
    server.replies["GetSecretValue"] = secret({str(provider.key_name): "key-canary-new"}, version="v2")
    server.replies[provider.asks[False]] = lambda request: (
        json_reply({"message": "no"}, 401) if KEY in str(request.headers) else good(request) if callable(good) else good
    )

    assert ask_chat(app, question("asked")).status_code == 200
    with contextlib.suppress(OSError, ValueError):  # the server may have closed its end already
        assert before.is_closed()
