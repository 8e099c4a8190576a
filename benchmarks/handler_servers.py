"""The servers that are compared, each in a process of its own, in front of one scripted upstream.

Ours is the zip as it is deployed, unpacked and started by its own run.sh. The LiteLLM proxy is installed once, below
.venv/benchmarks. Where the machine has two processors, the compared servers get one of them, and the upstream and the
load the other: what is measured then never waits for what measures.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.handler_upstream import KEY, PAUSES_S, STEADY
from benchmarks.peers import FOLDER
from generator.families.lambda_runtime import on_this_machine
from generator.packaging import build

LITELLM = "litellm[proxy]==1.106.2"  # the newest, 2026-11-22
_ROOT = Path(__file__).parents[1]
_APPS = Path(__file__).parent / "peer_apps"
_UP_WITHIN_S = 120.0
_CHAT = {"model": STEADY, "messages": [{"role": "user", "content": "Hello"}]}


@dataclass(frozen=True)
class Server:
    """A program that listens on a port. `path` answers as soon as it is up, and `ready_path` when all is loaded."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str]
    port: int
    folder: Path
    path: str = "/"
    ready_path: str | None = None

    @contextlib.contextmanager
    def running(self, processor: int | None) -> Iterator[Running]:
        """The process, on one processor where a number is given. It ends, with its children, when the block does."""
        with (self.folder / "output.log").open("ab") as log:
            began = time.perf_counter()
            process = subprocess.Popen(
                self.command, env=self.environment, cwd=self.folder, stdout=log, stderr=log, start_new_session=True
            )
            try:
                if processor is not None:
                    os.sched_setaffinity(process.pid, {processor})
                yield Running(self, process, began)
            finally:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait()


@dataclass(frozen=True)
class Running:
    """A server that was started at `began`."""

    server: Server
    process: subprocess.Popen[bytes]
    began: float

    def until_up(self) -> float:
        """Wait until it answers at its path; the seconds since its start."""
        return self._until(lambda: _status(f"http://127.0.0.1:{self.server.port}{self.server.path}"))

    def until_ready(self) -> float:
        """Wait until it says that all is loaded, if it knows; the seconds since its start."""
        path = self.server.ready_path or self.server.path
        return self._until(lambda: _status(f"http://127.0.0.1:{self.server.port}{path}"))

    def until_chat(self) -> float:
        """Wait until it answers a chat request; the seconds since its start."""
        return self._until(lambda: _status(f"http://127.0.0.1:{self.server.port}/v1/chat/completions", _CHAT))

    def memory_mib(self) -> float:
        """What it holds of the machine's memory now."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS")) / 1024

    def processor_s(self) -> float:
        """The processor time that its threads have used."""
        tasks = Path(f"/proc/{self.process.pid}/task").glob("*/schedstat")
        return sum(int(task.read_text().split()[0]) for task in tasks) / 1e9

    def _until(self, status: Callable[[], int | None]) -> float:
        while (answered := status()) != 200:
            if self.process.poll() is not None or time.perf_counter() - self.began > _UP_WITHIN_S:
                log = (self.server.folder / "output.log").read_text(errors="replace")
                raise RuntimeError(f"{self.server.name} does not answer ({answered}): {log[-2000:]}")
            time.sleep(0.002)
        return time.perf_counter() - self.began


def upstream(folder: Path) -> Server:
    """The scripted model server, which answers the direct calls too."""
    port = _free_port()
    command = (sys.executable, "-m", "benchmarks.handler_upstream", str(port))
    return Server("direct", command, _environment({"PYTHONPATH": str(_ROOT)}), port, folder)


def byte_relay(upstream_port: int, folder: Path) -> Server:
    """The floor: a hop through Python that looks at nothing."""
    port = _free_port()
    command = (sys.executable, str(_APPS / "byte_relay.py"), str(port), str(upstream_port))
    return Server("relay of bytes", command, _environment({}), port, folder)


def sdk_app(upstream_port: int, folder: Path) -> Server:
    """OpenAI's own client behind Starlette, under the same uvicorn as ours."""
    port = _free_port()
    command = (sys.executable, "-m", "uvicorn", "sdk_app:app", "--port", str(port), "--no-access-log")
    own = {"PYTHONPATH": str(_APPS), "UPSTREAM_URL": f"http://127.0.0.1:{upstream_port}/v1", "UPSTREAM_KEY": KEY}
    return Server("bare SDK behind Starlette", command, _environment(own), port, folder, "/health")


