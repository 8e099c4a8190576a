"""Checks 9 to 11: long answers, long conversations, and who decides where the page stands."""

from __future__ import annotations

import re
import time

import pytest
from playwright.sync_api import Locator, Page, WebSocket, expect

from tests.browser.chatting import PATIENCE, answer, ask, composer
from tests.browser.conftest import OpenPage
from tests.browser.stack import Stack, turn

pytestmark = pytest.mark.browser
SCROLLER = "document.querySelector('[data-testid=stAppScrollToBottomContainer]')"
# From a key to the next frame that the browser paints.
LATENCY_MS = """() => new Promise((done) => {
    const began = performance.now();
    requestAnimationFrame(() => setTimeout(() => done(performance.now() - began)));
})"""


def top(page: Page) -> float:
    return float(page.evaluate(f"{SCROLLER}.scrollTop"))


def until_at_end(page: Page) -> None:
    """Where a page that follows comes to, some frames after what it follows."""
    page.wait_for_function(f"{SCROLLER}.scrollHeight - {SCROLLER}.clientHeight - {SCROLLER}.scrollTop < 100")


def test_check_09_a_long_answer_costs_little_and_the_page_stays_quick(open_page: OpenPage, stack: Stack) -> None:
    # The first code in a tab makes the browser load and run Streamlit's highlighter, for a third of a second.
    chat = stack.keep([turn(1, "Some code?", "```python\nprint(1)\n```")])
    page = open_page(f"?model=fast&chat={chat}")
    received = 0

    def opened(socket: WebSocket) -> None:
        def count(data: str | bytes) -> None:
            nonlocal received
            received += len(data)

        socket.on("framereceived", count)

    page.on("websocket", opened)
    page.reload()
    expect(answer(page).locator("code .token").first).to_be_visible()
    ask(page, "All of it")
    expect(answer(page, 2)).to_contain_text("Paragraph 5.")
    box, latencies = composer(page), list[float]()
    box.focus()
    while not latencies or not page.get_by_text("The very end.").count():
        page.keyboard.type("x")
        latencies.append(float(page.evaluate(LATENCY_MS)))
    expect(answer(page, 2)).to_contain_text(re.compile("tokens? in"), timeout=60_000)

    assert received < 10_000_000
    assert sorted(latencies)[len(latencies) * 9 // 10] < 200 * PATIENCE
    expect(box).to_have_value("x" * len(latencies))
    text = answer(page, 2).inner_text()
    assert re.findall(r"Paragraph (\d+)\.", text) == sorted(re.findall(r"Paragraph (\d+)\.", text), key=int)


def resting(what: Locator) -> float:
    """Where it is on the screen, once it has stopped moving."""
    place: float = what.evaluate(
        """async (element) => {
          const top = () => element.getBoundingClientRect().top;
          for (let before = NaN; before !== top(); ) {
            before = top();
            await new Promise((done) => setTimeout(done, 300));
          }
          return top();
        }"""
    )
    return place


def test_check_10_a_conversation_of_200_turns_opens_with_the_last_30_and_keeps_its_place(
    open_page: OpenPage, stack: Stack
) -> None:
    turns = [turn(n, f"Question {n}.", f"Answer {n}. " + "And so on. " * 30) for n in range(1, 101)]
    conversation_id = stack.keep(turns, title="A long one")
    open_page()  # the browser has the page's files, as a reader's browser has
    began = time.monotonic()
    page = open_page(f"?chat={conversation_id}")
    page.get_by_text("Answer 100.").wait_for()
    assert time.monotonic() - began < 3 * PATIENCE

    expect(page.get_by_test_id("stChatMessage")).to_have_count(60)
    expect(page.get_by_text("Question 70.", exact=True)).to_have_count(0)
    button = page.get_by_role("button", name="Show 70 earlier questions")
    button.scroll_into_view_if_needed()
    first = page.get_by_text("Question 71.", exact=True)
    before = resting(first)
    button.click()
    expect(page.get_by_text("Question 41.", exact=True)).to_have_count(1)
    expect(page.get_by_test_id("stChatMessage")).to_have_count(120)
    assert abs(resting(first) - before) < 60  # the button itself may have moved


@pytest.mark.parametrize("language", ["en", "vi"])
def test_check_11_who_scrolls_up_stays_there(open_page: OpenPage, language: str) -> None:
    page = open_page(f"?model=tall&lang={language}")
    ask(page, "A tall one, please")
    expect(answer(page)).to_contain_text("line 25")
    page.mouse.move(700, 400)
    page.mouse.wheel(0, -500)
    button = page.get_by_role("button", name={"en": "Jump to the newest", "vi": "Đến tin nhắn mới nhất"}[language])
    expect(button).to_be_visible()
    stays = top(page)

    expect(answer(page)).to_contain_text("line 45")
    assert abs(top(page) - stays) < 2
    button.focus()
    page.keyboard.press("Enter")
    expect(button).to_be_hidden()
    expect(composer(page)).to_be_focused()
    until_at_end(page)
    expect(answer(page)).to_contain_text(re.compile("tokens? in" if language == "en" else "token vào"))
    until_at_end(page)

    page.mouse.wheel(0, -2000)
    expect(button).to_be_visible()
    ask(page, "And another")
    expect(answer(page, 2)).to_be_in_viewport()
    expect(button).to_be_hidden()
