"""Faults that are switched on, as each wire's own client sees them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

import httpx2
import openai
import pytest
from botocore.eventstream import ParserError
from botocore.exceptions import ClientError, EventStreamError
from urllib3.exceptions import ProtocolError

from tests.contract.local_clients import (
    MODEL_ID,
    VIETNAMESE,
    Running,
    ask,
    converse_stream,
    invoke_stream,
    is_text,
    messages,
    open_bedrock,
    open_sagemaker,
    openai_client,
    stream_raw,
    switch_on,
    text_of_converse,
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

    sagemaker, sagemakers_end = until_it_breaks(open_sagemaker(local, "echo one two three"))
    bedrock, bedrocks_end = until_it_breaks(open_bedrock(local, "echo one two three"))
    chunks, openais_end = until_it_breaks(ask(openai_client(local), "echo one two three", stream=True))

    assert text_of_events(b"".join(event["PayloadPart"]["Bytes"] for event in sagemaker)) == "one "
    assert [next(iter(event)) for event in bedrock] == ["messageStart", "contentBlockDelta"]
    assert [chunk.choices[0].delta.content for chunk in chunks] == [None, "one "]
    # botocore makes this no exception of its own.
    assert [type(end) for end in (sagemakers_end, bedrocks_end)] == [ProtocolError, ProtocolError]
    assert isinstance(openais_end, openai.APIConnectionError)


def test_bad_bytes_are_not_of_the_wire(local: Running) -> None:
    switch_on(local, wire="*", kind="bad_bytes", times=2)

    assert not is_text(b"".join(invoke_stream(local, "echo one two three")))
    with pytest.raises(ParserError):
        converse_stream(local, "echo one two three")


def test_a_slow_reply_is_late(local: Running) -> None:
    switch_on(local, wire="openai", kind="slow", seconds=5)

    with pytest.raises(openai.APITimeoutError):
        ask(openai_client(local).with_options(timeout=0.3), "echo hi")


@pytest.mark.parametrize("kind", ["no_finish", "endless"])
def test_a_stream_without_a_finish_ends_without_one(local: Running, kind: str) -> None:
    """Asked for as a fault, and done by the model server itself."""
    text = "endless one two" if kind == "endless" else "echo one two"
    if kind == "no_finish":
        switch_on(local, wire="*", kind=kind, times=3)

    sagemaker = b"".join(invoke_stream(local, text))
    bedrock = converse_stream(local, text)
    chunks = list(ask(openai_client(local), text, stream=True))

    assert (text_of_events(sagemaker), b"[DONE]" in sagemaker) == ("one two ", False)
    assert [next(iter(event)) for event in bedrock] == ["messageStart", "contentBlockDelta", "contentBlockDelta"]
    assert [chunk.choices[0].finish_reason for chunk in chunks] == [None, None, None]


def test_the_last_line_comes_without_its_newline(local: Running) -> None:
    switch_on(local, wire="*", kind="no_newline", times=2)

    assert b"".join(invoke_stream(local, "echo one")).endswith(b"data: [DONE]")
    with stream_raw(local, "echo one") as reply:
        assert reply.read().endswith(b"data: [DONE]")


@pytest.mark.parametrize("kind", ["split", "stall"])
def test_a_stream_that_is_only_odd_is_whole(local: Running, kind: str) -> None:
    switch_on(local, wire="*", kind=kind, times=3, seconds=0.01)

    sagemaker = text_of_events(b"".join(invoke_stream(local, f"echo {VIETNAMESE}")))
    bedrock = text_of_converse(converse_stream(local, f"echo {VIETNAMESE}"))
    with stream_raw(local, f"echo {VIETNAMESE}") as reply:
        pieces = list(reply.iter_raw())

    assert {sagemaker, bedrock, text_of_events(b"".join(pieces))} == {VIETNAMESE + " "}
    assert all(map(is_text, pieces)) is (kind == "stall")


def test_an_error_comes_in_the_middle_of_a_stream(local: Running) -> None:
    switch_on(local, wire="*", kind="error_event", times=3)

    with pytest.raises(EventStreamError, match="ModelStreamError"):
        invoke_stream(local, "echo one two three")
    with pytest.raises(EventStreamError, match="throttlingException"):
        converse_stream(local, "echo one two three")
    with pytest.raises(openai.APIError, match="overloaded"):
        list(ask(openai_client(local), "echo one two three", stream=True))


def test_an_event_that_is_no_json_is_well_framed(local: Running) -> None:
    switch_on(local, wire="*", kind="bad_chunk", times=3)

    sagemaker = b"".join(invoke_stream(local, "echo one two three"))
    with stream_raw(local, "echo one two three") as reply:
        openais = reply.read()

    assert [json_in(event) for event in sagemaker.split(b"\n\n")[:4]] == [True, True, False, True]
    assert [json_in(event) for event in openais.split(b"\n\n")[:4]] == [True, True, False, True]
    assert converse_stream(local, "echo one two three")[2] == {"contentBlockDelta": {}}, "botocore takes it for empty"


@pytest.mark.parametrize("kind", ["cut", "bad_bytes", "bad_chunk", "split", "stall"])
def test_a_whole_reply_is_spoilt_too(local: Running, kind: str) -> None:
    switch_on(local, wire="openai", kind=kind, seconds=0.01)

    whole, end = until_it_breaks(raw_reply(local, f"echo {VIETNAMESE}"))

    outcome = "broken" if end else ("json" if json_in(b"data: " + b"".join(whole)) else "no json")
    assert outcome == {"cut": "broken", "split": "json", "stall": "json"}.get(kind, "no json")


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("overloaded", [("ModelError", 424), ("ServiceUnavailableException", 503), (None, 503), ("503", 503)]),
        (
            "context_too_long",
            [
                ("ModelError", 424),
                ("ValidationException", 400),
                ("context_length_exceeded", 400),
                ("context_length_exceeded", 400),
            ],
        ),
    ],
)
def test_a_refusal_has_the_wires_own_shape(local: Running, kind: str, told: list[tuple[str | None, int]]) -> None:
    for wire in ("sagemaker", "bedrock", "openai", "azure_openai"):
        switch_on(local, wire=wire, kind=kind)

    with pytest.raises(ClientError) as sagemaker:
        invoke_stream(local, "echo hi")
    with pytest.raises(ClientError) as bedrock:
        converse_stream(local, "echo hi")
    with pytest.raises(openai.APIStatusError) as openais:
        ask(openai_client(local), "echo hi")
    with pytest.raises(openai.APIStatusError) as azures:
        ask(azure_client(local), "echo hi")

    assert [aws_error(sagemaker.value), aws_error(bedrock.value)] == told[:2]
    assert [(one.value.code, one.value.status_code) for one in (openais, azures)] == told[2:]


def test_what_is_filtered_is_said_as_each_wire_says_it(local: Running) -> None:
    guardrail = {"guardrailIdentifier": "g", "guardrailVersion": "1"}
    switch_on(local, wire="*", kind="content_filter", times=5)

    asked: dict[str, Any] = {"modelId": MODEL_ID, "messages": messages("echo hi")}
    filtered = local.client("bedrock-runtime").converse(**asked)
    guarded = local.client("bedrock-runtime").converse(**asked, guardrailConfig=guardrail)
    streamed = list(local.client("bedrock-runtime").converse_stream(**asked, guardrailConfig=guardrail)["stream"])
    whole = ask(openai_client(local), "echo hi")
    with pytest.raises(openai.BadRequestError) as azures:
        ask(azure_client(local), "echo hi")

    assert (filtered["stopReason"], guarded["stopReason"]) == ("content_filtered", "guardrail_intervened")
    assert "guardrail" in guarded["output"]["message"]["content"][0]["text"]
    assert [event["messageStop"]["stopReason"] for event in streamed if "messageStop" in event] == [
        "guardrail_intervened"
    ]
    assert (whole.choices[0].finish_reason, azures.value.code) == ("content_filter", "content_filter")


@pytest.mark.parametrize("fault", [{"kind": "explode"}, {"kind": "no_newline", "wire": "bedrock"}])
def test_a_fault_that_does_not_exist_is_refused(local: Running, fault: dict[str, str]) -> None:
    reply = httpx2.put(f"{local.target.data_url}/faults", json=fault)

    assert reply.status_code == 400


def until_it_breaks(stream: Iterable[Any]) -> tuple[list[Any], Exception | None]:
    """What came, and what ended it if it did not end by itself."""
    came: list[Any] = []
    try:
        for one in stream:
            came.append(one)
    except (ProtocolError, httpx2.HTTPError, openai.APIConnectionError) as exc:
        return came, exc
    return came, None


def raw_reply(local: Running, text: str) -> Iterator[bytes]:
    url = f"{local.target.data_url}/openai/v1/chat/completions"
    with httpx2.stream("POST", url, json={"messages": [{"role": "user", "content": text}]}) as reply:
        yield from reply.iter_raw()


def azure_client(local: Running) -> openai.OpenAI:
    return openai.AzureOpenAI(
        azure_endpoint=f"{local.target.data_url}/azure", api_key="any", api_version="2024-10-21", max_retries=0
    )


def aws_error(exc: ClientError) -> tuple[str, int]:
    response: Any = exc.response
    return response["Error"]["Code"], response["ResponseMetadata"]["HTTPStatusCode"]


def json_in(event: bytes) -> bool:
    try:
        json.loads(event.removeprefix(b"data: "))
    except ValueError:
        return False
    return True
