"""Server-sent events as OpenAI's streaming API uses them: `data: {json}` and an empty line, in the end `data: [DONE]`.

In: bytes in any pieces. Out: whole events. Shared by the wires that must look into a stream or change it.
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Mapping
from typing import Any

_END = b"\n\n"
_EMPTY_LINE = re.compile(rb"\r?\n\r?\n")  # some servers end their lines as HTTP does
_DATA = b"data: "
MALFORMED = b'data: {"this is": "no whole JSON\n\n'


async def split(chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The events of a stream, each with the empty line that ends it; a last one without it comes as it is."""
    pending = b""
    async for chunk in chunks:
        pending += chunk
        while found := _EMPTY_LINE.search(pending):
            yield pending[: found.end()]
            pending = pending[found.end() :]
    if pending:
        yield pending


def parse(event: bytes) -> dict[str, Any] | None:
    """The JSON object that an event carries, or None (`[DONE]`, a comment, anything else)."""
    text = event.strip().removeprefix(_DATA)
    try:
        document = json.loads(text)
    except ValueError:
        return None
    return document if isinstance(document, dict) else None


def encode(document: Mapping[str, Any], name: str | None = None) -> bytes:
    """The event that carries `document`; Anthropic's and Cohere's have a name."""
    named = b"" if name is None else f"event: {name}\n".encode()
    return named + _DATA + json.dumps(document, ensure_ascii=False).encode() + _END
