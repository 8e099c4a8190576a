from __future__ import annotations

import asyncio
import io
import json
import threading
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest

from chat_handler.breaker import FAILURES_TO_OPEN, Breakers
from chat_handler.errors import EndpointMissingError, UpstreamError
from chat_handler.listing import Listing
from chat_handler.registry import Parameter, Registry
from chat_handler.sources import Source
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


def listing_of(registry: Registry, **arguments: Any) -> Listing:
    return Listing(registry, Breakers(), **arguments)


def statuses(listed: dict[str, Any]) -> dict[str, str]:
    return {one["id"]: one["status"] for one in listed["data"]}


def sources(listed: dict[str, Any]) -> dict[str, Any]:
    return {one["source"]: one for one in listed["terrachat"]["sources"]}


def is_recent(time: str) -> bool:
    age = datetime.now(UTC) - datetime.fromisoformat(time)
    return timedelta(seconds=-1) <= age < timedelta(minutes=1)


def test_one_slow_status_does_not_hold_the_list_and_is_looked_up_once() -> None:
    async def story() -> tuple[Any, ...]:
        gate = asyncio.Event()
        registry = registry_of(gate, "fast", "slow")
        listing = listing_of(registry, limit_s=0.02)
        early, again = await listing.all(), await listing.one("slow")
        gate.set()
        late = await listing.all()
        return early, again, statuses(late), cast(Slow, (await registry.model("slow")).upstream).lookups

    early, again, late, lookups = asyncio.run(story())

    assert statuses(early) == {"fast": "ready", "slow": "unknown"}
    assert again["reason"] == "the status could not be told within 0.02 s; list the models again"
    assert (late, lookups) == ({"fast": "ready", "slow": "ready"}, 1)


def test_a_defect_with_one_model_does_not_spoil_the_list(caplog: pytest.LogCaptureFixture) -> None:
    async def story() -> list[dict[str, Any]]:
        listed: list[dict[str, Any]] = (await listing_of(registry_of(asyncio.Event(), "broken", "fast")).all())["data"]
        return listed

    broken, fast = asyncio.run(story())

    assert (broken["status"], broken["reason"]) == ("unknown", "the status cannot be told (TypeError)")
    assert fast["status"] == "ready"
    assert "canary" not in caplog.text


def test_an_empty_deployment_has_an_empty_list() -> None:
    listed = asyncio.run(listing_of(registry_of(asyncio.Event())).all())

    assert (listed["object"], listed["data"], list(sources(listed))) == ("list", [], ["models"])


def test_a_model_is_told_with_all_that_the_catalog_says(app: Handler, server: FakeServer) -> None:
    told = {
        "fallback": ["gpt", "nova-micro"],
        "modalities": ["text", "image"],
        "context_tokens": 32_768,
        "price": {"input": 0.5, "output": 1.5},
    }
    stage.script_everything_well(server, SAGEMAKER | told)

    (model,) = ask(app, "GET", "/v1/models").json()["data"]

    assert is_recent(model.pop("checked_at"))
    assert model == {
        "id": "smollm2",
        "object": "model",
        "created": 0,
        "owned_by": "sagemaker",
        "provider": "sagemaker",
        "region": "us-east-1",
        "status": "ready",
        "reason": None,
        "until": None,
        "stops_at": None,
        "startable": False,
        "usd_per_hour": None,
        "supports_streaming": True,
        "parameters": None,
        "unsupported_parameters": [],
        "defaults": {"temperature": 0.6, "max_tokens": 512},
        **told,
    }
    alone = ask(app, "GET", "/v1/models/smollm2").json()
    assert is_recent(alone.pop("checked_at"))
    assert alone == model


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


# --- What is known, since when, and from where ----------------------------------------------------------------------

SCHEDULED = SAGEMAKER | {
    "schedule": {"start": "0 8 ? * MON-FRI *", "stop": "0 18 ? * MON-FRI *", "timezone": "Asia/Ho_Chi_Minh"},
    "start": {"endpoint_config": "terrachat-demo-smollm2-1", "tags": {"terrachat:deployment": "demo"}},
}
NO_ENDPOINT = stage.aws_error("ValidationException")


