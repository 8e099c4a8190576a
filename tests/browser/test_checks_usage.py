"""What answers cost, and where it is added up: check 21 of the thirty."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from frontend.history.table import Table
from frontend.history.usage import UsageBook
from tests.browser.conftest import OpenPage
from tests.browser.stack import OWNER, REGION, Stack

pytestmark = pytest.mark.browser
QUESTION = " ".join(["word"] * 1500)  # the fake handler counts a token a word


@dataclass(frozen=True)
class Words:
    tokens: str
    cost: str
    guess: str
    total: str
    estimated: str
    unpriced: str
    row: str


WORDS = {
    "en": Words(
        "1,500 tokens in · 1 out",
        "$0.00150",
        "tokens estimated, no price",
        "at least $0.00150",
        "The tokens of 1 answer are estimated",
        "1 answer has no price in the catalog",
        "priced 1 1,500 1 $0.00150",
    ),
    "vi": Words(
        "1.500 token vào · 1 ra",
        "0,00150 US$",
        "token ước tính, chưa có giá",
        "ít nhất 0,00150 US$",
        "Token của 1 câu trả lời là ước tính",
        "1 câu trả lời chưa có giá trong catalog",
        "priced 1 1.500 1 0,00150 US$",
    ),
}


def ask(page: Page, question: str) -> None:
    box = page.get_by_test_id("stChatInputTextArea")
    expect(box).to_be_enabled()
    box.fill(question)
    box.press("Enter")


@pytest.fixture
def book(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> UsageBook:
    """An empty one: other tests ask, too."""
    for name, value in stack.environment.items():
        monkeypatch.setenv(name, value)
    found = UsageBook(Table(stack.table, REGION))
    found.delete(OWNER)
    return found


@pytest.mark.parametrize("language", ["en", "vi"])
def test_check_21_an_answer_says_its_tokens_and_cost_and_usage_adds_them_up(
    open_page: OpenPage, book: UsageBook, language: str
) -> None:
    words = WORDS[language]
    page = open_page(f"?lang={language}&model=priced")
    ask(page, QUESTION)
    expect(page.get_by_test_id("stChatMessage").nth(1)).to_contain_text(f"{words.tokens} · {words.cost} ·")
    page = open_page(f"?lang={language}&model=uncounted")
    ask(page, "How much?")
    expect(page.get_by_test_id("stChatMessage").nth(1)).to_contain_text(words.guess)

    page.get_by_test_id("stSidebarNavLink").nth(3).click()
    expect(page.get_by_test_id("stMetricValue").last).to_have_text(words.total)
    expect(page.get_by_text(words.estimated)).to_be_visible()
    expect(page.get_by_text(words.unpriced)).to_be_visible()
    row = page.get_by_role("row").filter(has_text="priced")
    assert re.sub(r"\s+", " ", row.inner_text()) == words.row
    expect(page.get_by_role("img", name=re.compile("20[0-9]{2}"))).to_have_count(2)

    with page.expect_download() as download:
        page.locator(".st-key-usage_csv").get_by_role("button").click()
    lines = list(csv.DictReader(Path(download.value.path()).read_text("utf-8-sig").splitlines()))
    assert {line["model"]: line["cost_usd"] for line in lines} == {"priced": "0.001502", "uncounted": "0"}


def test_the_period_is_in_the_address(open_page: OpenPage, book: UsageBook) -> None:
    page = open_page("usage?period=7")
    expect(page.get_by_role("radio", name="7 days")).to_be_checked()
    page.get_by_text("12 months").click()
    page.wait_for_url("**period=365*")
