"""Frames AWS event streams (application/vnd.amazon.eventstream), as SageMaker's and Bedrock's runtimes send them."""

from __future__ import annotations

import binascii
import json
import struct
from typing import Any


def event(event_type: str, payload: bytes, content_type: str = "application/octet-stream") -> bytes:
    """One event."""
    return _message({":message-type": "event", ":event-type": event_type, ":content-type": content_type}, payload)


def json_event(event_type: str, payload: Any) -> bytes:
    """One event whose payload is JSON."""
    return event(event_type, json.dumps(payload).encode(), "application/json")


def exception(exception_type: str, payload: Any) -> bytes:
    """A modelled failure in mid-stream."""
    headers = {":message-type": "exception", ":exception-type": exception_type, ":content-type": "application/json"}
    return _message(headers, json.dumps(payload).encode())


def _message(headers: dict[str, str], payload: bytes) -> bytes:
    encoded = b"".join(_header(name.encode(), value.encode()) for name, value in headers.items())
    prelude = struct.pack("!II", len(encoded) + len(payload) + 16, len(encoded))
    message = prelude + struct.pack("!I", binascii.crc32(prelude)) + encoded + payload
    return message + struct.pack("!I", binascii.crc32(message))


def _header(name: bytes, value: bytes) -> bytes:
    string_type = 7
    return struct.pack(f"!B{len(name)}sBH{len(value)}s", len(name), name, string_type, len(value), value)
