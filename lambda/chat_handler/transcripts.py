"""What was asked and answered, for a deployment whose catalog wants prompts in its log (`handler.log_prompts`).

In: a request's messages, and the reply's bytes as they go to the client. Out: fields of a log line of their own: it may
be long, and CloudWatch Logs would cut the request's line, whose metrics would then be lost. Separate from the boundary,
which knows nothing of what is in a reply, and makes no transcript unless it is wanted.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

# A log event of CloudWatch holds 1 MB (its quotas page, read 2026-11-22); 256 kB before 2025.
MOST_CHARACTERS = 200_000
# As long as a reply in one piece can be; a stream has some 200 bytes for each token.
_MOST_REPLY_BYTES = 6 * 1024 * 1024
_FILE = re.compile(r"data:[^\s,]*;base64,")


class Transcript:
    """The reply of one request, gathered while it is sent."""

    def __init__(self) -> None:
        self._reply = bytearray()

    def add(self, body: bytes) -> None:
        """Take what was sent. What goes beyond the first 6 MB is not kept."""
        self._reply += body[: max(0, _MOST_REPLY_BYTES - len(self._reply))]

    def fields(self, messages: Any) -> dict[str, Any]:
        """Prompt and answer. Images are told by their size; what is too long keeps its beginning."""
        return {"messages": _shortened(_without_files(messages)), **_answer(bytes(self._reply))}


def _answer(reply: bytes) -> dict[str, Any]:
    said = [_said(choice) for document in _documents(reply) for choice in _choices(document)]
    text = "".join(one["content"] for one in said if isinstance(one.get("content"), str))
    called = [one["tool_calls"] for one in said if isinstance(one.get("tool_calls"), list)]
    calls = [call for one in called for call in one]
    return {"answer": text[:MOST_CHARACTERS]} | ({"tool_calls": _shortened(calls)} if calls else {})


def _documents(reply: bytes) -> Iterator[Any]:
    """The JSON in a reply: all of it, or that of each server-sent event."""
    text = reply.decode("utf-8", "replace")
    lines = [line.removeprefix("data:") for line in text.split("\n") if line.startswith("data:")]
    for line in lines or [text]:
        try:
            yield json.loads(line)
        except (ValueError, RecursionError):
            continue  # `[DONE]`, or the piece at which the limit cut


def _choices(document: Any) -> Iterable[Any]:
    choices = document.get("choices") if isinstance(document, Mapping) else None
    return choices if isinstance(choices, list) else ()


def _said(choice: Any) -> Mapping[str, Any]:
    said = (choice.get("message") or choice.get("delta")) if isinstance(choice, Mapping) else None
    return said if isinstance(said, Mapping) else {}


def _without_files(value: Any) -> Any:
    if isinstance(value, str) and _FILE.match(value):
        return f"{value.partition(',')[0]},… ({len(value)} characters)"
    if isinstance(value, list):
        return [_without_files(one) for one in value]
    if isinstance(value, Mapping):
        return {name: _without_files(one) for name, one in value.items()}
    return value


def _shortened(value: Any) -> Any:
    text = json.dumps(value, ensure_ascii=False)
    return value if len(text) <= MOST_CHARACTERS else text[:MOST_CHARACTERS]