def model_of(app: Handler, model_id: str = "smollm2") -> dict[str, Any]:
    model: dict[str, Any] = ask(app, "GET", f"/v1/models/{model_id}").json()
    return model


def test_each_model_says_where_it_runs_and_when_that_was_learned(app: Handler, server: FakeServer) -> None:
    models = {one["id"]: one for one in ask(app, "GET", "/v1/models").json()["data"]}

    assert {name: one["region"] for name, one in models.items()} == {
        "gpt": None,
        "nova-micro": "us-west-2",
        "smollm2": "us-east-1",
    }
    assert is_recent(models["smollm2"]["checked_at"])
    assert is_recent(models["gpt"]["checked_at"])
    assert models["nova-micro"]["checked_at"] is None  # nothing of Bedrock can be looked at


def test_an_endpoint_out_of_its_hours_says_when_it_comes_back_and_may_be_started(
    app: Handler, server: FakeServer
) -> None:
    stage.script_everything_well(server, SCHEDULED)
    server.replies["DescribeEndpoint"] = NO_ENDPOINT

    model = model_of(app)

    until, stops_at = (datetime.fromisoformat(model[name]) for name in ("until", "stops_at"))
    assert (model["status"], model["startable"]) == ("stopped", True)
    assert (until.hour, until.minute) == (1, 0)  # 8:00 in Ho Chi Minh City
    assert (stops_at.hour, stops_at.minute) == (11, 0)
    assert datetime.now(UTC) < until < datetime.now(UTC) + timedelta(days=3, hours=1)


def test_an_endpoint_in_its_hours_says_when_it_goes(app: Handler, server: FakeServer) -> None:
    stage.script_everything_well(server, SCHEDULED)

    model = model_of(app)

    assert (model["status"], model["startable"]) == ("ready", False)
    assert model["until"] == model["stops_at"]
    assert datetime.fromisoformat(model["until"]).hour == 11


@pytest.mark.parametrize(
    "record",
    [
        pytest.param({name: value for name, value in SCHEDULED.items() if name != "start"}, id="nobody says how"),
        pytest.param(SCHEDULED | {"stopped": True}, id="the catalog stopped it"),
        pytest.param(SAGEMAKER | {"start": SCHEDULED["start"]}, id="without a schedule"),
        pytest.param(SCHEDULED | {"start": {"endpoint_config": 5}}, id="a record that says nonsense"),
    ],
)
def test_what_no_schedule_would_stop_again_cannot_be_started(
    app: Handler, server: FakeServer, record: dict[str, Any]
) -> None:
    stage.script_everything_well(server, record)
    server.replies["DescribeEndpoint"] = NO_ENDPOINT

    assert (model_of(app)["status"], model_of(app)["startable"]) == ("stopped", False)


def test_an_endpoint_that_is_being_deleted_cannot_be_started(app: Handler, server: FakeServer) -> None:
    stage.script_everything_well(server, SCHEDULED)
    server.replies["DescribeEndpoint"] = json_reply({"EndpointStatus": "Deleting"})

    assert (model_of(app)["status"], model_of(app)["startable"]) == ("stopped", False)


@pytest.mark.parametrize("field", ["start", "timezone"])
def test_hours_that_nobody_can_read_are_not_told(app: Handler, server: FakeServer, field: str) -> None:
    schedule = cast("dict[str, str]", SCHEDULED["schedule"])
    stage.script_everything_well(server, SCHEDULED | {"schedule": schedule | {field: "every day"}})
    server.replies["DescribeEndpoint"] = NO_ENDPOINT

    model = model_of(app)

    assert (model["status"], model["until"]) == ("stopped", None)
    assert "every day" in model["reason"]


def test_the_list_names_its_sources_when_all_is_well(app: Handler) -> None:
    listed = ask(app, "GET", "/v1/models").json()

    assert list(sources(listed)) == ["keys", "models", "sagemaker us-east-1"]
    assert all(one["ok"] and one["reason"] is None and is_recent(one["checked_at"]) for one in sources(listed).values())


