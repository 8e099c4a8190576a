"""Checks 2 to 8, 12 to 14 and 20: what becomes of a question and of its answer."""

from __future__ import annotations

import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.chatting import PATIENCE, answer, ask, composer, stop_button
from tests.browser.conftest import OpenPage
from tests.browser.fake_models import SECRET
from tests.browser.stack import Stack, turn

pytestmark = pytest.mark.browser
LAST_WORD = re.compile("word39")
ENDED = re.compile("tokens? in")


def words(page: Page, n: int = 1) -> int:
    return len(re.findall(r"word\d+", answer(page, n).inner_text()))


def bubbles(page: Page) -> Locator:
    return page.get_by_test_id("stChatMessage")


def seconds_until(expectation: Locator) -> float:
    began = time.monotonic()
    expectation.wait_for()
    return time.monotonic() - began


def wait_until(condition: Callable[[], bool], wait_s: float = 20) -> None:
    deadline = time.monotonic() + wait_s
    while not condition():
        assert time.monotonic() < deadline, f"did not happen within {wait_s} s"
        time.sleep(0.02)


def test_check_02_the_first_word_is_there_within_a_second_of_sending(open_page: OpenPage) -> None:
    page = open_page("?model=prompt")
    box = composer(page)
    box.fill("How quick are you?")
    began = time.monotonic()
    box.press("Enter")

    bubbles(page).first.get_by_text("How quick are you?").wait_for()
    asked = time.monotonic() - began
    answer(page).get_by_text("Here").wait_for()
    assert time.monotonic() - began < 1 * PATIENCE
    assert asked < 1 * PATIENCE
    expect(answer(page)).to_contain_text("Here you are: How quick are you?")


@pytest.mark.parametrize("way", ["button", "Escape"])
@pytest.mark.parametrize("language", ["en", "vi"])
def test_check_03_stop_keeps_what_is_there_and_nothing_grows_back(
    open_page: OpenPage, stack: Stack, way: str, language: str
) -> None:
    page = open_page(f"?model=held&lang={language}")
    left = len(stack.handler.closed)
    ask(page, f"Stop me by {way}")
    expect(answer(page)).to_contain_text("word2")

    if way == "button":
        stop_button(page).click()
    else:
        page.keyboard.press("Escape")

    stopped = answer(page).get_by_text("Stopped" if language == "en" else "Đã dừng")
    assert seconds_until(stopped) < 1 * PATIENCE
    kept = answer(page).locator("p").first.inner_text()
    assert kept.startswith("word0 word1 word2")
    wait_until(lambda: stack.handler.closed[left:] == ["held"])
    page.wait_for_timeout(2000)  # the check says: still identical two seconds later
    expect(answer(page).locator("p").first).to_have_text(kept)
    page.reload()
    expect(answer(page).locator("p").first).to_have_text(kept)
    expect(composer(page)).to_be_enabled()


@pytest.mark.parametrize("model", ["hang", "mute"], ids=["after three words", "before the first byte"])
def test_check_04_stop_frees_the_page_while_the_upstream_hangs(open_page: OpenPage, stack: Stack, model: str) -> None:
    page = open_page(f"?model={model}")
    left = len(stack.handler.closed)
    ask(page, "Say no more")
    expect(answer(page)).to_contain_text("three" if model == "hang" else "Waiting for the first words")
    stop_button(page).click()

    assert seconds_until(answer(page).get_by_text("Stopped")) < 1 * PATIENCE
    wait_until(lambda: stack.handler.closed[left:] == [model])


def test_check_05_a_reload_in_the_middle_goes_on_to_the_end(open_page: OpenPage, stack: Stack) -> None:
    page = open_page("?model=held")
    asked = len(stack.handler.requests)
    ask(page, "Do not lose this")
    expect(answer(page)).to_contain_text("word2")
    page.reload()

    expect(answer(page)).to_contain_text("word9")
    stack.handler.release.set()
    expect(answer(page)).to_contain_text(ENDED)
    expect(bubbles(page)).to_have_count(2)
    assert words(page) == 40
    assert len(stack.handler.requests) == asked + 1


def test_check_06_a_second_tab_sees_the_answer_grow_and_a_stranger_sees_nothing(
    open_page: OpenPage, stack: Stack
) -> None:
    page = open_page("?model=held")
    ask(page, "For both of us")
    expect(answer(page)).to_contain_text("word2")
    second = open_page(page.url.split("/")[-1])
    expect(answer(second)).to_contain_text("word9")
    assert words(second) == 10
    stack.handler.release.set()
    for tab in (page, second):
        expect(answer(tab)).to_contain_text(ENDED)
        assert words(tab) == 40

    foreign = stack.keep([turn(1, "Only mine", "A secret")], owner="someone-else")
    stranger = open_page(f"?chat={foreign}")
    expect(stranger.get_by_text("There is no such conversation.")).to_be_visible()
    assert not re.search("Only mine|A secret", stranger.content())


