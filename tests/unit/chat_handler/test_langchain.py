"""The providers that LangChain speaks to, each at its own wire, with the packages that the zip carries."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Any

import httpx2
import pytest

from chat_handler.upstreams.anthropic import VENDOR
from chat_handler.upstreams.base import Provider
from chat_handler.upstreams.langchain import build
from tests.unit.chat_handler import stage
from tests.unit.chat_handler.fake_server import (
    ConnectionCut,
    FakeServer,
    Reply,
    Request,
    StallingUpstream,
    json_reply,
)
from tests.unit.chat_handler.stage import (
    SSE,
    Handler,
    ask,
    ask_chat,
    error_of,
    events_of,
    question,
    secret,
    served,
    text_of,
)
from tests.unit.chat_handler.vendors import ANTHROPIC, GOOGLE, VENDORS, Vendor

KEY = "key-canary-0123456789"
NEW_KEY = "key-canary-new-9876543210"
USAGE = {"prompt_tokens": 5, "completion_tokens": 2, "total_tokens": 7}

each_vendor = pytest.mark.parametrize("vendor", VENDORS, ids=lambda vendor: vendor.provider)
plain_and_streamed = pytest.mark.parametrize("is_stream", [False, True], ids=["plain", "stream"])


@pytest.fixture
def scripted(server: FakeServer, vendor: Vendor) -> FakeServer:
    """A network in which `vendor` works and its model is deployed."""
    stage.script_everything_well(server, vendor.record)
    server.replies["GetSecretValue"] = secret({vendor.key_name: KEY})
    server.replies |= dict.fromkeys(vendor.asks.values(), vendor.reply)
    return server


def without_identity(document: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in document.items() if name not in ("id", "created")}


@each_vendor
def test_messages_and_parameters_reach_the_provider(app: Handler, scripted: FakeServer, vendor: Vendor) -> None:
    messages = [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "Hi"},
        {"role": "assistant", "content": "Hello", "refusal": None, "tool_calls": []},
        {"role": "user", "content": [{"type": "text", "text": "Capital of France?"}]},
    ]

    reply = ask_chat(
        app, {"model": "asked", "messages": messages, "temperature": 0.5, "top_p": 0.5, "stop": "END", "n": 1}
    )

    assert without_identity(reply.json()) == {
        "object": "chat.completion",
        "model": "asked",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": "Paris."}, "finish_reason": "stop"}],
        "usage": USAGE,
    }
    (sent,) = scripted.asked(vendor.asks[False])
    assert sent.path.endswith(vendor.path)
    assert vendor.key_of(sent) == KEY
    assert _flat(sent.json()) == vendor.sends


def _flat(value: Any) -> Any:
    """`value` with a text instead of a list of one text part: SDKs write either."""
    if isinstance(value, list):
        texts = [one.get("text") if isinstance(one, dict) and one.get("type") == "text" else None for one in value]
        return texts[0] if len(texts) == 1 and texts[0] is not None else [_flat(one) for one in value]
    if isinstance(value, dict):
        return {name: _flat(one) for name, one in value.items() if name != "role" or one != "system_instruction"}
    return value


@each_vendor
def test_a_stream_is_role_text_finish_and_usage(app: Handler, scripted: FakeServer, vendor: Vendor) -> None:
    reply = ask_chat(app, question("asked", stream=True, stream_options={"include_usage": True}))

    *chunks, last, done = events_of(reply)
    assert (text_of(chunks), done) == ("Paris.", "[DONE]")
    assert chunks[0]["choices"][0]["delta"] == {"role": "assistant", "content": ""}
    assert [one["choices"][0]["finish_reason"] for one in chunks if one["choices"][0]["finish_reason"]] == ["stop"]
    assert (last["choices"], len({one["id"] for one in chunks})) == ([], 1)
    assert last["usage"] == USAGE


@each_vendor
@plain_and_streamed
def test_an_answer_that_was_cut_off_says_so(
    app: Handler, scripted: FakeServer, vendor: Vendor, is_stream: bool
) -> None:
    cut = (
        Reply(vendor.events(["Pa"], vendor.cut), headers=SSE)
        if is_stream
        else json_reply(vendor.answer("Pa", vendor.cut))
    )
    scripted.replies |= dict.fromkeys(vendor.asks.values(), cut)

    reply = ask_chat(app, question("asked", stream=is_stream))

    answers = [one for one in events_of(reply) if one != "[DONE]"] if is_stream else [reply.json()]
    reasons = [choice["finish_reason"] for one in answers for choice in one["choices"] if choice["finish_reason"]]
    assert reasons == ["length"]


@each_vendor
@plain_and_streamed
@pytest.mark.parametrize(
    ("status", "expected", "code", "said", "attempts"),
    [
        (400, 400, "invalid_request", "their words", 1),
        (403, 403, "no_access", "no access", 1),
        (404, 403, "no_access", "does not exist", 1),
        (429, 429, "throttled", "slow down", 2),
        (500, 502, "upstream_error", "HTTP 500", 2),
        (501, 502, "upstream_error", "their words", 1),
        (529, 429, "throttled", "slow down", 2),
    ],
)
def test_failures_before_the_first_byte_have_a_status(  # noqa: PLR0917 - one table
    app: Handler,
    scripted: FakeServer,
    vendor: Vendor,
    is_stream: bool,
    status: int,
    expected: int,
    code: str,
    said: str,
    attempts: int,
) -> None:
    scripted.replies |= dict.fromkeys(vendor.asks.values(), json_reply(vendor.error(f"their words, {KEY}"), status))

    reply = ask_chat(app, question("asked", stream=is_stream))

    assert error_of(reply)[:2] == (expected, code)
    assert said in error_of(reply)[2]
    assert KEY not in reply.text
    assert len(scripted.asked(vendor.asks[is_stream])) == attempts  # ours; the SDKs' own retries are off


@each_vendor
def test_no_part_of_a_key_is_left_where_a_long_message_is_cut(
    app: Handler, scripted: FakeServer, vendor: Vendor
) -> None:
    scripted.replies[vendor.asks[False]] = json_reply(vendor.error("x" * 990 + KEY), 400)

    assert "xkey-" not in ask_chat(app, question("asked")).text


@each_vendor
@plain_and_streamed
def test_neither_key_nor_prompt_follows_a_redirect(
    app: Handler, scripted: FakeServer, vendor: Vendor, is_stream: bool
) -> None:
    elsewhere = scripted.url.replace("127.0.0.1", "localhost")
    scripted.replies[vendor.asks[is_stream]] = Reply(b"", 307, headers={"location": f"{elsewhere}/taken"})

    reply = ask_chat(app, question("asked", stream=is_stream))

    assert error_of(reply)[:2] == (502, "upstream_error")
    assert "HTTP 307" in error_of(reply)[2]
    assert scripted.asked("taken") == []


@each_vendor
@plain_and_streamed
def test_a_rotated_key_works_at_once(app: Handler, scripted: FakeServer, vendor: Vendor, is_stream: bool) -> None:
    assert ask_chat(app, question("asked", stream=is_stream)).status_code == 200

    def accepting(request: Request) -> Reply:
        known = vendor.key_of(request) == NEW_KEY
        return vendor.reply(request) if known else json_reply(vendor.error(f"bad key {KEY}"), 401)

    scripted.replies |= dict.fromkeys(vendor.asks.values(), accepting)
    refused = ask_chat(app, question("asked", stream=is_stream))
    scripted.replies["GetSecretValue"] = secret({vendor.key_name: NEW_KEY}, version="v2")
    mended = ask_chat(app, question("asked", stream=is_stream))

    assert error_of(refused)[:2] == (502, "authentication_failed")
    assert vendor.key_name in error_of(refused)[2]
    assert KEY not in refused.text
    assert mended.status_code == 200


@pytest.mark.parametrize("vendor", [GOOGLE], ids=["google_genai"])
def test_googles_word_for_a_wrong_key(app: Handler, scripted: FakeServer, vendor: Vendor) -> None:
    details = [{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID"}]
    error = {"error": {"code": 400, "message": "API key not valid.", "status": "INVALID_ARGUMENT", "details": details}}
    scripted.replies[vendor.asks[False]] = json_reply(error, 400)

    assert error_of(ask_chat(app, question("asked")))[:2] == (502, "authentication_failed")


@pytest.mark.parametrize("vendor", [GOOGLE], ids=["google_genai"])
@plain_and_streamed
def test_a_prompt_that_google_blocks_says_so(
    app: Handler, scripted: FakeServer, vendor: Vendor, is_stream: bool
) -> None:
    blocked = {"promptFeedback": {"blockReason": "SAFETY"}, "usageMetadata": {"promptTokenCount": 5}}
    reply = Reply(b"data: " + json.dumps(blocked).encode() + b"\n\n", headers=SSE) if is_stream else json_reply(blocked)
    scripted.replies[vendor.asks[is_stream]] = reply

    answer = ask_chat(app, question("asked", stream=is_stream))

    answers = [one for one in events_of(answer) if one != "[DONE]"] if is_stream else [answer.json()]
    reasons = [choice["finish_reason"] for one in answers for choice in one["choices"] if choice["finish_reason"]]
    assert reasons == ["content_filter"]


def _then(vendor: Vendor, end: bytes | Exception) -> Iterator[bytes]:
    yield vendor.events(["Pa"], None)
    if isinstance(end, Exception):
        raise end
    yield end


@each_vendor
@pytest.mark.parametrize(
    ("end", "codes"),
    [
        pytest.param(b"", {"stream_truncated"}, id="clean end without a finish"),
        pytest.param(ConnectionCut(), {"upstream_error"}, id="connection cut"),
    ],
)
def test_a_failure_in_mid_stream_is_an_event_after_the_partial_text(
    app: Handler, scripted: FakeServer, vendor: Vendor, end: bytes | Exception, codes: set[str]
) -> None:
    scripted.replies |= dict.fromkeys(vendor.asks.values(), lambda _: Reply(_then(vendor, end), headers=SSE))

    events = events_of(ask_chat(app, question("asked", stream=True)))

    assert text_of(events) == "Pa"
    assert events[-1]["error"]["code"] in codes


@pytest.mark.parametrize("vendor", [ANTHROPIC], ids=["anthropic"])
def test_an_error_event_of_anthropics_is_one_of_ours(app: Handler, scripted: FakeServer, vendor: Vendor) -> None:
    event = b'event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"secret words"}}\n\n'
    scripted.replies[vendor.asks[True]] = lambda _: Reply(_then(vendor, event), headers=SSE)

    reply = ask_chat(app, question("asked", stream=True))

    assert events_of(reply)[-1]["error"]["code"] == "throttled"
    assert "secret words" not in reply.text


@each_vendor
@plain_and_streamed
def test_an_answer_that_is_none(app: Handler, scripted: FakeServer, vendor: Vendor, is_stream: bool) -> None:
    scripted.replies |= dict.fromkeys(vendor.asks.values(), Reply(b"<html>", headers={"content-type": "text/html"}))

    status, code, _ = error_of(ask_chat(app, question("asked", stream=is_stream)))

    assert (status, code) in {(502, "bad_upstream_response"), (502, "stream_truncated")}


@pytest.mark.parametrize("vendor", [ANTHROPIC], ids=["anthropic"])
@plain_and_streamed
@pytest.mark.parametrize(
    ("fields", "param"),
    [
        pytest.param({"tools": [{"type": "function"}]}, "tools", id="tools"),
        pytest.param({"seed": 7}, "seed", id="seed"),
        pytest.param({"max_tokens": 0}, "max_tokens", id="max_tokens 0"),
        pytest.param({"messages": [{"role": "assistant", "content": "x"}]}, "messages[0].role", id="last word"),
        pytest.param(
            {"messages": [{"role": "user", "content": "x"}, {"role": "system", "content": "y"}]},
            "messages[1]",
            id="late system message",
        ),
    ],
)
def test_what_cannot_be_carried_is_refused_by_name(
    app: Handler, scripted: FakeServer, vendor: Vendor, is_stream: bool, fields: dict[str, Any], param: str
) -> None:
    reply = ask_chat(app, {**question("asked", stream=is_stream), **fields})

    assert error_of(reply)[:2] == (400, "invalid_request")
    assert reply.json()["error"]["param"].startswith(param.partition(".")[0])
    assert scripted.asked(vendor.asks[is_stream]) == []


@pytest.mark.parametrize("vendor", [ANTHROPIC], ids=["anthropic"])
def test_a_model_without_a_temperature(app: Handler, scripted: FakeServer, vendor: Vendor) -> None:
    opus = vendor.record | {"model": "claude-opus-4-7", "defaults": {"temperature": 0.6, "max_tokens": 9}}
    stage.script_everything_well(scripted, opus)
    scripted.replies["GetSecretValue"] = secret({vendor.key_name: KEY})

    by_default, by_request = ask_chat(app, question("asked")), ask_chat(app, question("asked", temperature=0.5))

    assert by_default.status_code == 200
    assert "temperature" not in scripted.asked(vendor.asks[False])[0].json()
    assert (by_request.status_code, by_request.json()["error"]["param"]) == (400, "temperature")


@pytest.mark.parametrize("vendor", [ANTHROPIC], ids=["anthropic"])
@pytest.mark.parametrize(
    ("own", "sent"),
    [
        pytest.param({}, {"temperature": 0.6}, id="the catalog's"),
        pytest.param({"top_p": 0.5}, {"top_p": 0.5}, id="the caller's own"),
        pytest.param({"top_p": 0.5, "temperature": 0.1}, {"temperature": 0.1, "top_p": 0.5}, id="both, asked for"),
    ],
)
def test_claude_is_not_given_a_second_sampling_parameter_by_the_catalog(
    app: Handler, scripted: FakeServer, vendor: Vendor, own: dict[str, float], sent: dict[str, float]
) -> None:
    stage.script_everything_well(scripted, vendor.record | {"defaults": {"temperature": 0.6, "top_p": 0.9}})
    scripted.replies |= {vendor.asks[False]: vendor.reply, "GetSecretValue": secret({vendor.key_name: KEY})}

    ask_chat(app, question("asked", **own))

    (asked,) = scripted.asked(vendor.asks[False])
    assert {name: asked.json().get(name) for name in ("temperature", "top_p") if name in asked.json()} == sent


@each_vendor
def test_a_missing_key_is_said_before_anything_is_sent(app: Handler, scripted: FakeServer, vendor: Vendor) -> None:
    scripted.replies["GetSecretValue"] = secret({})

    listed = ask(app, "GET", "/v1/models/asked").json()
    reply = ask_chat(app, question("asked"))

    name = vendor.key_name
    advice = f"{name} is not in the API-keys secret; set it with: terrachat secrets set {name}"
    assert (listed["status"], listed["reason"]) == ("missing_key", advice)
    assert error_of(reply) == (503, "missing_key", advice)
    assert scripted.asked(vendor.asks[False]) == []


@each_vendor
def test_a_client_that_leaves_in_mid_stream(app: Handler, scripted: FakeServer, vendor: Vendor) -> None:
    # Two texts: Cohere's and Google's SDKs hold an event back until the next one begins.
    upstream = StallingUpstream([vendor.events(["Pa", "ris"], None)], SSE)
    scripted.replies[vendor.asks[True]] = upstream

    with served(app.asgi) as url, httpx2.Client(base_url=url, timeout=20) as client:
        with client.stream("POST", "/v1/chat/completions", json=question("asked", stream=True)) as reply:
            texts = reply.iter_text()  # kept: the connection closes when this iterator is dropped
            assert "data: {" in next(texts)
            assert not upstream.was_closed.is_set()

        assert upstream.was_closed.wait(5), "the upstream is still being read"


@pytest.mark.parametrize("vendor", [ANTHROPIC], ids=["anthropic"])
def test_a_base_url_of_its_own_gets_the_key_that_it_names_and_no_other(
    app: Handler, scripted: FakeServer, vendor: Vendor
) -> None:
    proxied = vendor.record | {"base_url": "https://proxy.example", "key_name": "PROXY_KEY"}
    stage.script_everything_well(scripted, proxied, vendor.record | {"id": "bad", "base_url": "https://proxy.example"})
    scripted.replies[vendor.asks[False]] = vendor.reply
    scripted.replies["GetSecretValue"] = secret({vendor.key_name: KEY, "PROXY_KEY": NEW_KEY})

    listed = [model["id"] for model in ask(app, "GET", "/v1/models").json()["data"]]
    ask_chat(app, question("asked"))

    assert listed == ["asked"]  # without a key name the other is left out
    assert [vendor.key_of(sent) for sent in scripted.asked(vendor.asks[False])] == [NEW_KEY]


@each_vendor
@plain_and_streamed
def test_neither_key_nor_prompt_nor_answer_is_logged(
    app: Handler, scripted: FakeServer, vendor: Vendor, is_stream: bool, log: io.StringIO
) -> None:
    for logger in (vendor.provider, "httpx", "httpx2", "langchain_core"):
        logging.getLogger(logger).setLevel(logging.NOTSET)  # as a vendor's own setting might
    error = json_reply(vendor.error(f"you said 'Capital of France?' with {KEY}"), 400)

    ask_chat(app, question("asked", stream=is_stream))
    scripted.replies |= dict.fromkeys(vendor.asks.values(), error)
    ask_chat(app, question("asked", stream=is_stream))

    assert log.getvalue().count('"message": "request"') == 2
    assert [word for word in (KEY, "Capital", "Paris") if word in log.getvalue()] == []


def test_fault_43_a_package_that_is_not_in_the_zip_is_the_models_status() -> None:
    absent = replace(VENDOR, module="langchain_of_nobody")
    providers = {"anthropic": Provider("anthropic", partial(build, absent))}

    with stage.on_aws(ANTHROPIC.record, {ANTHROPIC.key_name: KEY}, lambda _: httpx2.Response(500), providers) as app:
        model = ask(app, "GET", "/v1/models/asked").json()
        reply = ask_chat(app, question("asked"))

    reason = (
        "the handler was built without langchain_of_nobody, which Anthropic's model 'some-model' needs; "
        "run: terrachat apply"
    )
    assert (model["status"], model["reason"]) == ("failed", reason)
    assert error_of(reply) == (503, "provider_not_installed", reason)
