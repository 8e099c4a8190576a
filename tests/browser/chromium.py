"""A headless Chromium, shared by the browser tests of a module.

Without one the tests are skipped with a reason; under CI (`CI=true`) they fail instead.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Error, Playwright, sync_playwright

# Chromium without a window system first: it opens a page with half the work.
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "chrome")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Not for longer than a module: while it is open, Playwright keeps an event loop running in this thread, and no
    other test can start one.
    """
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(
                executable_path=find_chromium(playwright), args=["--no-sandbox", "--disable-gpu"]
            )
        except Error as exc:
            reason = f"no usable Chromium (looked for {', '.join(NAMES)} on PATH and Playwright's own): {exc.message}"
            if os.environ.get("CI") == "true":
                pytest.fail(reason)
            pytest.skip(reason)
        yield browser
        browser.close()


def find_chromium(playwright: Playwright) -> str:
    """The first browser of `NAMES` on PATH, else the one that Playwright would download."""
    found = (shutil.which(name) for name in NAMES)
    return next(filter(None, found), playwright.chromium.executable_path)
