"""A scripted model server, in a process of its own: python -m benchmarks.handler_upstream PORT.

In: OpenAI's chat requests, and the two AWS calls with which the handler learns its models and its key. Out: answers
that are ready at once, in OpenAI's words; in a stream each token holds the moment in which it left, on a clock that all
processes of a machine share (`time.perf_counter_ns` on Linux). Written on sockets, without a framework: what the
server takes is in every figure, and the load's own share has to be small.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from typing import Any

KEY_NAME, KEY = "BENCHMARK_API_KEY", "sk-benchmark-0123456789"
# Its models, and how long each pauses between two tokens: as hosted models do for a reader, or not at all, though each
# token leaves by itself. The first token of both comes as soon as it can.
STEADY, HASTY = "steady", "hasty"
PAUSES_S = {STEADY: 0.02, HASTY: 0.0}
_PIECE = {
    "id": "chatcmpl-C0ffeeC0ffeeC0ffeeC0ffeeC0ffe",
    "object": "chat.completion.chunk",
    "created": 1763800000,
    "model": "gpt-4o-2024-11-20",
    "service_tier": "default",
    "system_fingerprint": "fp_0123456789",
}
_ANSWER = {
    **_PIECE,
    "object": "chat.completion",
    "choices": [
        {
            "index": 0,
            "message": {"role": "assistant", "content": "The capital of France is Paris. " * 8, "refusal": None},
            "logprobs": None,
            "finish_reason": "stop",
        }
    ],
    "usage": {"prompt_tokens": 40, "completion_tokens": 64, "total_tokens": 104},
}


def main() -> None:
    asyncio.run(_serve(int(sys.argv[1])))


async def _serve(port: int) -> None:
    server = await asyncio.get_running_loop().create_server(lambda: _Connection(port), "127.0.0.1", port, backlog=512)
    await server.serve_forever()


class _Connection(asyncio.Protocol):
    def __init__(self, port: int) -> None:
        self._port = port
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - of a TCP server
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._received += data
        while (request := self._next_request()) is not None:
            self._answer(*request)

    def _next_request(self) -> tuple[dict[str, str], dict[str, Any]] | None:
        head, end, rest = self._received.partition(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")[1:]
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        length = int(headers.get("content-length", 0))
        if not end or len(rest) < length:
            return None
        self._received = rest[length:]
        return headers, json.loads(rest[:length] or b"{}")

    def _answer(self, headers: dict[str, str], body: dict[str, Any]) -> None:
        target = headers.get("x-amz-target", "")
        if target.endswith("GetParametersByPath"):
            names = [(f"/terrachat/demo/models/{model}", _record(model, self._port)) for model in PAUSES_S]
            self._whole({"Parameters": [{"Name": name, "Value": value} for name, value in names]})
        elif target.endswith("GetSecretValue"):
            self._whole({"VersionId": "v1", "SecretString": json.dumps({KEY_NAME: KEY})})
        elif body.get("stream"):
            _Stream(self._transport, int(body["max_tokens"]), PAUSES_S[body["model"]]).begin()
        else:
            self._whole(_ANSWER)

    def _whole(self, answer: dict[str, Any]) -> None:
        body = json.dumps(answer).encode()
        head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n" % len(body)
        self._transport.write(head + body)


class _Stream:
    def __init__(self, transport: asyncio.Transport, tokens: int, pause_s: float) -> None:
        self._transport = transport
        self._left = tokens
        self._pause_s = pause_s
        self._at = time.monotonic()

    def begin(self) -> None:
        head = (
            b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\ntransfer-encoding: chunked\r\n\r\n"
        )
        self._transport.write(head + _event({"role": "assistant", "content": "", "refusal": None}))
        self._next()

    def _next(self) -> None:
        if self._transport.is_closing():
            return
        if not self._left:
            self._transport.write(_event({}, "stop") + _chunked(b"data: [DONE]\n\n") + b"0\r\n\r\n")
            return
        self._left -= 1
        self._transport.write(_event({"content": f" {time.perf_counter_ns():020d}"}))
        self._at += self._pause_s
        loop = asyncio.get_running_loop()
        loop.call_later(max(0.0, self._at - time.monotonic()), self._next)


def _event(delta: dict[str, Any], finish_reason: str | None = None) -> bytes:
    choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}
    return _chunked(b"data: " + json.dumps({**_PIECE, "choices": [choice], "usage": None}).encode() + b"\n\n")


def _chunked(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)


def _record(model: str, port: int) -> str:
    return json.dumps(
        {
            "version": 1,
            "id": model,
            "provider": "openai",
            "model": model,
            "base_url": f"http://127.0.0.1:{port}/v1",
            "key_name": KEY_NAME,
            "defaults": {"temperature": 0.6, "max_tokens": 512},
        }
    )


if __name__ == "__main__":
    main()
