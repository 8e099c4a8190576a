"""Past conversations as a person uses them: checks 8, 24 and 30 of the thirty, as far as they are about history."""

from __future__ import annotations

import json
import re
import unicodedata
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Locator, Page, expect

from frontend import i18n
from tests.browser.conftest import OpenPage
from tests.browser.fake_models import SECRET
from tests.browser.stack import Stack, turn

pytestmark = pytest.mark.browser
TITLE = "Ở Đà Nẵng có gì vui?"
ANSWER = "**Cầu Rồng** — ạ ả ấ ầ ẩ ẫ ậ ắ ẵ ặ ơ ư đ 🙂\n\n```python\nif x:\n    pass\n```"


def ask(page: Page, question: str) -> None:
    box = page.get_by_test_id("stChatInputTextArea")
    expect(box).to_be_enabled()
    box.fill(question)
    box.press("Enter")


def answer(page: Page) -> Locator:
    return page.get_by_test_id("stChatMessage").nth(1)


def sidebar(page: Page) -> Locator:
    return page.get_by_test_id("stSidebar")


def choose(page: Page, conversation_id: str, action: str) -> None:
    """Open a conversation's menu and take what is called so."""
    page.locator(f".st-key-menu-{conversation_id}").get_by_role("button").click()
    page.get_by_role("menuitem", name=action, exact=True).click()


def search(page: Page, text: str) -> None:
    sidebar(page).get_by_role("searchbox").fill(text)


def test_check_08_history_while_an_answer_grows_leaves_it_unharmed(open_page: OpenPage, stack: Stack) -> None:
    other = stack.keep([turn(1, "Something else", "Entirely.")], title="Not this one")
    page = open_page("?model=held")
    ask(page, "Stay on course")
    expect(answer(page)).to_contain_text("word2")

    choose(page, other, "Pin")
    expect(sidebar(page).get_by_text("Pinned")).to_be_visible()
    choose(page, other, "Rename")
    sidebar(page).get_by_role("textbox", name="Title").fill("Renamed meanwhile")
    sidebar(page).get_by_role("button", name="Save").click()
    expect(sidebar(page).get_by_role("button", name="Renamed meanwhile", exact=True)).to_be_visible()
    search(page, "entirely")
    expect(sidebar(page).get_by_text("In messages")).to_be_visible()
    expect(page.locator(".st-key-stop")).to_be_visible()
    stack.handler.release.set()

    expect(answer(page)).to_contain_text("word39")
    assert re.findall(r"word(\d+)", answer(page).inner_text()) == [str(number) for number in range(40)]
    expect(answer(page)).to_contain_text(re.compile("tokens? in"))


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_check_24_a_search_finds_vietnamese_with_and_without_its_marks(
    open_page: OpenPage, stack: Stack, form: str
) -> None:
    written = unicodedata.normalize(form, "Phở bò Đặc biệt")  # type: ignore[arg-type]
    by_title = stack.keep([turn(1, "Ăn gì?", "Không rõ.")], title=written)
    by_message = stack.keep([turn(1, "What to eat?", f"{form}: try {written}, of course.")], title="Lunch")
    page = open_page()

    for typed in ("đặc biệt", "dac BIET", unicodedata.normalize("NFD", "đặc biệt")):
        search(page, typed)
        expect(page.locator(f".st-key-open-{by_title}").locator("span", has_text="Đặc").last).to_be_visible()
        expect(page.locator(f".st-key-open-{by_message}")).to_be_visible()
        expect(sidebar(page).get_by_text(f"{form}: try Phở bò Đặc biệt, of course.")).to_be_visible()
    search(page, "no such words")
    expect(sidebar(page).get_by_text("Nothing was found.")).to_be_visible()
    expect(page.locator(f".st-key-open-{by_title}")).to_have_count(0)


@pytest.mark.parametrize("model", ["echo", "hang"], ids=["answered", "while it answers"])
def test_check_30_deleting_asks_and_is_final(open_page: OpenPage, model: str) -> None:
    page = open_page(f"?model={model}")
    ask(page, f"Forget what {model} said")
    expect(answer(page)).to_contain_text(re.compile("tokens? in" if model == "echo" else "three"))
    address = page.url
    conversation = parse_qs(urlsplit(address).query)["chat"][0]

    choose(page, conversation, "Delete")
    sidebar(page).get_by_role("button", name="Cancel").click()
    expect(sidebar(page).get_by_role("button", name="Delete for good")).to_have_count(0)
    choose(page, conversation, "Delete")
    expect(sidebar(page).get_by_text("are removed for good")).to_be_visible()
    sidebar(page).get_by_role("button", name="Delete for good").click()

    expect(page.get_by_text("The conversation was deleted.")).to_be_visible()
    expect(page.get_by_text(f"Forget what {model} said")).to_have_count(0)
    expect(page.get_by_text("What would you like to know?")).to_be_visible()
    page.goto(address)
    expect(page.get_by_text("There is no such conversation.")).to_be_visible()


