"""Servers that speak OpenAI's API, passed through: the body goes out as it came, with the entry's model and defaults.

In: OpenAI's chat request. Out: the server's answer, unchanged, so tools, images and fields that nobody here has heard
of work. The one class for every provider of this kind: whose server it is, and with which key, is in `addresses.py`
and `azure_openai.py`; what a failure means is in `openai_failures.py`. A refused key is read again once, which is how
a rotated key works on a warm handler without a failing request.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator, AsyncIterator
from typing import TYPE_CHECKING

from chat_handler import streaming
from chat_handler.completions import checked_completion
from chat_handler.errors import ChatError, MissingKeyError
from chat_handler.upstreams import openai_failures
from chat_handler.upstreams.addresses import Address, Addresses
from chat_handler.upstreams.base import READY, ChatRequest, JsonObject, ModelRecord, Services, Status

if TYPE_CHECKING:
    import httpx2

CONNECT_TIMEOUT_S = 5.0
# Between two parts of a stream; a reasoning model may be silent for a while before its first token.
IDLE_TIMEOUT_S = 120.0
# A plain answer arrives all at once, after however long the model thinks. The deadline ends it sooner.
ANSWER_TIMEOUT_S = 600.0


class OpenAIUpstream:
    """One model of one server; `addresses` says where it is now."""

    def __init__(self, record: ModelRecord, addresses: Addresses, services: Services) -> None:
        self._defaults = record.defaults
        self._addresses = addresses
        self._subject = addresses.subject
        self._keys = services.keys
        self._http = services.http

    async def status(self) -> Status:
        """`ready`, or `missing_key`: whether the key is good shows only when it is used."""
        try:
            await self._addresses.current()
        except MissingKeyError as error:
            return Status("missing_key", error.message)
        return READY

    async def complete(self, request: ChatRequest) -> JsonObject:
        """The whole answer, as the server sent it."""
        async with self._answered(request, ANSWER_TIMEOUT_S) as response:
            return checked_completion(await response.aread(), self._subject)

    async def stream(self, request: ChatRequest) -> AsyncGenerator[JsonObject, None]:
        """The chunks, as the server sent them."""
        async with self._answered(request, IDLE_TIMEOUT_S) as response:
            async for chunk in streaming.decoded(response.aiter_bytes()):
                yield chunk

    @contextlib.asynccontextmanager
    async def _answered(self, request: ChatRequest, read_timeout_s: float) -> AsyncIterator[httpx2.Response]:
        """The reply to `request`, a success; with a new key if the secret has one and the first was refused."""
        address = await self._addresses.current()
        async with contextlib.AsyncExitStack() as stack:
            response = await stack.enter_async_context(self._posted(request, address, read_timeout_s))
            if response.status_code == 401:
                await stack.aclose()
                address = await self._replacement(address)
                response = await stack.enter_async_context(self._posted(request, address, read_timeout_s))
            if not response.is_success:
                raise await self._failure(response)
            yield response

    @contextlib.asynccontextmanager
    async def _posted(
        self, request: ChatRequest, address: Address, read_timeout_s: float
    ) -> AsyncIterator[httpx2.Response]:
        import httpx2

        body = {**request.merged(self._defaults), "model": address.model}
        try:
            async with self._http().stream(
                "POST",
                address.url,
                json={name: value for name, value in body.items() if name not in address.unknown_fields},
                headers=address.headers,
                timeout=httpx2.Timeout(read_timeout_s, connect=CONNECT_TIMEOUT_S),
            ) as response:
                yield response
        except httpx2.InvalidURL as exc:
            raise openai_failures.invalid_address(self._subject) from exc
        except httpx2.HTTPError as exc:
            raise openai_failures.transport_failure(exc, self._subject) from exc

    async def _replacement(self, refused: Address) -> Address:
        address = await self._addresses.replacement(refused)
        if address is None:
            raise openai_failures.authentication_failed(self._subject, self._addresses.key_name)
        return address

    async def _failure(self, response: httpx2.Response) -> ChatError:
        return openai_failures.reply_failure(
            response.status_code,
            response.headers,
            await response.aread(),
            subject=self._subject,
            key_name=self._addresses.key_name,
            secrets=self._keys.live_secrets(),
        )
