"""One LangChain chat model for each key of one entry: made with the first request, closed after the key is replaced.

In: how to make and to close one. Out: the model, for the time of a request. Separate from `langchain.py` because a
rotated key must not end the answers that are still coming with the old one: the old model's connections are closed by
the last request that uses them.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from chat_handler import threads

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel


@dataclass(eq=False)
class _Made:
    key: str
    model: BaseChatModel
    users: int = 0


class KeyedModels:
    """The model for the key that is current.

    Args:
        make: a key's model. Run in a thread: it imports the vendor's package.
        close: closes a model's connections.

    """

    def __init__(self, make: Callable[[str], BaseChatModel], close: Callable[[Any], Awaitable[None]]) -> None:
        self._make = make
        self._close = close
        self._current: _Made | None = None

    @contextlib.asynccontextmanager
    async def of(self, key: str) -> AsyncIterator[BaseChatModel]:
        """The model for `key`, which stays open while it is used."""
        made = self._current
        if made is None or made.key != key:
            made = _Made(key, await threads.call(partial(self._make, key)))
            replaced, self._current = self._current, made
            await self._close_unused(replaced)
        made.users += 1
        try:
            yield made.model
        finally:
            made.users -= 1
            await self._close_unused(made)

    async def _close_unused(self, made: _Made | None) -> None:
        if made is not None and made is not self._current and not made.users:
            await self._close(made.model)
