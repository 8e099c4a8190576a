from __future__ import annotations

import pytest
from pydantic import ValidationError

from generator.local.faults import WIRES, FaultRequest, Faults


def test_a_fault_counts_down_and_is_gone() -> None:
    faults = Faults()
    faults.switch_on(FaultRequest(wire="bedrock", kind="throttle", times=2))

    taken = [faults.take("openai").kind, *(faults.take("bedrock").kind for _ in range(3))]

    assert taken == ["none", "throttle", "throttle", "none"]


def test_a_fault_without_a_count_stays_until_it_is_switched_off() -> None:
    faults = Faults()
    faults.switch_on(FaultRequest(wire="*", kind="cut", times=None))

    before = [faults.take(wire).kind for wire in WIRES]
    faults.switch_off()

    assert (before, faults.take("openai").kind) == (["cut"] * len(WIRES), "none")


def test_the_same_fault_again_replaces_the_first() -> None:
    faults = Faults()
    faults.switch_on(FaultRequest(kind="slow", seconds=1))
    faults.switch_on(FaultRequest(kind="slow", seconds=3))

    assert faults.active() == [FaultRequest(kind="slow", seconds=3)]


def test_what_cannot_happen_on_a_wire_is_refused_there_and_passes_it_by() -> None:
    with pytest.raises(ValidationError, match="'no_newline' cannot happen on 'bedrock'"):
        FaultRequest(wire="bedrock", kind="no_newline")

    faults = Faults()
    faults.switch_on(FaultRequest(wire="*", kind="no_newline"))

    assert [faults.take(wire).kind for wire in ("bedrock", "openai", "openai")] == ["none", "no_newline", "none"]


@pytest.mark.parametrize(
    ("kind", "refused"), [("throttle", "throttle"), ("content_filter", "content_filter"), ("cut", None)]
)
def test_a_fault_refuses_a_request_or_spoils_its_answer(kind: str, refused: str | None) -> None:
    faults = Faults()
    faults.switch_on(FaultRequest.model_validate({"kind": kind}))

    assert faults.take("openai").refused == refused
