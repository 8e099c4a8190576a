"""Rows 36 to 47 of the fault list: the network, the client, the limits, the fallbacks and the circuit breaker."""

from __future__ import annotations

import contextlib
import io
import json
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from chat_handler.app import create_app
from chat_handler.aws import AwsClients
from chat_handler.breaker import FAILURES_TO_OPEN, OPEN_S
from tests.unit.chat_handler import stage
from tests.unit.chat_handler.fake_server import FakeServer, Reply, StallingUpstream, json_reply
from tests.unit.chat_handler.stage import (
    BEDROCK,
    CHUNKS,
    COMPLETION,
    KEY,
    OPENAI,
    SAGEMAKER,
    SSE,
    Clock,
    Handler,
    ask_chat,
    aws_error,
    chunk,
    environment,
    error_of,
    events_of,
    failure_of,
    on_aws,
    question,
    sse,
)

STREAMED = pytest.mark.parametrize("is_stream", [False, True], ids=["plain", "stream"])
FAILING = aws_error("InternalFailure", 500)


@contextlib.contextmanager
def providers_at(url: str, server: FakeServer, aws: AwsClients, monkeypatch: pytest.MonkeyPatch) -> Iterator[Handler]:
    """The handler, with every provider at `url` and AWS at `server`."""
    for name, value in (environment(server) | {"TERRACHAT_PROVIDERS_URL": url}).items():
        monkeypatch.setenv(name, value)
    with Handler.of(create_app(sleep=stage.no_sleep, aws=aws)) as handler:
        yield handler


@pytest.mark.parametrize("refused", [httpx2.ConnectTimeout, httpx2.ConnectError, httpx2.PoolTimeout])
def test_fault_36_a_server_that_cannot_be_reached(refused: type[httpx2.HTTPError]) -> None:
    limits: list[Any] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        limits.append(request.extensions["timeout"]["connect"])
        raise refused("secret words")

    record = {"provider": "openai", "model": "gpt-4o"}
    with on_aws(record, {"OPENAI_API_KEY": KEY}, answer) as app:
        reply = ask_chat(app, question("asked"))

    assert failure_of(reply) == (502, "network_error", True)
    assert [limit_s <= 3 for limit_s in limits] == [True, True]