@pytest.mark.parametrize(
    ("operation", "reply", "source", "said", "unwell"),
    [
        pytest.param(
            "DescribeEndpoint",
            stage.aws_error("ThrottlingException"),
            "sagemaker us-east-1",
            "ThrottlingException",
            {"smollm2": "unknown"},
            id="SageMaker",
        ),
        pytest.param(
            "GetSecretValue",
            stage.aws_error("InternalServiceError"),
            "keys",
            "InternalServiceError",
            {"gpt": "missing_key"},
            id="the secret",
        ),
        pytest.param(
            "GetSecretValue",
            json_reply({"VersionId": "v1", "SecretString": "{"}),
            "keys",
            "is not JSON",
            {"gpt": "missing_key"},
            id="a secret that is no JSON",
        ),
    ],
)
def test_one_source_that_fails_is_named_and_costs_its_own_models_only(
    app: Handler, server: FakeServer, operation: str, reply: Any, source: str, said: str, unwell: dict[str, str]
) -> None:
    server.replies[operation] = reply

    listed = ask(app, "GET", "/v1/models").json()

    failing = [name for name, one in sources(listed).items() if not one["ok"]]
    assert failing == [source]
    assert said in sources(listed)[source]["reason"]
    assert statuses(listed) == {"gpt": "ready", "nova-micro": "ready", "smollm2": "ready"} | unwell


def test_ssm_that_fails_later_keeps_the_list_and_is_named(aws: Any, server: FakeServer) -> None:
    replies: list[Any] = [[Parameter("x", json.dumps({"version": 1, "id": "a", "provider": "slow"}))]]
    clock = stage.Clock()

    def read() -> Any:
        if isinstance(replies[-1], Exception):
            raise replies[-1]
        return replies[-1]

    async def story() -> tuple[Any, ...]:
        provider = Provider("slow", lambda record, _: Slow(record, asyncio.Event()))
        registry = Registry(read, {"slow": provider}, cast(Services, None), now=clock.now)
        listing = listing_of(registry)
        first = await listing.all()
        clock.time += 16
        replies.append(UpstreamError("SSM says no"))
        return first, await listing.all()

    first, later = asyncio.run(story())

    assert statuses(first) == statuses(later) == {"a": "ready"}
    assert sources(first)["models"]["ok"]
    assert (sources(later)["models"]["ok"], sources(later)["models"]["reason"]) == (False, "SSM says no")
    assert sources(later)["models"]["checked_at"] == sources(first)["models"]["checked_at"]


def test_ssm_that_hangs_does_not_hold_a_list_that_is_known() -> None:
    gate, clock = threading.Event(), stage.Clock()
    gate.set()

    def read() -> list[Parameter]:
        assert gate.wait(10)
        return [Parameter("x", json.dumps({"version": 1, "id": "a", "provider": "slow"}))]

    async def story() -> tuple[Any, ...]:
        provider = Provider("slow", lambda record, _: Slow(record, asyncio.Event()))
        registry = Registry(read, {"slow": provider}, cast(Services, None), now=clock.now, discovery_limit_s=0.02)
        listing = listing_of(registry)
        await listing.all()
        clock.time += 16
        gate.clear()
        during = await listing.all()
        gate.set()
        while not sources(after := await listing.all())["models"]["ok"]:
            await asyncio.sleep(0)
        return during, after

    during, after = asyncio.run(story())

    assert statuses(during) == statuses(after) == {"a": "ready"}
    assert sources(during)["models"]["reason"] == "SSM did not answer within 0.02 s"


def test_a_status_that_cannot_be_told_now_is_told_with_its_age(app: Handler, server: FakeServer) -> None:
    before = model_of(app)
    later = Flaky(READY)

    async def story() -> tuple[Any, Any]:
        registry = Registry(
            lambda: [Parameter("x", json.dumps({"version": 1, "id": "a", "provider": "flaky"}))],
            {"flaky": Provider("flaky", lambda *_: later)},
            cast(Services, None),
        )
        listing = listing_of(registry)
        known = await listing.all()
        later.says = Status("unknown", "throttled", Source("sagemaker eu-west-1", None, "throttled"))
        return known, await listing.all()

    known, unknown = asyncio.run(story())

    assert before["status"] == "ready"
    assert known["data"] == unknown["data"]
    assert sources(unknown)["sagemaker eu-west-1"]["reason"] == "throttled"