def test_check_30_an_export_has_the_letters_and_the_roles_and_nothing_that_is_secret(
    open_page: OpenPage, stack: Stack
) -> None:
    failed = turn(2, "Và gì nữa?", "Một phần", status="error", error_code="throttled", error_message=SECRET)
    conversation = stack.keep([turn(1, TITLE, ANSWER), failed])
    page = open_page()
    choose(page, conversation, "Export")
    files = {}
    for kind in ("md", "json"):
        with page.expect_download() as download:
            page.locator(f".st-key-download-{kind}").get_by_role("button").click()
        assert download.value.suggested_filename == f"Ở Đà Nẵng có gì vui.{kind}"
        files[kind] = Path(download.value.path()).read_text("utf-8")

    assert f"\n\n> {TITLE}\n\n## echo\n\n{ANSWER}\n\n" in files["md"]
    assert [line for line in files["md"].splitlines() if line.startswith("## ")][1::2] == ["## echo", "## echo"]
    document = json.loads(files["json"])
    assert [(each["question"], each["answer"]) for each in document["turns"]] == [
        (TITLE, ANSWER),
        ("Và gì nữa?", "Một phần"),
    ]
    assert SECRET not in "".join(files.values())
    assert conversation not in "".join(files.values())


def test_a_conversation_is_opened_from_another_page(open_page: OpenPage, stack: Stack) -> None:
    conversation = stack.keep([turn(1, "From afar", "Here I am.")])
    page = open_page("usage?lang=vi")

    page.locator(f".st-key-open-{conversation}").get_by_role("button").click()

    expect(answer(page)).to_contain_text("Here I am.")
    expect(page).to_have_url(re.compile(f"chat={conversation}"))
    expect(page.locator("html")).to_have_attribute("lang", "vi")


@pytest.mark.parametrize("pause", [10, 60], ids=["at once", "while the first one is asked"])
def test_two_starters_begin_one_conversation(open_page: OpenPage, stack: Stack, pause: int) -> None:
    """The second question waits in the composer; of two clicks at once Streamlit may drop the first (1.67)."""
    page = open_page("?model=held")
    first, second = (page.locator(f".st-key-start-question_{number} button") for number in (1, 2))
    questions = [first.inner_text(), second.inner_text()]
    is_clicked = page.evaluate(
        """async ([first, second, pause]) => {
            first.click();
            await new Promise(resolve => setTimeout(resolve, pause));
            second.click();
            return second.isConnected;  // not any more where the page was quicker
        }""",
        [first.element_handle(), second.element_handle(), pause],
    )

    expect(answer(page)).to_contain_text("word2")
    asked = page.get_by_test_id("stChatMessage").first.inner_text()
    left = questions[1] if questions[0] in asked and is_clicked else ""
    assert any(question in asked for question in questions)
    expect(page.get_by_test_id("stChatInputTextArea")).to_have_value(left)
    expect(page).to_have_url(re.compile("chat="))
    kinds = [item["sk"]["S"].partition("#")[0] for item in stack.items()]
    assert (kinds.count("conversation"), kinds.count("turn")) == (1, 1)


def test_a_pane_of_a_comparison_is_no_chat(open_page: OpenPage, stack: Stack) -> None:
    pane = stack.keep([turn(1, "Compared", "With others.")], kind="compare")
    page = open_page(f"?chat={pane}")

    expect(page.get_by_text("There is no such conversation.")).to_be_visible()
    expect(page.get_by_text("With others.")).to_have_count(0)


def test_a_download_that_fails_says_so_in_the_pages_language(open_page: OpenPage, stack: Stack) -> None:
    page = open_page("settings?lang=vi")
    stack.drop_table()
    try:
        page.locator(".st-key-download_all").get_by_role("button").click()
        expect(page.get_by_text(i18n.translator("vi")("framework.download_failed"))).to_be_visible()
    finally:
        stack.deploy()
