"""OpenAI's completions and chunks, for upstreams whose own answers look different.

In: texts, tool calls, a finish reason, token counts. Out: `chat.completion` and `chat.completion.chunk` objects. Pure.
Separate because every translation ends in these two.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator

from chat_handler.upstreams.base import JsonObject


def completion(model_id: str, fields: JsonObject, finish_reason: str, usage: JsonObject | None) -> JsonObject:
    """A whole answer. `fields` holds `content`, and `reasoning_content` and `tool_calls` where there are some."""
    message = {"role": "assistant", **fields}
    return {
        **_head(model_id, "chat.completion"),
        "choices": [{"index": 0, "message": message, "finish_reason": finish_reason}],
        "usage": usage,
    }


class Chunks:
    """The chunks of one stream: the role, then what the deltas say, the finish, and the usage if it is wanted.

    No finish chunk is made up: a stream that ends without a reason from the model is seen as cut off.
    """

    def __init__(self, model_id: str) -> None:
        self._head = _head(model_id, "chat.completion.chunk")
        self._has_begun = False

    def of(self, delta: JsonObject, finish_reason: str | None = None) -> Iterator[JsonObject]:
        """The chunks for the next delta, which may be empty, and for the finish, if it is this."""
        if not self._has_begun:
            # Not before the upstream's first sign of life: until then an error can still have an HTTP status.
            self._has_begun = True
            yield self._chunk({"role": "assistant", "content": ""})
        if delta:
            yield self._chunk(delta)
        if finish_reason is not None:
            yield self._chunk({}, finish_reason)

    def with_usage(self, usage: JsonObject | None) -> JsonObject:
        """The last chunk, for a client that asked for it. None: the model did not say."""
        return {**self._head, "choices": [], "usage": usage}

    def _chunk(self, delta: JsonObject, finish_reason: str | None = None) -> JsonObject:
        return {**self._head, "choices": [{"index": 0, "delta": delta, "finish_reason": finish_reason}]}


def usage_of(
    prompt_tokens: int, completion_tokens: int, *, cached_tokens: int = 0, reasoning_tokens: int = 0
) -> JsonObject:
    """OpenAI's `usage`, with its details where there is something to say.

    `cached_tokens` are among the prompt's, `reasoning_tokens` among the completion's.
    """
    usage: JsonObject = {
        "prompt_tokens": prompt_tokens,
        "completion_tokens": completion_tokens,
        "total_tokens": prompt_tokens + completion_tokens,
    }
    if cached_tokens:
        usage["prompt_tokens_details"] = {"cached_tokens": cached_tokens}
    if reasoning_tokens:
        usage["completion_tokens_details"] = {"reasoning_tokens": reasoning_tokens}
    return usage


def _head(model_id: str, kind: str) -> JsonObject:
    return {"id": f"chatcmpl-{uuid.uuid4().hex}", "object": kind, "created": int(time.time()), "model": model_id}
