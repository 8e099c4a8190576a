"""What every family answers when all is well, through the data plane's real wires and the real vendor classes.

A family that cannot carry what a scenario asks for refuses it and names the field: nothing is skipped.
"""

from __future__ import annotations

import base64
import json
from typing import Any

import httpx2
import pytest

from tests.contract.families.asking import ask, user
from tests.contract.families.families import FAMILIES, Family
from tests.contract.families.house import House
from tests.contract.families.replies import DONE, streamed
from tests.contract.families.scripted_model import STOP, VIETNAMESE

every_family = pytest.mark.parametrize("family", FAMILIES, ids=str)
plain_and_streamed = pytest.mark.parametrize("is_stream", [False, True], ids=["plain", "stream"])

TOOL: dict[str, Any] = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "The weather in a city.",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    },
}
ARGUMENTS = {"city": "Hà Nội"}
# One red pixel.
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg=="
)


def is_refused(reply: httpx2.Response, family: Family, scenario: str) -> bool:
    """Whether the family refuses the scenario, as its line in the table says; then by name, and for good."""
    if scenario not in family.refuses:
        return False
    error = reply.json()["error"]
    assert (reply.status_code, error["code"], error["param"]) == (400, "invalid_request", family.refuses[scenario])
    assert reply.headers["x-should-retry"] == "false"
    return True


@every_family
def test_plain(house: House, family: Family) -> None:
    reply = ask(house, family, "plain", [user("Capital of France? [play: paris]")])

    answer = reply.json()
    assert (reply.status_code, answer["object"]) == (200, "chat.completion"), answer
    (choice,) = answer["choices"]
    assert (choice["message"]["role"], choice["message"]["content"]) == ("assistant", "Paris.")
    assert choice["finish_reason"] == "stop"


@every_family
def test_stream(house: House, family: Family) -> None:
    answer = streamed(ask(house, family, "stream", [user("Capital of France? [play: paris]")], stream=True))

    assert (answer.status, answer.text, answer.finish_reasons, answer.end) == (200, "Paris.", ["stop"], DONE)
    assert {chunk["object"] for chunk in answer.chunks} == {"chat.completion.chunk"}
    assert sum(bool(delta.get("content")) for delta in answer.deltas) == 2  # as it came, not in one piece


@plain_and_streamed
@every_family
def test_stop_sequence_that_is_cut_over_two_chunks(house: House, family: Family, is_stream: bool) -> None:
    # TGI sends the stop sequence along; every other server takes it out by itself.
    order = "[play: stop_kept]" if family.name == "sagemaker_generate" else "[play: stop]"
    with house.asked() as arrived:
        reply = ask(house, family, "stop", [user(f"Cities? {order}")], stop=[STOP], stream=is_stream)

    assert reply.status_code == 200, reply.text
    text, reasons = _text_and_reasons(reply, is_stream=is_stream)
    assert (text.rstrip(), reasons) == ("Paris", ["stop"])
    assert STOP in arrived[0].body["stop"]


@every_family
def test_usage(house: House, family: Family) -> None:
    expected = {"prompt_tokens": 5, "completion_tokens": 2, "total_tokens": 7}

    plain = ask(house, family, "usage", [user("Capital of France? [play: paris]")]).json()["usage"]
    options = {"include_usage": True}
    answer = streamed(
        ask(house, family, "usage", [user("Capital of France? [play: paris]")], stream_options=options, stream=True)
    )

    counts = {name: plain[name] for name in expected} if family.counts else plain
    assert counts == (expected if family.counts else None)
    last = answer.chunks[-1]
    assert (last["choices"], answer.end) == ([], DONE)
    assert {name: last["usage"][name] for name in expected} == expected if family.counts else last["usage"] is None


@every_family
def test_usage_is_not_streamed_unasked(house: House, family: Family) -> None:
    answer = streamed(ask(house, family, "usage", [user("Capital of France? [play: paris]")], stream=True))

    assert [chunk for chunk in answer.chunks if not chunk["choices"]] == []


@every_family
def test_system_prompt(house: House, family: Family) -> None:
    messages = [{"role": "system", "content": "Be brief."}, user("Capital of France? [play: paris]")]
    with house.asked() as arrived:
        reply = ask(house, family, "system", messages)

    assert reply.json()["choices"][0]["message"]["content"] == "Paris.", reply.text
    body = arrived[0].body
    assert "Be brief." in json.dumps(body["messages"])
    if family.name != "sagemaker_generate":  # whose container knows one text and no roles
        assert [one["role"] for one in body["messages"]] == ["system", "user"]


