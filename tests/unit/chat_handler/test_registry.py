from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import pytest

from chat_handler.errors import ChatError, ModelNotFoundError, UpstreamError
from chat_handler.registry import Parameter, Registry, parse_record
from chat_handler.upstreams.base import (
    READY,
    ChatRequest,
    Discovered,
    ModelRecord,
    Provider,
    RecordError,
    Services,
    Status,
)
from tests.unit.chat_handler.fake_server import FakeServer, Request, json_reply
from tests.unit.chat_handler.stage import BEDROCK, OPENAI, Handler, ask, aws_error, error_of, failure_of


class Echo:
    """An upstream that is there, and is never asked."""

    async def status(self) -> Status:
        return READY

    async def complete(self, request: ChatRequest) -> dict[str, Any]:
        return dict(request.body)

    async def stream(self, request: ChatRequest) -> AsyncGenerator[dict[str, Any], None]:
        yield dict(request.body)


def build(record: ModelRecord, _: Services) -> Echo:
    record.text("must")
    return Echo()


@dataclass
class Ssm:
    """SSM and a clock, as far as the registry sees them. `holds` maps model ids to the rest of their record."""

    holds: dict[str, Any] | ChatError
    reads: int = 0
    time: float = 1000.0
    registry: Registry = field(init=False)

    def __post_init__(self) -> None:
        services = cast(Services, None)  # Echo needs none
        self.registry = Registry(self.read, {"echo": Provider("echo", build)}, services, now=lambda: self.time)

    def read(self) -> Sequence[Parameter]:
        self.reads += 1
        if isinstance(self.holds, ChatError):
            raise self.holds
        common = {"version": 1, "provider": "echo", "must": "be"}
        return [
            Parameter(
                f"/models/{model_id}",
                fields if isinstance(fields, str) else json.dumps(common | fields | {"id": model_id}),
            )
            for model_id, fields in self.holds.items()
        ]

    async def ids(self) -> list[str]:
        return [model.record.id for model in await self.registry.models()]


def test_the_list_is_read_every_15_seconds() -> None:
    async def story() -> list[tuple[list[str], int]]:
        ssm = Ssm({"b": {}, "a": {}})
        seen = [(await ssm.ids(), ssm.reads)]
        ssm.holds = {"c": {}}
        ssm.time += 14
        seen.append((await ssm.ids(), ssm.reads))
        ssm.time += 1
        return [*seen, (await ssm.ids(), ssm.reads)]

    assert asyncio.run(story()) == [(["a", "b"], 1), (["a", "b"], 1), (["c"], 2)]


def test_an_id_that_is_not_known_is_looked_for_at_once() -> None:
    async def story() -> str:
        ssm = Ssm({})
        await ssm.ids()
        ssm.holds = {"new": {}}
        ssm.time += 1
        return (await ssm.registry.model("new")).record.id

    assert asyncio.run(story()) == "new"


def test_a_client_that_leaves_while_the_list_is_read_hides_no_model() -> None:
    async def story() -> str:
        ssm = Ssm({"a": {}})
        await ssm.ids()
        ssm.holds = {"a": {}, "new": {}}
        ssm.time += 2
        leaves = asyncio.create_task(ssm.registry.model("new"))
        await asyncio.sleep(0)
        leaves.cancel()
        await asyncio.wait([leaves])
        return (await ssm.registry.model("new")).record.id

    assert asyncio.run(story()) == "new"


def test_ids_that_do_not_exist_read_at_most_once_a_second() -> None:
    async def story() -> int:
        ssm = Ssm({})
        for _ in range(10):
            with pytest.raises(ModelNotFoundError):
                await ssm.registry.model("nope")
        return ssm.reads

    assert asyncio.run(story()) == 1


@pytest.mark.parametrize(
    ("asked", "deployed", "advice"),
    [
        pytest.param("mistral7b", ["mistral-7b", "gpt"], "did you mean 'mistral-7b'?", id="near"),
        pytest.param("zzz", ["mistral-7b"], "GET /v1/models lists the ids", id="far"),
        pytest.param("zzz", [], "no model is deployed", id="none"),
    ],
)
def test_a_model_that_is_not_found(asked: str, deployed: list[str], advice: str) -> None:
    with pytest.raises(ModelNotFoundError) as caught:
        asyncio.run(Ssm({model_id: {} for model_id in deployed}).registry.model(asked))

    assert caught.value.message == f"no deployed model has the id {asked!r}; {advice}"


