"""One question to one family's model, and what becomes of it: shared by all tests of families.

In: a house, a family, a scenario. Out: the handler's reply. Separate from `replies.py`, which only reads.
"""

from __future__ import annotations

import json
import socket
from typing import Any
from urllib.parse import urlsplit

import httpx2

from tests.contract.families.families import Family
from tests.contract.families.house import House
from tests.contract.families.replies import Streamed, streamed


def user(text: str) -> dict[str, Any]:
    """A message of the user."""
    return {"role": "user", "content": text}


def ask(house: House, family: Family, scenario: str, messages: list[dict[str, Any]], **fields: Any) -> httpx2.Response:
    """The reply of the family's model for `scenario`."""
    body = {"model": family.model(scenario), "messages": messages, **fields}
    return house.http.post("/v1/chat/completions", json=body)


def play(house: House, family: Family, scenario: str, script: str, *, is_stream: bool = False) -> httpx2.Response:
    """The reply to a question that makes the scripted model play `script`."""
    return ask(house, family, scenario, [user(f"Capital of France? [play: {script}]")], stream=is_stream)


def stream(house: House, family: Family, scenario: str, script: str) -> Streamed:
    """The same, streamed and read."""
    return streamed(play(house, family, scenario, script, is_stream=True))


def send_only(house: House, family: Family, scenario: str, script: str, *, is_stream: bool) -> socket.socket:
    """A connection on which the question was sent and nothing was read."""
    messages = [user(f"Capital of France? [play: {script}]")]
    body = json.dumps({"model": family.model(scenario), "messages": messages, "stream": is_stream}).encode()
    host = urlsplit(house.url)
    connection = socket.create_connection((str(host.hostname), int(host.port or 0)), timeout=10)
    head = f"POST /v1/chat/completions HTTP/1.1\r\nhost: {host.netloc}\r\ncontent-length: {len(body)}\r\n\r\n"
    connection.sendall(head.encode() + body)
    return connection
