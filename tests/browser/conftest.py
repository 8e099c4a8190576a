"""A page in headless Chromium: a real Streamlit server, a fake handler, an emulated AWS."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, expect

import frontend
from tests.browser.stack import Stack, running_stack

APP = Path(frontend.__file__).with_name("asgi.py")
OpenPage = Callable[..., Page]
COMPOSER = "[data-testid=stChatInput]"
SIDEBAR = "[data-testid=stSidebarUserContent] [role=radiogroup]"
# Streamlit's own marks (1.67): connected, and no script is running.
RESTS = "[data-testid=stApp][data-test-connection-state=CONNECTED][data-test-script-state=notRunning]"

_FAILED = pytest.StashKey[set[str | None]]()  # in which phases a test has failed

# Where no check states a limit, a busy machine may take its time.
expect.set_options(timeout=20_000)


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    with running_stack() as running:
        running.publish_models()
        yield running


@pytest.fixture(scope="session")
def server(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a Streamlit server, started somewhere else than in the repository."""
    with serving(stack, tmp_path_factory.mktemp("server")) as url:
        yield url


@contextmanager
def serving(stack: Stack, folder: Path) -> Iterator[str]:
    """The URL of a Streamlit server that runs in `folder`, and whose page finds `stack` around it."""
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
def problems() -> list[str]:
    """What any page of the test wrote to its console as an error."""
    return []


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    item.stash.setdefault(_FAILED, set()).update({report.when} if report.failed else ())
    return report


@pytest.fixture(scope="module")
def window(chromium: Browser) -> Iterator[BrowserContext]:
    """One window for the tests of a module: a page loads 243 files, and the window keeps them."""
    with chromium.new_context(viewport={"width": 1280, "height": 900}, locale="en-US") as context:
        yield context


@pytest.fixture
def open_page(
    request: pytest.FixtureRequest,
    window: BrowserContext,
    server: str,
    stack: Stack,
    outside: list[str],
    problems: list[str],
    tmp_path: Path,
) -> Iterator[OpenPage]:
    """Opens a page of this path and query in a new tab, and waits until it can be used.

    That is with `ready`, a selector; without one the composer on the chat page, and elsewhere a run of the script.
    """

    def asked(one: Request) -> None:
        if leaves(one.url, server):
            outside.append(one.url)

    def said(message: ConsoleMessage) -> None:
        if message.type == "error":
            problems.append(message.text)

    def open_it(address: str = "", ready: str | None = None) -> Page:
        page = window.new_page()
        page.goto(server + address)
        is_chat = address.partition("?")[0] == ""
        page.locator(ready or (COMPOSER if is_chat else SIDEBAR)).wait_for(timeout=30_000)
        if not ready and not is_chat:
            page.locator(RESTS).wait_for(timeout=30_000)  # which it also does before it has begun
        return page

    window.on("request", asked)
    window.on("console", said)
    stack.handler.release.clear()
    stack.forget()
    yield open_it
    stack.handler.release.set()
    window.remove_listener("request", asked)
    window.remove_listener("console", said)
    if request.node.stash[_FAILED]:
        keep_for_a_reader(window, problems, tmp_path)
    for page in window.pages:
        page.evaluate("localStorage.clear()")
        page.close()
    window.clear_cookies()


def keep_for_a_reader(window: BrowserContext, problems: list[str], folder: Path) -> None:
    """Print where the pages of a failed test were, and pictures of them."""
    for number, page in enumerate(window.pages, 1):
        picture = folder / f"page-{number}.png"
        page.screenshot(path=picture)
        picture.with_suffix(".html").write_text(page.content())
        focused = page.evaluate("`${document.hasFocus()} ${document.activeElement?.outerHTML.slice(0, 200)}`")
        print(f"{page.url}: {picture}\nfocus: {focused}")
    print("console:", *problems, sep="\n")


def leaves(url: str, server: str) -> bool:
    return not url.startswith((server, server.replace("http", "ws"), "data:", "blob:"))
