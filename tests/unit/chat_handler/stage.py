"""The whole handler before a scripted network: what most tests of the handler start from."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import httpx2
import uvicorn
from starlette.applications import Starlette

from chat_handler.app import build_app
from chat_handler.aws import AwsClients
from chat_handler.http_client import HttpClient
from chat_handler.keys import KeyStore, SecretVersion
from chat_handler.registry import Parameter, Registry
from chat_handler.settings import Settings
from chat_handler.upstreams import PROVIDERS
from chat_handler.upstreams.base import Provider, Services
from tests.unit.chat_handler.event_stream import event, json_event
from tests.unit.chat_handler.fake_server import FakeServer, Reply, json_reply

KEY = "sk-canary-0123456789"
SAGEMAKER = {
    "version": 1,
    "id": "smollm2",
    "provider": "sagemaker",
    "region": "us-east-1",
    "endpoint": "terrachat-demo-smollm2",
    "wire": "messages",
    "defaults": {"temperature": 0.6, "max_tokens": 512},
}
BEDROCK = {
    "version": 1,
    "id": "nova-micro",
    "provider": "bedrock",
    "region": "us-west-2",
    "model": "us.amazon.nova-micro-v1:0",
    "defaults": {},
}
OPENAI = {"version": 1, "id": "gpt", "provider": "openai", "model": "gpt-4o", "defaults": {"max_tokens": 512}}

COMPLETION = {
    "id": "chatcmpl-1",
    "object": "chat.completion",
    "created": 1,
    "model": "served",
    "choices": [{"index": 0, "message": {"role": "assistant", "content": "Paris."}, "finish_reason": "stop"}],
    "usage": {"prompt_tokens": 5, "completion_tokens": 2, "total_tokens": 7},
    "x_unknown": {"kept": True},
}
# What must be in no error: the key, AWS's secret, the question, and what upstreams say of their own.
CANARIES = (KEY, "aws-canary", "Capital of France?", "secret words")
_TESTS = itertools.count()
CONVERSE_USAGE = {"inputTokens": 5, "outputTokens": 2, "totalTokens": 7}
EVENT_STREAM = {"content-type": "application/vnd.amazon.eventstream"}
SSE = {"content-type": "text/event-stream"}


def environment(server: FakeServer) -> dict[str, str]:
    """What Terraform and Lambda set, with every address at `server`."""
    return {
        "TERRACHAT_DEPLOYMENT": "demo",
        "TERRACHAT_API_KEYS_SECRET_ARN": "arn:aws:secretsmanager:us-east-1:123456789012:secret:keys-abcdef",
        "AWS_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "AKIACANARY",
        "AWS_SECRET_ACCESS_KEY": "aws-canary-0123456789",
        "AWS_ENDPOINT_URL": server.url,
        "AWS_EC2_METADATA_DISABLED": "true",
        # Another one for each test: LangChain keeps a client for each address, and a client dies with its event loop.
        "TERRACHAT_PROVIDERS_URL": f"{server.url}/{next(_TESTS)}",
    }


def chunk(content: str | None = None, finish_reason: str | None = None, **fields: Any) -> dict[str, Any]:
    """One of OpenAI's chunks."""
    delta = {} if content is None else {"content": content}
    return {"id": "c", "choices": [{"index": 0, "delta": delta, "finish_reason": finish_reason}], **fields}


CHUNKS = [chunk("Pa"), chunk("ris."), chunk(finish_reason="stop"), {"choices": [], "usage": COMPLETION["usage"]}]


def sse(*chunks: dict[str, Any], done: bool = True) -> bytes:
    """Chunks as server-sent events, as OpenAI sends them."""
    lines = [f"data: {json.dumps(one, ensure_ascii=False)}\n\n" for one in chunks]
    return "".join([*lines, "data: [DONE]\n\n" if done else ""]).encode()


def parts(*payloads: bytes) -> Reply:
    """A SageMaker event stream of these parts."""
    return Reply([event("PayloadPart", payload) for payload in payloads], headers=EVENT_STREAM)


def converse_events(*texts: str, stop_reason: str = "end_turn") -> list[bytes]:
    """A Bedrock ConverseStream with these texts."""
    return [
        json_event("messageStart", {"role": "assistant"}),
        *(json_event("contentBlockDelta", {"delta": {"text": text}, "contentBlockIndex": 0}) for text in texts),
        json_event("contentBlockStop", {"contentBlockIndex": 0}),
        json_event("messageStop", {"stopReason": stop_reason}),
        json_event("metadata", {"usage": CONVERSE_USAGE, "metrics": {"latencyMs": 1}}),
    ]


def converse_answer(text: str = "Paris.", stop_reason: str = "end_turn") -> Reply:
    """A Bedrock Converse reply."""
    return json_reply(
        {
            "output": {"message": {"role": "assistant", "content": [{"text": text}]}},
            "stopReason": stop_reason,
            "usage": CONVERSE_USAGE,
            "metrics": {"latencyMs": 1},
        }
    )


def aws_error(code: str, status: int = 400, message: str = "no", **fields: Any) -> Reply:
    """A failure as AWS's REST-JSON and JSON protocols write it."""
    return json_reply({"__type": code, "message": message, **fields}, status, x_amzn_errortype=code)