def test_fault_36_no_connection_to_the_runtime_falls_back(
    app: Handler, server: FakeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        closed = f"http://127.0.0.1:{unused.getsockname()[1]}"
    monkeypatch.setenv("AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME", closed)
    stage.script_everything_well(server, SAGEMAKER | {"region": "eu-west-9", "fallback": ["gpt"]}, OPENAI)

    assert ask_chat(app, question("smollm2")).json()["terrachat"] == {
        "answered_by": "gpt",
        "fallback_from": ["smollm2"],
    }


def test_fault_37_a_name_that_does_not_resolve(
    server: FakeServer, aws: AwsClients, monkeypatch: pytest.MonkeyPatch
) -> None:
    with providers_at("http://nothing.invalid", server, aws, monkeypatch) as app:
        reply = ask_chat(app, question("gpt"))

    assert failure_of(reply) == (502, "network_error", True)
    assert "cannot be resolved" in error_of(reply)[2]


def test_fault_37_a_certificate_that_is_not_trusted_is_not_tried_again(
    server: FakeServer, aws: AwsClients, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with (
        _untrusted_server(tmp_path) as (url, connections),
        providers_at(url, server, aws, monkeypatch) as app,
    ):
        reply = ask_chat(app, question("gpt"))

    assert failure_of(reply) == (502, "network_error", False)
    assert "certificate" in error_of(reply)[2]
    assert len(connections) == 1


@contextlib.contextmanager
def _untrusted_server(directory: Path) -> Iterator[tuple[str, list[Any]]]:
    """A server with a certificate of its own making, for another host, that has run out."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(_certificate(directory))
    connections: list[Any] = []

    def serve() -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = listening.accept()
                connections.append(connection)
                with contextlib.suppress(OSError), context.wrap_socket(connection, server_side=True):
                    pass

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"https://127.0.0.1:{listening.getsockname()[1]}", connections
        listening.shutdown(socket.SHUT_RDWR)
    thread.join(5)


def _certificate(directory: Path) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "elsewhere.example")])
    yesterday = datetime.now(UTC) - timedelta(days=1)
    built = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    certificate = built.not_valid_before(yesterday - timedelta(days=1)).not_valid_after(yesterday)
    path = directory / "server.pem"
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + certificate.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    )
    return path


@pytest.mark.parametrize(("model", "operation"), [("gpt", "completions"), ("smollm2", "invocations")])
def test_fault_38_a_connection_that_died_while_it_was_idle(
    app: Handler, server: FakeServer, model: str, operation: str
) -> None:
    server.replies[operation] = Reply(json.dumps(COMPLETION).encode(), then_closes=True)

    replies = [ask_chat(app, question(model)) for _ in range(3)]

    assert [reply.json() for reply in replies] == [COMPLETION] * 3
    assert len(server.asked(operation)) == 3


@STREAMED
def test_fault_40_without_time_nothing_is_asked(app: Handler, server: FakeServer, is_stream: bool) -> None:
    context = json.dumps({"deadline": (time.time() + 1.9) * 1000})

    reply = ask_chat(app, question("gpt", stream=is_stream), headers={"x-amzn-lambda-context": context})

    assert failure_of(reply) == (504, "deadline_exceeded", False)
    assert server.asked("completions") == []


def test_fault_41_an_answer_that_is_too_large_for_one_reply(app: Handler, server: FakeServer) -> None:
    huge = {**COMPLETION, "x": "y" * 6 * 1024 * 1024}
    server.replies["completions"] = lambda request: (
        Reply(sse(*CHUNKS, huge), headers=SSE) if request.json().get("stream") else json_reply(huge)
    )

    reply = ask_chat(app, question("gpt"))

    assert failure_of(reply) == (502, "response_too_large", False)
    assert '"stream": true' in error_of(reply)[2]
    assert ask_chat(app, question("gpt", stream=True)).text.endswith("data: [DONE]\n\n")


@pytest.mark.parametrize(("status", "code"), [(200, "response_too_large"), (503, "upstream_error")])
def test_fault_41_an_answer_without_an_end_is_not_read_to_it(
    app: Handler, server: FakeServer, status: int, code: str
) -> None:
    was_left, has_ended = threading.Event(), threading.Event()

    def endless() -> Iterator[bytes]:
        try:
            for _ in range(100):  # MiB; a socket's buffers take some of them
                yield b" " * 2**20
            has_ended.set()
        finally:
            was_left.set()

    server.replies["completions"] = lambda _: Reply(endless(), status)

    assert ask_chat(app, question("gpt")).json()["error"]["code"] == code
    assert was_left.wait(5)
    assert not has_ended.is_set()


def test_fault_42_a_request_that_is_too_large(app: Handler, server: FakeServer) -> None:
    reply = ask_chat(app, question("gpt", x="y" * 6 * 1024 * 1024))

    assert failure_of(reply) == (413, "request_too_large", False)
    assert server.asked("completions") == []


def test_fault_44_an_unknown_model_is_told_with_near_names(app: Handler) -> None:
    reply = ask_chat(app, question("smolm2"))

    assert failure_of(reply) == (404, "model_not_found", False)
    assert "did you mean 'smollm2'?" in error_of(reply)[2]


@STREAMED
def test_fault_45_when_all_fail_each_attempt_is_listed(app: Handler, server: FakeServer, is_stream: bool) -> None:
    records = [OPENAI | {"fallback": ["smollm2", "gone", "nova-micro", "gpt"]}, SAGEMAKER, BEDROCK]
    stage.script_everything_well(server, *records)
    throttled = json_reply({"error": {"message": "secret words"}}, 429, retry_after="7")
    server.replies |= {"completions": throttled, "converse": FAILING, "converse-stream": FAILING}
    server.replies |= dict.fromkeys(("invocations", "invocations-response-stream"), aws_error("AccessDeniedException"))

    reply = ask_chat(app, question("gpt", stream=is_stream))

    assert failure_of(reply) == (502, "all_fallbacks_failed", True)
    said = error_of(reply)[2]
    order = ["gpt: throttled after", "gone: model_not_found", "smollm2: no_access after", "nova-micro: upstream_error"]
    assert [said.find(one) for one in order] == sorted(said.index(one) for one in order)
    assert reply.headers["retry-after"] == "7"
    # One for the first, which asks for too long a pause; one for each fallback, and a second for the last.
    assert [len(server.asked(operation)) for operation in ("completions", "GetSecretValue")] == [1, 1]
    assert said.count("nova-micro: upstream_error") == 2


@STREAMED
def test_a_model_that_hangs_leaves_its_fallback_time(app: Handler, server: FakeServer, is_stream: bool) -> None:
    stage.script_everything_well(server, OPENAI | {"fallback": ["smollm2"]}, SAGEMAKER)
    server.replies["completions"] = StallingUpstream(None, {})
    context = json.dumps({"deadline": (time.time() + 2.7) * 1000})

    reply = ask_chat(app, question("gpt", stream=is_stream), headers={"x-amzn-lambda-context": context})

    assert (reply.status_code, reply.headers["x-terrachat-model"]) == (200, "smollm2")


@STREAMED
def test_of_a_model_that_gave_way_no_setting_is_blamed(app: Handler, server: FakeServer, is_stream: bool) -> None:
    stage.script_everything_well(server, OPENAI | {"fallback": ["smollm2"]}, SAGEMAKER)
    server.replies |= {"completions": StallingUpstream(None, {})}
    server.replies |= dict.fromkeys(("invocations", "invocations-response-stream"), aws_error("AccessDeniedException"))
    context = json.dumps({"deadline": (time.time() + 2.7) * 1000})

    reply = ask_chat(app, question("gpt", stream=is_stream), headers={"x-amzn-lambda-context": context})

    assert "when it was its fallback's turn" in error_of(reply)[2]
    assert "first_token_s" not in error_of(reply)[2]


@pytest.mark.parametrize(
    ("upstream", "code"),
    [
        pytest.param(json_reply({"error": {"message": "top_p?"}}, 400), "invalid_request", id="a wrong request"),
        pytest.param(json_reply({"error": {"code": "content_filter"}}, 400), "content_filter", id="a filtered prompt"),
        pytest.param(
            json_reply({"error": {"innererror": {"code": "ResponsibleAIPolicyViolation"}}}, 400),
            "content_filter",
            id="Azure's inner code",
        ),
    ],
)
def test_the_callers_own_faults_do_not_fall_back(app: Handler, server: FakeServer, upstream: Reply, code: str) -> None:
    stage.script_everything_well(server, OPENAI | {"fallback": ["smollm2"]}, SAGEMAKER)
    server.replies["completions"] = upstream

    assert failure_of(ask_chat(app, question("gpt"))) == (400, code, False)
    assert server.asked("invocations") == []


@STREAMED
def test_no_fallback_goes_around_another_ones_content_filter(app: Handler, server: FakeServer, is_stream: bool) -> None:
    stage.script_everything_well(server, SAGEMAKER | {"fallback": ["gpt", "nova-micro"]}, OPENAI, BEDROCK)
    server.replies |= dict.fromkeys(("invocations", "invocations-response-stream"), aws_error("AccessDeniedException"))
    server.replies["completions"] = json_reply({"error": {"code": "content_filter"}}, 400)

    assert failure_of(ask_chat(app, question("smollm2", stream=is_stream))) == (400, "content_filter", False)
    assert [*server.asked("converse"), *server.asked("converse-stream")] == []


def test_a_stream_that_begins_with_its_usage_can_be_a_fallbacks(app: Handler, server: FakeServer) -> None:
    stage.script_everything_well(server, OPENAI | {"fallback": ["smollm2"]}, SAGEMAKER)
    begins = sse({"usage": {"prompt_tokens": 5, "completion_tokens": 0}}, *CHUNKS)
    server.replies |= {"completions": Reply(status=402), "invocations-response-stream": stage.parts(begins)}

    first, *rest = events_of(ask_chat(app, question("gpt", stream=True)))

    assert first["terrachat"] == {"answered_by": "smollm2", "fallback_from": ["gpt"]}
    assert stage.text_of([first, *rest]) == "Paris."


def test_nothing_falls_back_after_the_first_byte(app: Handler, server: FakeServer) -> None:
    stage.script_everything_well(server, OPENAI | {"fallback": ["smollm2"]}, SAGEMAKER)
    server.replies["completions"] = Reply([sse(chunk("Pa"), done=False)], headers=SSE)

    reply = ask_chat(app, question("gpt", stream=True))

    assert failure_of(reply) == (200, "stream_truncated", True)
    assert server.asked("invocations-response-stream") == []


def test_a_reply_without_a_fallback_says_nothing_of_it(app: Handler) -> None:
    whole, stream = ask_chat(app, question("gpt")), ask_chat(app, question("gpt", stream=True))

    assert (whole.json(), events_of(stream)) == (COMPLETION, [*CHUNKS[:3], "[DONE]"])
    assert {reply.headers["x-terrachat-model"] for reply in (whole, stream)} == {"gpt"}


@pytest.mark.parametrize("model", ["gpt", "smollm2", "nova-micro"])
@pytest.mark.parametrize("wants_usage", [False, True], ids=["unasked", "asked"])
def test_usage_is_counted_for_all_and_told_to_those_who_ask(
    app: Handler, log: io.StringIO, model: str, wants_usage: bool
) -> None:
    options = {"stream_options": {"include_usage": True}} if wants_usage else {}

    events = events_of(ask_chat(app, question(model, stream=True, **options)))

    assert [one.get("usage") is not None for one in events[:-1] if not one["choices"]] == [True] * wants_usage
    assert '"output_tokens": 2' in log.getvalue()


@STREAMED
def test_what_was_left_out_of_a_request_is_told(app: Handler, server: FakeServer, is_stream: bool) -> None:
    stage.script_everything_well(server, BEDROCK | {"unsupported_parameters": "drop"})

    reply = ask_chat(app, question("nova-micro", stream=is_stream, seed=7))

    first = events_of(reply)[0] if is_stream else reply.json()
    (warning,) = first["terrachat"]["warnings"]
    assert "seed" in warning


def test_fault_46_records_that_form_a_loop_are_asked_once_each(app: Handler, server: FakeServer) -> None:
    loop = [OPENAI | {"fallback": ["smollm2", "smollm2"]}, SAGEMAKER | {"fallback": ["gpt"]}]
    stage.script_everything_well(server, *loop)
    server.replies |= {"invocations": aws_error("AccessDeniedException"), "completions": Reply(status=402)}

    assert failure_of(ask_chat(app, question("gpt"))) == (502, "all_fallbacks_failed", False)
    assert [len(server.asked(operation)) for operation in ("completions", "invocations")] == [1, 1]


def _open(app: Handler, server: FakeServer) -> int:
    """Let `smollm2` fail until its breaker opens; gives how often its endpoint was asked."""
    server.replies["invocations"] = FAILING
    for _ in range(FAILURES_TO_OPEN):
        assert failure_of(ask_chat(app, question("smollm2"))) == (502, "upstream_error", True)
    return len(server.asked("invocations"))


def test_fault_47_a_model_that_failed_often_is_left_alone(app: Handler, server: FakeServer, clock: Clock) -> None:
    asked = _open(app, server)

    reply = ask_chat(app, question("smollm2"))

    assert failure_of(reply) == (503, "circuit_open", True)
    assert len(server.asked("invocations")) == asked
    assert 1 <= int(reply.headers["retry-after"]) <= OPEN_S
    assert ask_chat(app, question("gpt")).status_code == 200


def test_fault_47_a_model_that_recovers_is_found_out_by_one_request(
    app: Handler, server: FakeServer, clock: Clock
) -> None:
    asked = _open(app, server)
    clock.time += OPEN_S
    assert failure_of(ask_chat(app, question("smollm2"))) == (502, "upstream_error", True)
    assert len(server.asked("invocations")) == asked + 1  # one, and no second attempt
    assert failure_of(ask_chat(app, question("smollm2"))) == (503, "circuit_open", True)

    clock.time += OPEN_S
    server.replies["invocations"] = json_reply(COMPLETION)

    assert [ask_chat(app, question("smollm2")).status_code for _ in range(2)] == [200, 200]


def test_fault_47_an_open_breaker_falls_back_at_once(app: Handler, server: FakeServer, clock: Clock) -> None:
    stage.script_everything_well(server, SAGEMAKER | {"fallback": ["gpt"]}, OPENAI)
    server.replies["invocations"] = FAILING
    for _ in range(FAILURES_TO_OPEN):
        ask_chat(app, question("smollm2"))
    asked = len(server.asked("invocations"))

    assert ask_chat(app, question("smollm2")).headers["x-terrachat-model"] == "gpt"
    assert len(server.asked("invocations")) == asked


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(aws_error("ValidationException"), id="a wrong request"),
        pytest.param(aws_error("ThrottlingException"), id="throttling"),
        pytest.param(aws_error("AccessDeniedException"), id="no access"),
    ],
)
def test_what_is_no_outage_opens_no_breaker(app: Handler, server: FakeServer, clock: Clock, fault: Reply) -> None:
    server.replies["invocations"] = fault
    replies = [failure_of(ask_chat(app, question("smollm2"))) for _ in range(2 * FAILURES_TO_OPEN)]

    assert len(set(replies)) == 1


def test_streams_that_are_cut_again_and_again_open_the_breaker(app: Handler, server: FakeServer) -> None:
    server.replies["completions"] = Reply([sse(chunk("Pa"), done=False)], headers=SSE)
    for _ in range(FAILURES_TO_OPEN):
        assert failure_of(ask_chat(app, question("gpt", stream=True)))[1] == "stream_truncated"

    assert failure_of(ask_chat(app, question("gpt", stream=True))) == (503, "circuit_open", True)
