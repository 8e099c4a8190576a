"""boto3 calls that end when nobody waits for them any more.

In: a blocking function that calls boto3, or one that opens an iterator with such a call. Out: what `threads.py` gives,
only that cancelling it also ends a wait for the reply's first byte: the socket is shut, and the model stops working
for nobody. Separate because it reaches into botocore, which has no way to end a call that waits (botocore 1.44.5, read
2026-11-22): its connections are made by a class that says which connection the thread waits on.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import AsyncGenerator, Callable, Iterator
from functools import partial
from typing import Any, TypeVar

from chat_handler import threads

T = TypeVar("T")

_here = threading.local()


class _Wait:
    """What one thread waits for. Its methods but `interrupt` are called in that thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._is_over = False
        self._connection: Any = None
        self._end: Callable[[], None] | None = None

    @contextlib.contextmanager
    def of_this_thread(self) -> Iterator[None]:
        """A block whose requests can be interrupted, one after the other."""
        _here.wait = self
        try:
            yield
        finally:
            _here.wait = None
            # The connection is back in its pool, and the next who takes it must not be interrupted.
            with self._lock:
                self._connection = None

    def for_reply(self, connection: Any) -> None:
        """`connection` has a request, or will have it in a moment.

        Raises:
            ConnectionAbortedError: it was interrupted before.

        """
        with self._lock:
            self._connection = connection
            if self._is_over:
                raise ConnectionAbortedError("nobody waits for the reply any more")

    def for_items(self, end: Callable[[], None]) -> None:
        """From now on `end` ends the wait too."""
        with self._lock:
            self._end = end
            is_over = self._is_over
        if is_over:
            end()

    def interrupt(self) -> None:
        """End the wait, from another thread."""
        with self._lock:
            self._is_over = True
            end = self._end
            if (sock := getattr(self._connection, "sock", None)) is not None:
                with contextlib.suppress(OSError):  # it has just ended by itself
                    sock.shutdown(socket.SHUT_RDWR)
        if end is not None:
            end()


async def call(function: Callable[[], T]) -> T:
    """As `threads.call`, for a function that makes requests with a client of `attach`."""
    wait = _Wait()

    def results() -> Iterator[T]:
        with wait.of_this_thread():
            result = function()
        yield result

    async with contextlib.aclosing(threads.iterate(lambda: threads.Blocking(results(), wait.interrupt))) as items:
        return await anext(items)


def iterate(opening: Callable[[], threads.Blocking[T]]) -> AsyncGenerator[T, None]:
    """As `threads.iterate`, for a function that makes requests with a client of `attach`."""
    return threads.iterate(partial(interruptible, opening))


def interruptible(opening: Callable[[], threads.Blocking[T]]) -> threads.Blocking[T]:
    """What `opening` opens, opened when its first item is taken; its `interrupt` also ends what is sent for it."""
    wait = _Wait()

    def items() -> Iterator[T]:
        with wait.of_this_thread():
            blocking = opening()
            wait.for_items(blocking.interrupt)
            yield from blocking.items

    return threads.Blocking(items(), wait.interrupt)


def attach(client: Any) -> None:
    """Let requests of this boto3 client be interrupted."""
    session = client._endpoint.http_session
    pools = {scheme: _telling(pool) for scheme, pool in session._pool_classes_by_scheme.items()}
    # The first is for managers that are made later, for proxies.
    session._pool_classes_by_scheme = session._manager.pool_classes_by_scheme = pools


def _telling(pool: Any) -> Any:
    """urllib3's `pool` class, whose connections tell the thread's wait of themselves."""
    connection_class = pool.ConnectionCls

    def request(connection: Any, *arguments: Any, **named: Any) -> Any:
        wait: _Wait | None = getattr(_here, "wait", None)
        if wait is not None:
            wait.for_reply(connection)
        result = connection_class.request(connection, *arguments, **named)
        if wait is not None:
            wait.for_reply(connection)  # it may have been interrupted while it was connecting
        return result

    telling = type(connection_class.__name__, (connection_class,), {"request": request})
    return type(pool.__name__, (pool,), {"ConnectionCls": telling})
