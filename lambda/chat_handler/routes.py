"""The routes of docs/contracts.md, section 3.

In: HTTP requests. Out: replies, or a `ChatError` for the boundary to answer with. Separate from `app.py`, which only
puts things together: `routes` takes the registry and needs nothing else, so tests bring their own.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from chat_handler import deadline, streaming
from chat_handler.attempts import Sleep
from chat_handler.breaker import Breakers
from chat_handler.chat_requests import chat_request
from chat_handler.completions import check_size
from chat_handler.deadline import Deadline, LateError
from chat_handler.disconnects import unless_gone
from chat_handler.fallbacks import Begun, Fallbacks
from chat_handler.listing import Listing
from chat_handler.observed import Observed, observed
from chat_handler.open_streams import OpenStream, opened
from chat_handler.patience import patience_of
from chat_handler.registry import Model, Registry
from chat_handler.replies import StreamReply, json_bytes_reply, json_reply
from chat_handler.streaming import JsonObject
from chat_handler.upstreams.base import ChatRequest
from chat_handler.upstreams.model_facts import price_of


def routes(registry: Registry, sleep: Sleep = asyncio.sleep, now: Callable[[], float] = time.monotonic) -> list[Route]:
    """The handler's routes. `sleep` pauses before a second attempt; `now` is the circuit breakers' clock."""
    breakers = Breakers(now)
    api = _Api(Listing(registry, breakers), Fallbacks(registry, breakers, sleep))
    return [
        Route("/health", _health),
        Route("/v1/models", api.list_models),
        Route("/v1/models/{model_id:path}", api.get_model),
        Route("/v1/chat/completions", api.complete_chat, methods=["POST"]),
    ]


async def _health(_: Request) -> Response:
    return json_reply({"status": "ok"})


class _Api:
    def __init__(self, listing: Listing, fallbacks: Fallbacks) -> None:
        self._listing = listing
        self._fallbacks = fallbacks

    async def list_models(self, request: Request) -> Response:
        return json_reply(await _deadline(request).limit(self._listing.all()))

    async def get_model(self, request: Request) -> Response:
        return json_reply(await _deadline(request).limit(self._listing.one(request.path_params["model_id"])))

    async def complete_chat(self, request: Request) -> Response:
        until = _deadline(request)
        asked = await chat_request(request)
        noted = observed(request.scope)
        noted.model, noted.is_stream, noted.messages = asked.model_id, asked.is_stream, asked.body.get("messages")
        until.check()
        async with unless_gone(request.receive):
            return await until.limit(self._answer(asked, noted, until))

    async def _answer(self, asked: ChatRequest, noted: Observed, until: Deadline) -> Response:
        if asked.is_stream:
            return await self._streamed(asked, noted, until)
        return await self._whole(asked, noted, until)

    async def _streamed(self, asked: ChatRequest, noted: Observed, until: Deadline) -> Response:
        async def begin(model: Model, request: ChatRequest, within_s: float | None) -> OpenStream:
            return await opened(model, request, until, within_s)

        begun = await self._fallbacks.first(asked, noted, until, begin)
        _note(noted, begun)
        return StreamReply(begun.value, _headers(begun), _extension(begun), begun.breaker.ended)

    async def _whole(self, asked: ChatRequest, noted: Observed, until: Deadline) -> Response:
        async def complete(model: Model, request: ChatRequest, within_s: float | None) -> JsonObject:
            try:
                return await until.limit(model.upstream.complete(request), within_s)
            except LateError as exc:
                raise patience_of(model.record).gives_way(within_s or 0.0) from exc

        begun = await self._fallbacks.first(asked, noted, until, complete)
        begun.breaker.ended(None)
        _note(noted, begun)
        noted.usage, noted.finish_reason = begun.value.get("usage"), _finish_reason(begun.value)
        extension = _extension(begun)
        answer = begun.value if extension is None else {**begun.value, "terrachat": extension}
        body = streaming.json_bytes(answer)
        check_size(len(body))
        return json_bytes_reply(body, headers=_headers(begun))


def _note(noted: Observed, begun: Begun[Any]) -> None:
    record = begun.model.record
    noted.answered_by, noted.provider = record.id, record.provider
    noted.price = price_of(record)


def _headers(begun: Begun[Any]) -> dict[str, str]:
    # An Azure model's id is whatever stands in the secret; a header takes less.
    return {"x-terrachat-model": quote(begun.model.record.id, safe="/:.,()@+=~ ")}


def _extension(begun: Begun[Any]) -> JsonObject | None:
    """What OpenAI's API has no field for; None where there is nothing to say."""
    said: JsonObject = {}
    if begun.request.warnings:
        said["warnings"] = begun.request.warnings
    if begun.passed_over:
        said |= {"answered_by": begun.model.record.id, "fallback_from": list(begun.passed_over)}
    return said or None


def _finish_reason(answer: JsonObject) -> str | None:
    choices = answer.get("choices")
    first = choices[0] if isinstance(choices, list) and choices else None
    reason = first.get("finish_reason") if isinstance(first, dict) else None
    return reason if isinstance(reason, str) else None


def _deadline(request: Request) -> Deadline:
    return deadline.from_lambda_context(request.headers.get("x-amzn-lambda-context"))