@pytest.mark.parametrize(
    ("bad", "problem"),
    [
        pytest.param({"version": 2}, "its version 2 is newer than this handler's 1", id="newer"),
        pytest.param({"version": "1"}, "'version' must be", id="version text"),
        pytest.param({"provider": "acme"}, "provider 'acme' is not known; this handler knows echo", id="provider"),
        pytest.param({"must": ""}, "'must' must be a non-empty string", id="the provider's field"),
        pytest.param({"defaults": []}, "'defaults' must be an object", id="defaults"),
        pytest.param("{", "it is not JSON", id="not JSON"),
        pytest.param("[]", "it is not a JSON object", id="list"),
        pytest.param("[" * 3000, "it is not JSON", id="too deep"),
    ],
)
def test_a_bad_parameter_costs_one_model_and_one_line(bad: Any, problem: str, caplog: pytest.LogCaptureFixture) -> None:
    async def story() -> list[str]:
        ssm = Ssm({"bad": bad, "good": {"unknown_key": 1}})
        await ssm.ids()
        ssm.time += 15
        return await ssm.ids()

    with caplog.at_level(logging.WARNING):
        assert asyncio.run(story()) == ["good"]

    # Other loggers may speak at any time: SDKs close their clients when garbage is collected, also another test's.
    (line,) = (record.getMessage() for record in caplog.records if record.name.startswith("chat_handler"))
    assert line.startswith("parameter '/models/bad' is left out: ")
    assert problem in line


def test_a_defect_in_making_one_model_costs_that_model(caplog: pytest.LogCaptureFixture) -> None:
    def broken(record: ModelRecord, services: Services) -> Echo:
        if record.id == "bad":
            raise TypeError("canary")
        return build(record, services)

    async def story() -> list[str]:
        ssm = Ssm({"bad": {}, "good": {}})
        ssm.registry = Registry(ssm.read, {"echo": Provider("echo", broken)}, cast(Services, None))
        return await ssm.ids()

    assert asyncio.run(story()) == ["good"]
    assert "parameter '/models/bad' is left out: nothing can be made to answer for it (TypeError)" in caplog.text
    assert "canary" not in caplog.text


def test_a_slow_discovery_does_not_hold_the_list_and_the_last_one_is_used() -> None:
    found = Discovered((ModelRecord("found", "echo", {}, {"must": "be", "model": "m"}),))
    gate = asyncio.Event()
    gate.set()

    async def find() -> Discovered:
        await gate.wait()
        return found

    async def story() -> list[list[str]]:
        ssm = Ssm({"a": {}})
        providers = {"echo": Provider("echo", build, lambda _: find)}
        ssm.registry = Registry(ssm.read, providers, cast(Services, None), discovery_limit_s=0.01)
        seen = [await ssm.ids()]
        gate.clear()
        return [*seen, await ssm.ids(), [(await ssm.registry.model("found")).record.id]]

    assert asyncio.run(story()) == [["a", "found"], ["a", "found"], ["found"]]


def test_after_time_that_no_clock_saw_everything_is_read_anew() -> None:
    async def story() -> int:
        ssm = Ssm({"a": {}})
        await ssm.ids()
        ssm.registry.expire()
        await ssm.ids()
        return ssm.reads

    assert asyncio.run(story()) == 2


def test_the_last_list_is_kept_while_ssm_is_down() -> None:
    async def story() -> list[str]:
        ssm = Ssm({"a": {}})
        await ssm.ids()
        ssm.holds = UpstreamError("down")
        ssm.time += 15
        return await ssm.ids()

    assert asyncio.run(story()) == ["a"]


def test_without_a_last_list_the_failure_is_told() -> None:
    with pytest.raises(UpstreamError, match="down"):
        asyncio.run(Ssm(UpstreamError("down")).ids())


def test_an_upstream_lives_as_long_as_its_record_is_the_same() -> None:
    async def story() -> tuple[bool, bool]:
        ssm = Ssm({"a": {}})
        first = await ssm.registry.model("a")
        ssm.time += 15
        second = await ssm.registry.model("a")
        ssm.holds = {"a": {"defaults": {"temperature": 1}}}
        ssm.time += 15
        third = await ssm.registry.model("a")
        return first.upstream is second.upstream, second.upstream is third.upstream

    assert asyncio.run(story()) == (True, False)


@pytest.mark.parametrize("text", ['{"version": 1, "provider": "echo"}', '{"version": 1, "id": "", "provider": "echo"}'])
def test_a_record_without_an_id(text: str) -> None:
    with pytest.raises(RecordError, match="'id' must be a non-empty string"):
        parse_record(text)


