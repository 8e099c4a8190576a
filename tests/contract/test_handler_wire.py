"""docs/contracts.md, sections 2 to 4, as the handler keeps them: asked by OpenAI's own client over a real socket."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from pathlib import Path

import httpx2
import openai
import pytest

from chat_handler import errors
from chat_handler.app import create_app
from tests.unit.chat_handler.fake_server import FakeServer, Reply
from tests.unit.chat_handler.stage import (
    SSE,
    aws_error,
    chunk,
    environment,
    question,
    script_everything_well,
    secret,
    served,
    sse,
)

CONTRACTS = Path(__file__).parents[2] / "docs" / "contracts.md"
MODELS = ["gpt", "nova-micro", "smollm2"]
TIME = r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z"


def kinds_of(error: type[errors.ChatError]) -> list[type[errors.ChatError]]:
    """The classes below `error`, all the way down."""
    return [kind for direct in error.__subclasses__() for kind in (direct, *kinds_of(direct))]


@pytest.fixture
def network() -> Iterator[FakeServer]:
    with FakeServer().running() as running:
        script_everything_well(running)
        yield running


@pytest.fixture
def url(network: FakeServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    for name, value in environment(network).items():
        monkeypatch.setenv(name, value)
    with served(create_app()) as address:
        yield address
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.fixture
def client(url: str) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=f"{url}/v1", api_key="unused", max_retries=0) as made:
        yield made


def test_health_touches_no_aws_service(url: str, network: FakeServer) -> None:
    reply = httpx2.get(f"{url}/health")

    assert (reply.status_code, reply.json()) == (200, {"status": "ok"})
    assert network.requests == []


def test_models_are_listed(client: openai.OpenAI) -> None:
    listed = {model.id: model.model_dump(exclude_unset=True) for model in client.models.list()}

    assert sorted(listed) == MODELS
    assert re.fullmatch(TIME, listed["smollm2"]["checked_at"])
    assert listed["smollm2"] == {
        "id": "smollm2",
        "object": "model",
        "created": 0,
        "owned_by": "sagemaker",
        "provider": "sagemaker",
        "region": "us-east-1",
        "status": "ready",
        "reason": None,
        "checked_at": listed["smollm2"]["checked_at"],
        "until": None,
        "stops_at": None,
        "startable": False,
        "usd_per_hour": None,
        "modalities": ["text"],
        "supports_streaming": True,
        "context_tokens": None,
        "price": None,
        "fallback": [],
        "parameters": None,
        "unsupported_parameters": [],
        "defaults": {"temperature": 0.6, "max_tokens": 512},
    }
    alone = client.models.retrieve("smollm2").model_dump(exclude_unset=True)
    assert alone | {"checked_at": None} == listed["smollm2"] | {"checked_at": None}


def test_the_list_names_its_sources(url: str) -> None:
    sources = httpx2.get(f"{url}/v1/models").json()["terrachat"]["sources"]

    assert [one["source"] for one in sources] == ["keys", "models", "sagemaker us-east-1"]
    for one in sources:
        assert (one["ok"], one["reason"]) == (True, None)
        assert re.fullmatch(TIME, one["checked_at"])


@pytest.mark.parametrize("model", MODELS)
def test_an_answer(client: openai.OpenAI, model: str) -> None:
    answer = client.chat.completions.create(model=model, messages=[{"role": "user", "content": "Capital of France?"}])

    assert answer.choices[0].message.content == "Paris."
    assert answer.choices[0].finish_reason == "stop"
    assert answer.usage is not None
    assert answer.usage.total_tokens == 7


@pytest.mark.parametrize("model", MODELS)
def test_a_stream_with_usage(client: openai.OpenAI, model: str) -> None:
    chunks = list(
        client.chat.completions.create(
            model=model,
            messages=[{"role": "user", "content": "Capital of France?"}],
            stream=True,
            stream_options={"include_usage": True},
        )
    )

    assert "".join(one.choices[0].delta.content or "" for one in chunks if one.choices) == "Paris."
    assert [one.choices[0].finish_reason for one in chunks if one.choices][-1] == "stop"
    assert chunks[-1].choices == []
    assert chunks[-1].usage is not None
    assert chunks[-1].usage.total_tokens == 7


@pytest.mark.parametrize("model", MODELS)
def test_a_stream_ends_with_done(url: str, model: str) -> None:
    reply = httpx2.post(f"{url}/v1/chat/completions", json=question(model, stream=True))

    assert reply.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert reply.text.endswith("\n\ndata: [DONE]\n\n")
    assert reply.headers["x-request-id"]


def test_an_error_in_mid_stream_reaches_openais_client_after_the_text(
    client: openai.OpenAI, network: FakeServer
) -> None:
    network.replies["completions"] = Reply([sse(chunk("Pa"), done=False)], headers=SSE)
    stream = client.chat.completions.create(model="gpt", messages=[{"role": "user", "content": "Hi"}], stream=True)

    assert next(stream).choices[0].delta.content == "Pa"
    with pytest.raises(openai.APIError) as caught:
        next(stream)
    assert caught.value.code == "stream_truncated"


def test_errors_reach_openais_client_with_code_param_and_request_id(client: openai.OpenAI) -> None:
    with pytest.raises(openai.NotFoundError) as caught:
        client.chat.completions.create(
            model="gtp", messages=[{"role": "user", "content": "Hi"}], extra_headers={"X-Request-Id": "mine"}
        )

    assert (caught.value.code, caught.value.param, caught.value.request_id) == ("model_not_found", "model", "mine")
    assert "did you mean 'gpt'?" in caught.value.message


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/nope", 404), ("POST", "/v1/chat/completions/", 404), ("DELETE", "/v1/models", 405)],
)
def test_unknown_routes_are_openai_errors(url: str, method: str, path: str, status: int) -> None:
    reply = httpx2.request(method, url + path)

    assert (reply.status_code, reply.json()["error"]["code"]) == (status, "invalid_request")
    assert set(reply.json()["error"]) == {"message", "type", "param", "code", "retryable", "request_id"}
    assert reply.json()["error"]["request_id"] == reply.headers["x-request-id"]


def test_a_missing_key_is_a_status_and_an_error_that_openais_client_does_not_retry(
    url: str, network: FakeServer
) -> None:
    network.replies["GetSecretValue"] = secret({})

    with openai.OpenAI(base_url=f"{url}/v1", api_key="unused", max_retries=2) as client:
        listed = {model.id: model.model_dump(exclude_unset=True) for model in client.models.list()}
        with pytest.raises(openai.InternalServerError) as caught:
            client.chat.completions.create(model="gpt", messages=[{"role": "user", "content": "Hi"}])

    advice = "OPENAI_API_KEY is not in the API-keys secret; set it with: terrachat secrets set OPENAI_API_KEY"
    assert (listed["gpt"]["status"], listed["gpt"]["reason"]) == ("missing_key", advice)
    assert (caught.value.status_code, caught.value.code) == (503, "missing_key")
    assert caught.value.response.headers["x-should-retry"] == "false"


def test_an_endpoint_that_is_gone_is_missing(url: str, network: FakeServer) -> None:
    network.replies["invocations"] = aws_error("ValidationError")
    network.replies["DescribeEndpoint"] = aws_error("ValidationException")

    listed = httpx2.get(f"{url}/v1/models/smollm2").json()
    reply = httpx2.post(f"{url}/v1/chat/completions", json=question("smollm2"))

    assert listed["status"] == "stopped"
    assert (reply.status_code, reply.json()["error"]["code"]) == (503, "endpoint_missing")


def test_the_documented_error_codes_are_the_ones_there_are() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (\d+|in-stream) \|", CONTRACTS.read_text(encoding="utf-8"), re.MULTILINE)
    known = {error.code: error.status for error in kinds_of(errors.ChatError)}

    # A truncated stream has a status only where not even a first chunk came.
    documented = {code: 502 if status == "in-stream" else int(status) for code, status in rows}
    assert documented == known
