"""How the handler starts: what importing it costs, and `run.sh` as the Lambda Web Adapter runs it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx2
import pytest

from chat_handler.settings import Settings, SettingsError, from_environment
from tests.unit.chat_handler.stage import wait_until

ROOT = Path(__file__).parents[3] / "lambda"
HEAVY = (
    *("langchain_core", "langchain_aws", "boto3", "botocore", "urllib3", "pydantic", "numpy", "openai"),
    *("httpx2", "httpcore2", "aiohttp", "yarl"),
    *("anthropic", "cohere", "google", "langchain_anthropic", "langchain_cohere", "langchain_google_genai"),
)


def test_importing_the_handler_imports_no_vendor() -> None:
    loaded = modules_after("import chat_handler.app")

    assert loaded.isdisjoint(HEAVY)


def test_importing_the_handler_imports_little() -> None:
    # Modules are counted and not milliseconds, which are another machine's: each takes a cold start about 0.3 ms.
    ours = modules_after("import chat_handler.app")
    server = modules_after("import uvicorn.main, starlette.applications")

    assert len(ours - server) <= 85


def modules_after(program: str) -> set[str]:
    """Every module that a fresh interpreter has after `program`."""
    result = subprocess.run(
        [sys.executable, "-c", f"{program}; import sys; print(*sys.modules)"],
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    return set(result.stdout.split())


@pytest.mark.parametrize("port_variable", ["AWS_LWA_PORT", "PORT"])
def test_run_sh_serves_the_health_check(port_variable: str, tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    # The interpreter of these tests under the name that run.sh asks for, as Lambda's runtime has it.
    (tmp_path / "python3").write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n', encoding="utf-8")
    (tmp_path / "python3").chmod(0o755)
    environment = {
        "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}",
        port_variable: str(port),
        "TERRACHAT_DEPLOYMENT": "demo",
        "AWS_REGION": "us-east-1",
        "PYTHONPATH": str(tmp_path),
    }
    # A library's warning: pydantic's have had a prompt in them.
    (tmp_path / "sitecustomize.py").write_text("import warnings; warnings.warn('their words')", encoding="utf-8")

    with (
        (tmp_path / "output").open("wb") as output,
        subprocess.Popen([ROOT / "run.sh"], env=environment, cwd=tmp_path, stdout=output, stderr=output) as process,
    ):
        try:
            url = f"http://127.0.0.1:{port}/health"
            wait_until(lambda: process.poll() is not None or _answers(url), "run.sh serves", wait_s=30)
            assert httpx2.get(url).json() == {"status": "ok"}
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(10)
    assert "their words" not in (tmp_path / "output").read_text(encoding="utf-8")


def _answers(url: str) -> bool:
    try:
        return httpx2.get(url).is_success
    except httpx2.TransportError:
        return False


def test_run_sh_can_be_executed_on_linux() -> None:
    script = ROOT / "run.sh"

    assert script.stat().st_mode & 0o777 == 0o755
    assert b"\r" not in script.read_bytes()


def test_settings() -> None:
    environment = {"TERRACHAT_DEPLOYMENT": "demo", "AWS_REGION": "r"}

    assert from_environment({**environment, "OTHER": "x"}) == Settings("demo", "r", None)
    assert from_environment(
        {
            **environment,
            "TERRACHAT_API_KEYS_SECRET_ARN": "arn",
            "TERRACHAT_PROVIDERS_URL": "http://x/",
            "TERRACHAT_METRICS_NAMESPACE": "Terrachat",
            "TERRACHAT_LOG_PROMPTS": "true",
            "AWS_LAMBDA_INITIALIZATION_TYPE": "snap-start",
            "AWS_LWA_SNAPSTART_BEFORE_CHECKPOINT_PATH": "/before",
            "AWS_LWA_SNAPSTART_AFTER_RESTORE_PATH": "/after",
        }
    ) == Settings(
        "demo",
        "r",
        "arn",
        "http://x",
        metrics_namespace="Terrachat",
        log_prompts=True,
        is_initialised_ahead=True,
        before_snapshot_path="/before",
        after_restore_path="/after",
    )


@pytest.mark.parametrize(
    ("kind", "is_ahead"),
    [("on-demand", False), ("provisioned-concurrency", True), ("snap-start", True), ("lambda-managed-instances", True)],
)
def test_lambda_tells_whether_a_request_waits_for_the_start(kind: str, is_ahead: bool) -> None:
    environment = {"TERRACHAT_DEPLOYMENT": "demo", "AWS_REGION": "r", "AWS_LAMBDA_INITIALIZATION_TYPE": kind}

    assert from_environment(environment).is_initialised_ahead is is_ahead


@pytest.mark.parametrize("value", ["", "false", "TRUE", "1"])
def test_prompts_are_logged_for_one_word_only(value: str) -> None:
    environment = {"TERRACHAT_DEPLOYMENT": "demo", "AWS_REGION": "r", "TERRACHAT_LOG_PROMPTS": value}

    assert not from_environment(environment).log_prompts


@pytest.mark.parametrize("name", ["TERRACHAT_DEPLOYMENT", "AWS_REGION"])
def test_a_missing_setting_is_named(name: str) -> None:
    environment = {"TERRACHAT_DEPLOYMENT": "demo", "AWS_REGION": "r"} | {name: ""}

    with pytest.raises(SettingsError, match=f"'{name}' is not set"):
        from_environment(environment)
