"""Where a pass-through model is asked, and with which key: read anew for every request, because keys rotate.

In: a server's base URL and the name of its key. Out: an `Address`. Separate from `openai.py`, which only sends: a key
goes to the server that it is meant for and to no other, and that is decided here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from chat_handler.keys import Key, KeyStore


@dataclass(frozen=True)
class Address:
    """Where and how one request goes.

    Attributes:
        url: the URL of the chat completions.
        headers: they hold the key.
        model: the server's own name of the model.
        key: None where the server takes none.
        unknown_fields: fields of OpenAI's API that make this server refuse the whole request. Nothing of an answer is
            lost with them.

    """

    url: str
    model: str
    headers: Mapping[str, str] = field(repr=False)
    key: Key | None = None
    unknown_fields: frozenset[str] = frozenset()


class Addresses(Protocol):
    """Gives the address of one model, which `subject` names in messages. `key_name` is None where there is no key."""

    subject: str
    key_name: str | None

    async def current(self) -> Address:
        """The address, with a key that is at most 60 s old.

        Raises:
            MissingKeyError: a key is not in the secret or cannot be used.

        """
        ...

    async def replacement(self, refused: Address) -> Address | None:
        """The address to use instead of `refused`, whose key was not accepted; None if it has not changed.

        Raises:
            MissingKeyError: a key is no longer in the secret.

        """
        ...


class ServerAddresses:
    """A server at a fixed base URL, with a bearer key or without one."""

    def __init__(
        self,
        base_url: str,
        model: str,
        key_name: str | None,
        keys: KeyStore,
        *,
        subject: str,
        unknown_fields: frozenset[str] = frozenset(),
    ) -> None:
        self.subject = subject
        self.key_name = key_name
        self._url = f"{base_url.rstrip('/')}/chat/completions"
        self._model = model
        self._keys = keys
        self._unknown_fields = unknown_fields
        if key_name is not None:
            keys.declare(key_name)

    async def current(self) -> Address:
        return self._address(None if self.key_name is None else await self._keys.get(self.key_name))

    async def replacement(self, refused: Address) -> Address | None:
        if refused.key is None:
            return None
        key = await self._keys.replacement(refused.key)
        return None if key is None else self._address(key)

    def _address(self, key: Key | None) -> Address:
        headers = {} if key is None else {"authorization": f"Bearer {key.value}"}
        return Address(self._url, self._model, headers, key, self._unknown_fields)
