"""What every family's failures become: one typed error, after the text that had come, and never a silent success.

The faults are the data plane's, in each wire's own shape, or a model server that breaks off, is silent or goes on for
ever. Nothing here depends on how long something takes: a silent model stays silent until its client leaves.
"""

from __future__ import annotations

import contextlib
from typing import Any

import pytest

from tests.contract.families.asking import play, send_only, stream
from tests.contract.families.families import FAMILIES, KEY, WRONG_KEY, Family
from tests.contract.families.house import House
from tests.contract.families.replies import DONE, streamed
from tests.contract.families.scripted_model import VIETNAMESE, Asked
from tests.unit.chat_handler.stage import wait_until

every_family = pytest.mark.parametrize("family", FAMILIES, ids=str)
# Events of the answer's four tokens that pass: at least one of them is text, on every wire.
IN_THE_TEXT = 3
plain_and_streamed = pytest.mark.parametrize("is_stream", [False, True], ids=["plain", "stream"])


@plain_and_streamed
@every_family
def test_wrong_key(house: House, family: Family, is_stream: bool) -> None:
    refused = (
        house.fault(family.wire, "unauthorized", times=None) if family.key_name is None else contextlib.nullcontext()
    )
    with house.asked() as arrived, refused:
        reply = play(house, family, "wrong_key", "paris", is_stream=is_stream)

    error = reply.json()["error"]
    expected = (403, "no_access") if family.key_name is None else (502, "authentication_failed")
    assert (reply.status_code, error["code"], error["retryable"]) == (*expected, False), error
    assert error["request_id"] == reply.headers["x-request-id"]
    assert arrived == []
    assert WRONG_KEY not in reply.text + house.log.getvalue()
    assert KEY not in reply.text + house.log.getvalue()
    if family.key_name is not None:
        assert ("__Wrong" if family.name == "azure_openai" else "WRONG_KEY") in error["message"]


@plain_and_streamed
@every_family
def test_throttled_then_ok(house: House, family: Family, is_stream: bool) -> None:
    with house.asked() as arrived, house.fault(family.wire, "throttle", times=1):
        reply = play(house, family, "throttled", "paris", is_stream=is_stream)

    assert reply.status_code == 200, reply.text
    assert "error" not in reply.text
    assert len(arrived) == 1  # the first attempt got no further than the wire


@every_family
def test_throttled_for_long(house: House, family: Family) -> None:
    with house.fault(family.wire, "throttle", times=None):
        reply = play(house, family, "throttled", "paris")

    error = reply.json()["error"]
    assert (reply.status_code, error["code"], error["retryable"]) == (429, "throttled", True), error


@plain_and_streamed
@every_family
def test_prompt_that_is_too_long(house: House, family: Family, is_stream: bool) -> None:
    with house.fault(family.wire, "context_too_long", times=None):
        reply = play(house, family, "too_long", "paris", is_stream=is_stream)

    error = reply.json()["error"]
    assert (reply.status_code, error["code"], error["retryable"]) == (400, "context_length_exceeded", False), error


@plain_and_streamed
@every_family
def test_content_filter(house: House, family: Family, is_stream: bool) -> None:
    if family.name == "cohere":  # which documents neither an answer nor an error for it
        reply = house.http.put(f"{house.data_url}/faults", json={"wire": "cohere", "kind": "content_filter"})
        assert reply.status_code == 400
        return
    with house.fault(family.wire, "content_filter", times=None):
        reply = play(house, family, "filtered", "paris", is_stream=is_stream)

    # TGI and LMI have no word for it: an answer of theirs ends by length, at a stop sequence or by itself.
    reason = "stop" if family.name == "sagemaker_generate" else "content_filter"
    if family.name == "azure_openai":  # whose filter for prompts refuses the request
        assert (reply.status_code, reply.json()["error"]["code"]) == (400, "content_filter"), reply.text
    elif is_stream:
        answer = streamed(reply)
        assert (answer.finish_reasons, answer.end) == ([reason], DONE)
    else:
        assert reply.json()["choices"][0]["finish_reason"] == reason, reply.text


@every_family
def test_cut_mid_stream(house: House, family: Family) -> None:
    with house.fault(family.wire, "cut", after=IN_THE_TEXT):
        answer = stream(house, family, "cut", "vietnamese")

    assert (answer.status, _is_partial(answer.text)) == (200, True)
    assert (answer.end["code"], answer.finish_reasons) == ("upstream_error", [])


@every_family
def test_cut_before_the_first_token_is_asked_again(house: House, family: Family) -> None:
    with house.asked() as arrived, house.fault(family.wire, "cut", after=0):
        answer = stream(house, family, "cut", "vietnamese")

    assert (answer.text, answer.end, len(arrived)) == ("".join(VIETNAMESE), DONE, 2)


@every_family
def test_model_that_breaks_off(house: House, family: Family) -> None:
    answer = stream(house, family, "broken", "break")

    assert answer.text.startswith("Pa")
    assert (answer.end["code"], answer.finish_reasons) == ("upstream_error", [])


@every_family
def test_clean_end_without_finish_reason_is_an_error(house: House, family: Family) -> None:
    answer = stream(house, family, "no_finish", "no_finish")

    assert "Paris.".startswith(answer.text)
    assert answer.text
    assert (answer.end["code"], answer.finish_reasons) == ("stream_truncated", [])


