"""What holds for the streams of every wire: they arrive while they are made, and the real model makes them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

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
        arrived = [next(pieces) for pieces in [iter(stream)] for _ in range(4)]
        left_early = local.model.left.is_set()

    assert (len(arrived), left_early) == (4, False)
    until(local.model.left.is_set)


def test_every_wire_answers_from_the_real_model(tmp_path: Path) -> None:
    started = lifecycle.start(tmp_path, leashed=True)
    deploy_endpoint(started.target)
    real = Running(started.target, tmp_path, FakeModel())
    with ThreadPoolExecutor() as pool:
        answers = [
            pool.submit(lambda: text_of_events(b"".join(invoke_stream(real, "Say hello.")))),
            pool.submit(lambda: text_of_converse(converse_stream(real, "Say hello."))),
            pool.submit(lambda: text_of_chunks(ask(openai_client(real), "Say hello.", stream=True, max_tokens=24))),
        ]
        texts = [answer.result(timeout=60) for answer in answers]
    started.close()

    assert all(texts), texts
