"""The page with a keyboard, with a screen reader, and enlarged: checks 26, 27 and 28."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal

import pytest
from playwright.sync_api import expect

from frontend.history.table import Table
from tests.browser.chatting import answer, ask, composer, stop_button
from tests.browser.conftest import RESTS, OpenPage
from tests.browser.fake_models import CODE
from tests.browser.reading_aloud import findings, heading_faults
from tests.browser.screenshots import compare, use
from tests.browser.stack import REGION, Stack, turn

pytestmark = pytest.mark.browser
MARKDOWN = f"""# Above

A [link](https://example.invalid/), `code`:

```python
# why
{CODE}
```

| a | b |
|---|---|
| 1 | 2 |
"""


def told_chat(stack: Stack) -> str:
    """A conversation with one of everything."""
    return stack.keep(
        [
            turn(1, "Show me", MARKDOWN),
            turn(2, "Fail", "Part", status="error", error_code="throttled", finish_reason=None),
            turn(3, "Stop", "Half", status="stopped", finish_reason=None),
        ]
    )


@pytest.fixture
def lived_in(open_page: OpenPage, stack: Stack, monkeypatch: pytest.MonkeyPatch) -> Mapping[str, str]:
    """The address of each page by its name, with something on it."""
    for name, value in stack.environment.items():
        monkeypatch.setenv(name, value)
    table, told = Table(stack.table, REGION), turn(1, "Compare *this*", MARKDOWN, cost_usd=Decimal("0.25"))
    use(table, told)
    return {
        "chat": f"?model=echo&chat={told_chat(stack)}",
        "compare": f"compare?run={compare(stack, table, told, 'Short.')}",
        "models": "models?q=ar",  # some that are ready, one that is not
        "usage": "usage",
        "settings": "settings",
    }


@pytest.mark.parametrize("name", ["chat", "compare", "models", "usage", "settings"])
def test_check_26_axe_finds_nothing_serious(open_page: OpenPage, lived_in: Mapping[str, str], name: str) -> None:
    page = open_page(lived_in[name])

    assert heading_faults(page) == []
    assert findings(page) == []


@pytest.mark.parametrize("address", ["?model=echo", "compare"])
def test_check_26_the_headings_of_an_empty_page_are_in_order(open_page: OpenPage, address: str) -> None:
    assert heading_faults(open_page(address)) == []


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
    page.wait_for_function("window.terrachatKeyboard")  # what the page loads first is not what it runs first
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
    expect(page.get_by_label("System prompt")).to_be_focused()
    expect(inside.get_by_label("Temperature", exact=True)).to_be_visible()  # fields come one after another
    page.keyboard.press("Tab")
    expect(inside.locator(":focus")).to_have_count(1)

    page.keyboard.press("Escape")

    expect(inside).to_have_count(0)
    expect(opener).to_be_focused()


def test_check_27_a_wide_table_scrolls_by_itself_and_with_the_keyboard(open_page: OpenPage, stack: Stack) -> None:
    row = "| " + " | ".join(["unbreakable"] * 9) + " |"
    table = "\n".join((row, "|---" * 9 + "|", row))
    page = open_page(f"?model=echo&chat={stack.keep([turn(1, 'Show me', table)])}")
    page.set_viewport_size({"width": 390, "height": 844})
    shown = page.get_by_role("table")
    expect(shown).to_have_attribute("tabindex", "0")

    assert page.get_by_role("main").evaluate("main => main.scrollWidth") <= 390
    assert shown.evaluate("table => table.scrollWidth > table.clientWidth")


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