@every_family
def test_no_final_newline(house: House, family: Family) -> None:
    if family.name == "bedrock":  # whose frames have lengths and no lines
        reply = house.http.put(f"{house.data_url}/faults", json={"wire": "bedrock", "kind": "no_newline"})
        assert reply.status_code == 400
        return
    with house.fault(family.wire, "no_newline"):
        answer = stream(house, family, "no_newline", "paris")

    if family.name == "cohere":
        # Its SDK drops an event that no empty line ends, as the standard wants (html.spec.whatwg.org, server-sent
        # events, read 2026-11-22). What it drops says how the answer finished, so the answer counts as cut off.
        assert (answer.text, answer.end["code"]) == ("Paris.", "stream_truncated")
        return
    assert (answer.text, answer.finish_reasons, answer.end) == ("Paris.", ["stop"], DONE)


@every_family
def test_malformed_chunk(house: House, family: Family) -> None:
    with house.fault(family.wire, "bad_chunk", after=IN_THE_TEXT):
        answer = stream(house, family, "bad_chunk", "vietnamese")

    assert (answer.status, _is_partial(answer.text)) == (200, True)
    assert (answer.end["code"], answer.finish_reasons) == ("bad_upstream_response", [])


@every_family
def test_error_that_the_upstream_sends_in_mid_stream(house: House, family: Family) -> None:
    with house.fault(family.wire, "error_event", after=IN_THE_TEXT):
        answer = stream(house, family, "error_event", "vietnamese")

    assert (answer.status, _is_partial(answer.text)) == (200, True)
    assert (answer.end["code"], answer.finish_reasons) == (family.error_event, [])


@every_family
def test_malformed_answer(house: House, family: Family) -> None:
    with house.fault(family.wire, "bad_chunk", times=None):
        reply = play(house, family, "bad_chunk", "paris")

    assert (reply.status_code, reply.json()["error"]["code"]) == (502, "bad_upstream_response"), reply.text


@every_family
def test_multi_byte_character_that_is_cut_between_chunks(house: House, family: Family) -> None:
    with house.fault(family.wire, "split"):
        answer = stream(house, family, "split", "vietnamese")

    assert (answer.text, answer.finish_reasons, answer.end) == ("".join(VIETNAMESE), ["stop"], DONE)


@plain_and_streamed
@every_family
def test_slow_first_token_is_waited_for(house: House, family: Family, is_stream: bool) -> None:
    reply = play(house, family, "late", "late", is_stream=is_stream)

    assert reply.status_code == 200
    assert "error" not in reply.text


@every_family
def test_first_token_that_never_comes(house: House, family: Family) -> None:
    # What is done for a first question counts as waiting: a vendor's library is imported, a client made.
    play(house, family, "plain", "paris")
    wait_until(lambda: play(house, family, "silent", "paris").is_success, "the model can be asked")
    with house.asked() as arrived:
        reply = play(house, family, "silent", "silent", is_stream=True)

    error = reply.json()["error"]
    assert (reply.status_code, error["code"]) == (504, "upstream_timeout"), error
    _all_left(arrived)


@every_family
def test_stall_between_tokens(house: House, family: Family) -> None:
    with house.asked() as arrived:
        answer = stream(house, family, "stall", "stall")

    assert (answer.status, "Pari".startswith(answer.text)) == (200, True)
    assert (answer.end["code"], answer.finish_reasons) == ("upstream_timeout", [])
    _all_left(arrived)


@every_family
def test_client_that_leaves_in_mid_stream_stops_the_model(house: House, family: Family) -> None:
    body = {"model": family.model("gone"), "messages": [_forever()], "stream": True}
    with house.asked() as arrived, house.http.stream("POST", "/v1/chat/completions", json=body) as reply:
        first = next(reply.iter_lines())

    assert first.startswith("data: {"), first
    _all_left(arrived)


@pytest.mark.parametrize(
    ("scenario", "is_stream"), [("gone_early", True), ("gone_plain", False)], ids=["stream", "plain"]
)
@every_family
def test_client_that_leaves_before_the_first_token_stops_the_model(
    house: House, family: Family, scenario: str, is_stream: bool
) -> None:
    before = len(house.model.requests)
    with house.asked() as arrived, send_only(house, family, scenario, "silent", is_stream=is_stream):
        wait_until(lambda: len(house.model.requests) > before, "the question reaches the model")

    _all_left(arrived)


def _forever() -> dict[str, Any]:
    return {"role": "user", "content": "Go on. [play: forever]"}


def _is_partial(text: str) -> bool:
    """Whether `text` is the beginning of the answer, and not all of it."""
    whole = "".join(VIETNAMESE)
    return bool(text) and whole.startswith(text) and text != whole


def _all_left(arrived: list[Asked]) -> None:
    """Nobody is still waiting at the model for any of these answers."""
    assert arrived
    for one in arrived:
        wait_until(one.was_left.is_set, "the model's client leaves")


def test_nothing_of_a_prompt_an_answer_or_a_key_was_logged(house: House) -> None:
    """After everything above: failures are where such things slip out."""
    log = house.log.getvalue()

    assert log
    assert [one for one in ("Capital of France", "Paris", "Xin ch", KEY, WRONG_KEY) if one in log] == []
