"""Signing in through a real issuer's protocol, in a browser: who sees what, and when access ends."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import APP, wait_until_healthy
from tests.browser.fake_issuer import CLIENT_ID, CLIENT_SECRET, Issuer
from tests.browser.reading_aloud import findings, heading_faults
from tests.browser.stack import Stack

pytestmark = pytest.mark.browser

HOURS = 1
COOKIE_SECRET = "COOKIE-SECRET-789-with-32-characters-or-more"


@dataclass(frozen=True)
class Site:
    url: str
    issuer: Issuer
    log: Path


@pytest.fixture(scope="module")
def running_site(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A page that people sign in to, on every address of this machine."""
    issuer = Issuer().start()
    folder = tmp_path_factory.mktemp("site")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    environment = {
        "TERRACHAT_OIDC_METADATA_URL": f"{issuer.url}/.well-known/openid-configuration",
        "TERRACHAT_OIDC_CLIENT_ID": CLIENT_ID,
        "TERRACHAT_OIDC_CLIENT_SECRET": CLIENT_SECRET,
        "TERRACHAT_OIDC_COOKIE_SECRET": COOKIE_SECRET,
        "TERRACHAT_OIDC_REDIRECT_URI": f"{url}/oauth2callback",
        "TERRACHAT_OIDC_SESSION_HOURS": str(HOURS),
    }
    command = [sys.executable, "-m", "streamlit", "run", str(APP), "--server.port", str(port)]
    log = folder / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*command, "--server.address", "0.0.0.0"],
            cwd=folder,
            env={**os.environ, **stack.environment, **environment},
            stdout=output,
            stderr=output,
        )
    try:
        wait_until_healthy(f"{url}/_stcore/health", process, log)
        yield Site(url, issuer, log)
    finally:
        process.terminate()
        process.wait(10)
        issuer.stop()


@pytest.fixture
def site(running_site: Site) -> Iterator[Site]:
    """The site with an issuer that tells the truth, and, after the test, no secret anywhere in its log."""
    running_site.issuer.lie = None
    running_site.issuer.issued_ago_s = 0.0
    yield running_site
    said = running_site.log.read_text(encoding="utf-8", errors="replace")
    assert CLIENT_SECRET not in said
    assert COOKIE_SECRET not in said


@pytest.fixture
def browser(window: BrowserContext) -> Iterator[BrowserContext]:
    """A browser that nobody has signed in with."""
    window.clear_cookies()
    yield window
    for page in window.pages:
        page.close()


def sign_in(page: Page, person: str) -> None:
    """From the page's own sign-in page over the issuer, until the composer is there."""
    page.get_by_role("button", name=re.compile("^(Sign in|Đăng nhập)$")).click()
    page.get_by_role("link", name=person, exact=True).click()
    page.get_by_test_id("stChatInput").wait_for(timeout=30_000)


def sign_in_for_a_moment(page: Page, issuer: Issuer) -> float:
    """Ann signs in, with only seconds of her hours left: until when. On a busy machine they have to be more."""
    for left in (5, 10, 20, 40):
        issuer.issued_ago_s = HOURS * 3600 - left
        page.get_by_role("button", name="Đăng nhập").click()
        page.get_by_role("link", name="ann").click()
        page.get_by_test_id("stChatInput").or_(page.get_by_text("Phiên đăng nhập đã hết hạn")).wait_for(timeout=30_000)
        over = issuer.issued_at + HOURS * 3600
        if page.get_by_test_id("stChatInput").is_visible() and time.time() < over - 1:
            return over
    raise TimeoutError("no page came up within 40 seconds")


def ask(page: Page, question: str) -> None:
    box = page.get_by_test_id("stChatInputTextArea")
    box.fill(question)
    box.press("Enter")
    expect(page.get_by_test_id("stChatMessage").last).to_contain_text(f"You said: {question}", timeout=20_000)


def sign_in_page(page: Page) -> None:
    expect(page.get_by_role("heading", name="Sign in to Terrachat")).to_be_visible(timeout=20_000)
    expect(page.get_by_test_id("stChatInput")).to_have_count(0)


def test_check_06_another_user_gets_not_found_for_the_url_of_a_conversation(
    site: Site, browser: BrowserContext
) -> None:
    ann = browser.new_page()
    ann.goto(site.url)
    sign_in_page(ann)
    expect(ann.get_by_test_id("stSidebarNav")).to_have_count(0)
    sign_in(ann, "ann")
    ask(ann, "Only for Ann")
    expect(ann.get_by_test_id("stSidebar")).to_contain_text("Signed in as Ann *Lee*")
    expect(ann).to_have_url(re.compile("chat="))
    link = ann.url
    ann.reload()
    expect(ann.get_by_test_id("stChatMessage").last).to_contain_text("You said: Only for Ann", timeout=20_000)

    browser.clear_cookies()  # as in another browser, which begins with none, and without what this tab remembers
    bob = browser.new_page()
    bob.goto(link)
    sign_in_page(bob)
    sign_in(bob, "bob")

    # He was brought back to the address that he had asked for, and it is not his.
    expect(bob.get_by_text("There is no such conversation")).to_be_visible(timeout=20_000)
    expect(bob.locator("body")).not_to_contain_text("Only for Ann")


