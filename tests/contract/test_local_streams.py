"""What holds for the streams of every wire: they arrive while they are made, and the real model makes them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import httpx2
import pytest

from generator.local import lifecycle
from tests.contract.local_clients import (
    Running,
    ask,
    converse_stream,
    deploy_endpoint,
    invoke_stream,
    open_bedrock,
    open_openai,
    open_sagemaker,
    openai_client,
    text_of_chunks,
    text_of_converse,
    text_of_events,
)
from tests.unit.generator.local.fake_model import FakeModel
from tests.unit.generator.local.waiting import until


@pytest.mark.parametrize("wire", ["sagemaker", "bedrock", "openai"])
def test_a_stream_arrives_while_it_is_made_and_leaving_it_frees_the_model(local: Running, wire: str) -> None:
    local.model.left.clear()
    streams = {"sagemaker": open_sagemaker, "bedrock": open_bedrock, "openai": open_openai}

    with closing(streams[wire](local, "forever")) as stream:
        pieces = iter(stream)  # kept: the connection may end with it
        arrived = [next(pieces) for _ in range(4)]
        left_early = local.model.left.is_set()

    assert (len(arrived), left_early) == (4, False)
    until(local.model.left.is_set)


HELLO = {"max_tokens": 24, "model": "m", "messages": [{"role": "user", "content": "What is the capital of France?"}]}
VENDORS = (  # without their SDKs, which take seconds to import; those are in test_local_vendors.py
    ("anthropic/v1/messages", {"x-api-key": "any", "anthropic-version": "2023-06-01"}, HELLO),
    ("cohere/v2/chat", {"authorization": "Bearer any"}, HELLO),
    (
        "google_genai/v1beta/models/m:generateContent",
        {"x-goog-api-key": "any"},
        {
            "contents": [{"parts": [{"text": "What is the capital of France?"}]}],
            "generationConfig": {"maxOutputTokens": 24},
        },
    ),
)


def _said(real: Running, path: str, headers: dict[str, str], question: dict[str, Any]) -> str:
    """The first text in an answer, wherever the vendor has it."""
    reply = httpx2.post(f"{real.target.data_url}/{path}", headers=headers, json=question, timeout=60)
    return reply.text.partition('"text": "')[2].partition('"')[0]


def test_every_wire_answers_from_the_real_model(tmp_path: Path) -> None:
    started = lifecycle.start(tmp_path, leashed=True)
    deploy_endpoint(started.target)
    real = Running(started.target, tmp_path, FakeModel())
    with ThreadPoolExecutor() as pool:
        answers = [
            pool.submit(lambda: text_of_events(b"".join(invoke_stream(real, "What is the capital of France?")))),
            pool.submit(lambda: text_of_converse(converse_stream(real, "What is the capital of France?"))),
            pool.submit(
                lambda: text_of_chunks(
                    ask(openai_client(real), "What is the capital of France?", stream=True, max_tokens=24)
                )
            ),
            *(pool.submit(partial(_said, real, *question)) for question in VENDORS),
        ]
        texts = [answer.result(timeout=60) for answer in answers]
    started.close()

    assert all(texts), texts
