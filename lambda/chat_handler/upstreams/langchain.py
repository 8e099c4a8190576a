"""The providers whose own API is not OpenAI's, through LangChain's chat model for each.

In: OpenAI's chat request. Out: OpenAI's answer, translated. The one class for every provider of this kind: what differs
is a `Vendor`, one small module each, whose package is imported with the first request (1 to 5 s, off the event loop)
and is in the zip only where the catalog has such an entry. LangChain is asked through asyncio, so that a client that
leaves ends the request; its own retries are off, because `attempts.py` has the one loop.
"""

from __future__ import annotations

import contextlib
import importlib.util
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from chat_handler import threads
from chat_handler.errors import (
    AuthenticationFailedError,
    ChatError,
    MissingKeyError,
    ProviderNotInstalledError,
)
from chat_handler.keys import Key
from chat_handler.sources import KEYS
from chat_handler.upstreams import langchain_failures, langchain_wire
from chat_handler.upstreams.base import ChatRequest, JsonObject, ModelRecord, RecordError, Services, Status
from chat_handler.upstreams.chat_terms import Takes, Wants
from chat_handler.upstreams.chat_turns import Turn, turns_of
from chat_handler.upstreams.chat_wants import wants_of
from chat_handler.upstreams.langchain_models import KeyedModels
from chat_handler.upstreams.langchain_wire import FinishReasonOf

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import AIMessageChunk, BaseMessage

CONNECT_TIMEOUT_S = 3.0
# What a model may take is the request's to know (patience.py): this is only the backstop of the vendors' SDKs.
READ_TIMEOUT_S = 600.0


@dataclass(frozen=True)
class Vendor:
    """One provider.

    Attributes:
        module: LangChain's package for it, as Python imports it.
        takes: which of OpenAI's parameters its API has words for.
        model: makes the chat model of a name, a key, a base URL and a time limit in seconds. Imports the package.
        close: closes a chat model's connections.
        arguments: what is asked for, under LangChain's names; the turns are there for what depends on them.
        messages: the conversation, as LangChain's class for the vendor carries it unchanged.
        errors: every exception that the vendor's SDK lets out. Imports it.
        finish_reason_of: OpenAI's finish reason for a message's metadata.

    """

    name: str
    title: str
    base_url: str
    key_name: str
    module: str
    takes: Takes
    model: Callable[[str, str, str, float], BaseChatModel]
    close: Callable[[Any], Awaitable[None]]
    arguments: Callable[[Wants, list[Turn]], JsonObject]
    errors: Callable[[], tuple[type[Exception], ...]]
    finish_reason_of: FinishReasonOf
    messages: Callable[[list[Turn]], list[BaseMessage]] = langchain_wire.messages_of


def build(vendor: Vendor, record: ModelRecord, services: Services) -> LangChainUpstream:
    """The upstream of one entry of `vendor`.

    A record with a `base_url` names its key itself: the provider's own key goes to the provider alone.

    Raises:
        RecordError: the record does not say which model, or which key goes to another base URL.

    """
    own_url = record.optional_text("base_url")
    key_name = record.optional_text("key_name") or (None if own_url else vendor.key_name)
    if key_name is None:
        raise RecordError("'key_name' must name the key for 'base_url'; this provider is never asked without one")
    base_url = own_url or vendor.base_url
    if services.settings.providers_url is not None:
        base_url = f"{services.settings.providers_url}/{vendor.name}"
    return LangChainUpstream(vendor, record, services, base_url=base_url, key_name=key_name)


