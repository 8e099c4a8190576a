"""Checks 22 to 24: what a model writes is shown as it is meant, and does nothing."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.chatting import answer, ask, composer
from tests.browser.conftest import OpenPage
from tests.browser.fake_models import CODE
from tests.browser.stack import Stack

pytestmark = pytest.mark.browser
CLIPBOARD = ["clipboard-read", "clipboard-write"]


def test_check_22_code_is_highlighted_copied_exactly_and_scrolls_in_its_block(open_page: OpenPage) -> None:
    page = open_page("?model=code")
    page.context.grant_permissions(CLIPBOARD)
    ask(page, "Some code")
    expect(answer(page)).to_contain_text(re.compile("tokens? in"))
    block = answer(page).get_by_test_id("stCode")
    expect(block.locator("code span[class*=token], code span[style*=color]").first).to_be_attached()

    block.hover()
    block.get_by_role("button").first.click()
    page.wait_for_function("async (code) => await navigator.clipboard.readText() === code", arg=CODE)
    answer(page).get_by_role("button", name="Copy", exact=True).last.click()
    expect(answer(page).get_by_text("Copied.")).to_be_visible()
    whole = f"Here it is:\n\n```python\n{CODE}\n```\n\nThat was it."
    page.wait_for_function("async (text) => await navigator.clipboard.readText() === text", arg=whole)
    expect(page.locator("#terrachat-status")).to_have_text("Copied.")

    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.evaluate("document.querySelector('[data-testid=stMain]')?.scrollWidth ?? 0") <= 390
    widths = block.evaluate(
        "(e) => [...e.querySelectorAll('pre, code, div')].some((p) => p.scrollWidth > p.clientWidth)"
    )
    assert widths


def test_check_22_where_the_browser_refuses_the_text_is_there_to_copy(open_page: OpenPage) -> None:
    page = open_page("?model=echo")
    page.evaluate("void (navigator.clipboard.writeText = () => Promise.reject(new Error('refused')))")
    ask(page, "Copy me")
    expect(answer(page)).to_contain_text(re.compile("tokens? in"))
    answer(page).get_by_role("button", name="Copy", exact=True).click()

    expect(answer(page).get_by_text("press Ctrl+C")).to_be_visible()
    box = answer(page).locator("textarea")
    expect(box).to_have_value("You said: Copy me")
    expect(box).to_be_focused()


def test_check_23_markdown_is_rendered(open_page: OpenPage) -> None:
    page = open_page("?model=math")
    ask(page, "Everything")
    expect(answer(page).locator("code", has_text="nobody closed this")).to_be_visible()  # its fence is never closed
    expect(answer(page)).to_contain_text(re.compile("tokens? in"))

    expect(answer(page).locator(".katex")).to_have_count(2)
    expect(answer(page)).to_contain_text("costs $5 and $10")
    expect(answer(page).locator("ul ul ul li")).to_have_text("three")
    expect(answer(page).locator("table th")).to_have_text(["left", "middle", "right"])
    expect(answer(page).locator("code", has_text="a * b")).to_be_visible()


def test_check_23_hostile_markdown_does_nothing(open_page: OpenPage, outside: list[str], problems: list[str]) -> None:
    page = open_page("?model=torture")
    ask(page, "Torture me")

    expect(answer(page)).to_contain_text(re.compile("tokens? in"))
    expect(answer(page)).to_contain_text("<script>window.XSS = 1</script>")
    expect(answer(page)).to_contain_text("$5 and $10")
    assert page.evaluate("window.XSS") is None
    assert answer(page).locator("img").count() == 0
    links = {link.get_attribute("href") or "" for link in answer(page).locator("a").all()}
    assert all(link.startswith("https://") for link in links)
    assert outside == []
    assert problems == []
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_check_24_enter_sends_but_not_while_a_word_is_composed(open_page: OpenPage, stack: Stack) -> None:
    page = open_page("?model=echo")
    asked = len(stack.handler.requests)
    box = composer(page)
    box.focus()
    devtools = page.context.new_cdp_session(page)
    devtools.send("Input.imeSetComposition", {"text": "tiê", "selectionStart": 3, "selectionEnd": 3})
    box.dispatch_event(
        "keydown", {"key": "Enter", "code": "Enter", "keyCode": 229, "isComposing": True, "bubbles": True}
    )
    devtools.send("Input.insertText", {"text": "tiếng"})
    expect(box).to_have_value("tiếng")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("Việt")
    expect(box).to_have_value("tiếng\nViệt")
    assert len(stack.handler.requests) == asked

    page.keyboard.press("Enter")
    expect(answer(page)).to_contain_text(re.compile("tokens? in"))
    assert stack.handler.requests[-1]["messages"][-1]["content"] == "tiếng\nViệt"
    question = page.get_by_test_id("stChatMessage").first
    expect(question.locator("p br")).to_have_count(1)


def test_a_draft_outlives_another_page(open_page: OpenPage) -> None:
    page = open_page("?model=echo")
    composer(page).fill("Not finished yet")
    page.get_by_test_id("stSidebarNav").get_by_text("Models").click()
    expect(page.get_by_test_id("stChatInput")).to_have_count(0)
    page.get_by_test_id("stSidebarNav").get_by_text("Chat").click()

    expect(composer(page)).to_have_value("Not finished yet")
    composer(page).press("Enter")
    expect(answer(page)).to_contain_text(re.compile("You said: Not finished yet"))