@pytest.mark.parametrize(
    "record",
    [
        pytest.param({"provider": "sagemaker", "region": "r", "endpoint": "e", "wire": "grpc"}, id="another wire"),
        pytest.param({"provider": "sagemaker", "region": "r", "wire": "messages"}, id="no endpoint"),
        pytest.param({"provider": "bedrock", "model": "m"}, id="no region"),
        pytest.param(
            {"provider": "bedrock", "region": "r", "model": "m", "guardrail": {"id": "g"}}, id="half a guardrail"
        ),
        pytest.param({"provider": "openai"}, id="no model"),
        pytest.param({"provider": "openai", "model": "m", "base_url": 7}, id="a base URL that is no text"),
        pytest.param({"provider": "ollama", "model": "m"}, id="a server of the user's without an address"),
        pytest.param({"provider": "azure_openai"}, id="no Azure identifier"),
    ],
)
def test_a_record_that_its_provider_cannot_use_is_left_out(
    app: Handler, server: FakeServer, record: dict[str, Any]
) -> None:
    parameters = [{"Name": "x", "Value": json.dumps({"version": 1, "id": "bad"} | record)}]
    parameters += [{"Name": "y", "Value": json.dumps(OPENAI)}]
    server.replies["GetParametersByPath"] = json_reply({"Parameters": parameters})

    assert [model["id"] for model in ask(app, "GET", "/v1/models").json()["data"]] == ["gpt"]


def test_every_page_of_parameters_is_read(app: Handler, server: FakeServer) -> None:
    def page(request: Request) -> Any:
        is_first = "NextToken" not in request.json()
        value = json.dumps(OPENAI if is_first else BEDROCK)
        return json_reply({"Parameters": [{"Name": "x", "Value": value}], **({"NextToken": "2"} if is_first else {})})

    server.replies["GetParametersByPath"] = page

    assert [model["id"] for model in ask(app, "GET", "/v1/models").json()["data"]] == ["gpt", "nova-micro"]
    assert [request.json()["Path"] for request in server.asked("GetParametersByPath")] == ["/terrachat/demo/models"] * 2


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("AccessDeniedException", (403, "no_access", False)),
        ("ValidationException", (502, "upstream_error", False)),
        ("ThrottlingException", (502, "upstream_error", True)),
        ("InternalServerError", (502, "upstream_error", True)),
    ],
)
def test_ssm_refuses(app: Handler, server: FakeServer, code: str, expected: tuple[int, str, bool]) -> None:
    server.replies["GetParametersByPath"] = aws_error(code, 500 if code == "InternalServerError" else 400)

    reply = ask(app, "GET", "/v1/models")

    assert failure_of(reply) == expected
    assert "'/terrachat/demo/models'" in error_of(reply)[2]


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("AccessDeniedException", "may not read"),
        ("ResourceNotFoundException", "does not exist"),
        ("DecryptionFailure", "cannot be decrypted"),
        ("InvalidRequestException", "scheduled for deletion"),
        ("SomethingNew", "'SomethingNew'"),
    ],
)
def test_a_secret_that_cannot_be_read_harms_only_providers_with_a_key(
    app: Handler, server: FakeServer, code: str, said: str
) -> None:
    server.replies["GetSecretValue"] = aws_error(code)

    gpt, nova, smollm2 = ask(app, "GET", "/v1/models").json()["data"]

    assert (gpt["status"], nova["status"], smollm2["status"]) == ("missing_key", "ready", "ready")
    assert said in gpt["reason"]


def test_what_providers_have_is_listed_although_ssm_never_could_be_read() -> None:
    found = Discovered((ModelRecord("found", "echo", {}, {"must": "be", "model": "m"}),))

    async def find() -> Discovered:
        return found

    async def story() -> tuple[list[str], str, list[str | None]]:
        ssm = Ssm(UpstreamError("down"))
        providers = {"echo": Provider("echo", build, lambda _: find)}
        ssm.registry = Registry(ssm.read, providers, cast(Services, None))
        ids = await ssm.ids()
        with pytest.raises(UpstreamError):
            await ssm.registry.model("of the catalog")  # nobody can say that there is none
        problems = [source.problem for source in ssm.registry.sources()]
        return ids, (await ssm.registry.model("found")).record.id, problems

    assert asyncio.run(story()) == (["found"], "found", ["down"])


def test_what_providers_had_is_kept_while_they_cannot_tell() -> None:
    answers = [Discovered((ModelRecord("found", "echo", {}, {"must": "be", "model": "m"}),)), Discovered(None)]

    async def find() -> Discovered:
        return answers.pop(0)

    async def story() -> list[list[str]]:
        ssm = Ssm({"a": {}})
        providers = {"echo": Provider("echo", build, lambda _: find)}
        ssm.registry = Registry(ssm.read, providers, cast(Services, None))
        return [await ssm.ids(), await ssm.ids()]

    assert asyncio.run(story()) == [["a", "found"], ["a", "found"]]
