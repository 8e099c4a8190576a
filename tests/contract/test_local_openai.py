"""OpenAI and Azure OpenAI, as the local target answers them to their own client."""

from __future__ import annotations

import httpx2
import openai
import pytest

from tests.contract.local_clients import (
    Running,
    ask,
    openai_client,
    stream_raw,
)


def test_models_and_a_stream_under_the_name_that_was_asked_for(local: Running) -> None:
    client = openai_client(local)

    chunks = list(ask(client, "echo two words", stream=True))

    assert [model.id for model in client.models.list()] == ["fake"]
    assert [chunk.choices[0].delta.content for chunk in chunks] == [None, "two ", "words ", None]
    assert {chunk.model for chunk in chunks} == {"gpt-4o"}


@pytest.mark.parametrize("authorization", ["Bearer sk-wrong", "Bearer", "Basic any"])
def test_a_wrong_key_is_refused_in_openais_words(local: Running, authorization: str) -> None:
    url = f"{local.target.data_url}/openai/v1/models"
    reply = httpx2.get(url, headers={"Authorization": authorization})

    assert (reply.status_code, reply.json()["error"]["code"]) == (401, "invalid_api_key")


def test_a_server_that_takes_no_key_is_asked_without_one(local: Running) -> None:
    url = f"{local.target.data_url}/openai/v1/chat/completions"
    reply = httpx2.post(url, json={"model": "mine", "messages": [{"role": "user", "content": "echo hi"}]})

    assert (reply.status_code, reply.json()["choices"][0]["message"]["content"]) == (200, "hi")


def test_azure_answers_for_a_deployment(local: Running) -> None:
    client = openai.AzureOpenAI(
        azure_endpoint=f"{local.target.data_url}/azure", api_key="any", api_version="2024-10-21"
    )

    reply = client.chat.completions.create(model="mine", messages=[{"role": "user", "content": "echo hi"}])

    assert (reply.model, reply.choices[0].message.content) == ("mine", "hi")


@pytest.mark.parametrize(
    ("query", "headers", "status"),
    [
        pytest.param("?api-version=2024-10-21", {}, 401, id="no key"),
        pytest.param("?api-version=2024-10-21", {"api-key": "sk-wrong"}, 401, id="wrong key"),
        pytest.param("", {"api-key": "any"}, 404, id="no version"),
    ],
)
def test_azure_refuses_as_azure_does(local: Running, query: str, headers: dict[str, str], status: int) -> None:
    url = f"{local.target.data_url}/azure/openai/deployments/mine/chat/completions{query}"
    reply = httpx2.post(url, headers=headers, json={"messages": []})

    assert (reply.status_code, reply.json()["error"]["code"]) == (status, str(status))


def test_a_stream_that_breaks_breaks_for_the_client_too(local: Running) -> None:
    with pytest.raises(httpx2.RemoteProtocolError), stream_raw(local, "break after this") as reply:
        reply.read()
