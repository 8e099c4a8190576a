"""Somebody without a mouse uses all of the page: the walk-through of check 27. Nothing but keys."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.chatting import answer, composer, stop_button
from tests.browser.conftest import RESTS, OpenPage
from tests.browser.stack import Stack, turn

pytestmark = pytest.mark.browser


def tab_to(page: Page, target: Locator, key: str = "Tab") -> None:
    """Press Tab, or Shift+Tab, until the keyboard is there: as often as the page may need at most."""
    for _ in range(60):
        page.keyboard.press(key)
        if target.evaluate("element => element.contains(document.activeElement)"):
            return
    raise AssertionError(f"the keyboard does not come to {target}")


def back_to(page: Page, target: Locator) -> None:
    tab_to(page, target, "Shift+Tab")


def choose_entry(page: Page, name: str) -> None:
    """With the arrows, in the menu that the button under the keyboard opens."""
    page.keyboard.press("Enter")
    entries = page.get_by_role("menuitem")
    try:
        expect(entries.first).to_be_focused(timeout=5000)
    except AssertionError:  # a slow page may be drawn anew below an open menu: who sees that opens it again
        page.keyboard.press("Escape")
        expect(entries).to_have_count(0)
        page.keyboard.press("Enter")
        expect(entries.first).to_be_focused()
    for _ in range(entries.all_inner_texts().index(name)):
        page.keyboard.press("ArrowDown")
    expect(page.get_by_role("menuitem", name=name)).to_be_focused()
    page.keyboard.press("Enter")
    expect(entries).to_have_count(0)


def test_check_27_everything_can_be_done_without_a_mouse(open_page: OpenPage, stack: Stack) -> None:
    stack.keep([turn(1, "Which?", "That one.")], title="Another chat")
    chat = stack.keep([turn(1, "Who?", "Nobody."), turn(2, "And then?", "Nothing.")], title="Old name")
    page = open_page(f"?lang=en&model=echo&chat={chat}")
    page.locator(RESTS).wait_for()

    choose_a_model_past_the_sidebar(page)
    ask_and_stop(page)
    rate_an_earlier_answer(page)
    rename_and_delete(page)
    switch_the_language(page)
    for name in ("Cài đặt", "Mức sử dụng", "Mô hình", "So sánh", "Trò chuyện"):
        back_to(page, page.get_by_test_id("stSidebarNav").get_by_role("link", name=name))
        page.keyboard.press("Enter")
        expect(page).to_have_title(f"{name} · Terrachat")
    expect(composer(page)).to_be_visible()


def choose_a_model_past_the_sidebar(page: Page) -> None:
    page.keyboard.press("Tab")
    expect(page.get_by_text("Skip to main content")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_role("combobox", name="Model")).to_be_focused()
    page.keyboard.press("Control+a")
    page.keyboard.type("held")
    expect(page.get_by_role("option")).to_have_count(1)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("model=held"))


def ask_and_stop(page: Page) -> None:
    tab_to(page, composer(page))
    page.keyboard.type("Say something long")
    page.keyboard.press("Enter")
    expect(answer(page, 3)).to_contain_text("word1")
    expect(stop_button(page).first).to_be_visible()
    page.keyboard.press("Escape")
    expect(answer(page, 3)).to_contain_text("Stopped")
    expect(stop_button(page)).to_have_count(0)
    expect(composer(page)).to_be_focused()


def rate_an_earlier_answer(page: Page) -> None:
    """Its menu has the keyboard again afterwards, although it was drawn anew."""
    menu = page.get_by_role("button", name="More", exact=True).last
    back_to(page, menu)
    choose_entry(page, "Good")
    expect(answer(page, 2)).to_contain_text("rated good")
    expect(menu).to_be_focused()


def rename_and_delete(page: Page) -> None:
    """The keyboard stays where the conversation was."""
    back_to(page, page.get_by_role("button", name="Options for Old name"))
    choose_entry(page, "Rename")
    title = page.get_by_label("Title", exact=True)
    expect(title).to_be_visible()
    tab_to(page, title)
    page.keyboard.press("Control+a")
    page.keyboard.type("New name")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Options for New name")).to_be_focused()
    choose_entry(page, "Delete")
    confirm = page.get_by_role("button", name="Delete for good")
    expect(confirm).to_be_visible()
    tab_to(page, confirm)
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("stSidebar")).not_to_contain_text("New name")
    expect(page.get_by_label("Search conversations")).to_be_focused()  # the nearest above


def switch_the_language(page: Page) -> None:
    back_to(page, page.get_by_test_id("stSidebar").get_by_role("radiogroup", name="Language"))
    for key in ("ArrowLeft", "ArrowRight"):  # from whichever of the two it comes to
        page.keyboard.press(key)
    expect(page.get_by_role("radio", name="Tiếng Việt")).to_be_focused()
    page.keyboard.press("Space")
    expect(page.locator("html")).to_have_attribute("lang", "vi")
