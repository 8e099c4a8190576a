"""Real clients pointed at the deployed handler, answered by the real model through all three providers."""

from __future__ import annotations

import time
from collections.abc import Iterator

import openai
import pytest

from tests.functional.conftest import MODEL_IDS, Deployed

pytestmark = pytest.mark.local


@pytest.fixture(scope="module")
def client(deployed: Deployed) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=f"{deployed.handler_url}v1", api_key="unused", max_retries=0) as client:
        yield client


def test_openai_client_lists_the_models(client: openai.OpenAI) -> None:
    assert {model.id: model.owned_by for model in client.models.list()} == {
        "smollm2": "sagemaker",
        "nova-micro": "bedrock",
        "gpt": "openai",
    }


@pytest.mark.parametrize("model_id", MODEL_IDS)
def test_openai_client_gets_a_real_answer(client: openai.OpenAI, model_id: str) -> None:
    answer = client.chat.completions.create(
        model=model_id,
        messages=[{"role": "user", "content": "What is the capital of France?"}],
        temperature=0,
    )

    assert "Paris" in (answer.choices[0].message.content or "")
    assert answer.choices[0].finish_reason == "stop"
    assert answer.usage is not None
    assert answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens


@pytest.mark.parametrize("model_id", MODEL_IDS)
def test_tokens_really_stream(client: openai.OpenAI, model_id: str) -> None:
    """The first token comes after a small part of the whole time, and usage with the last chunk."""
    began = time.monotonic()
    arrivals: list[float] = []
    usage = None
    finish = None
    for chunk in client.chat.completions.create(
        model=model_id,
        messages=[{"role": "user", "content": "Write a story of two hundred words about a river."}],
        max_tokens=200,
        stream=True,
        stream_options={"include_usage": True},
    ):
        usage = chunk.usage or usage
        for choice in chunk.choices:
            finish = choice.finish_reason or finish
            if choice.delta.content:
                arrivals.append(time.monotonic() - began)
    whole = time.monotonic() - began

    print(f"{model_id}: first token {arrivals[0]:.2f} s of {whole:.2f} s, {len(arrivals)} pieces")
    assert arrivals[0] < whole / 2
    assert len(arrivals) > 20
    assert finish in {"stop", "length"}
    assert usage is not None
    assert usage.completion_tokens > 20


def test_unknown_model_is_an_openai_error_with_near_ids(client: openai.OpenAI) -> None:
    with pytest.raises(openai.NotFoundError) as caught:
        client.chat.completions.create(model="smollm", messages=[{"role": "user", "content": "Hi"}])

    assert caught.value.code == "model_not_found"
    assert "smollm2" in caught.value.message
