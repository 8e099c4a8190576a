"""Server-sent events as OpenAI's streaming API uses them: `data: {json}` and an empty line, in the end `data: [DONE]`.

In: bytes in any pieces. Out: whole events. Shared by the wires that must look into a stream or change it.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from typing import Any

_END = b"\n\n"
_DATA = b"data: "


async def split(chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The events of a stream, each with the empty line that ends it; a last one without it comes as it is."""
    pending = b""
    async for chunk in chunks:
        *events, pending = (pending + chunk).split(_END)
        for event in events:
            yield event + _END
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


def encode(document: Mapping[str, Any]) -> bytes:
    """The event that carries `document`."""
    return _DATA + json.dumps(document, ensure_ascii=False).encode() + _END
