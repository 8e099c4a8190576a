"""A page in headless Chromium: a real Streamlit server, a fake handler, an emulated AWS."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

import frontend
from tests.browser.stack import Stack, running_stack

APP = Path(frontend.__file__).with_name("asgi.py")
OpenPage = Callable[..., Page]


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    with running_stack() as running:
        yield running


@pytest.fixture(scope="session")
def server(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a Streamlit server, started somewhere else than in the repository."""
    folder = tmp_path_factory.mktemp("server")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", str(APP), "--server.port", str(port)]
    log = folder / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, cwd=folder, env={**os.environ, **stack.environment}, stdout=output, stderr=output
        )
    try:
        wait_until_healthy(f"http://127.0.0.1:{port}/_stcore/health", process, log)
        yield f"http://127.0.0.1:{port}/"
    finally:
        process.terminate()
        process.wait(10)


def wait_until_healthy(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=1):  # noqa: S310 our own server
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise RuntimeError(f"Streamlit did not start:\n{log.read_text()}")


@pytest.fixture
def outside() -> list[str]:
    """The URLs outside the server that any page of the test asked for."""
    return []


@pytest.fixture
def open_page(chromium: Browser, server: str, outside: list[str]) -> Iterator[OpenPage]:
    """Opens a page with these query parameters, in a new window, and waits until it can be used."""
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, locale="en-US")
    context.on("request", lambda request: outside.append(request.url) if leaves(request.url, server) else None)

    def open_it(query: str = "") -> Page:
        page = context.new_page()
        page.goto(server + query)
        page.get_by_test_id("stChatInput").wait_for(timeout=30_000)
        return page

    yield open_it
    context.close()


def leaves(url: str, server: str) -> bool:
    return not url.startswith((server, server.replace("http", "ws"), "data:", "blob:"))
