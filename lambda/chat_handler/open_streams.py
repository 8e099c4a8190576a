"""An upstream's stream that has begun: until then an error still has an HTTP status, and another model may answer.

In: a model and a request. Out: an `OpenStream`, whose first chunk with something in it has come. Separate from the
reply, which sends it, because whoever tries again or falls back needs a stream before there is a reply.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field

from chat_handler.deadline import Deadline, LateError
from chat_handler.patience import Patience, patience_of
from chat_handler.registry import Model
from chat_handler.streaming import JsonObject, StreamWatch
from chat_handler.upstreams.base import ChatRequest


@dataclass(frozen=True)
class OpenStream:
    """`held` came first and has not been sent; `chunks` is the rest. Whoever has it closes `chunks`."""

    chunks: AsyncGenerator[JsonObject, None]
    deadline: Deadline
    patience: Patience
    wants_usage: bool
    watch: StreamWatch = field(default_factory=StreamWatch)
    held: list[JsonObject] = field(default_factory=list)

    def is_for_client(self, chunk: JsonObject) -> bool:
        """Whether `chunk` is to be sent. Usage is asked of every upstream, for the log, and told to those who ask."""
        return self.wants_usage or bool(chunk.get("choices")) or not chunk.get("usage")

    async def begin(self) -> None:
        """Wait for the first chunk that says something.

        Some servers send the answer's role at once and fail before its first word (Anthropic's overloaded_error comes
        after a 200), so what says nothing is held back.
        """
        async for chunk in self.chunks:
            self.watch.see(chunk)
            self.held.append(chunk)
            if self.is_for_client(chunk) and _says_something(chunk):
                return
        self.watch.check_end()


async def opened(model: Model, request: ChatRequest, deadline: Deadline, within_s: float | None) -> OpenStream:
    """The stream that answers `request`, begun within `within_s` and within the model's own patience.

    Raises:
        ChatError: it did not begin; it is closed then.

    """
    patience = patience_of(model.record)
    gives_way = within_s is not None and within_s < patience.first_token_s
    stream = OpenStream(model.upstream.stream(request), deadline, patience, request.wants_usage)
    async with contextlib.AsyncExitStack() as stack:
        stack.push_async_callback(stream.chunks.aclose)
        try:
            await deadline.limit(stream.begin(), within_s if gives_way else patience.first_token_s)
        except LateError as exc:
            raise (patience.gives_way(within_s or 0.0) if gives_way else patience.nothing_came()) from exc
        stack.pop_all()
    return stream


def _says_something(chunk: JsonObject) -> bool:
    choices = chunk.get("choices")
    if not isinstance(choices, list):
        return True  # nothing that is known here: it must not wait
    return any(_has_substance(choice) for choice in choices)


def _has_substance(choice: object) -> bool:
    if not isinstance(choice, dict) or choice.get("finish_reason") is not None:
        return True
    delta = choice.get("delta")
    return not isinstance(delta, dict) or any(value for name, value in delta.items() if name != "role")
