"""The metrics in a request's log line: a document of CloudWatch's embedded metric format, with the names that the
dashboard and the alarms read.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from chat_handler.metrics import Metrics
from chat_handler.observed import Observed
from chat_handler.outcomes import CHAT_PATH, CLIENT_GONE_STATUS, Exchange, outcome_of
from tests.unit.chat_handler.fake_server import FakeServer, Reply, json_reply
from tests.unit.chat_handler.stage import (
    OPENAI,
    SAGEMAKER,
    SSE,
    Handler,
    ask,
    ask_chat,
    aws_error,
    chunk,
    error_of,
    question,
    script_everything_well,
    sse,
)

SCHEMA = json.loads(Path(__file__).with_name("emf_schema.json").read_text(encoding="utf-8"))
OF_A_MODEL = {
    "Requests": "Count",
    "Errors": "Count",
    "ClientErrors": "Count",
    "Throttles": "Count",
    "Fallbacks": "Count",
    "InputTokens": "Count",
    "OutputTokens": "Count",
    "FirstTokenLatency": "Milliseconds",
    "Latency": "Milliseconds",
}
OF_THE_DEPLOYMENT = {"Requests", "Errors", "Throttles", "FirstTokenLatency"}
COUNTS = ("Requests", "Errors", "ClientErrors", "Throttles", "Fallbacks")


@pytest.fixture(autouse=True)
def metrics_are_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a catalog whose `monitoring.metrics` is true."""
    monkeypatch.setenv("TERRACHAT_METRICS_NAMESPACE", "Terrachat")


def line_of(log: io.StringIO) -> dict[str, Any]:
    (line,) = (one for one in map(json.loads, log.getvalue().splitlines()) if one["message"] == "request")
    assert isinstance(line, dict)
    return line


def directives_of(line: dict[str, Any]) -> Iterator[tuple[list[str], dict[str, str]]]:
    """Dimensions, and metrics with their units."""
    jsonschema.validate(line, SCHEMA)
    for directive in line["_aws"]["CloudWatchMetrics"]:
        assert directive["Namespace"] == "Terrachat"
        (dimensions,) = directive["Dimensions"]
        metrics = {one["Name"]: one["Unit"] for one in directive["Metrics"]}
        # What the specification says of target members, and its schema cannot.
        assert all(isinstance(line[name], str) and line[name] for name in dimensions)
        assert all(isinstance(line[name], int) and not isinstance(line[name], bool) for name in metrics)
        yield dimensions, metrics


def counts_of(line: dict[str, Any]) -> list[int]:
    return [line[name] for name in COUNTS]


def test_a_stream_has_every_metric(app: Handler, log: io.StringIO) -> None:
    ask_chat(app, question("gpt", stream=True))

    line = line_of(log)
    of_deployment, of_model = directives_of(line)
    assert of_deployment == (["Deployment"], {name: OF_A_MODEL[name] for name in OF_THE_DEPLOYMENT})
    assert of_model == (["Deployment", "Model"], OF_A_MODEL)
    assert (line["Deployment"], line["Model"]) == ("demo", "gpt")
    assert (line["InputTokens"], line["OutputTokens"]) == (5, 2)
    assert counts_of(line) == [1, 0, 0, 0, 0]


def test_a_plain_answer_has_no_first_token(app: Handler, log: io.StringIO) -> None:
    ask_chat(app, question("gpt"))

    line = line_of(log)
    (_, of_deployment), (_, of_model) = directives_of(line)
    assert "FirstTokenLatency" not in {*of_deployment, *of_model, *line}
    assert (line["InputTokens"], line["OutputTokens"]) == (5, 2)


def test_what_a_caller_types_makes_no_metrics(app: Handler, log: io.StringIO) -> None:
    ask_chat(app, question("no-such-model"))

    line = line_of(log)
    ((dimensions, _),) = directives_of(line)
    assert (dimensions, line["model"]) == (["Deployment"], "no-such-model")
    assert "Model" not in line
    assert counts_of(line) == [1, 0, 1, 0, 0]


