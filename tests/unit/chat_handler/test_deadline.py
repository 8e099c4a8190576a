from __future__ import annotations

import asyncio
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat_handler.deadline import LONGEST_S, MARGIN_S, Deadline, from_lambda_context
from chat_handler.errors import UpstreamTimeoutError


@pytest.mark.parametrize(
    ("header", "remaining_s"),
    [
        pytest.param(json.dumps({"deadline": 1_060_000}), 60 - MARGIN_S, id="60 s"),
        pytest.param(json.dumps({"deadline": 1_000_500}), 0.5 - MARGIN_S, id="half a second: none left"),
        pytest.param(json.dumps({"deadline": 9e15}), LONGEST_S - MARGIN_S, id="longer than Lambda's longest"),
        pytest.param(None, LONGEST_S - MARGIN_S, id="no context"),
        pytest.param("{", LONGEST_S - MARGIN_S, id="not JSON"),
        pytest.param("[]", LONGEST_S - MARGIN_S, id="a list"),
        pytest.param('{"deadline": NaN}', LONGEST_S - MARGIN_S, id="no number"),
        pytest.param('{"deadline": null}', LONGEST_S - MARGIN_S, id="null"),
    ],
)
def test_the_deadline_is_a_moment_before_lambdas(header: str | None, remaining_s: float) -> None:
    assert from_lambda_context(header, lambda: 1000.0).remaining_s() == pytest.approx(remaining_s)


@given(st.text() | st.none())
def test_any_header_gives_a_deadline_within_lambdas_longest(header: str | None) -> None:
    assert from_lambda_context(header, lambda: 0.0).remaining_s() <= LONGEST_S


def test_work_is_cancelled_when_the_time_is_over() -> None:
    events: list[str] = []

    async def endless() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            events.append("cleaned up")

    with pytest.raises(UpstreamTimeoutError):
        asyncio.run(Deadline(0.0, lambda: 0.0).limit(endless()))

    assert events == ["cleaned up"]


def test_a_timeout_of_the_works_own_stays_what_it_is() -> None:
    async def timed_out() -> None:
        raise TimeoutError("its own")

    with pytest.raises(TimeoutError, match="its own"):
        asyncio.run(Deadline(60.0, lambda: 0.0).limit(timed_out()))


def test_work_in_time_gives_its_result() -> None:
    async def done() -> str:
        return "result"

    assert asyncio.run(Deadline(60.0, lambda: 0.0).limit(done())) == "result"
