"""The page of a whole deployment in a real browser: three providers, a stopped answer, a reload."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.functional.conftest import MODEL_IDS, Deployed

pytestmark = [pytest.mark.local, pytest.mark.browser]
LONG = "Write a very long story about a river, with many chapters."


@pytest.fixture(scope="module")
def url(deployed: Deployed) -> Iterator[str]:
    """`terrachat chat` for the deployment, ended with Ctrl-C."""
    chat = subprocess.Popen(
        deployed.terrachat.argv("chat", "--local"),
        cwd=deployed.terrachat.folder,
        env=deployed.terrachat.environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert chat.stdout is not None
    found = next((found for line in chat.stdout if (found := re.search(r"http://\S+", line))), None)
    assert found is not None
    yield found[0]
    os.killpg(chat.pid, signal.SIGINT)
    assert chat.wait(timeout=20) == 0


@pytest.fixture
def page(chromium: Browser, url: str) -> Iterator[Page]:
    page = chromium.new_page()
    page.set_default_timeout(30_000)
    yield page
    page.close()


@pytest.mark.parametrize("model_id", MODEL_IDS)
def test_question_to_each_provider_is_answered(page: Page, url: str, model_id: str) -> None:
    page.goto(f"{url}?model={model_id}")

    _send(page, f"Ask {model_id}", "What is the capital of France?")

    expect(_answers(page)).to_contain_text("Paris", timeout=30_000)
    expect(_answers(page)).to_contain_text(re.compile(rf"{re.escape(model_id)} · \d+ tokens? in · \d+ out"))


def test_text_grows_stops_and_survives_a_reload(page: Page, url: str) -> None:
    page.goto(f"{url}?model=smollm2")
    _send(page, "Ask smollm2", LONG)
    expect(_answers(page)).to_contain_text(re.compile(r"(\w+\W+){5}"))
    lengths = _distinct_lengths(_answers(page), 3)
    assert lengths == sorted(lengths)

    page.keyboard.press("Escape")
    kept = _text_when_stopped(page)
    page.reload()

    assert _text_when_stopped(page) == kept
    expect(page.get_by_test_id("stSidebar").get_by_role("button", name=LONG, exact=True)).to_be_visible()


def _send(page: Page, placeholder: str, text: str) -> None:
    box = page.get_by_placeholder(placeholder)
    expect(box).to_be_enabled(timeout=30_000)
    box.fill(text)
    box.press("Enter")


def _answers(page: Page) -> Locator:
    return page.get_by_label("Chat message from assistant")


def _text_when_stopped(page: Page) -> str:
    """The answer alone: what stands below it is drawn a moment later."""
    expect(_answers(page)).to_contain_text(re.compile(r"Stopped.*tokens? in", re.DOTALL))
    return _answers(page).inner_text().partition("Stopped")[0]


def _distinct_lengths(answer: Locator, number: int, within_s: float = 20) -> list[int]:
    """Lengths of the text as it changes, in the order seen."""
    lengths: list[int] = []
    deadline = time.monotonic() + within_s
    while len(lengths) < number:
        assert time.monotonic() < deadline, f"the text stopped growing at {lengths}"
        length = len(answer.inner_text())
        if length not in lengths:
            lengths.append(length)
    return lengths
