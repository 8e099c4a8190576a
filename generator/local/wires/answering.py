"""One request, answered by the model server in a vendor's words: the same course for every wire.

In: a `Dialect`, which has understood the request, and the fault that it meets. Out: the reply. Nothing here knows a
vendor.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

from starlette.responses import Response

from generator.local.faults import Fault
from generator.local.model_client import ModelClient, OpenReply, UnreachableError
from generator.local.streams import Stream
from generator.local.wires import model_answers, spoiling
from generator.local.wires.dialect import Dialect


async def answer(model: ModelClient, fault: Fault, dialect: Dialect) -> Response:
    """The reply to one request. Leaving it closes the connection to the model."""
    refusal = _refusal(fault, dialect)
    if refusal is not None:
        return refusal
    await fault.delay()
    try:
        return await _asked(model, fault, dialect)
    except UnreachableError as exc:
        return dialect.refusal("unavailable", f"The local model server does not answer: {exc}")


def _refusal(fault: Fault, dialect: Dialect) -> Response | None:
    why = fault.refused
    if why is None or (why == "content_filter" and dialect.filter_is_an_end):
        return None
    if why == "overloaded" and dialect.is_streamed and dialect.overload_is_an_event:
        return Stream(_one(dialect.error_event), AsyncExitStack(), media_type=dialect.stream_type)
    return dialect.refusal(why)


async def _asked(model: ModelClient, fault: Fault, dialect: Dialect) -> Response:
    async with AsyncExitStack() as opened:
        reply = await opened.enter_async_context(model.chat(dialect.chat))
        if reply.status != 200:
            return dialect.refused_by_model(reply.status, await reply.read())
        if not dialect.is_streamed:
            return _whole(await reply.read(), fault, dialect)
        sent = _sent(reply, fault, dialect)
        return Stream(sent, opened.pop_all(), headers=dialect.headers, media_type=dialect.stream_type)


def _whole(content: bytes, fault: Fault, dialect: Dialect) -> Response:
    try:
        body = dialect.whole_bytes(content, fault)
    except (ValueError, LookupError, TypeError):
        return dialect.refusal("failed", "the model server's answer is no chat completion")
    return spoiling.reply(fault, body, "application/json", dialect.headers)


async def _sent(reply: OpenReply, fault: Fault, dialect: Dialect) -> AsyncIterator[bytes]:
    pieces = dialect.pieces(model_answers.events(reply.chunks(), fault))
    try:
        async for part in spoiling.stream(fault, pieces, dialect):
            yield part
    except spoiling.CutOffError:
        raise
    except UnreachableError as exc:
        said = dialect.broken(exc)
        if said is None:
            raise
        yield said


async def _one(event: bytes) -> AsyncIterator[bytes]:
    yield event