class Flaky:
    """An upstream whose status is what the test says."""

    def __init__(self, status: Status) -> None:
        self.says = Status(status.state, None, Source("sagemaker eu-west-1", datetime.now(UTC)))

    async def status(self) -> Status:
        return self.says

    async def complete(self, request: ChatRequest) -> dict[str, Any]:
        return dict(request.body)

    def stream(self, request: ChatRequest) -> Any:
        raise NotImplementedError


@pytest.mark.parametrize(
    ("reply", "status", "said"),
    [
        pytest.param(stage.aws_error("AccessDeniedException", 403), "no_access", "access", id="no access"),
        pytest.param(stage.aws_error("ThrottlingException", 429), "ready", None, id="throttled"),
        pytest.param(stage.aws_error("ValidationException", 400), "ready", None, id="a wrong request"),
    ],
)
def test_the_last_request_says_what_no_look_can_see(
    app: Handler, server: FakeServer, clock: stage.Clock, reply: Any, status: str, said: str | None
) -> None:
    well = server.replies["converse"]
    server.replies["converse"] = reply
    stage.ask_chat(app, stage.question("nova-micro"))

    refused = model_of(app, "nova-micro")

    assert refused["status"] == status
    assert (refused["reason"] is None) if said is None else (said in refused["reason"])
    assert (refused["checked_at"] is None) == (said is None)
    server.replies["converse"] = well
    stage.ask_chat(app, stage.question("nova-micro"))
    assert model_of(app, "nova-micro")["status"] == "ready"


def test_a_refusal_is_forgotten_after_a_while(app: Handler, server: FakeServer, clock: stage.Clock) -> None:
    server.replies["converse"] = stage.aws_error("AccessDeniedException", 403)
    stage.ask_chat(app, stage.question("nova-micro"))
    clock.time += 299
    assert model_of(app, "nova-micro")["status"] == "no_access"
    clock.time += 1

    assert model_of(app, "nova-micro")["status"] == "ready"


def test_a_model_that_is_left_alone_says_until_when(app: Handler, server: FakeServer, clock: stage.Clock) -> None:
    server.replies["converse"] = stage.aws_error("InternalServerException", 500)
    for _ in range(FAILURES_TO_OPEN):
        stage.ask_chat(app, stage.question("nova-micro"))

    alone = model_of(app, "nova-micro")

    assert (alone["status"], "5 times in a row" in alone["reason"]) == ("failed", True)
    assert datetime.now(UTC) < datetime.fromisoformat(alone["until"]) < datetime.now(UTC) + timedelta(seconds=31)
    clock.time += 30
    assert model_of(app, "nova-micro")["status"] == "ready"


@pytest.mark.parametrize(("looked_s_ago", "status"), [(-5, "ready"), (5, "stopped")], ids=["newer", "older"])
def test_an_endpoint_that_a_request_missed_is_missing_until_a_newer_look(looked_s_ago: float, status: str) -> None:
    async def story() -> dict[str, Any]:
        upstream = Flaky(READY)
        at = datetime.now(UTC) - timedelta(seconds=looked_s_ago)
        upstream.says = Status("ready", None, Source("sagemaker eu-west-1", at))
        registry = Registry(
            lambda: [Parameter("x", json.dumps({"version": 1, "id": "a", "provider": "flaky"}))],
            {"flaky": Provider("flaky", lambda *_: upstream)},
            cast(Services, None),
        )
        breakers = Breakers()
        breakers.of((await registry.model("a")).record).ended(EndpointMissingError("gone"))
        return await Listing(registry, breakers).one("a")

    told = asyncio.run(story())

    assert told["status"] == status