class Proxy:
    """A TCP proxy in front of the page that can be cut: nobody gets through until it is mended."""

    def __init__(self, port: int) -> None:
        self._to = ("127.0.0.1", port)
        self._open: set[socket.socket] = set()
        self._is_cut = threading.Event()
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}/"
        threading.Thread(target=self._serve, daemon=True).start()

    def cut(self) -> None:
        self._is_cut.set()
        for end in list(self._open):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def mend(self) -> None:
        self._is_cut.clear()

    def close(self) -> None:
        self._listening.close()
        self.cut()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._listening.accept()
                if self._is_cut.is_set():
                    near.close()
                    continue
                far = socket.create_connection(self._to)
                for one, other in ((near, far), (far, near)):
                    self._open.add(one)
                    threading.Thread(target=self._carry, args=(one, other), daemon=True).start()

    def _carry(self, one: socket.socket, other: socket.socket) -> None:
        with suppress(OSError):
            while data := one.recv(65536):
                other.sendall(data)
        for end in (one, other):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        self._open.discard(one)
        one.close()


@pytest.fixture
def proxy(server: str) -> Iterator[Proxy]:
    between = Proxy(urlsplit(server).port or 80)
    yield between
    between.close()


def test_check_07_an_answer_is_complete_after_the_connection_was_cut(
    open_page: OpenPage, stack: Stack, proxy: Proxy
) -> None:
    page = open_page()
    page.goto(f"{proxy.url}?model=held")
    ask(page, "Hold the line")
    expect(answer(page)).to_contain_text("word2")
    proxy.cut()

    notice = page.get_by_text(re.compile("^(Connecting|Connection error)$")).first
    expect(notice).to_be_visible()
    page.wait_for_timeout(2000)  # the check says: cut for two seconds
    proxy.mend()
    stack.handler.release.set()
    expect(answer(page)).to_contain_text(ENDED, timeout=30_000)
    assert words(page) == 40
    expect(bubbles(page)).to_have_count(2)
    expect(notice).to_be_hidden()


def test_check_08_other_clicks_leave_an_answer_alone(open_page: OpenPage, stack: Stack) -> None:
    earlier = [turn(1, "Before", "It was said"), turn(2, "And then", "More was said")]
    conversation_id = stack.keep(earlier, title="A chat with a past")
    page = open_page(f"?model=held&chat={conversation_id}")
    asked = len(stack.handler.requests)
    ask(page, "Stay on course")
    third = bubbles(page).nth(5)
    expect(third).to_contain_text("word2")

    answer(page).get_by_role("button", name="More").click()
    page.get_by_role("menuitem", name="Good").click()
    expect(answer(page)).to_contain_text("rated good")
    page.get_by_test_id("stSidebar").get_by_text("Tiếng Việt").click()
    expect(stop_button(page)).to_contain_text("Dừng")
    expect(third).to_contain_text("word9")
    page.get_by_test_id("stSidebarCollapseButton").get_by_role("button").click()
    stack.handler.release.set()
    expect(third).to_contain_text("token vào")
    assert words(page, 3) == 40
    assert len(stack.handler.requests) == asked + 1


def test_check_12_an_answer_is_written_again_and_the_one_before_stays_reachable(
    open_page: OpenPage, stack: Stack
) -> None:
    conversation_id = stack.keep([turn(1, "Once more", "You said: Once more")])
    page = open_page(f"?model=held&chat={conversation_id}")
    answer(page).get_by_role("button", name="Regenerate").click()
    page.get_by_role("menuitem", name="with held").click()

    expect(answer(page)).to_contain_text("word2")
    expect(answer(page)).not_to_contain_text("You said")  # nothing of the one before stays below it
    expect(page.get_by_role("button", name="Copy")).to_have_count(0)
    expect(bubbles(page)).to_have_count(2)
    page.keyboard.press("Escape")
    expect(answer(page)).to_contain_text("Stopped")
    assert stack.handler.requests[-1]["messages"] == [{"role": "user", "content": "Once more"}]

    expect(page.get_by_text("2 / 2", exact=True)).to_be_visible()
    page.get_by_role("button", name="‹ Previous").click()
    expect(answer(page)).to_contain_text("You said: Once more")
    expect(answer(page)).not_to_contain_text("word2")
    page.get_by_role("button", name="Next ›").click()
    expect(answer(page)).to_contain_text("word2")


