"""What tests of the chat page do again and again."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect


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
