"""Stops work for a client that went away.

In: the ASGI `receive` of a request whose body has been read, and a block of work for it. Out: nothing, or
`ClientGoneError`. Separate because Starlette notices a lost client only while a streamed reply is sent, and the dear
part is before: a model that thinks for a minute is paid for.
"""

from __future__ import annotations

import asyncio
from types import TracebackType

from starlette.types import Receive


class ClientGoneError(Exception):
    """The client closed the connection; nobody is left to answer."""


class unless_gone:  # noqa: N801 - it reads as `async with unless_gone(receive)`, as asyncio.timeout does
    """A block that is cancelled, and its clean-up awaited, as soon as the client goes away.

    The watching task cancels the block's own task: a second task for the work would cost every request its switches.
    """

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._is_gone = False

    async def __aenter__(self) -> None:
        """Begin to watch."""
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - `async with` runs in a task
        self._task = task
        self._cancelling = task.cancelling()
        self._watching = asyncio.ensure_future(self._watch())

    async def __aexit__(self, _: object, exc: BaseException | None, __: TracebackType | None) -> None:
        """Stop watching.

        Raises:
            ClientGoneError: the client went away, and the block was cancelled for it.

        """
        self._watching.cancel()
        await asyncio.gather(self._watching, return_exceptions=True)
        was_last = self._is_gone and self._task.uncancel() <= self._cancelling
        if was_last and isinstance(exc, asyncio.CancelledError):
            raise ClientGoneError from exc

    async def _watch(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self._is_gone = True
        self._task.cancel()