@pytest.mark.parametrize("language", ["en", "vi"])
def test_check_13_a_question_is_edited_and_what_followed_is_replaced(
    open_page: OpenPage, stack: Stack, language: str
) -> None:
    edit, label, send, said = {
        "en": ("Edit the question", "Your question", "Send", ENDED),
        "vi": ("Sửa câu hỏi", "Câu hỏi của bạn", "Gửi", re.compile("token vào")),
    }[language]
    conversation_id = stack.keep([turn(1, "Frist question", "Pardon?"), turn(2, "Second question", "Well …")])
    page = open_page(f"?model=held&chat={conversation_id}&lang={language}")
    answer(page).get_by_role("button", name="More" if language == "en" else "Thêm").click()
    page.get_by_role("menuitem", name=edit).click()
    box = page.get_by_label(label)
    expect(box).to_have_value("Frist question")
    box.fill("First question")
    page.get_by_test_id("stForm").get_by_role("button", name=send).click()

    expect(answer(page)).to_contain_text("word2")
    expect(bubbles(page)).to_have_count(2)  # at once, and not only when the answer has ended
    expect(bubbles(page).first).to_contain_text("First question")
    assert not re.search(
        "Frist|Pardon|Second question", page.get_by_test_id("stAppScrollToBottomContainer").inner_text()
    )
    assert [message["content"] for message in stack.handler.requests[-1]["messages"]] == ["First question"]
    stack.handler.release.set()
    expect(answer(page)).to_contain_text(said)
    page.get_by_role("button", name="‹").click()
    expect(bubbles(page)).to_have_count(4)
    expect(answer(page)).to_contain_text("Pardon?")


@pytest.mark.parametrize("language", ["en", "vi"])
def test_check_14_a_failure_keeps_the_text_tells_no_secret_and_can_be_tried_again(
    open_page: OpenPage, stack: Stack, language: str
) -> None:
    failed, again = {"en": ("The model failed", "Try again"), "vi": ("Mô hình gặp lỗi", "Thử lại")}[language]
    page = open_page(f"?model=flaky&lang={language}")
    ask(page, f"Break once, please ({language})")

    expect(answer(page)).to_contain_text("part9")
    expect(answer(page).get_by_role("alert")).to_contain_text(failed)
    expect(answer(page)).to_contain_text(stack.handler.request_ids[-1])
    assert page.get_by_test_id("stException").count() == 0
    assert not re.search(f"Traceback|{SECRET}", page.content())
    assert not any(SECRET in str(item) for item in stack.items())

    answer(page).get_by_role("button", name=again).click()
    expect(answer(page)).to_contain_text("You said: Break once, please")
    expect(answer(page)).not_to_contain_text("part9")
    expect(page.get_by_text("2 / 2", exact=True)).to_be_visible()


def test_check_20_the_chosen_parameters_reach_the_model_and_no_others(open_page: OpenPage, stack: Stack) -> None:
    page = open_page("?model=echo")
    page.get_by_role("button", name="Settings of this chat").click()
    page.get_by_label("System prompt").fill("Answer in rhymes.")
    for label, value in (("Temperature", "0.4"), ("Max. tokens", "300")):
        page.get_by_label(label, exact=True).fill(value)
        page.get_by_label(label, exact=True).press("Enter")
    expect(page.get_by_role("button", name="Settings of this chat (3 set)")).to_be_visible()
    page.keyboard.press("Escape")
    ask(page, "What rhymes?")
    expect(answer(page)).to_contain_text(ENDED)

    sent = stack.handler.requests[-1]
    assert {key: sent[key] for key in sent if key not in {"model", "messages", "stream", "stream_options"}} == {
        "temperature": 0.4,
        "max_tokens": 300,
    }
    assert sent["messages"][0] == {"role": "system", "content": "Answer in rhymes."}

    page = open_page(f"{page.url.split('/')[-1].replace('model=echo', 'model=picky')}")
    expect(page.get_by_text("picky does not take these settings, so they are not sent: Temperature.")).to_be_visible()
    page.get_by_role("button", name="Settings of this chat (3 set)").click()
    expect(page.get_by_label("Max. tokens", exact=True)).to_have_value("300")
    expect(page.get_by_label("Temperature", exact=True)).to_have_count(0)
    expect(page.get_by_label("Top p", exact=True)).to_have_count(0)
    page.keyboard.press("Escape")
    ask(page, "And now?")
    expect(answer(page, 2)).to_contain_text(ENDED)
    assert stack.handler.requests[-1]["max_tokens"] == 300
    assert "temperature" not in stack.handler.requests[-1]
