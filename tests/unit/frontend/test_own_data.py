"""What a user has: renamed, pinned, taken along, and removed for good."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from frontend import own_data
from frontend.chat import Chat
from frontend.client import ChatClient
from frontend.history.comparisons import ComparisonStore, Pane
from frontend.history.pictures import PictureStore
from frontend.history.preferences import Preferences, PreferenceStore
from frontend.history.table import Table
from frontend.history.usage import UsageBook
from frontend.page import Page
from frontend.state import Notice, PageState
from frontend.turns import TurnRegistry
from frontend.wire import Image, ModelInfo
from frontend.wishes import perform
from tests.browser.stack import REGION, Stack, turn
from tests.unit.frontend.runs import page_of

HANG = ModelInfo(id="hang")


@pytest.fixture
def chat(stack: Stack) -> Chat:
    return Chat("ann", ChatClient(stack.handler.url, REGION), Table(stack.table, REGION), TurnRegistry())


def wish(chat: Chat, action: str, **arguments: object) -> Page:
    page = page_of(chat, PageState({}, {}), HANG)
    page.state.wish(action, **arguments)
    perform(page)
    return page


def test_a_conversation_is_renamed_and_pinned_and_keeps_a_title(chat: Chat, stack: Stack) -> None:
    older, newer = (stack.keep([turn(number, f"chat {number}", "…")], owner="ann") for number in (1, 2))

    wish(chat, "pin", conversation=older, pinned=True)
    wish(chat, "rename", conversation=older, title="  A new\n title ")
    assert [(each.title, each.pinned) for each in chat.conversations()] == [("A new title", True), ("chat 2", False)]

    wish(chat, "pin", conversation=older, pinned=False)
    page = wish(chat, "rename", conversation=older, title="   ")
    assert page.state.take_notices() == [Notice("notice.no_title")]
    assert {each.title for each in chat.conversations()} == {"A new title", "chat 2"}
    assert not any(each.pinned for each in chat.conversations())

    for action in ({"action": "rename", "title": "x"}, {"action": "pin", "pinned": True}):
        page = wish(chat, **action, conversation="n" * 22)
        assert page.state.take_notices() == [Notice("notice.not_found")]
    assert newer in {each.id for each in chat.conversations()}


def test_everything_is_taken_along_and_then_removed_with_what_is_running(chat: Chat, stack: Stack) -> None:
    kept = stack.keep([turn(1, "Why?", "Because.")], owner="ann", title="Ở đâu?")
    PictureStore(chat.table).add("ann", kept, Image("image/png", b"png"))
    book = UsageBook(chat.table)
    book.add("ann", turn(1, "Why?", "Because.", cost_usd=Decimal("0.5")))
    PreferenceStore(chat.table).write("ann", Preferences("echo", "vi"))
    comparisons = ComparisonStore(chat.table)
    comparisons.put("ann", comparisons.new("Which?", [Pane("echo", kept), Pane("slow", "x" * 22)]))
    elsewhere = stack.keep([turn(1, "Mine", "Yours.")], owner="bob")
    page = wish(chat, "ask", text="Still running")
    live = chat.live(page.state.conversation_id or "")
    assert live is not None

    with zipfile.ZipFile(io.BytesIO(own_data.everything(chat, "Conversation"))) as archive:
        names = archive.namelist()
        assert {name.split(" ", 1)[-1] for name in names} == {
            "Still running.json",
            "Ở đâu.json",
            "comparisons.json",
            "preferences.json",
            "usage.csv",
        }
        assert json.loads(archive.read("preferences.json")) == {"default_model": "echo", "language": "vi"}
        assert json.loads(archive.read("comparisons.json"))[0]["models"] == ["echo", "slow"]
        assert b"0.5" in archive.read("usage.csv")
        assert not any(kept.encode() in archive.read(name) for name in names)

    page = wish(chat, "erase")

    assert page.state.take_notices() == [Notice("notice.erased")]
    assert not live.is_live
    assert {item["pk"]["S"] for item in stack.items()} == {"bob", f"bob#{elsewhere}"}
    assert book.read("ann", date.min, datetime.now(UTC).date()) == ()


def test_preferences_are_kept_and_known_to_the_tab(chat: Chat) -> None:
    wish(chat, "prefer", default_model="slow")
    page = wish(chat, "prefer", language="vi")

    assert page.state.session["preferences"] == Preferences("slow", "vi")
    assert PreferenceStore(chat.table).read("ann") == Preferences("slow", "vi")
    assert PreferenceStore(chat.table).read("bob") == Preferences()