def script_everything_well(server: FakeServer, *records: dict[str, Any]) -> None:
    """Let every operation succeed; a test then breaks the one that it is about."""
    listed = [
        {"Name": f"/terrachat/demo/models/{record['id']}", "Value": json.dumps(record)}
        for record in records or (SAGEMAKER, BEDROCK, OPENAI)
    ]
    server.replies |= {
        "GetParametersByPath": json_reply({"Parameters": listed}),
        "GetSecretValue": secret({"OPENAI_API_KEY": KEY}),
        "DescribeEndpoint": json_reply({"EndpointStatus": "InService"}),
        "invocations": json_reply(COMPLETION),
        "invocations-response-stream": parts(sse(*CHUNKS)),
        "converse": converse_answer(),
        "converse-stream": Reply(converse_events("Pa", "ris."), headers=EVENT_STREAM),
        "completions": lambda request: (
            Reply(sse(*CHUNKS), headers=SSE) if request.json().get("stream") else json_reply(COMPLETION)
        ),
    }


def secret(document: Any, version: str = "v1") -> Reply:
    """A GetSecretValue reply."""
    return json_reply({"VersionId": version, "SecretString": json.dumps(document)})


def question(model: str, **fields: Any) -> dict[str, Any]:
    """The body of a chat request."""
    return {"model": model, "messages": [{"role": "user", "content": "Capital of France?"}], **fields}


async def no_sleep(_: float) -> None:
    """What pauses between attempts here."""


class Clock:
    """Time that stands still until somebody pauses; `pauses` keeps how long each was."""

    def __init__(self) -> None:
        self.time = 1000.0
        self.pauses: list[float] = []

    def now(self) -> float:
        return self.time

    async def sleep(self, pause_s: float) -> None:
        self.pauses.append(pause_s)
        self.time += pause_s


@dataclass(frozen=True)
class Handler:
    """An application and the event loop that its clients live in."""

    asgi: Starlette
    runner: asyncio.Runner

    @classmethod
    @contextlib.contextmanager
    def of(cls, asgi: Starlette) -> Iterator[Handler]:
        """`asgi`, with a loop of its own, from its start to its end."""
        life = asgi.router.lifespan_context(asgi)
        with asyncio.Runner() as runner:
            runner.run(life.__aenter__())
            try:
                yield cls(asgi, runner)
            finally:
                runner.run(life.__aexit__(None, None, None))


@contextlib.contextmanager
def on_aws(
    record: dict[str, Any],
    keys: dict[str, str],
    answer: Callable[[httpx2.Request], httpx2.Response],
    providers: Mapping[str, Provider] = PROVIDERS,
) -> Iterator[Handler]:
    """A handler as it is on AWS, where nothing says that providers are elsewhere; `answer` is the rest of the world."""
    text = json.dumps({"version": 1, "id": "asked", "defaults": {}} | record)
    services = Services(
        Settings("demo", "us-east-1", None),
        AwsClients("us-east-1"),
        KeyStore(lambda: SecretVersion("v1", json.dumps(keys))),
        HttpClient(httpx2.MockTransport(answer)),
    )
    registry = Registry(lambda: [Parameter("/terrachat/demo/models/asked", text)], providers, services)
    with Handler.of(build_app(registry, sleep=no_sleep)) as handler:
        yield handler


def ask(app: Handler, method: str, path: str, **arguments: Any) -> httpx2.Response:
    """The application's reply to one request, in this process."""

    async def asked() -> httpx2.Response:
        transport = httpx2.ASGITransport(app.asgi)
        async with httpx2.AsyncClient(transport=transport, base_url="http://handler") as client:
            return await client.request(method, path, **arguments)

    return app.runner.run(asked())


def ask_chat(app: Handler, body: dict[str, Any], **arguments: Any) -> httpx2.Response:
    """The application's reply to one chat request."""
    return ask(app, "POST", "/v1/chat/completions", json=body, **arguments)


def error_of(reply: httpx2.Response) -> tuple[int, str, str]:
    """Status, code and message of an error reply."""
    error = reply.json()["error"]
    return reply.status_code, error["code"], error["message"]


def failure_of(reply: httpx2.Response) -> tuple[int, str, bool]:
    """Status, code and `retryable` of a reply that failed, or that ends with an error event; nothing leaks from it."""
    document = reply.json() if reply.status_code >= 400 else events_of(reply)[-1]
    error = document["error"]
    assert set(error) == {"message", "type", "param", "code", "retryable", "request_id"}
    assert error["request_id"] == reply.headers["x-request-id"]
    assert not [canary for canary in CANARIES if canary in reply.text]
    return reply.status_code, error["code"], error["retryable"]


def events_of(reply: httpx2.Response) -> list[Any]:
    """The events of a streamed reply; `[DONE]` as that string."""
    data = [line.removeprefix("data: ") for line in reply.text.splitlines() if line]
    return [one if one == "[DONE]" else json.loads(one) for one in data]


def text_of(events: list[Any]) -> str:
    """The text in the chunks among `events`."""
    choices = [choice for one in events if isinstance(one, dict) for choice in one.get("choices", ())]
    return "".join(choice["delta"].get("content") or "" for choice in choices)


def wait_until(condition: Callable[[], bool], what: str, wait_s: float = 10.0) -> None:
    """Return as soon as `condition` holds; fail after `wait_s`."""
    deadline = time.monotonic() + wait_s
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"did not happen within {wait_s} s: {what}")
        threading.Event().wait(0.005)


@contextlib.contextmanager
def served(app: Starlette) -> Iterator[str]:
    """The application behind a real socket, as the Web Adapter sees it. Gives its URL."""
    config = uvicorn.Config(app, host="127.0.0.1", port=0, log_config=None, lifespan="on", ws="none")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        wait_until(lambda: server.started, "uvicorn starts")
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)
