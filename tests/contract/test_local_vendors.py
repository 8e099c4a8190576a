"""Anthropic's, Cohere's and Google's APIs, as the local target answers them to the vendors' own SDKs.

One file, because importing the three SDKs takes seconds.
"""

from __future__ import annotations

import json
from typing import Any

import anthropic
import httpx
import httpx2
import pytest
from cohere.core import ApiError
from google.genai import errors as google_errors

from generator.families.providers import PROVIDERS
from generator.probing import Outcome, ask, outcome_of, vendor_question
from tests.contract.local_clients import VIETNAMESE, Running, switch_on
from tests.contract.vendor_clients import SCHEMA, TOOL, VENDORS, Heard, Vendor
from tests.unit.generator.local.waiting import until

vendors = pytest.mark.parametrize("vendor", VENDORS, ids=lambda vendor: vendor.name)
ENDS = {"anthropic": "end_turn", "cohere": "COMPLETE", "google_genai": "STOP"}
COHERES = ("cohere", "bad")
REFUSED = (anthropic.APIStatusError, ApiError, google_errors.APIError)
# Each SDK lets out its own, its HTTP library's, or Python's.
GOOGLES = "v1beta/models/m:streamGenerateContent?alt=sse"
SPOILT = (httpx.TransportError, httpx2.TransportError, ValueError, google_errors.APIError)
CALLED = {"anthropic": "tool_use", "cohere": "TOOL_CALL", "google_genai": "STOP"}
TOOL_OF_OPENAI = {"type": "function", "function": {**TOOL, "parameters": SCHEMA}}
ARGUMENTS = '{"city": "Paris"}'


def test_every_provider_that_the_handler_translates_is_spoken() -> None:
    translated = {name for name, one in PROVIDERS.items() if one.kind == "langchain" and not one.refused}

    assert translated == {vendor.name for vendor in VENDORS}


@vendors
def test_a_whole_answer(local: Running, vendor: Vendor) -> None:
    heard = vendor.ask(local.target.data_url, f"echo {VIETNAMESE}")

    assert heard == Heard(VIETNAMESE, reason=ENDS[vendor.name], usage=(3, len(VIETNAMESE.split())))


@vendors
def test_a_streamed_answer(local: Running, vendor: Vendor) -> None:
    heard = vendor.stream(local.target.data_url, f"echo {VIETNAMESE}")

    assert heard == Heard(VIETNAMESE + " ", reason=ENDS[vendor.name], usage=(3, len(VIETNAMESE.split())))


@vendors
def test_settings_and_the_system_prompt_reach_the_model(local: Running, vendor: Vendor) -> None:
    vendor.ask(local.target.data_url, "echo hi", settings=True)

    assert local.model.requests[-1] == {
        "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "echo hi"}],
        "max_tokens": 9,
        "temperature": 0.5,
        "top_p": 0.25,
        "stop": ["END"],
    }


@vendors
def test_a_tool_is_called(local: Running, vendor: Vendor) -> None:
    heard = vendor.ask_with_tool(local.target.data_url, f"call weather {ARGUMENTS}")

    arguments: Any = ARGUMENTS if vendor.name == "cohere" else {"city": "Paris"}
    assert (heard.text, heard.calls, heard.reason) == ("", (("weather", arguments),), CALLED[vendor.name])
    assert local.model.requests[-1]["tools"] == [TOOL_OF_OPENAI]
    assert local.model.requests[-1]["tool_choice"] == "required"


@vendors
def test_a_tool_is_called_in_a_stream(local: Running, vendor: Vendor) -> None:
    heard = vendor.stream(local.target.data_url, f"call weather {ARGUMENTS}")

    arguments: Any = {"city": "Paris"} if vendor.name == "google_genai" else ARGUMENTS
    assert (heard.text, heard.calls, heard.reason) == ("", (("weather", arguments),), CALLED[vendor.name])


@vendors
def test_what_the_tool_answered_reaches_the_model(local: Running, vendor: Vendor) -> None:
    heard = vendor.ask_after_tool(local.target.data_url)

    user, called, result, *_ = local.model.requests[-1]["messages"]
    (call,) = called["tool_calls"]
    assert (user, called["content"]) == ({"role": "user", "content": "Weather?"}, None)
    assert call["function"] == {"name": "weather", "arguments": ARGUMENTS}
    assert (result["role"], result["tool_call_id"]) == ("tool", call["id"])
    assert ("echo sunny" in result["content"], heard.text) == (True, "sunny")


@vendors
def test_an_image_reaches_the_model(local: Running, vendor: Vendor) -> None:
    vendor.ask_about_image(local.target.data_url, "echo a picture")

    assert local.model.requests[-1]["messages"][-1]["content"] == [
        {"type": "text", "text": "echo a picture"},
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgo="}},
    ]


