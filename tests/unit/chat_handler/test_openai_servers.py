"""Servers that speak OpenAI's API: which key goes where."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx2
import pytest

from tests.unit.chat_handler import stage
from tests.unit.chat_handler.fake_server import FakeServer, json_reply
from tests.unit.chat_handler.stage import COMPLETION, Handler, ask, ask_chat, error_of, on_aws, question, secret

KEYS = {"OPENAI_API_KEY": "sk-openai-canary", "GROQ_API_KEY": "gsk-groq-canary", "OWN_KEY": "own-canary-0123"}


def sent_by(record: dict[str, Any]) -> httpx2.Request:
    """What the model of `record` is sent to answer a question."""
    sent: list[httpx2.Request] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        sent.append(request)
        return httpx2.Response(200, json=COMPLETION)

    with on_aws(record, KEYS, answer) as app:
        assert ask_chat(app, question("asked")).json() == COMPLETION
    (only,) = sent
    return only


@pytest.mark.parametrize(
    ("record", "url", "authorization"),
    [
        pytest.param(
            {"provider": "openai", "model": "gpt-4o"},
            "https://api.openai.com/v1/chat/completions",
            "Bearer sk-openai-canary",
            id="OpenAI",
        ),
        pytest.param(
            {"provider": "openai", "model": "m", "base_url": "http://vllm.internal:8000/v1", "key_name": None},
            "http://vllm.internal:8000/v1/chat/completions",
            None,
            id="a server without a key",
        ),
        pytest.param(
            {"provider": "openai", "model": "m", "base_url": "https://vllm.example/v1/"},
            "https://vllm.example/v1/chat/completions",
            None,
            id="a server of which nothing is said: OpenAI's key is not for it",
        ),
        pytest.param(
            {"provider": "openai", "model": "m", "base_url": "https://vllm.example/v1", "key_name": "OWN_KEY"},
            "https://vllm.example/v1/chat/completions",
            "Bearer own-canary-0123",
            id="a server with a key of its own",
        ),
        pytest.param(
            {"provider": "groq", "model": "llama"},
            "https://api.groq.com/openai/v1/chat/completions",
            "Bearer gsk-groq-canary",
            id="another provider",
        ),
        pytest.param(
            {"provider": "groq", "model": "llama", "key_name": "OWN_KEY"},
            "https://api.groq.com/openai/v1/chat/completions",
            "Bearer own-canary-0123",
            id="another provider, with a key under another name",
        ),
        pytest.param(
            {"provider": "ollama", "model": "llama", "base_url": "http://10.0.0.7:11434/v1", "key_name": None},
            "http://10.0.0.7:11434/v1/chat/completions",
            None,
            id="Ollama",
        ),
    ],
)
def test_a_key_goes_to_its_own_server_and_to_no_other(
    record: dict[str, Any], url: str, authorization: str | None
) -> None:
    sent = sent_by(record)

    assert (str(sent.url), sent.headers.get("authorization")) == (url, authorization)
    assert json.loads(sent.content)["model"] == record["model"]


def mistral() -> dict[str, Any]:
    return {"version": 1, "id": "asked", "provider": "mistralai", "model": "mistral-large-latest", "defaults": {}}


@pytest.mark.parametrize(
    ("record", "is_sent"),
    [
        pytest.param(mistral, False, id="Mistral, which refuses it"),
        pytest.param(lambda: mistral() | {"provider": "groq"}, True, id="Groq"),
    ],
)
def test_a_field_that_a_server_refuses_is_left_out(
    app: Handler, server: FakeServer, record: Callable[[], dict[str, Any]], is_sent: bool
) -> None:
    stage.script_everything_well(server, record())
    server.replies["GetSecretValue"] = secret({"MISTRAL_API_KEY": "key-canary-1", "GROQ_API_KEY": "key-canary-2"})

    reply = ask_chat(app, question("asked", stream=True, stream_options={"include_usage": True}, x_new=1))

    assert reply.status_code == 200
    (sent,) = server.asked("completions")
    assert ("stream_options" in sent.json()) is is_sent
    assert sent.json()["x_new"] == 1


def test_a_server_that_wants_a_key_after_all_is_said(app: Handler, server: FakeServer) -> None:
    keyless = {"provider": "ollama", "model": "llama", "base_url": "http://10.0.0.7:11434/v1", "key_name": None}
    stage.script_everything_well(server, {"version": 1, "id": "asked", "defaults": {}} | keyless)
    server.replies["completions"] = json_reply({"error": {"message": "who are you?"}}, 401)

    reply = ask_chat(app, question("asked"))

    assert ask(app, "GET", "/v1/models/asked").json()["status"] == "no_access"
    assert error_of(reply) == (
        502,
        "authentication_failed",
        "model 'llama' at http://10.0.0.7:11434/v1 wants a key, and the catalog says that it takes none; name it with "
        "key_name, and apply",
    )
    assert server.asked("GetSecretValue") == []


def test_only_the_keys_of_deployed_models_are_taken(app: Handler, server: FakeServer) -> None:
    own = {"provider": "openai", "model": "m", "base_url": "https://vllm.example/v1", "key_name": "OWN_KEY"}
    stage.script_everything_well(server, {"version": 1, "id": "asked", "defaults": {}} | own)
    server.replies["GetSecretValue"] = secret({"OPENAI_API_KEY": "sk-openai-canary", "OWN_KEY": "own-canary-0123"})
    server.replies["completions"] = json_reply({"error": {"message": "sk-openai-canary own-canary-0123"}}, 400)

    reply = ask_chat(app, question("asked"))

    # What was never taken is not known as a secret either: nothing of it is in the process.
    assert error_of(reply)[2].endswith("sk-openai-canary [redacted]")


def test_an_address_that_is_none_is_said() -> None:
    record = {"provider": "openai", "model": "m", "base_url": "http://vllm:eight-thousand", "key_name": None}

    with on_aws(record, KEYS, lambda _: httpx2.Response(200)) as app:
        found = error_of(ask_chat(app, question("asked")))

    assert found[:2] == (502, "upstream_error")
    assert "has an address that is no URL" in found[2]
