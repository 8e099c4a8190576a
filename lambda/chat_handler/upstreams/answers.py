"""OpenAI's completions and chunks, for upstreams whose own answers look different.

In: texts, a finish reason, token counts. Out: `chat.completion` and `chat.completion.chunk` objects. Pure. Separate
because every translation ends in these two.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator

from chat_handler.upstreams.base import JsonObject


def completion(model_id: str, texts: JsonObject, finish_reason: str, usage: JsonObject | None) -> JsonObject:
    """A whole answer. `texts` holds `content`, and `reasoning_content` where there is some."""
    message = {"role": "assistant", **texts}
    return {
        **_head(model_id, "chat.completion"),
        "choices": [{"index": 0, "message": message, "finish_reason": finish_reason}],
        "usage": usage,
    }


class Chunks:
    """The chunks of one stream: the role, then text, the finish, and the usage if it is wanted.

    No finish chunk is made up: a stream that ends without a reason from the model is seen as cut off.
    """

    def __init__(self, model_id: str) -> None:
        self._head = _head(model_id, "chat.completion.chunk")
        self._has_begun = False

    def of(self, texts: JsonObject, finish_reason: str | None = None) -> Iterator[JsonObject]:
        """The chunks for the next texts, which may be none, and for the finish, if it is this."""
        if not self._has_begun:
            # Not before the upstream's first sign of life: until then an error can still have an HTTP status.
            self._has_begun = True
            yield self._chunk({"role": "assistant", "content": ""})
        if texts:
            yield self._chunk(texts)
        if finish_reason is not None:
            yield self._chunk({}, finish_reason)

    def with_usage(self, usage: JsonObject | None) -> JsonObject:
        """The last chunk, for a client that asked for it. None: the model did not say."""
        return {**self._head, "choices": [], "usage": usage}

    def _chunk(self, delta: JsonObject, finish_reason: str | None = None) -> JsonObject:
        return {**self._head, "choices": [{"index": 0, "delta": delta, "finish_reason": finish_reason}]}


def usage_of(prompt_tokens: int, completion_tokens: int) -> JsonObject:
    """OpenAI's `usage`."""
    return {
        "prompt_tokens": prompt_tokens,
        "completion_tokens": completion_tokens,
        "total_tokens": prompt_tokens + completion_tokens,
    }


def _head(model_id: str, kind: str) -> JsonObject:
    return {"id": f"chatcmpl-{uuid.uuid4().hex}", "object": kind, "created": int(time.time()), "model": model_id}
