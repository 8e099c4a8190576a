from __future__ import annotations

import asyncio
import io
import json
from typing import Any, cast

import pytest

from chat_handler.listing import Listing
from chat_handler.registry import Parameter, Registry
from chat_handler.upstreams.base import READY, ChatRequest, ModelRecord, Provider, Services, Status
from tests.unit.chat_handler import stage
from tests.unit.chat_handler.fake_server import FakeServer, json_reply
from tests.unit.chat_handler.stage import BEDROCK, OPENAI, SAGEMAKER, Handler, ask


class Slow:
    """An upstream whose status takes as long as the test says, and fails as it says."""

    def __init__(self, record: ModelRecord, gate: asyncio.Event) -> None:
        self._id = record.id
        self._gate = gate
        self.lookups = 0

    async def status(self) -> Status:
        self.lookups += 1
        if self._id == "slow":
            await self._gate.wait()
        if self._id == "broken":
            raise TypeError("canary")
        return READY

    async def complete(self, request: ChatRequest) -> dict[str, Any]:
        return dict(request.body)

    def stream(self, request: ChatRequest) -> Any:
        raise NotImplementedError


def registry_of(gate: asyncio.Event, *ids: str) -> Registry:
    texts = [json.dumps({"version": 1, "id": one, "provider": "slow"}) for one in ids]
    provider = Provider("slow", lambda record, _: Slow(record, gate))
    return Registry(lambda: [Parameter("x", text) for text in texts], {"slow": provider}, cast(Services, None))


def statuses(listed: list[dict[str, Any]]) -> dict[str, str]:
    return {one["id"]: one["status"] for one in listed}


def test_one_slow_status_does_not_hold_the_list_and_is_looked_up_once() -> None:
    async def story() -> tuple[Any, ...]:
        gate = asyncio.Event()
        registry = registry_of(gate, "fast", "slow")
        listing = Listing(registry, limit_s=0.02)
        early, again = await listing.all(), await listing.one("slow")
        gate.set()
        late = await listing.all()
        return early, again, statuses(late), cast(Slow, (await registry.model("slow")).upstream).lookups

    early, again, late, lookups = asyncio.run(story())

    assert statuses(early) == {"fast": "ready", "slow": "failed"}
    assert again["reason"] == "the status could not be told within 0.02 s; list the models again"
    assert (late, lookups) == ({"fast": "ready", "slow": "ready"}, 1)


def test_a_defect_with_one_model_does_not_spoil_the_list(caplog: pytest.LogCaptureFixture) -> None:
    async def story() -> list[dict[str, Any]]:
        return await Listing(registry_of(asyncio.Event(), "broken", "fast")).all()

    broken, fast = asyncio.run(story())

    assert (broken["status"], broken["reason"]) == ("failed", "the status cannot be told (TypeError)")
    assert fast["status"] == "ready"
    assert "canary" not in caplog.text


def test_an_empty_deployment_has_an_empty_list() -> None:
    assert asyncio.run(Listing(registry_of(asyncio.Event())).all()) == []


def test_a_model_is_told_with_all_that_the_catalog_says(app: Handler, server: FakeServer) -> None:
    told = {
        "fallback": ["gpt", "nova-micro"],
        "modalities": ["text", "image"],
        "context_tokens": 32_768,
        "price": {"input": 0.5, "output": 1.5},
    }
    stage.script_everything_well(server, SAGEMAKER | told)

    (model,) = ask(app, "GET", "/v1/models").json()["data"]

    assert model == {
        "id": "smollm2",
        "object": "model",
        "created": 0,
        "owned_by": "sagemaker",
        "provider": "sagemaker",
        "status": "ready",
        "reason": None,
        "supports_streaming": True,
        "parameters": None,
        "unsupported_parameters": [],
        **told,
    }
    assert ask(app, "GET", "/v1/models/smollm2").json() == model


def test_without_the_catalog_the_facts_are_told(app: Handler, server: FakeServer) -> None:
    claude = BEDROCK | {"id": "opus", "model": "us.anthropic.claude-opus-4-7"}
    stage.script_everything_well(server, OPENAI | {"model": "o3"}, claude, SAGEMAKER)

    gpt, opus, smollm2 = ask(app, "GET", "/v1/models").json()["data"]

    assert (gpt["modalities"], gpt["context_tokens"], gpt["price"]) == (["text", "image"], 200_000, None)
    assert gpt["parameters"] is None
    penalties = ["frequency_penalty", "presence_penalty"]
    assert gpt["unsupported_parameters"] == sorted(
        [*penalties, "logit_bias", "logprobs", "stop", "temperature", "top_logprobs", "top_p"]
    )
    assert opus["context_tokens"] == 1_000_000
    assert {"max_tokens", "stop", "tools"} <= set(opus["parameters"])
    assert {"temperature", "top_p"}.isdisjoint(opus["parameters"])
    assert (smollm2["modalities"], smollm2["context_tokens"]) == (["text"], None)


def test_the_generate_wire_names_the_few_parameters_that_it_carries(app: Handler, server: FakeServer) -> None:
    stage.script_everything_well(server, SAGEMAKER | {"wire": "generate"})

    (model,) = ask(app, "GET", "/v1/models").json()["data"]

    assert model["parameters"] == ["max_completion_tokens", "max_tokens", "stop", "temperature", "top_p"]


def test_nothing_of_a_malformed_record_is_told_and_the_model_is_there(app: Handler, server: FakeServer) -> None:
    odd = {"fallback": "gpt", "modalities": "image", "context_tokens": "many", "price": {"input": "free"}}
    stage.script_everything_well(server, SAGEMAKER | odd)

    (model,) = ask(app, "GET", "/v1/models").json()["data"]

    assert [model[name] for name in odd] == [[], ["text"], None, None]
    assert model["status"] == "ready"


def test_the_facts_of_an_azure_deployment_are_told_by_its_name(app: Handler, server: FakeServer) -> None:
    keys = {"KEY": "azure-canary-0123456789", "BASE": "https://r.openai.azure.com", "VERSION": "2024-10-21"}
    secret = {f"AZURE_OPENAI_API_{part}__Model1": value for part, value in keys.items()}
    server.replies["GetSecretValue"] = stage.secret(secret | {"AZURE_OPENAI_API_DEPLOYMENT_NAME__Model1": "gpt-5"})
    stage_record = {"version": 1, "id": "asked", "provider": "azure_openai", "model": "Model1", "defaults": {}}
    server.replies["GetParametersByPath"] = json_reply(
        {"Parameters": [{"Name": "x", "Value": json.dumps(stage_record)}]}
    )

    model = ask(app, "GET", "/v1/models/asked").json()

    assert model["modalities"] == ["text", "image"]
    assert "temperature" in model["unsupported_parameters"]


def test_the_list_is_not_logged_as_a_failure_of_the_handler(app: Handler, server: FakeServer, log: io.StringIO) -> None:
    server.replies["DescribeEndpoint"] = stage.aws_error("AccessDeniedException")

    models = {one["id"]: one["status"] for one in ask(app, "GET", "/v1/models").json()["data"]}

    assert models == {"gpt": "ready", "nova-micro": "ready", "smollm2": "no_access"}
    assert "defect" not in log.getvalue()
