"""The page with a keyboard, with a screen reader, and enlarged: checks 26, 27 and 28."""

from __future__ import annotations

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.chatting import answer, ask, composer, stop_button
from tests.browser.conftest import RESTS, OpenPage
from tests.browser.fake_models import CODE
from tests.browser.stack import Stack, turn

pytestmark = pytest.mark.browser
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
MARKDOWN = (
    f"A [link](https://example.invalid/), `code`:\n\n```python\n# why\n{CODE}\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |"
)


def told_chat(stack: Stack) -> str:
    """A conversation with one of everything."""
    return stack.keep(
        [
            turn(1, "Show me", MARKDOWN),
            turn(2, "Fail", "Part", status="error", error_code="throttled", finish_reason=None),
            turn(3, "Stop", "Half", status="stopped", finish_reason=None),
        ]
    )


def violations(page: Page) -> list[str]:
    """What axe-core calls serious or critical, with the elements."""
    page.locator(RESTS).wait_for()
    expect(page.locator("[data-stale=true]")).to_have_count(0)  # Streamlit fades what a run has not drawn yet
    found = Axe().run(page, options={"resultTypes": ["violations"], "runOnly": RULES}).response["violations"]
    return [
        f"{rule['id']}: {node['html'][:200]}"
        for rule in found
        if rule["impact"] in {"serious", "critical"}
        for node in rule["nodes"]
    ]


@pytest.mark.parametrize("name", ["", "compare", "models", "usage", "settings"])
def test_check_26_axe_finds_nothing_serious(open_page: OpenPage, stack: Stack, name: str) -> None:
    page = open_page("?lang=en&model=echo&chat=" + told_chat(stack) if not name else f"{name}?lang=en&q=ec")
    assert violations(page) == []

    page.emulate_media(color_scheme="dark")
    page.get_by_test_id("stSidebar").get_by_text("Tiếng Việt").click()
    expect(page.locator("html")).to_have_attribute("lang", "vi")
    assert violations(page) == []


# Where an element is, for the order in which the keyboard meets them, and whether it shows that it has the focus.
FOCUSED = """() => {
  const element = document.activeElement;
  const places = {
    skip: "[data-testid=stSkipToContent]",
    sidebar: "[data-testid=stSidebar]",
    composer: "[data-testid=stBottom], [data-testid=stChatInput]",
    transcript: "[data-testid=stChatMessage]",
    header: "main",
  };
  const place = Object.keys(places).find((name) => element.closest(places[name]));
  let shown = false;
  for (let part = element, n = 0; part && n < 4 && !shown; part = part.parentElement, n += 1) {
    const style = getComputedStyle(part);
    const border = style.borderTopWidth !== "0px" && style.borderTopColor;
    shown = style.outlineStyle !== "none" || style.boxShadow !== "none" || (border && part.matches(":focus-within"));
  }
  return [place || "none", Boolean(shown), element.outerHTML.slice(0, 120)];
}"""


def test_check_27_the_keyboard_goes_from_the_skip_link_to_the_composer_and_is_seen(
    open_page: OpenPage, stack: Stack
) -> None:
    page = open_page(f"?model=echo&chat={told_chat(stack)}")
    expect(page.get_by_role("button", name="Try again")).to_be_visible()
    page.locator(RESTS).wait_for()
    page.evaluate("document.activeElement.blur()")
    places: list[str] = []
    for _ in range(80):
        page.keyboard.press("Tab")
        place, is_shown, html = page.evaluate(FOCUSED)
        assert is_shown or html.startswith("<main"), html
        places += [place] if places[-1:] != [place] else []
        if place == "composer":
            break

    assert places == ["skip", "sidebar", "header", "transcript", "composer"]


