"""The chat page as a person uses it, beside what the numbered checks ask (test_checks_….py)."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.chatting import PATIENCE, answer, ask, stop_button
from tests.browser.conftest import OpenPage
from tests.browser.stack import Stack

pytestmark = pytest.mark.browser
LAST_WORD = re.compile("word39")


def words(page: Page) -> int:
    return len(re.findall(r"word\d+", answer(page).inner_text()))


def seconds_until(expectation: Locator) -> float:
    began = time.monotonic()
    expectation.wait_for()
    return time.monotonic() - began


def wait_until(condition: Callable[[], bool], wait_s: float = 20) -> None:
    deadline = time.monotonic() + wait_s
    while not condition():
        assert time.monotonic() < deadline, f"did not happen within {wait_s} s"
        time.sleep(0.02)


def test_an_answer_grows_and_ends_with_its_footer(open_page: OpenPage, stack: Stack) -> None:
    page = open_page("?model=held")
    ask(page, "Count, please")

    expect(page.get_by_text("Count, please").first).to_be_visible()
    expect(answer(page)).to_contain_text("word3")
    seen = words(page)
    assert seen < 40
    stack.handler.release.set()
    expect(answer(page)).to_contain_text(LAST_WORD)
    counted = r"held · 2 tokens in · 40 out · no price · first token \d\.\d s · \d+\.\d s"
    expect(answer(page)).to_contain_text(re.compile(counted))
    expect(stop_button(page)).to_have_count(0)
    expect(page.get_by_test_id("stChatInputTextArea")).to_be_enabled()


def test_stop_works_before_the_first_byte(open_page: OpenPage, stack: Stack) -> None:
    page = open_page("?model=mute")
    ask(page, "Say nothing")
    expect(answer(page)).to_contain_text("Waiting for the first words")
    stop_button(page).click()

    assert seconds_until(page.get_by_role("button", name="Try again")) < 1 * PATIENCE
    assert stack.handler.closed[-1] == "mute"


def test_stop_does_not_wait_for_the_list_of_models(open_page: OpenPage, stack: Stack) -> None:
    page, other = open_page("?model=hang"), open_page()
    ask(page, "Stop me although the handler is slow")
    expect(answer(page)).to_contain_text("three")
    left, listed = len(stack.handler.closed), len(stack.handler.headers)
    stack.handler.lists.clear()
    try:
        other.get_by_role("button", name="Refresh").click()  # the list is kept for all pages; now nobody has one
        wait_until(lambda: len(stack.handler.headers) > listed)
        stop_button(page).click()
        wait_until(lambda: stack.handler.closed[left:] == ["hang"])
    finally:
        stack.handler.lists.set()
    expect(answer(page)).to_contain_text("Stopped")


def test_a_finished_conversation_is_found_again(open_page: OpenPage) -> None:
    page = open_page("?model=echo")
    ask(page, "Find me <b>again</b> *later*")
    expect(answer(page)).to_contain_text(re.compile("tokens? in"))

    other = open_page()
    other.get_by_test_id("stSidebar").get_by_role("button", name="Find me <b>again</b> *later*", exact=True).click()
    expect(answer(other)).to_contain_text("You said: Find me")
    expect(other.get_by_test_id("stChatMessage").first).to_contain_text("Find me <b>again</b> *later*")


def test_hostile_markdown_does_nothing(open_page: OpenPage, outside: list[str]) -> None:
    page = open_page("?model=torture")
    problems: list[str] = []
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
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


def test_the_next_question_can_be_written_while_one_is_answered(open_page: OpenPage, stack: Stack) -> None:
    page = open_page("?model=held")
    asked = len(stack.handler.requests)
    ask(page, "First")
    box = page.get_by_test_id("stChatInputTextArea")
    expect(answer(page)).to_contain_text("word2")
    expect(box).to_be_focused()
    page.keyboard.type("Second")
    page.keyboard.press("Enter")

    expect(page.get_by_text("This conversation is still being answered.")).to_be_visible()
    expect(box).to_have_value("Second")
    stack.handler.release.set()
    expect(answer(page)).to_contain_text(LAST_WORD)
    expect(stop_button(page)).to_have_count(0)
    expect(box).to_have_value("Second")
    assert len(stack.handler.requests) == asked + 1


def test_the_starters_leave_the_page_when_one_is_asked(open_page: OpenPage) -> None:
    page = open_page("?model=held")
    page.get_by_role("button", name="Suggest five names for a small coffee roastery.").click()

    expect(answer(page)).to_contain_text("word2")
    expect(page.get_by_text("What would you like to know?")).to_have_count(0)
    page.keyboard.press("Escape")
    expect(answer(page)).to_contain_text("Stopped")


def test_a_phone_shows_the_page_without_scrolling_sideways(open_page: OpenPage) -> None:
    page = open_page("?model=torture")
    page.set_viewport_size({"width": 390, "height": 844})
    ask(page, "Torture the phone")
    expect(answer(page)).to_contain_text(re.compile("tokens? in"))

    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_starting_model_becomes_usable_by_itself(open_page: OpenPage, stack: Stack) -> None:
    page = open_page("?model=starting")
    expect(page.get_by_text("The endpoint is being created (fake).")).to_be_visible()
    expect(page.get_by_test_id("stChatInputTextArea")).to_be_disabled()

    stack.handler.told["starting"] = {"status": "ready", "reason": None}
    try:
        expect(page.get_by_test_id("stChatInputTextArea")).to_be_enabled(timeout=40_000)
        expect(page.get_by_text("The endpoint is being created (fake).")).to_have_count(0)
    finally:
        del stack.handler.told["starting"]
