from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from chat_handler.errors import MissingKeyError
from chat_handler.keys import KeyStore, SecretVersion
from chat_handler.upstreams.azure_openai import AzureAddresses
from tests.unit.chat_handler import stage
from tests.unit.chat_handler.fake_server import FakeServer, Reply, Request, json_reply
from tests.unit.chat_handler.stage import (
    CHUNKS,
    COMPLETION,
    Handler,
    ask,
    ask_chat,
    error_of,
    events_of,
    question,
    secret,
)

KEY = "azure-canary-0123456789"
NEW_KEY = "azure-canary-new-987654"
RECORD = {"version": 1, "id": "asked", "provider": "azure_openai", "model": "Model1", "defaults": {"max_tokens": 9}}
# As the secret of the reference chatbot has them.
SECRET = {
    "AZURE_OPENAI_MODELS": "Model1",
    "AZURE_OPENAI_API_TYPE__Model1": "azure",
    "AZURE_OPENAI_API_VERSION__Model1": "2024-10-21",
    "AZURE_OPENAI_API_BASE__Model1": "https://model1.openai.azure.com/",
    "AZURE_OPENAI_API_KEY__Model1": KEY,
    "AZURE_OPENAI_API_DEPLOYMENT_NAME__Model1": "gpt-4o#1",
}


@pytest.fixture
def azure(server: FakeServer) -> FakeServer:
    """A network in which Azure OpenAI works and its model is deployed."""
    stage.script_everything_well(server, RECORD)
    completions = server.replies["completions"]
    server.replies["GetSecretValue"] = secret(SECRET)
    server.replies["completions?api-version=2024-10-21"] = completions
    server.replies["completions?api-version=2023-05-15"] = completions
    return server


def asked(azure: FakeServer) -> list[Request]:
    return [request for request in azure.requests if request.operation.startswith("completions")]


def address(document: dict[str, Any], base_url: str | None = None) -> tuple[str, dict[str, str]]:
    """Where and with which headers a handler on AWS asks, with `document` for its secret."""
    keys = KeyStore(lambda: SecretVersion("v1", json.dumps(document)))
    found = asyncio.run(AzureAddresses("Model1", keys, base_url).current())
    return found.url, dict(found.headers)


def test_everything_about_it_is_in_the_secret() -> None:
    assert address(SECRET) == (
        "https://model1.openai.azure.com/openai/deployments/gpt-4o%231/chat/completions?api-version=2024-10-21",
        {"api-key": KEY},
    )


def test_it_is_passed_through(app: Handler, azure: FakeServer) -> None:
    plain = ask_chat(app, question("asked", tools=[{"type": "function"}]))
    streamed = ask_chat(app, question("asked", stream=True, stream_options={"include_usage": True}))

    assert plain.json() == COMPLETION
    assert events_of(streamed) == [*CHUNKS, "[DONE]"]
    first, second = asked(azure)
    path = "/azure/openai/deployments/gpt-4o%231/chat/completions?api-version=2024-10-21"
    assert first.path.endswith(path)
    assert first.headers["api-key"] == KEY
    assert "authorization" not in first.headers
    assert first.json() == {**question("gpt-4o#1"), "tools": [{"type": "function"}], "max_tokens": 9}
    assert second.json()["stream_options"] == {"include_usage": True}


def test_an_old_version_is_not_asked_with_what_it_refuses(app: Handler, azure: FakeServer) -> None:
    azure.replies["GetSecretValue"] = secret(SECRET | {"AZURE_OPENAI_API_VERSION__Model1": "2023-05-15"})

    ask_chat(app, question("asked", stream=True, stream_options={"include_usage": True}))

    assert "stream_options" not in asked(azure)[0].json()


@pytest.mark.parametrize(
    "name", ["API_KEY", "API_BASE", "API_VERSION", "API_DEPLOYMENT_NAME"], ids=lambda name: name.lower()
)
def test_what_is_missing_is_named(name: str) -> None:
    full = f"AZURE_OPENAI_{name}__Model1"

    with pytest.raises(MissingKeyError, match=f"{full} is not in the API-keys secret; set it with: terrachat secrets"):
        address({other: value for other, value in SECRET.items() if other != full})


@pytest.mark.parametrize("base", ["model1.openai.azure.com", "https://user@evil.example", "https://a/?b", "file:///x"])
def test_a_base_that_is_no_url_is_named(base: str) -> None:
    with pytest.raises(MissingKeyError, match="AZURE_OPENAI_API_BASE__Model1 in the API-keys secret is not a URL"):
        address(SECRET | {"AZURE_OPENAI_API_BASE__Model1": base})


def test_a_missing_part_is_the_models_status(app: Handler, azure: FakeServer) -> None:
    azure.replies["GetSecretValue"] = secret({})

    model = ask(app, "GET", "/v1/models/asked").json()

    assert model["status"] == "missing_key"
    assert "AZURE_OPENAI_API_KEY__Model1" in model["reason"]


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"AZURE_OPENAI_API_KEY__Model1": NEW_KEY}, id="the key"),
        pytest.param({"AZURE_OPENAI_API_DEPLOYMENT_NAME__Model1": "moved"}, id="the deployment, under the same key"),
    ],
)
def test_a_change_in_the_secret_works_at_once(app: Handler, azure: FakeServer, change: dict[str, str]) -> None:
    def accepting(request: Request) -> Reply:
        is_new = request.headers["api-key"] == NEW_KEY or "/moved/" in request.path
        return json_reply(COMPLETION) if is_new else json_reply({"error": {"code": "401", "message": KEY}}, 401)

    azure.replies["completions?api-version=2024-10-21"] = accepting

    refused = ask_chat(app, question("asked"))
    azure.replies["GetSecretValue"] = secret(SECRET | change, version="v2")
    mended = ask_chat(app, question("asked"))

    assert error_of(refused)[:2] == (502, "authentication_failed")
    assert KEY not in refused.text
    assert mended.json() == COMPLETION
