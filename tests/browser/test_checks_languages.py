"""The page in two languages: checks 15, 21, 24 and 25."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from decimal import Decimal

import pytest
from playwright.sync_api import Page, expect

from frontend import i18n
from frontend.wire import RETRYABLE_HERE, Usage
from tests.browser.chatting import answer, ask, composer
from tests.browser.conftest import RESTS, OpenPage
from tests.browser.fake_models import STATUS_OF_CODE, VIETNAMESE, VIETNAMESE_NFD
from tests.browser.stack import Stack, turn
from tests.browser.words import leftovers, said

pytestmark = pytest.mark.browser
both_languages = pytest.mark.parametrize("language", list(i18n.LANGUAGES))
PAGES = ("", "compare", "models", "usage", "settings")
# English on a Vietnamese page, and rightly so.
ALLOWED = (
    "English",  # the language's own name, where languages are chosen
    "Terrachat",
    "Logo",  # the alternative text of Streamlit's logo, which is the same word
)
# Words that no Vietnamese sentence has: whoever leaves a whole English sentence behind is found by one of them.
ENGLISH = re.compile(
    r"\b(the|is|are|your|with|from|this|and|of|page|chat message|message|file|search|select|choose|open|close|show|hide"
    r"|remove|more|less|copy|help|shortcut|press|apply|collapse|expand|icon|clear|options?)\b",
    re.IGNORECASE,
)
# As Chromium sends it while letters are being composed: the input method takes the key for itself.
ENTER_OF_AN_INPUT_METHOD = """box => box.dispatchEvent(
    new KeyboardEvent("keydown", {key: "Enter", code: "Enter", keyCode: 229, isComposing: true, bubbles: true})
)"""
AGE = re.compile(r"\d+ seconds? ago|just now")
# What others say: the handler's reasons are not in the page's language, and names of things are names.
SAID_BY_OTHERS = re.compile(r"\(fake\)|^Enter$|README\.md")


def switch_to(page: Page, language: str) -> None:
    page.get_by_test_id("stSidebar").get_by_text(i18n.LANGUAGES[language], exact=True).click()
    expect(page.locator("html")).to_have_attribute("lang", language)
    page.locator(RESTS).wait_for()


def is_allowed(text: str) -> bool:
    return text in ALLOWED or SAID_BY_OTHERS.search(text) is not None


def until_none(found: Callable[[], list[str]]) -> None:
    """Wait until nothing is found any more: a page is drawn piece by piece."""
    deadline = time.monotonic() + 20
    while still := found():
        assert time.monotonic() < deadline, still
        time.sleep(0.1)


@pytest.mark.parametrize("name", PAGES)
def test_check_25_a_switch_changes_every_word_and_back(open_page: OpenPage, stack: Stack, name: str) -> None:
    chat = stack.keep([turn(1, "¿?", "¡!"), turn(2, "¿¿?", "¡¡", status="stopped", finish_reason=None)])
    page = open_page(f"{name}?lang=en" + ("" if name else f"&chat={chat}&model=echo"))
    page.locator(RESTS).wait_for()
    expect(page.get_by_test_id("stSkeleton")).to_have_count(0)  # the place of what is still being loaded
    english, title = set(said(page)), page.title()
    assert len(english) > 10

    switch_to(page, "vi")
    expect(page).to_have_title(f"{i18n.translator('vi')('pages.' + (name or 'chat'))} · Terrachat")
    until_none(lambda: leftovers(said(page), "vi", ALLOWED))
    until_none(lambda: [text for text in said(page) if ENGLISH.search(text) and not is_allowed(text)])

    switch_to(page, "en")
    expect(page).to_have_title(title)
    until_none(lambda: [text for text in english ^ set(said(page)) if not AGE.search(text)])


def test_check_25_a_switch_keeps_the_draft_and_the_chat(open_page: OpenPage, stack: Stack) -> None:
    chat = stack.keep([turn(1, "Where were we?", "Right here.")])
    page = open_page(f"?chat={chat}&model=echo")
    expect(answer(page)).to_contain_text("Right here.")
    composer(page).fill("Half a thought")

    switch_to(page, "vi")

    expect(composer(page)).to_have_value("Half a thought")
    expect(answer(page)).to_contain_text("Right here.")
    assert f"chat={chat}" in page.url
    assert "lang=vi" in page.url
    page.reload()
    expect(page.locator("html")).to_have_attribute("lang", "vi")
    expect(answer(page)).to_contain_text("Right here.")


@both_languages
def test_check_15_each_error_code_says_its_own(open_page: OpenPage, stack: Stack, language: str) -> None:
    t = i18n.translator(language)
    codes = sorted(STATUS_OF_CODE.keys() | RETRYABLE_HERE)
    middle = len(codes) // 2
    for part in (codes[:middle], codes[middle:]):  # more turns than a page shows at once
        failed = [turn(n, code, status="error", error_code=code, usage=None) for n, code in enumerate(part, 1)]
        chat = stack.keep(failed)
        page = open_page(f"?lang={language}&chat={chat}&model=echo")
        alerts = page.get_by_test_id("stChatMessage").get_by_test_id("stAlert")
        expect(alerts).to_have_count(len(part))

        shown = [" ".join(text.split()) for text in alerts.all_inner_texts()]
        for code, text in zip(part, shown, strict=True):
            assert t(f"error.{code}.title") in text
            assert t(f"error.{code}.hint").replace("`", "") in text


@both_languages
@pytest.mark.parametrize("when", ["", " late"], ids=["instead of an answer", "in the middle of one"])
def test_check_15_an_upstreams_error_is_told_in_the_pages_language(
    open_page: OpenPage, language: str, when: str
) -> None:
    page = open_page(f"?lang={language}&model=failing")
    ask(page, f"throttled{when}")

    expect(answer(page).get_by_test_id("stAlert")).to_contain_text(i18n.translator(language)("error.throttled.title"))
    expect(answer(page)).to_contain_text("part9" if when else i18n.translator(language)("error.throttled.hint"))


@pytest.mark.parametrize(("language", "tokens", "cost"), [("en", "12,345", "$0.35"), ("vi", "12.345", "0,35 US$")])
def test_check_21_numbers_are_written_as_the_language_does(
    open_page: OpenPage, stack: Stack, language: str, tokens: str, cost: str
) -> None:
    counted = turn(1, "How much?", "That much.", usage=Usage(12_345, 6_789), cost_usd=Decimal("0.35"))
    page = open_page(f"?lang={language}&chat={stack.keep([counted])}&model=priced")

    expect(answer(page)).to_contain_text(tokens)
    expect(answer(page)).to_contain_text(cost)


def test_check_24_vietnamese_is_shown_however_its_letters_are_written(open_page: OpenPage) -> None:
    page = open_page("?lang=vi&model=vietnamese")
    ask(page, VIETNAMESE_NFD)

    expect(answer(page)).to_contain_text(VIETNAMESE)
    expect(answer(page)).to_contain_text(VIETNAMESE_NFD)
    expect(page.get_by_test_id("stChatMessage").first).to_contain_text(VIETNAMESE_NFD)


def test_check_24_enter_ends_a_composition_and_shift_enter_a_line(open_page: OpenPage, stack: Stack) -> None:
    page = open_page("?lang=vi&model=echo")
    asked = len(stack.handler.requests)
    composer(page).focus()
    keyboard = page.context.new_cdp_session(page)
    keyboard.send("Input.imeSetComposition", {"text": "tiê", "selectionStart": 3, "selectionEnd": 3})
    composer(page).evaluate(ENTER_OF_AN_INPUT_METHOD)
    keyboard.send("Input.insertText", {"text": "tiếng"})
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("hai")
    expect(composer(page)).to_have_value("tiếng\nhai")
    assert len(stack.handler.requests) == asked

    page.keyboard.press("Enter")

    question = page.get_by_test_id("stChatMessage").first
    expect(question).to_contain_text("hai")
    assert "tiếng\nhai" in question.inner_text()
    assert stack.handler.requests[asked]["messages"][-1]["content"] == "tiếng\nhai"
