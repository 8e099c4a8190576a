from __future__ import annotations

import asyncio
import io
import json
from typing import Any

import pytest

from chat_handler.aws import AwsClients
from chat_handler.errors import MissingKeyError
from chat_handler.http_client import HttpClient
from chat_handler.keys import KeyStore, SecretVersion
from chat_handler.registry import Registry
from chat_handler.settings import Settings
from chat_handler.upstreams.azure_openai import PROVIDER, AzureAddresses
from chat_handler.upstreams.base import Services
from tests.unit.chat_handler import stage
from tests.unit.chat_handler.fake_server import FakeServer, Reply, Request, json_reply
from tests.unit.chat_handler.stage import (
    CHUNKS,
    COMPLETION,
    SSE,
    Handler,
    ask,
    ask_chat,
    error_of,
    events_of,
    question,
    secret,
    sse,
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


def test_a_body_is_for_the_address_that_it_goes_to(app: Handler, azure: FakeServer) -> None:
    """A key that was moved to a resource with an older API, which refuses `stream_options`."""
    azure.replies["completions?api-version=2024-10-21"] = json_reply({"error": {"code": "401"}}, 401)
    azure.replies["completions?api-version=2024-06-01"] = Reply(sse(*CHUNKS), headers=SSE)
    asked = question("asked", stream=True)
    ask_chat(app, asked)

    older = {"AZURE_OPENAI_API_KEY__Model1": NEW_KEY, "AZURE_OPENAI_API_VERSION__Model1": "2024-06-01"}
    azure.replies["GetSecretValue"] = secret(SECRET | older, version="v2")
    assert ask_chat(app, asked).text.endswith("data: [DONE]\n\n")

    (sent,) = azure.asked("completions?api-version=2024-06-01")
    assert "stream_options" not in sent.json()


def secret_of(*identifiers: str, models: str = "", **changes: Any) -> dict[str, Any]:
    """A secret with the five keys of each identifier, and the list of them."""
    parts = {"TYPE": "azure", "VERSION": "2024-10-21", "BASE": "https://r.openai.azure.com", "KEY": KEY}
    named = {
        f"AZURE_OPENAI_API_{part}__{identifier}": value
        for identifier in identifiers
        for part, value in {**parts, "DEPLOYMENT_NAME": f"{identifier}-deployment"}.items()
    }
    return {"AZURE_OPENAI_MODELS": models or ",".join(identifiers), **named, **changes}


def listed(app: Handler) -> dict[str, str]:
    return {model["id"]: model["status"] for model in ask(app, "GET", "/v1/models").json()["data"]}


@pytest.fixture
def azure_only(azure: FakeServer) -> FakeServer:
    """An install of which the catalog names no model: what there is stands in the secret."""
    azure.replies["GetParametersByPath"] = json_reply({"Parameters": []})
    azure.replies["GetSecretValue"] = secret(secret_of("Model1", "Model2"))
    return azure


def test_an_azure_only_install_lists_its_models_and_answers(app: Handler, azure_only: FakeServer) -> None:
    models = ask(app, "GET", "/v1/models").json()["data"]
    answered = ask_chat(app, question("Model2", max_tokens=5))
    streamed = ask_chat(app, question("Model1", stream=True))

    assert [(one["id"], one["provider"], one["status"]) for one in models] == [
        ("Model1", "azure_openai", "ready"),
        ("Model2", "azure_openai", "ready"),
    ]
    assert answered.json()["choices"] == COMPLETION["choices"]
    assert events_of(streamed)[-1] == "[DONE]"
    first, second = asked(azure_only)
    assert "/deployments/Model2-deployment/" in first.path
    assert first.json() == question("Model2-deployment", max_tokens=5)
    assert "/deployments/Model1-deployment/" in second.path
    assert len(azure_only.asked("GetSecretValue")) == 1


def test_the_first_request_of_all_can_be_for_a_model_of_the_secret(app: Handler, azure_only: FakeServer) -> None:
    assert ask_chat(app, question("Model2")).status_code == 200
    assert len(azure_only.asked("GetSecretValue")) == 1


@pytest.mark.parametrize(
    "models",
    [
        "Model1,Model2",
        " Model1 , Model2 ",
        "Model1,,Model2,",
        "Model1,Model2,Model1",
        "\"Model1\",'Model2'",
        "Model1,\nModel2",
    ],
    ids=["plain", "spaces", "empty names", "twice", "quotes", "a line each"],
)
def test_the_list_is_read_as_people_write_it(app: Handler, azure_only: FakeServer, models: str) -> None:
    azure_only.replies["GetSecretValue"] = secret(secret_of("Model1", "Model2", models=models))

    assert listed(app) == {"Model1": "ready", "Model2": "ready"}


@pytest.mark.parametrize("models", ["", " ", ",", None], ids=["empty", "space", "comma", "absent"])
def test_an_empty_list_is_no_model(app: Handler, azure_only: FakeServer, models: str | None) -> None:
    document = secret_of("Model1") | {"AZURE_OPENAI_MODELS": models}
    azure_only.replies["GetSecretValue"] = secret({k: v for k, v in document.items() if v is not None})

    assert listed(app) == {}
    assert error_of(ask_chat(app, question("Model1")))[:2] == (404, "model_not_found")


@pytest.mark.parametrize(
    ("models", "ids", "said"),
    [
        pytest.param("a b,Model1", ["Model1"], "has a name that cannot be an identifier", id="a name"),
        pytest.param(
            ["Model1"], [], "AZURE_OPENAI_MODELS in the API-keys secret is list and not a string", id="a list"
        ),
    ],
)
def test_a_malformed_list_is_logged_once_and_harms_nobody_else(
    app: Handler, azure_only: FakeServer, log: io.StringIO, models: Any, ids: list[str], said: str
) -> None:
    parameters = [{"Name": "x", "Value": json.dumps(stage.OPENAI)}]
    azure_only.replies["GetParametersByPath"] = json_reply({"Parameters": parameters})
    document = secret_of("Model1", OPENAI_API_KEY=stage.KEY) | {"AZURE_OPENAI_MODELS": models}
    azure_only.replies["GetSecretValue"] = secret(document)

    assert listed(app) == listed(app) == dict.fromkeys([*ids, "gpt"], "ready")
    assert ask_chat(app, question("gpt")).status_code == 200
    lines = [line for line in log.getvalue().splitlines() if "AZURE_OPENAI_MODELS" in line]
    assert len(lines) == 1
    assert said in lines[0]


def test_every_key_that_is_missing_is_named(app: Handler, azure_only: FakeServer) -> None:
    azure_only.replies["GetSecretValue"] = secret(
        {"AZURE_OPENAI_MODELS": "Model1", "AZURE_OPENAI_API_KEY__Model1": KEY, "AZURE_OPENAI_API_BASE__Model1": ""}
    )

    (model,) = ask(app, "GET", "/v1/models").json()["data"]

    assert model["status"] == "missing_key"
    assert model["reason"] == (
        "AZURE_OPENAI_API_BASE__Model1 in the API-keys secret is empty; "
        "set it with: terrachat secrets set AZURE_OPENAI_API_BASE__Model1. "
        "AZURE_OPENAI_API_VERSION__Model1 is not in the API-keys secret; "
        "set it with: terrachat secrets set AZURE_OPENAI_API_VERSION__Model1. "
        "AZURE_OPENAI_API_DEPLOYMENT_NAME__Model1 is not in the API-keys secret; "
        "set it with: terrachat secrets set AZURE_OPENAI_API_DEPLOYMENT_NAME__Model1"
    )


@pytest.mark.parametrize("part", ["KEY", "BASE", "VERSION", "DEPLOYMENT_NAME"])
@pytest.mark.parametrize("value", [["canary"], "two words", None], ids=["list", "space", "null"])
def test_one_malformed_value_harms_one_model(app: Handler, azure_only: FakeServer, part: str, value: Any) -> None:
    changes = {f"AZURE_OPENAI_API_{part}__Model1": value}
    azure_only.replies["GetSecretValue"] = secret(secret_of("Model1", "Model2") | changes)

    assert listed(app) == {"Model1": "missing_key", "Model2": "ready"}
    assert error_of(ask_chat(app, question("Model1")))[:2] == (503, "secret_malformed")
    assert ask_chat(app, question("Model2")).status_code == 200


@pytest.mark.parametrize("entry_id", ["Model1", "my-gpt"])
def test_the_catalogs_entry_wins(app: Handler, azure_only: FakeServer, entry_id: str) -> None:
    record = RECORD | {"id": entry_id}
    azure_only.replies["GetParametersByPath"] = json_reply({"Parameters": [{"Name": "x", "Value": json.dumps(record)}]})

    assert listed(app) == {entry_id: "ready", "Model2": "ready"}
    ask_chat(app, question(entry_id))
    assert asked(azure_only)[0].json()["max_tokens"] == 9  # the entry's default


def test_a_model_of_the_secret_appears_within_a_minute_and_goes_when_it_is_removed() -> None:
    holds, both, time = [secret_of("Model1")], secret_of("Model1", "Model2"), [1000.0]

    async def story() -> list[list[str]]:
        keys = KeyStore(lambda: SecretVersion(str(time), json.dumps(holds[-1])), now=lambda: time[0])
        services = Services(Settings("demo", "us-east-1", "arn"), AwsClients("us-east-1"), keys, HttpClient())
        registry = Registry(list, {"azure_openai": PROVIDER}, services, now=lambda: time[0])
        seen = []
        for document, elapsed_s in ((holds[0], 0), (both, 59), (both, 1), ({}, 60)):
            holds.append(document)
            time[0] += elapsed_s
            seen.append([model.record.id for model in await registry.models()])
            if seen[-1] == ["Model1", "Model2"]:
                assert (await registry.model("Model1")).upstream is (await registry.models())[0].upstream
        return seen

    # What is set after 59 s is not seen in the minute's last second.
    assert asyncio.run(story()) == [["Model1"], ["Model1"], ["Model1", "Model2"], []]


def test_names_of_other_programs_in_the_secret_are_not_taken(app: Handler, azure_only: FakeServer) -> None:
    other = {"AZURE_OPENAI_API_TOKEN__Model1": "canary", "AWS_REGION": "eu-west-1", "AZURE_OPENAI_API_KEY": "canary"}
    azure_only.replies["GetSecretValue"] = secret(secret_of("Model1") | other)

    assert listed(app) == {"Model1": "ready"}
    assert asked(azure_only) == []
