from __future__ import annotations

import asyncio

import pytest

from chat_handler.deadline import Deadline
from chat_handler.errors import DeadlineExceededError, UpstreamTimeoutError
from chat_handler.patience import Patience, Watchdog

SOON = Patience("a", between_tokens_s=0.02)
LATER = Deadline(60.0, lambda: 0.0)


def test_silence_ends_the_block_and_its_clean_up_is_awaited() -> None:
    events: list[str] = []

    async def story() -> None:
        async with Watchdog(LATER, SOON):
            try:
                await asyncio.Event().wait()
            finally:
                await asyncio.sleep(0)
                events.append("cleaned up")

    with pytest.raises(UpstreamTimeoutError, match=r"'a' sent nothing for 0\.02 s in the middle"):
        asyncio.run(story())
    assert events == ["cleaned up"]


def test_a_slow_client_is_no_silence_of_the_model() -> None:
    async def story() -> str:
        async with Watchdog(LATER, SOON) as watchdog:
            watchdog.rests()
            await asyncio.sleep(0.06)
            watchdog.waits()
        return "sent"

    assert asyncio.run(story()) == "sent"


def test_the_end_of_the_whole_time_is_told_as_such() -> None:
    async def story() -> None:
        async with Watchdog(Deadline(0.0, lambda: 0.0), SOON):
            await asyncio.Event().wait()

    with pytest.raises(DeadlineExceededError):
        asyncio.run(story())


def test_a_cancellation_from_outside_stays_one() -> None:
    async def story() -> None:
        async def watched() -> None:
            async with Watchdog(LATER, Patience("a")):
                await asyncio.Event().wait()

        task = asyncio.create_task(watched())
        await asyncio.sleep(0)
        task.cancel()
        await task

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(story())
