"""OpenAI's pieces of tool calls in a stream, from LangChain's.

In: LangChain's tool call chunks. Out: the `tool_calls` of OpenAI's deltas: numbered from 0 in the order in which they
come, each with its id and name once, and with arguments that are JSON at the end. Separate because the vendors number
them each in another way: Anthropic and Bedrock by content block, Google with gaps, Cohere not at all.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import TYPE_CHECKING

from chat_handler.upstreams.base import JsonObject

if TYPE_CHECKING:
    from langchain_core.messages import ToolCallChunk


class ToolDeltas:
    """The tool calls of one stream."""

    def __init__(self) -> None:
        self._numbers: dict[int | str, int] = {}
        self._without_arguments: set[int] = set()

    def __bool__(self) -> bool:
        """Whether there are any."""
        return bool(self._numbers)

    def of(self, chunks: Iterable[ToolCallChunk]) -> list[JsonObject]:
        """The next pieces."""
        return [piece for chunk in chunks if (piece := self._piece(chunk)) is not None]

    def last(self) -> list[JsonObject]:
        """What makes the arguments of calls without any an empty JSON object: clients parse them."""
        missing, self._without_arguments = sorted(self._without_arguments), set()
        return [{"index": number, "function": {"arguments": "{}"}} for number in missing]

    def _piece(self, chunk: ToolCallChunk) -> JsonObject | None:
        arguments = chunk["args"] or ""
        key = chunk["index"] if chunk["index"] is not None else chunk["id"] or uuid.uuid4().hex
        is_first = key not in self._numbers
        number = self._numbers.setdefault(key, len(self._numbers))
        if arguments:
            self._without_arguments.discard(number)
        elif is_first:
            self._without_arguments.add(number)
        if is_first:
            function = {"name": chunk["name"] or "", "arguments": arguments}
            call_id = chunk["id"] or f"call_{uuid.uuid4().hex}"
            return {"index": number, "id": call_id, "type": "function", "function": function}
        return {"index": number, "function": {"arguments": arguments}} if arguments else None
