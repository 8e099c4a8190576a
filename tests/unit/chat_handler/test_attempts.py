from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat_handler.attempts import first_success
from chat_handler.deadline import Deadline
from chat_handler.errors import ChatError, NoAccessError, ThrottledError, UpstreamError
from chat_handler.upstreams.retry_after import retry_after_s

PASSING = UpstreamError("passing", retryable=True)


def attempted(*outcomes: ChatError | str, remaining_s: float = 60.0) -> tuple[str, int, list[float]]:
    """The result or error, the number of attempts, and the pauses between them."""
    left, pauses = list(outcomes), list[float]()

    async def attempt() -> str:
        outcome = left.pop(0)
        if isinstance(outcome, ChatError):
            raise outcome
        return outcome

    async def sleep(pause_s: float) -> None:
        pauses.append(pause_s)

    try:
        result = asyncio.run(first_success(attempt, Deadline(remaining_s, lambda: 0.0), sleep))
    except ChatError as error:
        result = error.message
    return result, len(outcomes) - len(left), pauses


@pytest.mark.parametrize(
    ("outcomes", "result", "attempts"),
    [
        pytest.param(["fine"], "fine", 1, id="success"),
        pytest.param([PASSING, "fine"], "fine", 2, id="success at the second attempt"),
        pytest.param([PASSING, UpstreamError("again", retryable=True), "fine"], "again", 2, id="no third attempt"),
        pytest.param([NoAccessError("never"), "fine"], "never", 1, id="what does not pass is not tried again"),
    ],
)
def test_attempts(outcomes: list[ChatError | str], result: str, attempts: int) -> None:
    assert attempted(*outcomes)[:2] == (result, attempts)


@pytest.mark.parametrize(
    ("retry_after", "remaining_s", "pauses"),
    [
        pytest.param(3.0, 60.0, [3.0], id="as asked"),
        pytest.param(600.0, 900.0, [], id="too long to wait"),
        pytest.param(3.0, 2.0, [], id="longer than what remains"),
    ],
)
def test_pauses_that_an_upstream_asks_for(retry_after: float, remaining_s: float, pauses: list[float]) -> None:
    throttled = ThrottledError("slow down", retryable=True, retry_after_s=retry_after)

    assert attempted(throttled, "fine", remaining_s=remaining_s)[2] == pauses


def test_without_a_hint_the_pause_is_short_and_never_past_the_deadline() -> None:
    (pause_s,) = attempted(PASSING, "fine")[2]

    assert 0.15 <= pause_s <= 0.45
    assert attempted(PASSING, "fine", remaining_s=0.1) == ("passing", 1, [])


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        pytest.param({}, None, id="nothing"),
        pytest.param({"retry-after": "7"}, 7.0, id="seconds"),
        pytest.param({"retry-after": "Thu, 01 Jan 1970 00:00:30 GMT"}, 20.0, id="a date"),
        pytest.param({"retry-after": "Thu, 01 Jan 1970 00:00:00 GMT"}, 0.0, id="a date that has passed"),
        pytest.param({"retry-after-ms": "250", "retry-after": "7"}, 0.25, id="milliseconds first"),
        pytest.param({"x-amz-retry-after": "1500"}, 1.5, id="AWS's milliseconds"),
        pytest.param({"retry-after": "-1"}, None, id="negative"),
        pytest.param({"retry-after": "inf"}, None, id="infinite"),
        pytest.param({"retry-after": "soon"}, None, id="garbage"),
    ],
)
def test_retry_after(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after_s(headers, lambda: 10.0) == seconds


@given(st.text())
def test_no_retry_after_breaks_the_handler(value: str) -> None:
    seconds = retry_after_s({"retry-after": value}, lambda: 10.0)

    assert seconds is None or seconds >= 0
