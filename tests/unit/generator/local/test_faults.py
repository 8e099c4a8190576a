from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from generator.local.faults import GARBAGE, Fault, FaultRequest, Faults, Kind


def test_a_fault_counts_down_and_is_gone() -> None:
    faults = Faults()
    faults.switch_on(FaultRequest(wire="bedrock", kind="throttle", times=2))

    taken = [faults.take("openai").kind, *(faults.take("bedrock").kind for _ in range(3))]

    assert taken == ["none", "throttle", "throttle", "none"]


def test_a_fault_without_a_count_stays_until_it_is_switched_off() -> None:
    faults = Faults()
    faults.switch_on(FaultRequest(wire="*", kind="cut", times=None))

    before = [faults.take(wire).kind for wire in ("sagemaker", "bedrock", "openai")]
    faults.switch_off()

    assert (before, faults.take("openai").kind) == (["cut"] * 3, "none")


def test_the_same_fault_again_replaces_the_first() -> None:
    faults = Faults()
    faults.switch_on(FaultRequest(kind="slow", seconds=1))
    faults.switch_on(FaultRequest(kind="slow", seconds=3))

    assert faults.active() == [FaultRequest(kind="slow", seconds=3)]


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        pytest.param("throttle", [b"one", b"two", b"three", b"four"], id="harmless to a stream"),
        pytest.param("cut", [b"one", b"two", b"th"], id="cut"),
        pytest.param("bad_bytes", [b"one", b"two", GARBAGE + b"\n\n", b"three", b"four"], id="bad bytes"),
    ],
)
def test_a_fault_spoils_a_stream_in_its_middle(kind: Kind, expected: list[bytes]) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for piece in (b"one", b"two", b"three", b"four"):
            yield piece

    async def collect() -> list[bytes]:
        return [piece async for piece in Fault(kind).spoil_stream(pieces())]

    assert asyncio.run(collect()) == expected


@pytest.mark.parametrize(
    ("kind", "expected"),
    [("slow", b"whole"), ("cut", b"wh"), ("bad_bytes", GARBAGE + b"wh")],
)
def test_a_fault_spoils_a_whole_reply(kind: Kind, expected: bytes) -> None:
    assert Fault(kind).spoil(b"whole") == expected
