"""Whatever keeps AWS or the Hub from answering is an `unknown` finding beside the others' answers.

With the real boto3 and huggingface_hub, against real sockets: what they raise is theirs, and changes with them.
"""

from __future__ import annotations

import json
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import huggingface_hub
import pytest

from generator.aws_clients import AwsClients
from generator.deployment.targets import Target
from generator.hub import Hub
from generator.loading import load_catalog
from generator.preflight import credentials
from generator.preflight.examining import ask_all
from generator.preflight.findings import Check, Finding, Verdict
from generator.preflight.scene import Scene

CATALOG = """\
version: 1
deployment: demo
region: us-east-1
models: [{id: gpt, provider: openai, model: gpt-4o}]
"""
# .invalid is nobody's (RFC 6761).
NOWHERE = "http://nothing.invalid"
PASSWORD = "planted"
WELL = Check("test/well", "what can be asked", lambda: [Finding("test/well", "it", Verdict.OK, "it is there")])


@pytest.fixture(autouse=True)
def _signed_in_and_without_a_proxy(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    for name in os.environ:
        if name.startswith(("AWS_", "HF_")) or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret-planted")
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    huggingface_hub.close_session()  # it remembers the proxies of its first question
    yield
    huggingface_hub.close_session()


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    file = tmp_path / "catalog.yaml"
    file.write_text(CATALOG)
    return Scene(load_catalog(file), Target(), tmp_path, AwsClients())


def found(*checks: Check, patience_s: float = 60) -> Finding:
    """What the first of `checks` came to; what can be asked has answered beside it."""
    answers = ask_all([*checks, WELL], patience_s=patience_s)
    assert answers[-1].findings[0].verdict is Verdict.OK
    (finding,) = answers[0].findings
    assert "planted" not in repr(finding.document())
    assert finding.verdict is Verdict.UNKNOWN
    assert finding.fix
    return finding


def identity(scene: Scene) -> Check:
    """The check that asks AWS least: who is signed in."""
    return next(each for each in credentials.checks(scene) if each.id == "credentials/identity")


def token(endpoint: str) -> Check:
    def examine() -> list[Finding]:
        return [Finding("test/hub", "the Hub", Verdict.OK, Hub("hf_planted", endpoint).account().name)]

    return Check("test/hub", "the Hub", examine)


def test_nobody_signed_in(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")

    finding = found(identity(scene))

    assert finding.reason == "nobody is signed in to AWS"
    assert "aws sso login" in finding.fix


def test_a_profile_that_does_not_exist(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "nobody")

    finding = found(identity(scene))

    assert "nobody" in finding.reason
    assert finding.fix == "Set AWS_PROFILE to one that is there: aws configure list-profiles"


@pytest.mark.parametrize(
    ("status", "code", "fix"),
    [
        (403, "ExpiredToken", "Sign in to AWS"),
        (403, "InvalidClientTokenId", "Sign in to AWS"),
        (403, "AccessDenied", "sign in as another"),
        (400, "ThrottlingException", "in a minute"),
    ],
)
def test_aws_refuses(status: int, code: str, fix: str, scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    said = f"<ErrorResponse><Error><Code>{code}</Code><Message>Not now.</Message></Error></ErrorResponse>"
    with answering(status, said) as url:
        monkeypatch.setenv("AWS_ENDPOINT_URL", url)

        finding = found(identity(scene))

    assert finding.reason == f"GetCallerIdentity failed: {code}: Not now."
    assert fix in finding.fix


@pytest.mark.parametrize("who", ["aws", "hub"])
def test_connection_refused(who: str, scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    url = f"http://127.0.0.1:{closed_port()}"
    monkeypatch.setenv("AWS_ENDPOINT_URL", url)

    finding = found(identity(scene) if who == "aws" else token(url))

    assert "127.0.0.1" in finding.reason
    assert "network" in finding.fix


@pytest.mark.parametrize("who", ["aws", "hub"])
def test_a_name_that_nobody_has(who: str, scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", NOWHERE)

    finding = found(identity(scene) if who == "aws" else token(NOWHERE))

    assert "nothing.invalid" in finding.reason
    assert "network" in finding.fix


@pytest.mark.parametrize("who", ["aws", "hub"])
def test_a_proxy_that_refuses(who: str, scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """Asked for the public AWS and the public Hub, and letting nobody through."""
    with answering(403, "Ask your administrator.") as url:
        monkeypatch.setenv("HTTPS_PROXY", url.replace("//", f"//me:{PASSWORD}@"))

        finding = found(identity(scene) if who == "aws" else token("https://huggingface.co"))

    assert "roxy" in finding.reason or "403" in finding.reason
    assert "network" in finding.fix


@pytest.mark.parametrize("who", ["aws", "hub"])
def test_a_server_that_never_answers(who: str, scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    with silent() as url:
        monkeypatch.setenv("AWS_ENDPOINT_URL", url)

        finding = found(identity(scene) if who == "aws" else token(url), patience_s=2)

    assert finding.reason == "no answer within 2 s"


@pytest.mark.parametrize(("status", "said"), [(429, "429"), (500, "500")])
def test_the_hub_refuses(status: int, said: str) -> None:
    with answering(status, json.dumps({"error": "Not now."})) as url:
        finding = found(token(url))

    assert said in finding.reason


def test_what_answers_is_something_else(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """As the page of a hotel's network, with status 200."""
    with answering(200, "<!doctype html><p>Welcome<br>") as url:
        monkeypatch.setenv("AWS_ENDPOINT_URL", url)

        assert found(identity(scene)).reason == "GetCallerIdentity failed: what answers is not AWS"
        assert "not the Hub" in found(token(url)).reason


@contextmanager
def answering(status: int, said: str) -> Iterator[str]:
    """The address of a server, or of a proxy, that gives this answer to everything."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.rfile.read(int(self.headers.get("content-length", 0)))
            self.send_response(status)
            self.send_header("content-length", str(len(said)))
            self.end_headers()
            self.wfile.write(said.encode())

        do_POST = do_CONNECT = do_GET  # noqa: N815 - the base class's names

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def silent() -> Iterator[str]:
    """The address of a server that takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0), backlog=8) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
    return port
