from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat_handler.attempts import (
    FIRST_PAUSE_S,
    LONGEST_PAUSE_BEFORE_FALLBACK_S,
    WARM_UP_S,
    Pauses,
    first_success,
)
from chat_handler.deadline import Deadline
from chat_handler.errors import ChatError, ModelNotReadyError, NoAccessError, ThrottledError, UpstreamError
from chat_handler.errors import UpstreamTimeoutError as TimedOut
from chat_handler.upstreams.retry_after import retry_after_s

PASSING = UpstreamError("passing", retryable=True)
LOADING = ModelNotReadyError("loading", retryable=True)


def attempted(
    *outcomes: ChatError | str, remaining_s: float = 60.0, pauses: Pauses | None = None
) -> tuple[str, int, list[float]]:
    """The result or error, the number of attempts, and the pauses between them."""
    left, slept = list(outcomes), list[float]()

    async def attempt() -> str:
        outcome = left.pop(0)
        if isinstance(outcome, ChatError):
            raise outcome
        return outcome

    async def sleep(pause_s: float) -> None:
        slept.append(pause_s)

    try:
        result = asyncio.run(first_success(attempt, Deadline(remaining_s, lambda: 0.0), sleep, pauses))
    except ChatError as error:
        result = error.message
    return result, len(outcomes) - len(left), slept


@pytest.mark.parametrize(
    ("outcomes", "result", "attempts"),
    [
        pytest.param(["fine"], "fine", 1, id="success"),
        pytest.param([PASSING, "fine"], "fine", 2, id="success at the second attempt"),
        pytest.param([PASSING, UpstreamError("again", retryable=True), "fine"], "again", 2, id="no third attempt"),
        pytest.param([NoAccessError("never"), "fine"], "never", 1, id="what does not pass is not tried again"),
        pytest.param([TimedOut("late", retryable=True), "fine"], "late", 1, id="what took all the time is not"),
        pytest.param([LOADING, LOADING, LOADING, "fine"], "fine", 4, id="a model that loads is waited for"),
        pytest.param([LOADING, PASSING, LOADING, "fine"], "fine", 4, id="which costs no other attempt"),
    ],
)
def test_attempts(outcomes: list[ChatError | str], result: str, attempts: int) -> None:
    assert attempted(*outcomes)[:2] == (result, attempts)


@pytest.mark.parametrize(
    ("retry_after", "remaining_s", "pauses"),
    [
        pytest.param(3.0, 60.0, [3.0], id="as asked"),
        pytest.param(0.0, 60.0, [0.0], id="at once"),
        pytest.param(600.0, 900.0, [], id="too long to wait"),
        pytest.param(3.0, 2.0, [], id="longer than what remains"),
    ],
)
def test_pauses_that_an_upstream_asks_for(retry_after: float, remaining_s: float, pauses: list[float]) -> None:
    throttled = ThrottledError("slow down", retryable=True, retry_after_s=retry_after)

    assert attempted(throttled, "fine", remaining_s=remaining_s)[2] == pauses


def test_without_a_hint_the_pause_is_anything_up_to_its_longest() -> None:
    pauses = [Pauses().after(PASSING) or 0.0 for _ in range(300)]

    assert 0 <= min(pauses) < 0.2 * FIRST_PAUSE_S < 0.8 * FIRST_PAUSE_S < max(pauses) <= FIRST_PAUSE_S


def test_no_pause_goes_past_the_deadline() -> None:
    assert attempted(PASSING, "fine", remaining_s=-1.0) == ("passing", 1, [])
    assert attempted(LOADING, "fine", remaining_s=0.5) == ("loading", 1, [])


@pytest.mark.parametrize(
    ("error", "pauses"),
    [
        pytest.param(ThrottledError("slow down", retryable=True, retry_after_s=3.0), 0, id="a long pause"),
        pytest.param(ThrottledError("slow down", retryable=True, retry_after_s=0.5), 1, id="a short pause"),
        pytest.param(LOADING, 1, id="a model that loads"),
    ],
)
def test_where_another_model_can_be_asked_waiting_is_short(error: ChatError, pauses: int) -> None:
    _, attempts, slept = attempted(error, error, "fine", pauses=Pauses(has_fallback=True))

    assert (attempts, len(slept)) == (1 + pauses, pauses)
    assert all(pause_s <= LONGEST_PAUSE_BEFORE_FALLBACK_S for pause_s in slept)


def test_a_probe_is_one_attempt() -> None:
    assert attempted(PASSING, "fine", pauses=Pauses(1)) == ("passing", 1, [])
    assert attempted(LOADING, "fine", pauses=Pauses(1)) == ("loading", 1, [])


def test_patience_with_a_model_that_loads_has_an_end() -> None:
    result, attempts, slept = attempted(*[LOADING] * 200, remaining_s=900)

    assert result == "loading"
    assert attempts < 40
    assert WARM_UP_S <= sum(slept[:-1]) + slept[-1] <= WARM_UP_S + 20


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        pytest.param({}, None, id="nothing"),
        pytest.param({"retry-after": "7"}, 7.0, id="seconds"),
        pytest.param({"retry-after": "0.5"}, 0.5, id="a fraction"),
        pytest.param({"retry-after": "Thu, 01 Jan 1970 00:00:30 GMT"}, 20.0, id="a date"),
        pytest.param({"retry-after": "Thu, 01 Jan 1970 00:00:00 GMT"}, 0.0, id="a date that has passed"),
        pytest.param({"retry-after-ms": "250", "retry-after": "7"}, 0.25, id="milliseconds first"),
        pytest.param({"x-ms-retry-after-ms": "250.5"}, 0.2505, id="Azure's milliseconds"),
        pytest.param({"x-amz-retry-after": "1500"}, 1.5, id="AWS's milliseconds"),
        pytest.param({"retry-after": "-1"}, None, id="negative"),
        pytest.param({"retry-after": "inf"}, None, id="infinite"),
        pytest.param({"retry-after": "1e999"}, None, id="an exponent"),
        pytest.param({"retry-after": "soon"}, None, id="garbage"),
    ],
)
def test_retry_after(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after_s(headers, lambda: 10.0) == seconds


@given(st.text())
def test_no_retry_after_breaks_the_handler(value: str) -> None:
    seconds = retry_after_s({"retry-after": value}, lambda: 10.0)

    assert seconds is None or seconds >= 0
