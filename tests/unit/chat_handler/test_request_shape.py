from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx2
import pytest

from tests.unit.chat_handler.fake_server import FakeServer
from tests.unit.chat_handler.stage import (
    COMPLETION,
    SAGEMAKER,
    Handler,
    ask_chat,
    on_aws,
    question,
    script_everything_well,
)

IMAGE = {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgo="}}
TEXT = {"type": "text", "text": "What is this?"}
KEYS = {
    name: "sk-canary-0123456789"
    for name in ("OPENAI_API_KEY", "DEEPSEEK_API_KEY", "MISTRAL_API_KEY", "GROQ_API_KEY", "XAI_API_KEY")
}


class Server:
    """What a provider's server was sent."""

    def __init__(self) -> None:
        self.bodies: list[dict[str, Any]] = []

    def answer(self, request: httpx2.Request) -> httpx2.Response:
        self.bodies.append(json.loads(request.content))
        return httpx2.Response(200, json=COMPLETION)


@contextmanager
def deployed(provider: str, model: str, **record: Any) -> Iterator[tuple[Handler, Server]]:
    server = Server()
    with on_aws({"provider": provider, "model": model, **record}, KEYS, server.answer) as app:
        yield app, server


def sent(provider: str, model: str, body: dict[str, Any], **record: Any) -> dict[str, Any]:
    """What the provider's server got of `body`, beside the model's name and the usual messages."""
    with deployed(provider, model, **record) as (app, server):
        reply = ask_chat(app, question("asked", **body))
    assert reply.status_code == 200, reply.text
    (got,) = server.bodies
    usual = {"model": model, "messages": question("asked")["messages"]}
    return {name: value for name, value in got.items() if name not in usual or usual[name] != value}


def refused(provider: str, model: str, body: dict[str, Any], **record: Any) -> tuple[str, str]:
    """The parameter and the message of the refusal of `body`, of which the server hears nothing."""
    with deployed(provider, model, **record) as (app, server):
        reply = ask_chat(app, question("asked", **body))
    error = reply.json()["error"]
    assert (reply.status_code, error["code"], server.bodies) == (400, "invalid_request", [])
    return error["param"], error["message"]


def test_an_unknown_model_gets_everything_as_it_came() -> None:
    body = {
        "temperature": 0.1,
        "top_p": 0.5,
        "stop": ["x"],
        "max_tokens": 5,
        "max_completion_tokens": None,
        "logit_bias": {"1": 2},
        "seed": 7,
        "x_new": {"kept": [True]},
        "tools": [{"type": "function", "function": {"name": "f"}}],
        "messages": [
            {"role": "developer", "content": "Be brief."},
            {"role": "user", "content": [TEXT, IMAGE]},
            {"role": "assistant", "content": "A.", "reasoning_content": "Hm."},
            {"role": "user", "content": "And?"},
        ],
    }

    assert sent("openai", "acme-1", body) == body


def test_a_reasoning_models_limit_has_its_other_name_and_the_catalogs_defaults_are_left_out() -> None:
    defaults = {"temperature": 0.6, "top_p": 0.9, "max_tokens": 512}

    assert sent("openai", "o3", {}, defaults=defaults) == {"max_completion_tokens": 512}
    assert sent("openai", "o3", {"max_tokens": 9}, defaults=defaults) == {"max_completion_tokens": 9}
    assert sent("openai", "o3", {"max_completion_tokens": 8}, defaults=defaults) == {"max_completion_tokens": 8}


@pytest.mark.parametrize(
    ("name", "value"),
    [("temperature", 0), ("top_p", 0.5), ("stop", "x"), ("presence_penalty", -1), ("logprobs", True)],
)
def test_what_a_caller_asks_for_and_the_model_does_not_take_is_refused(name: str, value: Any) -> None:
    assert refused("openai", "gpt-5-mini", {name: value}) == (
        name,
        f"model 'asked' does not take '{name}'; leave it out, or use another model",
    )


def test_where_the_catalog_says_so_it_is_dropped_with_a_warning() -> None:
    with deployed("openai", "o4-mini", unsupported_parameters="drop") as (app, server):
        reply = ask_chat(app, question("asked", temperature=0.2, stop=["x"], top_p=1))

    assert server.bodies == [question("o4-mini")]
    assert reply.json()["terrachat"]["warnings"] == [
        "model 'asked' does not take 'temperature'; it was left out",
        "model 'asked' does not take 'stop'; it was left out",
    ]


@pytest.mark.parametrize(
    ("name", "value"), [("temperature", 1), ("top_p", 1.0), ("stop", []), ("presence_penalty", 0), ("logit_bias", None)]
)
def test_what_asks_for_nothing_is_not_worth_a_refusal(name: str, value: Any) -> None:
    assert sent("openai", "gpt-5", {name: value}) == {}


def test_a_temperature_beside_reasoning_is_refused_where_only_that_is_not_taken() -> None:
    plain = sent("openai", "gpt-5.2", {"temperature": 0.2})
    reasoning = refused("openai", "gpt-5.2", {"temperature": 0.2, "reasoning_effort": "high"})
    default = sent("openai", "gpt-5.2", {"reasoning_effort": "low"}, defaults={"temperature": 0.6})

    assert plain == {"temperature": 0.2}
    assert reasoning == (
        "temperature",
        "model 'asked' takes 'temperature' only with \"reasoning_effort\": \"none\"; "
        "leave it out, or use another model",
    )
    assert default == {"reasoning_effort": "low"}


def test_images_are_refused_by_their_place_where_the_model_is_known_to_take_none() -> None:
    body = {"messages": [{"role": "system", "content": "?"}, {"role": "user", "content": [TEXT, IMAGE]}]}

    param, message = refused("openai", "o3-mini", body)

    assert param == "messages[1].content[1]"
    assert message.startswith("model 'asked' takes no images")
    assert sent("openai", "gpt-4o", body) == body
    assert sent("openai", "o3-mini", body, modalities=["text", "image"]) == body


def test_mistrals_server_has_names_of_its_own() -> None:
    answer = {"role": "assistant", "content": "A."}
    history = [*question("x")["messages"], {**answer, "reasoning_content": "Hm."}, *question("x")["messages"]]
    body = {"max_completion_tokens": 9, "seed": 7, "messages": history}

    assert sent("mistralai", "mistral-large-latest", body) == {
        "max_tokens": 9,
        "random_seed": 7,
        "messages": [history[0], answer, history[2]],
    }


def test_deepseeks_server_has_one_name_of_the_limit_and_no_developer() -> None:
    body = {"max_completion_tokens": 9, "messages": [{"role": "developer", "content": "Be brief."}]}

    assert sent("deepseek", "deepseek-chat", body) == {
        "max_tokens": 9,
        "messages": [{"role": "system", "content": "Be brief."}],
    }


@pytest.mark.parametrize("options", [None, {}, {"include_usage": False}, {"include_usage": True}], ids=str)
def test_of_every_stream_the_usage_is_asked_for(app: Handler, server: FakeServer, options: Any) -> None:
    for model in ("gpt", "smollm2"):
        ask_chat(app, question(model, stream=True, stream_options=options))

    sent_options = [
        request.json()["stream_options"]
        for operation in ("completions", "invocations-response-stream")
        for request in server.asked(operation)
    ]
    assert sent_options == [{"include_usage": True}] * 2


def test_other_options_of_a_stream_are_kept(app: Handler, server: FakeServer) -> None:
    ask_chat(app, question("gpt", stream=True, stream_options={"include_obfuscation": False}))

    (request,) = server.asked("completions")
    assert request.json()["stream_options"] == {"include_obfuscation": False, "include_usage": True}


def test_a_limit_under_both_names_is_for_the_server_to_refuse() -> None:
    body = {"max_completion_tokens": 9, "max_tokens": 8}

    assert sent("openai", "o3", body) == body


def test_a_container_gets_everything_but_a_model(app: Handler, server: FakeServer) -> None:
    body = question("smollm2", x_new=1, temperature=0, max_completion_tokens=3)

    ask_chat(app, body)

    (asked,) = server.asked("invocations")
    del body["model"]
    assert asked.json() == body


def test_a_container_that_the_catalog_calls_text_only_gets_no_image(app: Handler, server: FakeServer) -> None:
    script_everything_well(server, SAGEMAKER | {"modalities": ["text"]})

    reply = ask_chat(app, question("smollm2", messages=[{"role": "user", "content": [IMAGE]}]))

    assert reply.json()["error"]["param"] == "messages[0].content[0]"
    assert server.asked("invocations") == []