def ours(upstream_port: int, folder: Path) -> Server:
    """The handler as a catalog with pass-through models gets it; `folder` is its /var/task."""
    archive = build(on_this_machine(), FOLDER / "zips")
    with zipfile.ZipFile(archive.path) as packed:
        packed.extractall(folder)
    port = _free_port()
    script = folder / "run.sh"
    script.chmod(0o755)
    own = {
        # run.sh asks for python3; that of the environment that measures would bring packages of its own.
        "PATH": f"{sys.base_prefix}/bin:{os.environ['PATH']}",
        "LAMBDA_TASK_ROOT": str(folder),
        "AWS_LWA_PORT": str(port),
        "AWS_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "AKIABENCHMARK",
        "AWS_SECRET_ACCESS_KEY": "benchmark",
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{upstream_port}",
        "TERRACHAT_DEPLOYMENT": "demo",
        "TERRACHAT_API_KEYS_SECRET_ARN": "arn:aws:secretsmanager:us-east-1:123456789012:secret:keys-abcdef",
    }
    return Server("terrachat", (str(script),), _environment(own), port, folder, "/health", "/ready")


def litellm(upstream_port: int, folder: Path) -> Server:
    """The LiteLLM proxy, one worker, without a database and without telemetry."""
    installed = _litellm()
    port = _free_port()
    where = {"api_base": f"http://127.0.0.1:{upstream_port}/v1", "api_key": KEY}
    config = {
        "model_list": [
            {"model_name": model, "litellm_params": {"model": f"openai/{model}", **where}} for model in PAUSES_S
        ],
        "litellm_settings": {"telemetry": False},
    }
    (folder / "config.yaml").write_text(json.dumps(config))
    command = ("litellm", "--config", "config.yaml", "--host", "127.0.0.1", "--port", str(port), "--num_workers", "1")
    own = {
        "LITELLM_LOCAL_MODEL_COST_MAP": "True",
        "LITELLM_LOG": "ERROR",
        "LITELLM_MODE": "PRODUCTION",
        # On AWS it is IAM that checks our callers, so neither of the two checks a key here.
        "LITELLM_DANGEROUSLY_PERMIT_WEAK_OR_UNSET_MASTER_KEY": "true",
    }
    return Server(
        "LiteLLM proxy",
        (str(installed / "bin" / command[0]), *command[1:]),
        _environment({**own, "PATH": f"{installed / 'bin'}:{os.environ['PATH']}"}),
        port,
        folder,
        "/health/liveliness",
    )


def litellm_packages() -> Path:
    """The folder of what the LiteLLM proxy consists of."""
    return next(_litellm().glob("lib/python*/site-packages"))


def _litellm() -> Path:
    installed = FOLDER / "litellm"
    if not (installed / "bin/litellm").exists():
        _run("uv", "venv", "--quiet", "--python", sys.executable, str(installed))
        _run("uv", "pip", "install", "--quiet", "--python", str(installed / "bin/python"), LITELLM)
    return installed


def _environment(own: Mapping[str, str]) -> dict[str, str]:
    """What a process needs, and nothing else of whoever measures."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "SSL_CERT_FILE") if name in os.environ}
    return {**kept, **own}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _status(url: str, body: object = None) -> int | None:
    request = urllib.request.Request(url, None if body is None else json.dumps(body).encode())  # noqa: S310 - loopback
    request.add_header("content-type", "application/json")
    try:
        with urllib.request.urlopen(request, timeout=_UP_WITHIN_S) as reply:  # noqa: S310 - loopback
            status: int = reply.status
            return status
    except urllib.error.HTTPError as exc:
        return exc.code
    except OSError:
        return None


def _run(*command: str) -> None:
    program = Path(sys.prefix, "bin", command[0])
    subprocess.run([str(program) if program.exists() else command[0], *command[1:]], check=True)