@vendors
@pytest.mark.parametrize("way", ["ask", "stream"])
def test_what_the_model_thought_is_apart_from_what_it_said(local: Running, vendor: Vendor, way: str) -> None:
    heard: Heard = getattr(vendor, way)(local.target.data_url, "think Paris.")

    assert (heard.thoughts, heard.text.strip()) == ("Hm.", "Paris.")


@pytest.mark.parametrize(
    ("vendor", "expected"),
    [(VENDORS[0], "stop_sequence"), (VENDORS[1], "STOP_SEQUENCE"), (VENDORS[2], "STOP")],
    ids=lambda value: getattr(value, "name", ""),
)
@pytest.mark.parametrize("way", ["ask", "stream"])
def test_a_stop_sequence_is_a_reason_of_its_own(local: Running, vendor: Vendor, expected: str, way: str) -> None:
    heard: Heard = getattr(vendor, way)(local.target.data_url, "stop here")

    assert heard.reason == expected


@vendors
@pytest.mark.parametrize("kind", ["throttle", "unauthorized", "overloaded", "context_too_long"])
def test_each_refusal_has_the_vendors_own_shape(local: Running, vendor: Vendor, kind: str) -> None:
    switch_on(local, wire=vendor.name, kind=kind)

    with pytest.raises(REFUSED) as caught:
        vendor.ask(local.target.data_url, "echo hi")

    assert _told(caught.value) == REFUSALS[vendor.name][kind]


@vendors
def test_a_wrong_key_is_refused_as_one(local: Running, vendor: Vendor) -> None:
    with pytest.raises(REFUSED) as caught:
        vendor.ask(local.target.data_url, "echo hi", key="sk-wrong")

    assert _told(caught.value) == REFUSALS[vendor.name]["unauthorized"]


@vendors
@pytest.mark.parametrize(("key", "outcome"), [("any", Outcome.ANSWERED), ("sk-wrong", Outcome.KEY_REFUSED)])
def test_the_question_that_doctor_probes_with_is_answered(
    local: Running, vendor: Vendor, key: str, outcome: Outcome
) -> None:
    base_url = f"{local.target.data_url}/{vendor.name}"

    assert outcome_of(ask(vendor_question(vendor.name, base_url, "some-model", key))) is outcome


@vendors
@pytest.mark.parametrize(("order", "kind"), [("crowd", "context_too_long"), ("refuse", "invalid")])
def test_what_the_model_refuses_is_said_in_the_vendors_words(
    local: Running, vendor: Vendor, order: str, kind: str
) -> None:
    with pytest.raises(REFUSED) as caught:
        vendor.ask(local.target.data_url, order)

    assert _told(caught.value) == REFUSALS[vendor.name]["context_too_long"]
    assert ("too long" in str(caught.value)) or kind == "context_too_long"


@pytest.mark.parametrize(
    ("vendor", "expected"), [(VENDORS[0], "refusal"), (VENDORS[2], "PROHIBITED_CONTENT")], ids=["anthropic", "google"]
)
@pytest.mark.parametrize("way", ["ask", "stream"])
def test_what_is_filtered_is_an_answer(local: Running, vendor: Vendor, expected: str, way: str) -> None:
    switch_on(local, wire=vendor.name, kind="content_filter")

    heard: Heard = getattr(vendor, way)(local.target.data_url, "echo hi")

    assert heard.reason == expected


@vendors
@pytest.mark.parametrize("order", ["endless one two", "no_finish"])
def test_a_stream_without_a_finish_ends_without_one(local: Running, vendor: Vendor, order: str) -> None:
    if order == "no_finish":
        switch_on(local, wire=vendor.name, kind=order)
        order = "echo one two"

    assert vendor.stream(local.target.data_url, order) == Heard("one two ")


@vendors
@pytest.mark.parametrize("kind", ["split", "no_newline"])
def test_oddly_written_streams_are_whole(local: Running, vendor: Vendor, kind: str) -> None:
    switch_on(local, wire=vendor.name, kind=kind)

    assert vendor.stream(local.target.data_url, f"echo {VIETNAMESE}").text == VIETNAMESE + " "


@pytest.mark.parametrize(
    ("vendor", "kind"),
    # Cohere's SDK passes over an event that it cannot read.
    [(one, kind) for one in VENDORS for kind in ("cut", "bad_bytes", "bad_chunk") if (one.name, kind[:3]) != COHERES],
    ids=lambda value: getattr(value, "name", value),
)
def test_spoilt_streams_are_errors(local: Running, vendor: Vendor, kind: str) -> None:
    switch_on(local, wire=vendor.name, kind=kind)

    with pytest.raises(SPOILT):
        vendor.stream(local.target.data_url, f"echo {VIETNAMESE}")


def test_a_stream_of_anthropics_is_told_of_an_overload_at_once(local: Running) -> None:
    switch_on(local, wire="anthropic", kind="overloaded")

    with pytest.raises(anthropic.APIStatusError, match="overloaded_error") as caught:
        VENDORS[0].stream(local.target.data_url, "echo hi")

    assert caught.value.status_code == 200


