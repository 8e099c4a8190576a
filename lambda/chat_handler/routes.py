"""The three routes of docs/contracts.md, section 3.

In: HTTP requests. Out: replies, or a `ChatError` for the boundary to answer with. Separate from `app.py`, which only
puts things together: `routes` takes the registry and needs nothing else, so tests bring their own.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from chat_handler import deadline, streaming
from chat_handler.attempts import first_success
from chat_handler.chat_requests import chat_request
from chat_handler.deadline import Deadline
from chat_handler.disconnects import unless_gone
from chat_handler.errors import StreamTruncatedError
from chat_handler.observed import observed
from chat_handler.registry import Model, Registry
from chat_handler.replies import StreamReply, json_reply
from chat_handler.streaming import JsonObject, StreamWatch
from chat_handler.upstreams.base import ChatRequest

Sleep = Callable[[float], Awaitable[None]]

# How many statuses are looked up at once: DescribeEndpoint has a low rate per account.
STATUSES_AT_ONCE = 8


def routes(registry: Registry, sleep: Sleep = asyncio.sleep) -> list[Route]:
    """The handler's routes. `sleep` is what pauses before a second attempt."""
    api = _Api(registry, sleep)
    return [
        Route("/health", _health),
        Route("/v1/models", api.list_models),
        Route("/v1/models/{model_id:path}", api.get_model),
        Route("/v1/chat/completions", api.complete_chat, methods=["POST"]),
    ]


async def _health(_: Request) -> Response:
    return json_reply({"status": "ok"})


class _Api:
    def __init__(self, registry: Registry, sleep: Sleep) -> None:
        self._registry = registry
        self._sleep = sleep

    async def list_models(self, request: Request) -> Response:
        models = await _deadline(request).limit(self._listed())
        return json_reply({"object": "list", "data": models})

    async def get_model(self, request: Request) -> Response:
        return json_reply(await _deadline(request).limit(self._found(request.path_params["model_id"])))

    async def complete_chat(self, request: Request) -> Response:
        until = _deadline(request)
        asked = await chat_request(request)
        observed(request.scope).model = asked.model_id
        work = self._answer(asked, request, until)
        return await unless_gone(request.receive, until.limit(work))

    async def _answer(self, asked: ChatRequest, request: Request, until: Deadline) -> Response:
        model = await self._registry.model(asked.model_id)
        observed(request.scope).provider = model.record.provider
        if asked.is_stream:
            return await first_success(lambda: _begun(model, asked, request, until), until, self._sleep)
        answer = await first_success(lambda: model.upstream.complete(asked), until, self._sleep)
        observed(request.scope).usage = answer.get("usage")
        return json_reply(answer)

    async def _listed(self) -> list[JsonObject]:
        slots = asyncio.Semaphore(STATUSES_AT_ONCE)

        async def described(model: Model) -> JsonObject:
            async with slots:
                return await _described(model)

        return await asyncio.gather(*(described(model) for model in await self._registry.models()))

    async def _found(self, model_id: str) -> JsonObject:
        return await _described(await self._registry.model(model_id))


async def _described(model: Model) -> JsonObject:
    status = await model.upstream.status()
    return {
        "id": model.record.id,
        "object": "model",
        "created": 0,
        "owned_by": model.record.provider,
        "provider": model.record.provider,
        "status": status.state,
        "reason": status.reason,
        "modalities": ["text"],
        "supports_streaming": True,
    }


async def _begun(model: Model, asked: ChatRequest, request: Request, until: Deadline) -> StreamReply:
    """The reply for a stream whose first chunk is there: until then an error still has an HTTP status."""
    chunks = _watched(model, asked, request)
    async with contextlib.AsyncExitStack() as stack:
        stack.push_async_callback(chunks.aclose)
        if (first := await anext(chunks, None)) is None:
            raise StreamTruncatedError("the upstream's stream was empty; ask again", retryable=True)
        stack.pop_all()
    return StreamReply(first, chunks, until)


async def _watched(model: Model, asked: ChatRequest, request: Request) -> AsyncGenerator[JsonObject, None]:
    watch = StreamWatch()
    noted = observed(request.scope)
    async with contextlib.aclosing(model.upstream.stream(asked)) as chunks:
        async for chunk in streaming.watched(chunks, watch):
            noted.usage = watch.usage
            yield chunk


def _deadline(request: Request) -> Deadline:
    return deadline.from_lambda_context(request.headers.get("x-amzn-lambda-context"))
