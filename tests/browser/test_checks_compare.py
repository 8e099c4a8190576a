"""The page Compare as a person uses it: check 19 of the thirty, and what belongs to it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from playwright.sync_api import Locator, Page, expect

from frontend.history.comparisons import ComparisonStore, Pane
from frontend.history.conversations import ConversationStore
from frontend.history.table import Table
from tests.browser.chatting import PATIENCE, ask
from tests.browser.conftest import OpenPage
from tests.browser.fake_models import SECRET, Script
from tests.browser.stack import OWNER, REGION, Stack, turn

pytestmark = pytest.mark.browser
COMPOSER = "[data-testid=stChatInputTextArea]"


def pane(page: Page, index: int, asked: int = 0) -> Locator:
    return page.locator(f".st-key-pane-{asked}-{index}")


def text_above(place: Locator, mark: str) -> str:
    return place.inner_text().partition(mark)[0]


def words(text: str) -> int:
    return len(re.findall(r"word\d+", text))


@contextmanager
def another(stack: Stack, **lists: object) -> Iterator[None]:
    """While inside, `echo` says other things about itself."""
    stack.handler.told["echo"] = dict(lists)
    try:
        yield
    finally:
        del stack.handler.told["echo"]


def test_check_19_panes_grow_at_once_and_one_that_fails_leaves_the_others_complete(
    open_page: OpenPage, stack: Stack
) -> None:
    page = open_page("compare?m=held,broken,tall", ready=COMPOSER)
    ask(page, "All at once")
    pane(page, 2).wait_for()
    grow = """() => [0, 1, 2].every(index => {
        const pane = document.querySelector(`.st-key-pane-0-${index}`);
        return pane && /word0|part0|line 0/.test(pane.innerText);
    })"""
    page.wait_for_function(grow, timeout=1_500 * PATIENCE)
    seen = words(pane(page, 0).inner_text())

    expect(pane(page, 1)).to_contain_text("The model failed")
    assert seen < 40
    stack.handler.release.set()
    expect(pane(page, 0)).to_contain_text("word39")
    expect(pane(page, 0)).to_contain_text(re.compile(r"\d in, 40 out"))
    expect(pane(page, 2)).to_contain_text("line 59")
    expect(pane(page, 2)).to_contain_text(re.compile(r"Time: \d\.\d s"))
    expect(pane(page, 1)).to_contain_text("part9")
    assert not re.search(f"Traceback|{SECRET}", page.content())


@pytest.mark.parametrize("way", ["button", "Escape"])
def test_check_19_stop_stops_all_panes_and_keeps_their_texts(open_page: OpenPage, stack: Stack, way: str) -> None:
    stack.handler.scripts["tall"] = lambda _: Script(["line 0\n\n", "line 1\n\n"], hangs=True)
    page = open_page("compare?m=held,hang,tall", ready=COMPOSER)
    left = len(stack.handler.closed)
    ask(page, f"Stop by {way}")
    expect(pane(page, 0)).to_contain_text("word2")
    expect(pane(page, 1)).to_contain_text("three")
    expect(pane(page, 2)).to_contain_text("line 1")

    if way == "button":
        page.get_by_role("button", name="Stop all").click()
    else:
        page.keyboard.press("Escape")

    for index in range(3):
        expect(pane(page, index)).to_contain_text("Stopped", timeout=1_500 * PATIENCE)
    kept = [text_above(pane(page, index), "Stopped") for index in range(3)]
    page.reload()
    for index in range(3):
        expect(pane(page, index)).to_contain_text("Stopped")
    assert [text_above(pane(page, index), "Stopped") for index in range(3)] == kept
    assert sorted(stack.handler.closed[left:]) == ["hang", "held", "tall"]
    del stack.handler.scripts["tall"]


def test_check_19_panes_stack_on_a_phone_without_scrolling_sideways(open_page: OpenPage) -> None:
    page = open_page("compare?m=torture,echo,starting,code", ready=COMPOSER)
    page.set_viewport_size({"width": 390, "height": 844})
    ask(page, "Fit, please")

    expect(pane(page, 0)).to_contain_text(re.compile("Time: "))
    expect(pane(page, 2)).to_contain_text("The endpoint is being created")
    expect(pane(page, 3)).to_contain_text("Time: ")
    boxes = [pane(page, index).bounding_box() or {"x": 0, "y": 0} for index in range(4)]
    assert len({round(box["x"]) for box in boxes}) == 1
    assert [box["y"] for box in boxes] == sorted(box["y"] for box in boxes)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_reload_in_the_middle_goes_on_in_all_panes_and_one_is_stopped_alone(
    open_page: OpenPage, stack: Stack
) -> None:
    page = open_page("compare?m=held,hang", ready=COMPOSER)
    ask(page, "Do not lose these")
    expect(pane(page, 0)).to_contain_text("word2")
    page.reload()
    expect(pane(page, 0)).to_contain_text("word9")
    pane(page, 1).get_by_role("button", name="Stop").click()

    expect(pane(page, 1)).to_contain_text("Stopped")
    stack.handler.release.set()
    expect(pane(page, 0)).to_contain_text("word39")
    expect(pane(page, 0)).to_contain_text(re.compile(r"\d in, 40 out"))
    assert words(pane(page, 0).inner_text()) == 40


def test_a_pane_goes_on_as_a_chat_with_its_model(open_page: OpenPage, stack: Stack) -> None:
    with another(stack, price={"input": 2, "output": 10}):
        page = open_page("compare?m=echo,parrot", ready=COMPOSER)
        page.reload()
        ask(page, "Who goes on?")
        expect(pane(page, 1)).to_contain_text("Time: ")
        pane(page, 1).get_by_role("button", name="Best answer?").click()
        expect(pane(page, 1).get_by_role("button", name="Best answer", exact=True)).to_be_visible()
        pane(page, 1).get_by_role("button", name="Continue with this one").click()

    expect(page.get_by_test_id("stChatMessage")).to_have_count(2)
    expect(page).to_have_url(re.compile(r"/\?(?=.*chat=)(?=.*model=parrot)"))
    ask(page, "And then?")
    expect(page.get_by_test_id("stChatMessage").nth(3)).to_contain_text("And then?")
    assert [message["content"] for message in stack.handler.requests[-1]["messages"]][-1] == "And then?"


def test_answers_of_another_process_are_followed_in_the_table(
    open_page: OpenPage, stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in stack.environment.items():
        monkeypatch.setenv(name, value)
    table = Table(stack.table, REGION)
    parts = [turn(1, "Elsewhere?", part, status="streaming", heartbeat_at=table.clock()) for part in ("One", "Two")]
    panes = [Pane(name, stack.keep([part], kind="compare")) for name, part in zip(("echo", "slow"), parts, strict=True)]
    comparisons = ComparisonStore(table)
    comparison = replace(comparisons.new("Elsewhere?", panes), rounds=((1, 1),))
    comparisons.put(OWNER, comparison)
    page = open_page(f"compare?run={comparison.id}", ready=COMPOSER)
    expect(pane(page, 0)).to_contain_text("One")
    expect(page.get_by_text("being answered in another process")).to_be_visible()

    for at, part in enumerate(parts):
        ended = replace(part, answer=f"{part.answer} and the rest", status="done")
        assert ConversationStore(table).put_turn(OWNER, panes[at].conversation_id, ended)
        expect(pane(page, at)).to_contain_text("and the rest")
    expect(page.get_by_text("being answered in another process")).to_have_count(0)
    expect(pane(page, 1)).to_contain_text("Time: ")


def test_models_are_found_by_typing_and_chosen_by_keys_alone(open_page: OpenPage) -> None:
    page = open_page("compare?m=echo", ready=COMPOSER)
    expect(page.get_by_test_id("stChatInputTextArea")).to_be_disabled()
    page.get_by_role("combobox", name="Models (2 to 4)").focus()
    page.keyboard.type("slow")
    page.keyboard.press("Enter")

    expect(page.get_by_test_id("stChatInputTextArea")).to_be_enabled()
    expect(page).to_have_url(re.compile("m=echo(,|%2C)slow"))
