from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat_handler.breaker import FAILURES_TO_OPEN, OPEN_S, Breaker, Breakers
from chat_handler.errors import CircuitOpenError, NoAccessError, UpstreamError
from chat_handler.upstreams.base import ModelRecord
from tests.unit.chat_handler.stage import Clock

OUTAGE = UpstreamError("down")


def opened() -> tuple[Breaker, Clock]:
    clock = Clock()
    breaker = Breaker("a", clock.now)
    for _ in range(FAILURES_TO_OPEN):
        breaker.ended(OUTAGE)
    return breaker, clock


def passes(breaker: Breaker) -> bool:
    try:
        with breaker.begun():
            return True
    except CircuitOpenError:
        return False


def test_it_opens_after_failures_in_a_row_and_no_sooner() -> None:
    breaker = Breaker("a", Clock().now)
    for end in [OUTAGE] * (FAILURES_TO_OPEN - 1) + [None] + [OUTAGE] * (FAILURES_TO_OPEN - 1):
        breaker.ended(end)
        assert passes(breaker)
    breaker.ended(OUTAGE)

    assert not passes(breaker)


def test_half_open_lets_exactly_one_request_through() -> None:
    breaker, clock = opened()
    clock.time += OPEN_S

    with breaker.begun() as is_probe:
        assert is_probe
        assert not passes(breaker)
    assert [passes(breaker) for _ in range(3)] == [True] * 3


def test_a_probe_that_fails_opens_it_again() -> None:
    breaker, clock = opened()
    clock.time += OPEN_S
    with pytest.raises(UpstreamError), breaker.begun():
        raise OUTAGE

    assert not passes(breaker)


@pytest.mark.parametrize("end", [NoAccessError("no"), KeyboardInterrupt()])
def test_a_probe_that_says_nothing_of_the_upstream_leaves_it_half_open(end: BaseException) -> None:
    breaker, clock = opened()
    clock.time += OPEN_S
    with contextlib.suppress(NoAccessError, KeyboardInterrupt), breaker.begun():
        raise end

    with breaker.begun() as is_probe:
        assert is_probe


def test_each_model_has_its_own_until_its_record_changes() -> None:
    breakers = Breakers(Clock().now)
    one, other = (ModelRecord(name, "openai", {}, {}) for name in "ab")

    assert breakers.of(one) is breakers.of(one)
    assert breakers.of(one) is not breakers.of(other)
    assert breakers.of(one) is not breakers.of(ModelRecord("a", "openai", {}, {}))


@given(st.lists(st.tuples(st.booleans(), st.floats(0, 2 * OPEN_S)), max_size=60))
def test_whatever_happened_it_does_not_stay_open(story: list[tuple[bool, float]]) -> None:
    clock = Clock()
    breaker = Breaker("a", clock.now)
    for is_fine, pause_s in story:
        with contextlib.suppress(UpstreamError, CircuitOpenError), breaker.begun():
            if not is_fine:
                raise OUTAGE
        clock.time += pause_s
    clock.time += OPEN_S

    assert passes(breaker)