@plain_and_streamed
@every_family
def test_tool_call(house: House, family: Family, is_stream: bool) -> None:
    with house.asked() as arrived:
        messages = [user("How is the weather in Hà Nội? [play: tool]")]
        reply = ask(house, family, "tool", messages, tools=[TOOL], stream=is_stream)

    if is_refused(reply, family, "tool"):
        assert arrived == []
        return
    assert reply.status_code == 200, reply.text
    calls, reasons = _calls_and_reasons(reply, is_stream=is_stream)
    assert [(call["name"], json.loads(call["arguments"])) for call in calls] == [("get_weather", ARGUMENTS)]
    assert all(call["id"] for call in calls)
    assert reasons == ["tool_calls"]
    (tool,) = arrived[0].body["tools"]
    assert tool["function"]["name"] == "get_weather"
    assert tool["function"]["description"] == TOOL["function"]["description"]
    assert tool["function"]["parameters"]["properties"]["city"]["type"].lower() == "string"


@every_family
def test_tool_result(house: House, family: Family) -> None:
    call = {"id": "call_1", "type": "function"}
    function = {"name": "get_weather", "arguments": json.dumps(ARGUMENTS)}
    messages = [
        user("How is the weather in Hà Nội?"),
        {"role": "assistant", "content": None, "tool_calls": [{**call, "function": function}]},
        {"role": "tool", "tool_call_id": "call_1", "content": "31 degrees [play: paris]"},
    ]
    with house.asked() as arrived:
        reply = ask(house, family, "tool_result", messages, tools=[TOOL])

    if is_refused(reply, family, "tool_result"):
        return
    assert reply.json()["choices"][0]["message"]["content"] == "Paris.", reply.text
    sent = {one["role"]: one for one in arrived[0].body["messages"]}
    (asked_for,) = sent["assistant"]["tool_calls"]
    assert asked_for["function"]["name"] == "get_weather"
    assert json.loads(asked_for["function"]["arguments"]) == ARGUMENTS
    assert sent["tool"]["tool_call_id"] == asked_for["id"]
    assert "31 degrees" in json.dumps(sent["tool"]["content"])


@every_family
def test_image(house: House, family: Family) -> None:
    picture = base64.b64encode(PNG).decode()
    parts = [
        {"type": "text", "text": "What is this? [play: paris]"},
        {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{picture}"}},
    ]
    with house.asked() as arrived:
        reply = ask(house, family, "image", [{"role": "user", "content": parts}])

    if is_refused(reply, family, "image"):
        return
    assert reply.json()["choices"][0]["message"]["content"] == "Paris.", reply.text
    (image,) = [part for part in arrived[0].body["messages"][-1]["content"] if part["type"] == "image_url"]
    assert image["image_url"]["url"] == f"data:image/png;base64,{picture}"


@every_family
def test_characters_of_several_bytes_arrive_whole(house: House, family: Family) -> None:
    with house.asked() as arrived:
        answer = streamed(ask(house, family, "plain", [user("Bạn là ai? [play: vietnamese]")], stream=True))

    assert (answer.text, answer.end) == ("".join(VIETNAMESE), DONE)
    assert "Bạn là ai?" in json.dumps(arrived[0].body["messages"], ensure_ascii=False)


def _text_and_reasons(reply: httpx2.Response, *, is_stream: bool) -> tuple[str, list[str]]:
    if is_stream:
        answer = streamed(reply)
        return answer.text, answer.finish_reasons
    (choice,) = reply.json()["choices"]
    return choice["message"]["content"], [choice["finish_reason"]]


def _calls_and_reasons(reply: httpx2.Response, *, is_stream: bool) -> tuple[list[dict[str, Any]], list[str]]:
    """The tool calls of an answer, put together as OpenAI's clients do it: by index."""
    if not is_stream:
        (choice,) = reply.json()["choices"]
        calls = [{"id": call["id"], **call["function"]} for call in choice["message"]["tool_calls"]]
        return calls, [choice["finish_reason"]]
    answer = streamed(reply)
    calls_by_index: dict[int, dict[str, Any]] = {}
    for call in (call for delta in answer.deltas for call in delta.get("tool_calls") or ()):
        known = calls_by_index.setdefault(call["index"], {"id": "", "name": "", "arguments": ""})
        known["id"] = known["id"] or call.get("id") or ""
        known["name"] += call["function"].get("name") or ""
        known["arguments"] += call["function"].get("arguments") or ""
    return list(calls_by_index.values()), answer.finish_reasons
