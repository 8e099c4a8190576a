"""Check 29: pictures, for models that take some."""

from __future__ import annotations

from base64 import b64encode
from io import BytesIO

import PIL.Image
import pytest
from playwright.sync_api import FilePayload, Page, expect

from tests.browser.chatting import answer, ask, composer
from tests.browser.conftest import OpenPage
from tests.browser.stack import Stack

pytestmark = pytest.mark.browser
PASTE = """(box, encoded) => {
    const bytes = Uint8Array.from(atob(encoded), (letter) => letter.charCodeAt(0));
    const data = new DataTransfer();
    data.items.add(new File([bytes], "pasted.png", { type: "image/png" }));
    box.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
}"""


def picture(color: str = "teal", size: tuple[int, int] = (60, 40)) -> bytes:
    written = BytesIO()
    PIL.Image.new("RGB", size, color).save(written, "PNG")
    return written.getvalue()


def attach(page: Page, *files: FilePayload) -> None:
    page.get_by_test_id("stChatInput").locator("input[type=file]").first.set_input_files(list(files))
    for file in files:
        expect(page.get_by_test_id("stChatInput").get_by_text(file["name"])).to_be_visible()
    expect(page.get_by_test_id("stChatInputSubmitButton")).to_be_enabled()  # not before all are uploaded


def test_check_29_pictures_are_sent_shown_and_still_there_after_a_reload(
    open_page: OpenPage, stack: Stack, outside: list[str], problems: list[str]
) -> None:
    page = open_page("?model=vision")
    attach(page, {"name": "one.png", "mimeType": "image/png", "buffer": picture()})
    composer(page).evaluate(PASTE, b64encode(picture("red")).decode())
    expect(page.get_by_test_id("stChatInput").get_by_text("pasted.png")).to_be_visible()
    expect(page.get_by_test_id("stChatInputSubmitButton")).to_be_enabled()
    ask(page, "What is this?")

    expect(answer(page)).to_contain_text("I see 2 pictures. You said: What is this?")
    parts = stack.handler.requests[-1]["messages"][-1]["content"]
    assert [part["type"] for part in parts] == ["image_url", "image_url", "text"]
    question = page.get_by_test_id("stChatMessage").first
    for _ in range(2):
        expect(question.get_by_role("img", name="Attached picture")).to_have_count(2)
        expect(question.locator("img").first).to_have_js_property("naturalWidth", 60)
        page.reload()
    assert outside == []
    assert problems == []

    other = open_page(page.url.split("/")[-1].replace("model=vision", "model=echo"))
    expect(other.get_by_text("echo does not take pictures: those of this conversation are not sent")).to_be_visible()
    expect(other.get_by_test_id("stChatInput").locator("input[type=file]")).to_have_count(0)


def test_check_29_what_is_no_picture_is_refused_and_the_question_given_back(open_page: OpenPage, stack: Stack) -> None:
    page = open_page("?model=vision")
    asked = len(stack.handler.requests)
    attach(
        page,
        {"name": "good.png", "mimeType": "image/png", "buffer": picture()},
        {"name": "program.png", "mimeType": "image/png", "buffer": b"MZ\x90\x00" + bytes(2000)},
        {"name": "bomb.png", "mimeType": "image/png", "buffer": picture(size=(9000, 9000))},
    )
    ask(page, "And these?")

    expect(page.get_by_text("One of the files is not a picture, or is damaged.")).to_be_visible()
    expect(page.get_by_text("One of the pictures is too large.")).to_be_visible()
    expect(composer(page)).to_have_value("And these?")
    assert len(stack.handler.requests) == asked
    expect(page.get_by_role("button", name="Remove the pictures")).to_be_visible()
    composer(page).press("Enter")
    expect(answer(page)).to_contain_text("I see 1 pictures. You said: And these?")
    expect(page.get_by_role("button", name="Remove the pictures")).to_have_count(0)