def test_check_30_sign_out_ends_access_in_every_tab_and_at_the_issuer(site: Site, browser: BrowserContext) -> None:
    page, other = browser.new_page(), browser.new_page()
    page.goto(site.url)
    sign_in(page, "ann")
    other.goto(site.url)
    other.get_by_test_id("stChatInput").wait_for(timeout=30_000)
    cookies = browser.cookies()
    assert all(cookie["httpOnly"] for cookie in cookies if cookie["name"].startswith("_streamlit_user"))

    page.get_by_role("button", name="Sign out").click()
    sign_in_page(page)
    query = site.issuer.signed_out[-1]
    assert query["client_id"] == CLIENT_ID
    assert query["logout_uri"] == query["post_logout_redirect_uri"] == f"{site.url}/oauth2callback"

    other.get_by_test_id("stChatInputTextArea").fill("Am I still here?")
    other.get_by_test_id("stChatInputTextArea").press("Enter")
    sign_in_page(other)
    expect(other.get_by_text("You have signed out")).to_be_visible()

    # The cookies of before are no way back, and there is no draft for whoever comes next.
    browser.add_cookies(cookies)  # type: ignore[arg-type]  # Playwright reads and takes them in two types
    other.goto(site.url)
    sign_in_page(other)
    sign_in(other, "bob")
    expect(other.get_by_test_id("stChatInputTextArea")).to_have_value("")


@pytest.mark.parametrize("is_sent", [False, True], ids=["being-written", "sent"])
def test_check_30_an_expired_sign_in_asks_again_and_keeps_the_draft(
    site: Site, browser: BrowserContext, is_sent: bool
) -> None:
    page = browser.new_page()
    page.goto(f"{site.url}/?lang=vi&model=slow")
    box = page.get_by_test_id("stChatInputTextArea")
    over = sign_in_for_a_moment(page, site.issuer)
    expect(page).to_have_url(re.compile("lang=vi"))
    box.fill("Câu hỏi dở dang\ncó hai dòng")
    page.wait_for_function("until => Date.now() / 1000 > until", arg=over)

    if is_sent:
        box.press("Enter")
    else:
        page.get_by_role("button", name="Trò chuyện mới").click()
    expect(page.get_by_text("Phiên đăng nhập đã hết hạn")).to_be_visible(timeout=20_000)
    site.issuer.issued_ago_s = 0.0
    sign_in(page, "ann")

    expect(box).to_have_value("Câu hỏi dở dang\ncó hai dòng", timeout=20_000)
    expect(page).to_have_url(re.compile("lang=vi"))
    expect(page).to_have_url(re.compile("model=slow"))
    box.press("Enter")
    expect(page.get_by_test_id("stChatMessage").first).to_contain_text("có hai dòng", timeout=20_000)


@pytest.mark.parametrize("lie", ["nonce", "state", "key", "audience"])
def test_a_forged_answer_of_the_issuer_signs_nobody_in(site: Site, browser: BrowserContext, lie: str) -> None:
    site.issuer.lie = lie  # type: ignore[assignment]  # one of the parameters above
    page = browser.new_page()
    page.goto(f"{site.url}/?chat=someones&lang=vi")
    page.get_by_role("button", name="Đăng nhập").click()
    page.get_by_role("link", name="ann").click()

    expect(page.get_by_text("Đăng nhập không thành công")).to_be_visible(timeout=20_000)
    expect(page).to_have_url(re.compile(r"\?chat=someones&lang=vi&sign_in=failed$"))
    assert not [cookie for cookie in browser.cookies() if cookie["name"].startswith("_streamlit_user")]


def test_who_turns_back_at_the_issuer_is_told_and_may_try_again(site: Site, browser: BrowserContext) -> None:
    page = browser.new_page()
    page.goto(site.url)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("link", name="nobody").click()

    expect(page.get_by_text("Signing in did not work")).to_be_visible(timeout=20_000)
    sign_in(page, "ann")
    expect(page).not_to_have_url(re.compile("sign_in"))


def test_check_26_axe_finds_nothing_serious_on_the_sign_in_page(site: Site, browser: BrowserContext) -> None:
    page = browser.new_page()
    page.goto(site.url)
    sign_in_page(page)

    assert heading_faults(page) == []
    assert findings(page) == []
