"""One LangChain chat model for each key of one entry: made with the first request, closed after the key is replaced.

In: how to make and to close one. Out: the model, for the time of a request. Separate from `langchain.py` because a
rotated key must not end the answers that are still coming with the old one: the old model's connections are closed by
the last request that uses them.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from chat_handler import threads

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

log = logging.getLogger(__name__)


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
        self._making = asyncio.Lock()

    @contextlib.asynccontextmanager
    async def of(self, key: str) -> AsyncIterator[BaseChatModel]:
        """The model for `key`, which stays open while it is used."""
        replaced = None
        async with self._making:  # requests that come with a new key at once share its model
            made = self._current
            if made is None or made.key != key:
                made = _Made(key, await threads.call(partial(self._make, key)))
                replaced, self._current = self._current, made
            made.users += 1  # at once: a model without users is closed as soon as another takes its place
        try:
            await self._close_unused(replaced)
            yield made.model
        finally:
            made.users -= 1
            await self._close_unused(made)

    async def _close_unused(self, made: _Made | None) -> None:
        if made is None or made is self._current or made.users:
            return
        try:
            await self._close(made.model)
        except Exception as exc:  # noqa: BLE001 - whatever a vendor's SDK raises: the answer is whole without it
            log.warning("the connections of a replaced key could not be closed (%s)", type(exc).__name__)
