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
    *("langchain_core", "langchain_aws", "boto3", "botocore", "httpx2", "pydantic", "numpy", "openai"),
    *("anthropic", "cohere", "google", "langchain_anthropic", "langchain_cohere", "langchain_google_genai"),
)


def test_importing_the_handler_imports_no_vendor() -> None:
    program = f"import sys, chat_handler.app; print([name for name in {HEAVY} if name in sys.modules])"

    result = subprocess.run(
        [sys.executable, "-c", program], env={"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=True
    )

    assert result.stdout == "[]\n"


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
    }

    with subprocess.Popen([ROOT / "run.sh"], env=environment, cwd=tmp_path, stdout=subprocess.PIPE) as process:
        try:
            url = f"http://127.0.0.1:{port}/health"
            wait_until(lambda: process.poll() is not None or _answers(url), "run.sh serves", wait_s=30)
            assert httpx2.get(url).json() == {"status": "ok"}
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(10)


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
    environment = {"TERRACHAT_DEPLOYMENT": "demo", "AWS_REGION": "r", "TERRACHAT_PROVIDERS_URL": "http://x/"}

    assert from_environment({**environment, "OTHER": "x"}) == Settings("demo", "r", None, "http://x")


@pytest.mark.parametrize("name", ["TERRACHAT_DEPLOYMENT", "AWS_REGION"])
def test_a_missing_setting_is_named(name: str) -> None:
    environment = {"TERRACHAT_DEPLOYMENT": "demo", "AWS_REGION": "r"} | {name: ""}

    with pytest.raises(SettingsError, match=f"'{name}' is not set"):
        from_environment(environment)
