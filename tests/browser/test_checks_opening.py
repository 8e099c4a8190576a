"""Opening the page: check 1."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.chatting import PATIENCE, composer
from tests.browser.conftest import OpenPage, leaves

pytestmark = pytest.mark.browser
# The browser writes these when Streamlit looks for itself below the page's own path first (1.67).
LOOKS_FOR_ITSELF = "Failed to load resource: the server responded with a status of 404 (Not Found)"


def best_of(times: int, action: Callable[[], None]) -> float:
    """The shortest time of some: others on the machine can only make it longer."""
    taken = []
    for _ in range(times):
        began = time.monotonic()
        action()
        taken.append(time.monotonic() - began)
    return min(taken)


def test_check_01_the_page_opens_quickly_without_errors_and_asks_nobody_else(chromium: Browser, server: str) -> None:
    outside: list[str] = []
    problems: list[str] = []

    def open_cold() -> Page:
        page = chromium.new_context(viewport={"width": 1280, "height": 900}, locale="en-US").new_page()
        page.on("request", lambda request: outside.append(request.url) if leaves(request.url, server) else None)
        page.on("console", lambda said: problems.append(said.text) if said.type == "error" else None)
        page.goto(server)
        expect(composer(page)).to_be_enabled()
        return page

    def open_and_leave() -> None:
        open_cold().context.close()

    page = open_cold()  # the first page of a server also waits for the server's own first look at what is deployed

    def reload() -> None:
        page.reload()
        expect(composer(page)).to_be_enabled()

    assert best_of(3, reload) < 1.5 * PATIENCE
    assert best_of(2, open_and_leave) < 5 * PATIENCE
    assert outside == []
    assert problems == []
    page.context.close()


@pytest.mark.parametrize("name", ["compare", "models", "usage", "settings"])
def test_check_01_every_page_opens_without_errors_and_asks_nobody_else(
    open_page: OpenPage, outside: list[str], problems: list[str], name: str
) -> None:
    open_page(name)

    assert outside == []
    assert [problem for problem in problems if problem != LOOKS_FOR_ITSELF] == []