@pytest.mark.parametrize("order", ["echo one two three", "break one", "fail one"])
def test_an_error_in_a_stream_of_anthropics_is_an_event(local: Running, order: str) -> None:
    if order.startswith("echo"):
        switch_on(local, wire="anthropic", kind="error_event")

    with pytest.raises(anthropic.APIStatusError, match=r"overloaded_error|api_error"):
        VENDORS[0].stream(local.target.data_url, order)


@pytest.mark.parametrize("order", ["echo one two three", "break one", "fail one"])
def test_an_error_in_a_stream_of_coheres_is_its_end(local: Running, order: str) -> None:
    if order.startswith("echo"):
        switch_on(local, wire="cohere", kind="error_event")

    assert VENDORS[1].stream(local.target.data_url, order).reason == "ERROR"


def test_an_error_in_a_stream_of_googles_is_an_error(local: Running) -> None:
    switch_on(local, wire="google_genai", kind="error_event")

    with pytest.raises(google_errors.APIError, match="overloaded"):
        VENDORS[2].stream(local.target.data_url, "echo one two three")


@pytest.mark.parametrize("kind", ["bad_bytes", "bad_chunk"])
def test_what_is_not_of_coheres_wire_stands_in_the_middle_of_it(local: Running, kind: str) -> None:
    switch_on(local, wire="cohere", kind=kind)

    with _open(local, VENDORS[1], "echo one two three") as stream:
        events = stream.read().split(b"\n\n")

    assert [_is_event(event) for event in events[:5]] == [True, True, False, True, True]


@vendors
def test_leaving_a_stream_frees_the_model(local: Running, vendor: Vendor) -> None:
    local.model.left.clear()

    with _open(local, vendor, "forever") as stream:
        pieces = stream.iter_raw()  # kept: the connection ends with it
        arrived = [next(pieces) for _ in range(2)]
        left_early = local.model.left.is_set()

    assert (len(arrived), left_early) == (2, False)
    until(local.model.left.is_set)


def test_google_streams_events_only(local: Running) -> None:
    url = f"{local.target.data_url}/google_genai/v1beta/models/gemini-x:streamGenerateContent"
    reply = httpx2.post(url, headers={"x-goog-api-key": "any"}, json={"contents": []})

    assert (reply.status_code, reply.json()["error"]["status"]) == (400, "INVALID_ARGUMENT")


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("anthropic/v1/messages", {"x-api-key": "any", "anthropic-version": "2023-06-01"}),
        ("anthropic/v1/messages", {"x-api-key": "any"}),
        ("cohere/v2/chat", {"authorization": "Bearer any"}),
        ("google_genai/v1beta/models/gemini-x:generateContent", {"x-goog-api-key": "any"}),
    ],
)
def test_what_is_no_request_of_the_api_is_refused(local: Running, path: str, headers: dict[str, str]) -> None:
    reply = httpx2.post(f"{local.target.data_url}/{path}", headers=headers, json={"messages": 1, "contents": 1})

    assert reply.status_code == 400


REFUSALS: dict[str, dict[str, tuple[int, str]]] = {
    "anthropic": {
        "unauthorized": (401, "authentication_error"),
        "throttle": (429, "rate_limit_error"),
        "overloaded": (529, "overloaded_error"),
        "context_too_long": (400, "invalid_request_error"),
    },
    "cohere": {
        "unauthorized": (401, ""),
        "throttle": (429, ""),
        "overloaded": (503, ""),
        "context_too_long": (400, ""),
    },
    "google_genai": {
        "unauthorized": (400, "INVALID_ARGUMENT"),
        "throttle": (429, "RESOURCE_EXHAUSTED"),
        "overloaded": (503, "UNAVAILABLE"),
        "context_too_long": (400, "INVALID_ARGUMENT"),
    },
}


def _open(local: Running, vendor: Vendor, text: str) -> Any:
    """A stream as it is on the wire."""
    contents = [{"role": "user", "parts": [{"text": text}]}]
    said = {"model": "m", "max_tokens": 9, "stream": True, "messages": [{"role": "user", "content": text}]}
    keys = {"x-goog-api-key": "any", "authorization": "Bearer any", "anthropic-version": "2023-06-01"}
    path = {"anthropic": "v1/messages", "cohere": "v2/chat"}.get(vendor.name, GOOGLES)
    body = said if path != GOOGLES else {"contents": contents}
    return httpx2.stream("POST", f"{local.target.data_url}/{vendor.name}/{path}", headers=keys, json=body)


def _is_event(event: bytes) -> bool:
    try:
        return "type" in json.loads(event.partition(b"data: ")[2])
    except ValueError:
        return False


def _told(exc: BaseException) -> tuple[int, str]:
    if isinstance(exc, anthropic.APIStatusError):
        body: Any = exc.body
        return exc.status_code, body["error"]["type"]
    if isinstance(exc, ApiError):
        return exc.status_code or 0, ""
    assert isinstance(exc, google_errors.APIError)
    return exc.code, exc.status or ""
