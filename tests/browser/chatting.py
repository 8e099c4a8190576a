"""What tests of the chat page do again and again."""

from __future__ import annotations

import os

from playwright.sync_api import Locator, Page, expect

# The checks' limits hold for a machine that has nothing else to do: `make test-page ARGS='-n0'`. Beside other
# tests a page waits for its turn, and how long says nothing of the page.
PATIENCE = 15 if "PYTEST_XDIST_WORKER" in os.environ else 1


def composer(page: Page) -> Locator:
    return page.get_by_test_id("stChatInputTextArea")


def ask(page: Page, question: str) -> None:
    box = composer(page)
    expect(box).to_be_enabled()
    box.fill(question)
    box.press("Enter")


def answer(page: Page, n: int = 1) -> Locator:
    """The n-th bubble of a model."""
    return page.get_by_test_id("stChatMessage").nth(2 * n - 1)


def stop_button(page: Page) -> Locator:
    return page.locator(".st-key-stop").get_by_role("button")
