"""Chat requests at a server, timed: one after the other, or several at once.

In: a port and how much of what. Out: seconds of each call, and of a stream the seconds that each token took from the
upstream's socket to here. Written on sockets, without a client library, whose own time would hide what is measured.
"""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from benchmarks.handler_upstream import KEY, STEADY

WAIT_S = 120.0
_TOKEN = re.compile(rb'"content":\s?" (\d{20})"')
_MESSAGES = [
    {"role": "system", "content": "You answer in one sentence."},
    {"role": "user", "content": "What is the capital of France? " * 4},
]


@dataclass
class Timings:
    """What one run saw, in seconds. `tokens` are journeys of every token but the first of each stream."""

    took_s: float = 0.0
    calls: list[float] = field(default_factory=list)
    first_tokens: list[float] = field(default_factory=list)
    tokens: list[float] = field(default_factory=list)

    def add(self, other: Timings) -> None:
        """Count `other` in."""
        self.took_s += other.took_s
        self.calls += other.calls
        self.first_tokens += other.first_tokens
        self.tokens += other.tokens


async def plain_calls(port: int, calls: int, at_once: int) -> Timings:
    """`calls` whole answers, `at_once` at a time, over connections that stay open."""
    return await _run(port, _request(port), calls, at_once, tokens=0)


async def streams(port: int, calls: int, at_once: int, tokens: int, model: str = STEADY) -> Timings:
    """`calls` streams of `tokens` tokens, `at_once` at a time."""
    return await _run(port, _request(port, model=model, stream=True, max_tokens=tokens), calls, at_once, tokens)


async def _run(port: int, request: bytes, calls: int, at_once: int, tokens: int) -> Timings:
    left, timings = iter(range(calls)), Timings()

    async def worker(number: int) -> None:
        connection = await _Connection.to(port)
        try:
            if tokens:  # readers do not begin in one moment
                await asyncio.sleep(0.02 * number / at_once)
            for _ in left:
                await asyncio.wait_for(connection.call(request, timings, tokens), WAIT_S)
        finally:
            connection.close()

    began = time.perf_counter()
    await asyncio.gather(*map(worker, range(at_once)))
    timings.took_s = time.perf_counter() - began
    return timings


class _Connection(asyncio.Protocol):
    def __init__(self) -> None:
        self._received = bytearray()
        self._seen = 0
        self._arrivals: list[tuple[int, int]] = []
        self._done: asyncio.Future[None] | None = None

    @classmethod
    async def to(cls, port: int) -> _Connection:
        _, connection = await asyncio.get_running_loop().create_connection(cls, "127.0.0.1", port)
        return connection

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - of a TCP client
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        now = time.perf_counter_ns()
        self._received += data
        for token in _TOKEN.finditer(self._received, self._seen):
            self._arrivals.append((int(token[1]), now))
            self._seen = token.end()
        if self._done is not None and not self._done.done() and _is_whole(self._received):
            self._done.set_result(None)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._done is not None and not self._done.done():
            self._done.set_exception(exc or ConnectionError("the server closed the connection"))

    async def call(self, request: bytes, timings: Timings, tokens: int) -> None:
        """Ask once, and note what it took. Whoever answers something else than was scripted is not to be timed."""
        self._received.clear()
        self._arrivals.clear()
        self._seen = 0
        self._done = asyncio.get_running_loop().create_future()
        began = time.perf_counter_ns()
        self._transport.write(request)
        await self._done
        ended = time.perf_counter_ns()
        if not self._received.startswith(b"HTTP/1.1 200") or len(self._arrivals) != tokens:
            raise RuntimeError(f"{len(self._arrivals)} of {tokens} tokens in: {bytes(self._received[:2000])!r}")
        timings.calls.append((ended - began) / 1e9)
        if tokens:
            timings.first_tokens.append((self._arrivals[0][1] - began) / 1e9)
            timings.tokens += [(arrived - left) / 1e9 for left, arrived in self._arrivals[1:]]

    def close(self) -> None:
        self._transport.close()


def _is_whole(received: bytearray) -> bool:
    if (end := received.find(b"\r\n\r\n", 0, 8192)) < 0:
        return False
    length = re.search(rb"\r\ncontent-length:\s*(\d+)", received[:end], re.IGNORECASE)
    if length is None:
        return received.endswith(b"\r\n0\r\n\r\n")
    return len(received) >= end + 4 + int(length[1])


def _request(port: int, **fields: Any) -> bytes:
    body = json.dumps({"model": STEADY, "messages": _MESSAGES, **fields}).encode()
    head = (
        f"POST /v1/chat/completions HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\nauthorization: Bearer {KEY}\r\n"
        f"content-type: application/json\r\naccept: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def quantile(values: Sequence[float], share: float) -> float:
    """The value that `share` of `values` do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