def test_check_27_the_skip_link_leaves_the_sidebar_behind(open_page: OpenPage) -> None:
    page = open_page("?model=echo")
    page.locator(RESTS).wait_for()
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("Tab")
    expect(page.get_by_text("Skip to main content")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")

    assert page.evaluate(FOCUSED)[0] == "header"


def test_check_27_the_composer_has_the_focus_after_a_question_and_after_stop(open_page: OpenPage) -> None:
    page = open_page("?model=held")
    page.get_by_role("button", name="Suggest five names").click()
    expect(answer(page)).to_contain_text("word1")
    expect(composer(page)).to_be_focused()

    stop_button(page).click()

    expect(answer(page)).to_contain_text("Stopped")
    expect(composer(page)).to_be_focused()
    ask(page, "Again")
    expect(answer(page, 2)).to_contain_text("word1")
    expect(composer(page)).to_be_focused()
    page.keyboard.press("Escape")
    expect(answer(page, 2)).to_contain_text("Stopped")
    expect(composer(page)).to_be_focused()


def test_check_27_a_popover_opens_and_gives_the_focus_back(open_page: OpenPage) -> None:
    page = open_page("?model=echo")
    opener = page.get_by_role("button", name="Settings of this chat")
    expect(opener).to_have_attribute("aria-expanded", "false")
    opener.focus()
    page.keyboard.press("Enter")
    inside = page.get_by_test_id("stPopoverBody")
    expect(inside).to_be_visible()
    expect(opener).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("Tab")
    expect(inside.locator(":focus")).to_have_count(1)

    page.keyboard.press("Escape")

    expect(inside).to_have_count(0)
    expect(opener).to_be_focused()


def test_check_27_at_200_percent_the_page_can_be_used(open_page: OpenPage) -> None:
    page = open_page("?model=echo")
    page.set_viewport_size({"width": 640, "height": 450})  # 1280 by 900 in half as many pixels
    ask(page, "Can you read this?")

    expect(answer(page)).to_contain_text("You said: Can you read this?")
    expect(composer(page)).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollWidth") <= 640


def test_check_28_each_answers_beginning_and_end_are_told_once_and_no_text(open_page: OpenPage, stack: Stack) -> None:
    page = open_page("?model=held")
    region = page.locator("#terrachat-status[role=status]")
    expect(region).to_have_count(1)
    page.evaluate("""() => {
        const region = document.getElementById("terrachat-status");
        const live = "[aria-live]:not([aria-live=off]), [role=status], [role=log], [role=alert]";
        window.heard = [];
        window.spoken = [];
        new MutationObserver(() => window.heard.push(region.textContent)).observe(region, {childList: true});
        new MutationObserver(() => {
          for (const place of document.querySelectorAll(live))
            if (place.textContent.includes("word")) window.spoken.push(place.outerHTML.slice(0, 200));
        }).observe(document.body, {childList: true, subtree: true, characterData: true});
    }""")
    ask(page, "Speak up")

    expect(region).to_have_text("held is answering")
    stack.handler.release.set()
    expect(answer(page)).to_contain_text("word39")
    expect(region).to_have_text("held has answered")
    assert page.evaluate("window.heard") == ["held is answering", "held has answered"]
    assert page.evaluate("window.spoken") == []
    page.reload()
    expect(answer(page)).to_contain_text("word39")
    expect(region).to_be_empty()


@pytest.mark.parametrize("name", ["", "compare", "models", "usage", "settings"])
def test_check_28_every_control_has_a_name_and_toggles_tell_their_state(
    open_page: OpenPage, stack: Stack, name: str
) -> None:
    page = open_page(f"?model=echo&chat={told_chat(stack)}" if not name else f"{name}?q=ec")
    page.locator(RESTS).wait_for()
    tree = page.locator("body").aria_snapshot()

    controls = re.findall(r"- '?(button|link|combobox|textbox|searchbox|radio|checkbox)\b(?: \"(.*?)\")?", tree)
    assert controls
    assert [kind for kind, label in controls if not label or label.endswith(" icon") or "_" in label] == []
    assert re.search(r"- main\b", tree)
    assert re.search(r"- navigation\b", tree)
    assert re.search(r"- heading\b", tree)
    language = page.get_by_role("radiogroup", name="Language").first
    expect(language.get_by_role("radio", name="English")).to_be_checked()
    expect(language.get_by_role("radio", name="Tiếng Việt")).not_to_be_checked()
