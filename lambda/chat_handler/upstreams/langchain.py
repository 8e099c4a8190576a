"""The providers whose own API is not OpenAI's, through LangChain's chat model for each.

In: OpenAI's chat request. Out: OpenAI's answer, translated. The one class for every provider of this kind: what differs
is a `Vendor`, one small module each, whose package is imported with the first request (1 to 5 s, off the event loop)
and is in the zip only where the catalog has such an entry. LangChain is asked through asyncio, so that a client that
leaves ends the request; its own retries are off, because `attempts.py` has the one loop.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from chat_handler import threads
from chat_handler.errors import (
    AuthenticationFailedError,
    ChatError,
    InvalidRequestError,
    MissingKeyError,
    UpstreamError,
    UpstreamTimeoutError,
)
from chat_handler.keys import Key
from chat_handler.upstreams import langchain_failures, langchain_wire, plain_chat
from chat_handler.upstreams.base import READY, ChatRequest, JsonObject, ModelRecord, RecordError, Services, Status
from chat_handler.upstreams.langchain_wire import FinishReasonOf
from chat_handler.upstreams.openai import ANSWER_TIMEOUT_S, IDLE_TIMEOUT_S

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import AIMessageChunk, BaseMessage

_SYSTEM_ROLES = ("system", "developer")


@dataclass(frozen=True)
class Vendor:
    """One provider.

    Attributes:
        module: LangChain's package for it, as Python imports it.
        model: makes the chat model of a name, a key, a base URL and a time limit in seconds. Imports the package.
        arguments: OpenAI's parameters (`plain_chat.parameters_of`) under LangChain's names.
        errors: every exception that the vendor's SDK lets out. Imports it.
        finish_reason_of: OpenAI's finish reason for a message's metadata.
        takes_both: whether a request may have both `temperature` and `top_p`.

    """

    name: str
    title: str
    base_url: str
    key_name: str
    module: str
    model: Callable[[str, str, str, float], BaseChatModel]
    arguments: Callable[[JsonObject], JsonObject]
    errors: Callable[[], tuple[type[Exception], ...]]
    finish_reason_of: FinishReasonOf
    takes_both: bool = True


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
        self._model = record.text("model")
        self._defaults = record.defaults
        self._subject = f"{vendor.title}'s model {self._model!r}"
        self._base_url = base_url
        self._key_name = key_name
        self._keys = services.keys
        self._built: tuple[str, BaseChatModel] | None = None
        services.keys.declare(key_name)

    async def status(self) -> Status:
        """`ready`, `missing_key`, or `failed` where the zip was built without the vendor's package."""
        if (missing := self._missing_package()) is not None:
            return Status("failed", missing)
        try:
            await self._keys.get(self._key_name)
        except MissingKeyError as error:
            return Status("missing_key", error.message)
        return READY

    async def complete(self, request: ChatRequest) -> JsonObject:
        """The whole answer; with a new key if the secret has one and the first was refused."""
        key = await self._keys.get(self._key_name)
        try:
            return await self._completed(request, key)
        except AuthenticationFailedError as error:
            return await self._completed(request, await self._replacement(key, error))

    async def stream(self, request: ChatRequest) -> AsyncGenerator[JsonObject, None]:
        """The chunks: the role first, then text, the finish, and usage if it was asked for."""
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
        async with contextlib.aclosing(self._streamed(request, key)) as chunks:
            async for chunk in chunks:
                yield chunk

    async def _completed(self, request: ChatRequest, key: Key) -> JsonObject:
        model, messages, arguments = await threads.call(partial(self._prepared, request, key))
        with self._translating():
            answer = await model.ainvoke(messages, **arguments)
        return langchain_wire.completion_of(answer, request.model_id, self._vendor.finish_reason_of)

    async def _streamed(self, request: ChatRequest, key: Key) -> AsyncGenerator[JsonObject, None]:
        model, messages, arguments = await threads.call(partial(self._prepared, request, key))
        chunks = langchain_wire.MessageChunks(
            request.model_id, self._vendor.finish_reason_of, with_usage=request.wants_usage
        )
        async with contextlib.aclosing(_iterated(model, messages, arguments)) as answer:
            while (message := await self._next(answer)) is not None:
                for chunk in chunks.of(message):
                    yield chunk
        for chunk in chunks.last():
            yield chunk

    async def _next(self, answer: AsyncGenerator[AIMessageChunk, None]) -> AIMessageChunk | None:
        try:
            with self._translating():
                async with asyncio.timeout(IDLE_TIMEOUT_S):
                    return await anext(answer, None)
        except TimeoutError as exc:
            raise UpstreamTimeoutError(f"{self._subject} sent nothing for too long; ask again") from exc

    @contextlib.contextmanager
    def _translating(self) -> Iterator[None]:
        """The vendor's exceptions, as the errors of the handler, without any key in them."""
        try:
            yield
        except self._vendor.errors() as exc:
            secrets = self._keys.live_secrets()
            raise langchain_failures.translated(
                exc, subject=self._subject, key_name=self._key_name, secrets=secrets
            ) from exc
        except langchain_failures.MALFORMED as exc:
            name = type(exc).__name__
            raise UpstreamError(f"{self._subject} answered something that LangChain cannot read ({name})") from exc

    def _prepared(self, request: ChatRequest, key: Key) -> tuple[BaseChatModel, list[BaseMessage], dict[str, Any]]:
        plain_chat.refuse_other_parameters(request.body, self._subject)
        _check_turns(request.body["messages"])
        if (missing := self._missing_package()) is not None:
            raise UpstreamError(missing)
        # Two threads may both build it on the first requests; either one works.
        built = self._built
        if built is None or built[0] != key.value:
            built = (key.value, self._vendor.model(self._model, key.value, self._base_url, ANSWER_TIMEOUT_S))
            self._built = built
        model = built[1]
        takes_sampling = (model.profile or {}).get("temperature") is not False
        parameters = plain_chat.parameters_of(
            request, self._defaults, takes_sampling=takes_sampling, takes_both=self._vendor.takes_both
        )
        return model, langchain_wire.messages_of(request.body), self._vendor.arguments(parameters)

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


def _check_turns(messages: list[JsonObject]) -> None:
    """What all of these APIs want of a conversation; their SDKs say it with errors that do not tell a request's fault.

    Raises:
        InvalidRequestError: `param` names the message.

    """
    roles = [message["role"] for message in messages]
    first = next((number for number, role in enumerate(roles) if role not in _SYSTEM_ROLES), len(roles))
    late = next((number for number, role in enumerate(roles) if number > first and role in _SYSTEM_ROLES), None)
    if late is not None:
        raise InvalidRequestError("this model takes system messages only at the beginning", param=f"messages[{late}]")
    if roles[-1] != "user":
        raise InvalidRequestError(
            "this model wants the user to have the last word", param=f"messages[{len(roles) - 1}]"
        )
