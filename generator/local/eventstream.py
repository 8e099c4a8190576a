"""Frames of `application/vnd.amazon.eventstream`, which AWS uses for every streamed reply.

A frame is: total length (4 bytes), headers length (4), CRC-32 of those eight bytes (4), headers, payload, CRC-32 of
everything before it (4); all numbers big-endian. A header is: name length (1), name, value type (1; 7 is a string),
value length (2), value. Source: botocore/eventstream.py 1.44.5, which also decodes our frames in the tests.
"""

from __future__ import annotations

import json
import struct
from binascii import crc32
from collections.abc import Mapping
from typing import Any

CONTENT_TYPE = "application/vnd.amazon.eventstream"
_STRING = 7


def event(kind: str, payload: bytes, content_type: str) -> bytes:
    """One event: `kind` is the member's name in the service model, such as `PayloadPart` or `messageStart`."""
    headers = {":message-type": "event", ":event-type": kind, ":content-type": content_type}
    return _frame(headers, payload)


def json_event(kind: str, body: Mapping[str, Any]) -> bytes:
    """One event whose payload is a JSON object."""
    return event(kind, json.dumps(body, ensure_ascii=False).encode(), "application/json")


def exception(kind: str, body: Mapping[str, Any]) -> bytes:
    """One modelled error in the middle of a stream, such as `ModelStreamError` or `throttlingException`."""
    headers = {":message-type": "exception", ":exception-type": kind, ":content-type": "application/json"}
    return _frame(headers, json.dumps(body).encode())


def _frame(headers: Mapping[str, str], payload: bytes) -> bytes:
    encoded = b"".join(_header(name.encode(), value.encode()) for name, value in headers.items())
    lengths = struct.pack("!II", 16 + len(encoded) + len(payload), len(encoded))
    message = lengths + struct.pack("!I", crc32(lengths)) + encoded + payload
    return message + struct.pack("!I", crc32(message))


def _header(name: bytes, value: bytes) -> bytes:
    return struct.pack("!B", len(name)) + name + struct.pack("!BH", _STRING, len(value)) + value
