"""The two pages that are compared, each a Streamlit server of its own in front of one scripted upstream.

In: a folder for each. Out: `Server`, with the same settings and theme for both.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.handler_servers import Server

_ROOT = Path(__file__).parents[1]
_PLAIN = Path(__file__).parent / "peer_apps" / "plain_streamlit.py"
_CONFIG = _ROOT / "frontend" / ".streamlit"
OURS, PLAIN = "terrachat", "plain st.write_stream"
# Streamlit keeps a session for 120 s after its tab is closed; nobody wants to wait that long for the end of a soak.
SESSION_TTL_S = 10


@dataclass(frozen=True)
class Stack:
    """The upstream's base URL, and the variables that make our page use it."""

    upstream: str
    environment: Mapping[str, str]


@contextlib.contextmanager
def running_stack() -> Iterator[Stack]:
    """In a process of its own, so that neither page waits for what the other one left to do."""
    command = [sys.executable, "-m", "benchmarks.frontend_stack"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=_ROOT, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL) as process:
        assert process.stdin is not None and process.stdout is not None  # noqa: S101 both are pipes
        try:
            told = json.loads(process.stdout.readline())
            yield Stack(told["upstream"], told["environment"])
        finally:
            process.stdin.close()


def ours(stack: Stack, folder: Path) -> Server:
    return _streamlit(OURS, _ROOT / "frontend" / "asgi.py", stack.environment, folder)


def plain(stack: Stack, folder: Path) -> Server:
    """Beside its script stands our configuration: the same theme, and the same of everything else."""
    script = folder / _PLAIN.name
    shutil.copy(_PLAIN, script)
    shutil.copytree(_CONFIG, folder / _CONFIG.name)
    return _streamlit(PLAIN, script, {"UPSTREAM_URL": stack.upstream}, folder)


def _streamlit(name: str, script: Path, environment: Mapping[str, str], folder: Path) -> Server:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    options = ("--server.port", str(port), "--server.disconnectedSessionTTL", str(SESSION_TTL_S))
    command = (sys.executable, "-m", "streamlit", "run", str(script), *options)
    return Server(name, command, {**os.environ, **environment}, port, folder, "/_stcore/health")
