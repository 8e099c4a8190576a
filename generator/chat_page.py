"""The Streamlit page as a child process: started on a free loopback port, ended with whoever started it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Self

import httpx2

from generator.errors import TerrachatError

_START_LIMIT_S = 60


class ChatPage:
    """A running page. `close` ends it."""

    def __init__(self, url: str, process: subprocess.Popen[bytes]) -> None:
        self.url = url
        self._process = process

    @classmethod
    def start(cls, environment: Mapping[str, str], log: Path, port: int | None = None) -> Self:
        """Start the page and wait until it is served.

        `environment` says which deployment it shows (docs/contracts.md, section 3); what it prints goes to `log`.
        Raises TerrachatError with the page's own words where it does not come up.
        """
        port = free_port(port)
        page = cls(f"http://127.0.0.1:{port}/", _spawn({**os.environ, **environment}, log, port))
        try:
            page._wait_until_served(log)
        except BaseException:
            page.close()
            raise
        return page

    def close(self) -> None:
        """End the page and wait until it has ended."""
        assert self._process.stdin is not None  # noqa: S101 - it was opened with a pipe
        self._process.stdin.close()
        self._process.wait()

    def has_ended(self, within_s: float) -> bool:
        """Wait for the page's process to end by itself, which it does only by failing; whether it has."""
        try:
            self._process.wait(within_s)
        except subprocess.TimeoutExpired:
            return False
        return True

    def _wait_until_served(self, log: Path) -> None:
        deadline = time.monotonic() + _START_LIMIT_S
        while time.monotonic() < deadline and self._process.poll() is None:
            try:
                if httpx2.get(f"{self.url}_stcore/health", timeout=2, trust_env=False).is_success:
                    return
            except httpx2.TransportError:
                time.sleep(0.1)
        said = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-5:]
        raise TerrachatError("the chat page did not start:\n" + "\n".join(said), hint=f"Its whole output is in {log}")


def _spawn(environment: Mapping[str, str], log: Path, port: int) -> subprocess.Popen[bytes]:
    log.parent.mkdir(parents=True, exist_ok=True)
    folder = Path(__file__).parent.parent / "frontend"
    python = (sys.executable, "-P", "-m")  # -P: no module is taken from the folder that the user is in
    with log.open("wb") as output:
        # On a leash: it ends with this process, however this process ends.
        return subprocess.Popen(
            [
                *(*python, "generator.local.leash", "--"),
                *(*python, "streamlit", "run", str(folder / "asgi.py")),
                *("--server.port", str(port), "--server.address", "127.0.0.1"),
            ],
            env=dict(environment),
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def free_port(wanted: int | None) -> int:
    """The port asked for, or any free one. Raises TerrachatError where the one asked for is taken."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", wanted or 0))
        except OSError as error:
            raise TerrachatError(
                f"the port {wanted} cannot be used: {error.strerror}", hint="Choose another, or leave --port out."
            ) from error
        return int(probe.getsockname()[1])
