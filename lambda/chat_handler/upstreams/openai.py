"""Servers that speak OpenAI's API, passed through: the body goes out as it came, with the entry's model and defaults.

In: OpenAI's chat request. Out: the server's answer, unchanged, so tools, images and fields that nobody here has heard
of work. The one class for every provider of this kind: whose server it is, and with which key, is in `addresses.py`
and `azure_openai.py`; what a failure means is in `openai_failures.py`. A refused key is read again once, which is how
a rotated key works on a warm handler without a failing request.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import json
from collections.abc import AsyncGenerator, AsyncIterator
from typing import TYPE_CHECKING

from chat_handler import streaming
from chat_handler.completions import MOST_ANSWER_BYTES, check_size, checked_completion
from chat_handler.errors import ChatError, MissingKeyError
from chat_handler.sources import KEYS
from chat_handler.upstreams import openai_failures, reasoning
from chat_handler.upstreams.addresses import Address, Addresses
from chat_handler.upstreams.base import READY, ChatRequest, JsonObject, ModelRecord, Services, Status
from chat_handler.upstreams.model_rules import ModelFacts
from chat_handler.upstreams.request_shape import RequestShape

if TYPE_CHECKING:
    import httpx2

CONNECT_TIMEOUT_S = 3.0
# Nobody waits as long: what a model may take is the request's to know (patience.py), and this only its backstop.
READ_TIMEOUT_S = 900.0
# How long the reply's last bytes may come after `[DONE]`; a connection that has ended its reply can be used again.
END_WITHIN_S = 0.1
# What a failure says is a few hundred bytes; a proxy's page may be longer, and is no failure's words.
MOST_FAILURE_BYTES = 2**20


class OpenAIUpstream:
    """One model of one server; `addresses` says where it is now."""

    def __init__(self, record: ModelRecord, addresses: Addresses, services: Services) -> None:
        self._shape = RequestShape(record)
        self._addresses = addresses
        self._model: str | None = None
        self._subject = addresses.subject
        self._keys = services.keys
        self.source = None if addresses.key_name is None else KEYS
        self._http = services.http

    async def status(self) -> Status:
        """`ready`, or `missing_key`: whether the key is good shows only when it is used."""
        try:
            await self._current()
        except MissingKeyError as error:
            return Status("missing_key", error.message, self._keys.source())
        return READY if self._addresses.key_name is None else Status("ready", source=self._keys.source())

    def facts(self) -> ModelFacts:
        """What is known of the model, as its server called it when it was last asked for its address."""
        return self._shape.facts(self._model)

    async def complete(self, request: ChatRequest) -> JsonObject:
        """The whole answer, as the server sent it."""
        async with self._answered(request) as response:
            answer = await _read(response, MOST_ANSWER_BYTES)
            check_size(len(answer))
            return reasoning.named(checked_completion(answer, self._subject))

    async def stream(self, request: ChatRequest) -> AsyncGenerator[JsonObject, None]:
        """The chunks, as the server sent them."""
        async with self._answered(request) as response:
            parts = _parts(response)
            async for chunk in streaming.decoded(parts):
                yield reasoning.named(chunk)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(END_WITHIN_S):
                    async for _ in parts:
                        pass

    async def _current(self) -> Address:
        address = await self._addresses.current()
        self._model = address.model
        return address

    @contextlib.asynccontextmanager
    async def _answered(self, request: ChatRequest) -> AsyncIterator[httpx2.Response]:
        """The reply to `request`, a success."""
        import httpx2

        try:
            response = await self._accepted(request)
            try:
                if not response.is_success:
                    raise await self._failure(response)
                yield response
            finally:
                await response.aclose()
        except httpx2.InvalidURL as exc:
            raise openai_failures.invalid_address(self._subject) from exc
        except httpx2.HTTPError as exc:
            raise openai_failures.transport_failure(exc, self._subject) from exc

    async def _accepted(self, request: ChatRequest) -> httpx2.Response:
        """The reply to `request`; with a new key if the secret has one and the first was refused."""
        address = await self._current()
        body = self._body(request, address)
        response = await self._posted(body, address)
        if response.status_code != 401:
            return response
        await response.aclose()
        address = await self._replacement(address)
        self._model = address.model
        request.warnings.clear()  # they are said again
        return await self._posted(self._body(request, address), address)

    def _body(self, request: ChatRequest, address: Address) -> bytes:
        body = self._shape.body(request, address.model, address.unknown_fields)
        return json.dumps(body, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()

    async def _posted(self, body: bytes, address: Address) -> httpx2.Response:
        import httpx2

        request = httpx2.Request(
            "POST",
            _url(address.url),
            content=body,
            headers={"accept-encoding": "identity", "content-type": "application/json", **address.headers},
            extensions={"timeout": {"connect": CONNECT_TIMEOUT_S, "read": READ_TIMEOUT_S}},
        )
        return await self._http().handle_async_request(request)

    async def _replacement(self, refused: Address) -> Address:
        address = await self._addresses.replacement(refused)
        if address is None:
            raise openai_failures.authentication_failed(self._subject, self._addresses.key_name)
        return address

    async def _failure(self, response: httpx2.Response) -> ChatError:
        return openai_failures.reply_failure(
            response.status_code,
            response.headers,
            await _read(response, MOST_FAILURE_BYTES),
            subject=self._subject,
            key_name=self._addresses.key_name,
            secrets=self._keys.live_secrets(),
        )


@functools.lru_cache(maxsize=256)
def _url(text: str) -> httpx2.URL:
    """The URL in `text`, taken apart once and not for each request."""
    import httpx2

    return httpx2.URL(text)


async def _read(response: httpx2.Response, most: int) -> bytes:
    """The body, or the beginning of one that has more than `most` bytes, which would use up the memory."""
    body = bytearray()
    async for part in _parts(response):
        body += part
        if len(body) > most:
            break
    return bytes(body)


def _parts(response: httpx2.Response) -> AsyncIterator[bytes]:
    """The body as it comes: httpx2's layers cost every token some microseconds, and only unpack what is packed."""
    import httpx2

    is_packed = response.headers.get("content-encoding", "identity") != "identity"
    if isinstance(response.stream, httpx2.AsyncByteStream) and not is_packed:
        return aiter(response.stream)
    return response.aiter_bytes()
