"""Blocking work off the event loop: boto3 and LangChain have no asyncio of their own.

In: a blocking function, or one that opens a blocking iterator. Out: an awaitable, or an async iterator. Each piece of
work gets a daemon thread of its own instead of a pool's: a pool would let a few stalled endpoints starve every other
request, and would hold up the end of the process. Starting a thread costs about 0.1 ms, a generation seconds.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import AsyncGenerator, Callable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")

# How far a thread may read ahead of a slow client: enough to never wait for the loop, and little memory.
READ_AHEAD = 64


@dataclass(frozen=True)
class Blocking(Generic[T]):
    """An open blocking iterator.

    `interrupt` is called from another thread to end a wait inside `items`; it must neither block nor raise, also when
    `items` has just ended.
    """

    items: Iterator[T]
    interrupt: Callable[[], None]


@dataclass(frozen=True)
class _End:
    error: BaseException | None


async def call(function: Callable[[], T]) -> T:
    """The result of `function`, run in a thread. When the caller is cancelled, the thread's result is dropped."""

    def opened() -> Blocking[T]:
        return Blocking(iter([function()]), lambda: None)

    async with contextlib.aclosing(iterate(opened)) as results:
        return await anext(results)


async def iterate(opening: Callable[[], Blocking[T]]) -> AsyncGenerator[T, None]:
    """The items of the iterator that `opening` opens, both run in one thread, in order.

    What the thread raises is raised here. Closing this iterator (a client that went away) interrupts the thread's
    wait and closes its iterator, so that the upstream stops working for nobody.
    """
    pump = _Pump(opening, asyncio.get_running_loop())
    threading.Thread(target=pump.run, name="terrachat-upstream", daemon=True).start()
    try:
        while not isinstance(item := await pump.queue.get(), _End):
            pump.slots.release()
            yield item
        if item.error is not None:
            raise item.error
    finally:
        pump.cancel()


class _Pump(Generic[T]):
    def __init__(self, opening: Callable[[], Blocking[T]], loop: asyncio.AbstractEventLoop) -> None:
        self.queue: asyncio.Queue[T | _End] = asyncio.Queue()
        self.slots = threading.Semaphore(READ_AHEAD)
        self._opening = opening
        self._loop = loop
        self._cancelled = threading.Event()
        self._finished = False
        self._interrupt: Callable[[], None] = lambda: None

    def run(self) -> None:
        error: Exception | None = None
        try:
            self._pump()
        except Exception as exc:  # noqa: BLE001 - the thread's outermost border: the awaiting side raises it again
            error = exc
        self._finished = True
        self._post(_End(error))

    def cancel(self) -> None:
        self._cancelled.set()
        self.slots.release()
        if not self._finished:
            self._interrupt()

    def _pump(self) -> None:
        blocking = self._opening()
        self._interrupt = blocking.interrupt
        try:
            while not self._cancelled.is_set():
                try:
                    item = next(blocking.items)
                except StopIteration:
                    return
                self._post(item)
                self.slots.acquire()
        finally:
            if (close := getattr(blocking.items, "close", None)) is not None:
                close()

    def _post(self, item: T | _End) -> None:
        if self._cancelled.is_set():
            return
        try:
            self._loop.call_soon_threadsafe(self.queue.put_nowait, item)
        except RuntimeError:
            # The loop is closed: the process is ending, and nobody waits for this item.
            self._cancelled.set()
