"""Faults that are switched on, as each wire's own client sees them."""

from __future__ import annotations

import httpx2
import openai
import pytest
from botocore.eventstream import ParserError
from botocore.exceptions import ClientError

from tests.contract.local_clients import (
    Running,
    ask,
    converse_stream,
    invoke_stream,
    is_text,
    openai_client,
    switch_on,
    text_of_events,
)


@pytest.mark.parametrize(
    ("kind", "code"), [("throttle", "ThrottlingException"), ("unauthorized", "AccessDeniedException")]
)
@pytest.mark.parametrize("wire", ["sagemaker", "bedrock"])
def test_aws_refuses_once_then_answers(local: Running, wire: str, kind: str, code: str) -> None:
    switch_on(local, wire=wire, kind=kind)
    call = {"sagemaker": invoke_stream, "bedrock": converse_stream}[wire]

    with pytest.raises(ClientError) as caught:
        call(local, "echo hi")

    assert caught.value.response["Error"]["Code"] == code
    assert call(local, "echo hi")


@pytest.mark.parametrize(
    ("kind", "expected"),
    [("throttle", openai.RateLimitError), ("unauthorized", openai.AuthenticationError)],
)
def test_openai_refuses_once(local: Running, kind: str, expected: type[Exception]) -> None:
    switch_on(local, wire="openai", kind=kind)

    with pytest.raises(expected):
        ask(openai_client(local), "echo hi")


def test_a_cut_stream_ends_without_an_end(local: Running) -> None:
    switch_on(local, wire="*", kind="cut", times=3)

    sagemaker = b"".join(invoke_stream(local, "echo one two three"))
    bedrock = converse_stream(local, "echo one two three")
    chunks = list(ask(openai_client(local), "echo one two three", stream=True))

    assert (text_of_events(sagemaker), b"[DONE]" in sagemaker) == ("one ", False)
    assert [next(iter(event)) for event in bedrock] == ["messageStart", "contentBlockDelta"]
    assert [chunk.choices[0].delta.content for chunk in chunks] == [None, "one "]


def test_bad_bytes_are_not_of_the_wire(local: Running) -> None:
    switch_on(local, wire="*", kind="bad_bytes", times=2)

    assert not is_text(b"".join(invoke_stream(local, "echo one two three")))
    with pytest.raises(ParserError):
        converse_stream(local, "echo one two three")


def test_a_slow_reply_is_late(local: Running) -> None:
    switch_on(local, wire="openai", kind="slow", seconds=5)

    with pytest.raises(openai.APITimeoutError):
        ask(openai_client(local).with_options(timeout=0.3), "echo hi")


def test_a_fault_that_does_not_exist_is_refused(local: Running) -> None:
    reply = httpx2.put(f"{local.target.data_url}/faults", json={"kind": "explode"})

    assert reply.status_code == 400