@pytest.mark.parametrize(
    ("reply", "counts"),
    [
        pytest.param(json_reply({"error": {"message": "no"}}, 500), [1, 1, 0, 0, 0], id="failure"),
        pytest.param(json_reply({"error": {"message": "no"}}, 429), [1, 0, 0, 1, 0], id="throttle"),
        pytest.param(
            json_reply({"error": {"message": "no", "code": "insufficient_quota"}}, 429), [1, 0, 0, 1, 0], id="quota"
        ),
        pytest.param(json_reply({"error": {"message": "no"}}, 400), [1, 0, 1, 0, 0], id="caller's fault"),
        pytest.param(json_reply({"error": {"message": "no"}}, 403), [1, 1, 0, 0, 0], id="no access"),
        pytest.param(Reply([sse(chunk("Pa"), done=False)], headers=SSE), [1, 1, 0, 0, 0], id="cut in mid-stream"),
    ],
)
def test_a_failure_is_counted_as_whose_it_is(
    app: Handler, server: FakeServer, log: io.StringIO, reply: Reply, counts: list[int]
) -> None:
    server.replies["completions"] = reply

    ask_chat(app, question("gpt", stream=True))

    line = line_of(log)
    assert [dimensions for dimensions, _ in directives_of(line)] == [["Deployment"], ["Deployment", "Model"]]
    assert counts_of(line) == counts


def test_a_model_that_its_owner_stopped_is_no_error(app: Handler, server: FakeServer, log: io.StringIO) -> None:
    script_everything_well(server, {**SAGEMAKER, "stopped": True})
    server.replies["invocations"] = aws_error("ValidationError")
    server.replies["DescribeEndpoint"] = aws_error("ValidationException")

    reply = ask_chat(app, question("smollm2"))

    assert (error_of(reply)[:2], counts_of(line_of(log))) == ((503, "model_not_ready"), [1, 0, 0, 0, 0])
    assert "Latency" not in line_of(log)


def test_a_fallback_counts_for_the_model_that_answered(app: Handler, server: FakeServer, log: io.StringIO) -> None:
    script_everything_well(server, {**OPENAI, "fallback": ["second"]}, {**OPENAI, "id": "second", "model": "other"})
    works = server.replies["completions"]
    assert callable(works)
    server.replies["completions"] = lambda request: (
        works(request) if request.json()["model"] == "other" else json_reply({"error": {}}, 500)
    )

    ask_chat(app, question("gpt"))

    line = line_of(log)
    assert (line["model"], line["answered_by"], line["Model"]) == ("gpt", "second", "second")
    assert counts_of(line) == [1, 0, 0, 0, 1]
    assert [(one["model"], one.get("error")) for one in line["attempts"]][-1] == ("second", None)
    assert {one["model"] for one in line["attempts"][:-1]} == {"gpt"}


@pytest.mark.parametrize(("method", "path"), [("GET", "/v1/models"), ("GET", "/health"), ("GET", "/nope")])
def test_only_questions_are_counted(app: Handler, log: io.StringIO, method: str, path: str) -> None:
    ask(app, method, path)

    assert "_aws" not in line_of(log)


def test_a_catalog_without_metrics_has_none(
    server: FakeServer, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    monkeypatch.delenv("TERRACHAT_METRICS_NAMESPACE")
    app, log = request.getfixturevalue("app"), request.getfixturevalue("log")

    ask_chat(app, question("gpt"))

    assert line_of(log).keys().isdisjoint({"_aws", *OF_A_MODEL})


def test_a_client_that_left_is_no_error_and_no_measure_of_how_fast_models_are() -> None:
    exchange = Exchange("r1", "POST", CHAT_PATH, CLIENT_GONE_STATUS, ms=70, first_byte_ms=5, bytes_in=1, bytes_out=1)
    noted = Observed(model="gpt", answered_by="gpt", provider="openai", is_stream=True)

    line = Metrics("Terrachat", "demo").of(outcome_of(noted, exchange), now_ms=1)

    assert ({"Requests": 1, "Errors": 0, "ClientErrors": 0}.items() <= line.items(), "Latency" in line) == (True, False)