class LangChainUpstream:
    """One model of one vendor."""

    def __init__(
        self, vendor: Vendor, record: ModelRecord, services: Services, *, base_url: str, key_name: str
    ) -> None:
        self._vendor = vendor
        self._record = record
        self._model = record.text("model")
        self._subject = f"{vendor.title}'s model {self._model!r}"
        self._base_url = base_url
        self._key_name = key_name
        self._keys = services.keys
        self._models = KeyedModels(self._made, vendor.close)
        self.parameters = vendor.takes.fields
        self.source = KEYS
        services.keys.declare(key_name)

    async def status(self) -> Status:
        """`ready`, `missing_key`, or `failed` where the zip was built without the vendor's package."""
        if (missing := self._missing_package()) is not None:
            return Status("failed", missing)
        try:
            await self._keys.get(self._key_name)
        except MissingKeyError as error:
            return Status("missing_key", error.message, self._keys.source())
        return Status("ready", source=self._keys.source())

    async def complete(self, request: ChatRequest) -> JsonObject:
        """The whole answer; with a new key if the secret has one and the first was refused."""
        key = await self._keys.get(self._key_name)
        try:
            return await self._completed(request, key)
        except AuthenticationFailedError as error:
            return await self._completed(_again(request), await self._replacement(key, error))

    async def stream(self, request: ChatRequest) -> AsyncGenerator[JsonObject, None]:
        """The chunks: the role first, then text and tool calls, the finish, and usage if it was asked for."""
        key = await self._keys.get(self._key_name)
        has_begun = False
        try:
            async with contextlib.aclosing(self._streamed(request, key)) as chunks:
                async for chunk in chunks:
                    has_begun = True
                    yield chunk
            return
        except AuthenticationFailedError as error:
            if has_begun:
                raise
            key = await self._replacement(key, error)
        async with contextlib.aclosing(self._streamed(_again(request), key)) as chunks:
            async for chunk in chunks:
                yield chunk

    async def _completed(self, request: ChatRequest, key: Key) -> JsonObject:
        async with self._models.of(key.value) as model:
            messages, arguments = await threads.call(partial(self._prepared, request, model))
            with self._translating():
                answer = await model.ainvoke(messages, **arguments)
        return langchain_wire.completion_of(answer, request.model_id, self._vendor.finish_reason_of)

    async def _streamed(self, request: ChatRequest, key: Key) -> AsyncGenerator[JsonObject, None]:
        chunks = langchain_wire.MessageChunks(
            request.model_id, self._vendor.finish_reason_of, with_usage=request.wants_usage
        )
        async with self._models.of(key.value) as model:
            messages, arguments = await threads.call(partial(self._prepared, request, model))
            async with contextlib.aclosing(_iterated(model, messages, arguments)) as answer:
                while (message := await self._next(answer)) is not None:
                    for chunk in chunks.of(message):
                        yield chunk
        for chunk in chunks.last():
            yield chunk

    async def _next(self, answer: AsyncGenerator[AIMessageChunk, None]) -> AIMessageChunk | None:
        with self._translating():
            return await anext(answer, None)

    @contextlib.contextmanager
    def _translating(self) -> Iterator[None]:
        """The vendor's exceptions, as the errors of the handler, without any key in them."""
        with langchain_wire.reading(self._subject):
            try:
                yield
            except self._vendor.errors() as exc:
                secrets = self._keys.live_secrets()
                raise langchain_failures.translated(
                    exc, subject=self._subject, key_name=self._key_name, secrets=secrets
                ) from exc

    def _made(self, key: str) -> BaseChatModel:
        if (missing := self._missing_package()) is not None:
            raise ProviderNotInstalledError(missing)
        return self._vendor.model(self._model, key, self._base_url, READ_TIMEOUT_S)

    def _prepared(self, request: ChatRequest, model: BaseChatModel) -> tuple[list[BaseMessage], dict[str, Any]]:
        profile = model.profile or {}
        turns = turns_of(request, self._record, self._vendor.takes, self._subject)
        wants = wants_of(
            request,
            self._record,
            self._vendor.takes,
            self._subject,
            efforts=profile.get("reasoning_effort_levels") or (),
            takes_sampling=profile.get("temperature") is not False,
        )
        return self._vendor.messages(turns), self._vendor.arguments(wants, turns)

    async def _replacement(self, refused: Key, error: ChatError) -> Key:
        key = await self._keys.replacement(refused)
        if key is None:
            raise error
        return key

    def _missing_package(self) -> str | None:
        if importlib.util.find_spec(self._vendor.module) is not None:
            return None
        return f"the handler was built without {self._vendor.module}, which {self._subject} needs; run: terrachat apply"


async def _iterated(
    model: BaseChatModel, messages: list[BaseMessage], arguments: Mapping[str, Any]
) -> AsyncGenerator[AIMessageChunk, None]:
    """The model's chunks. LangChain types them as an iterator, which cannot be closed."""
    answer: AsyncIterator[AIMessageChunk] = model.astream(messages, **arguments)
    async for message in answer:
        yield message


def _again(request: ChatRequest) -> ChatRequest:
    """The same request, whose warnings are there already."""
    return replace(request, warnings=[])
