"""The sidebar, Usage and Settings through Streamlit's own test harness: what is listed, and what a click changes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

import frontend
from frontend.discovery import list_deployments
from frontend.history.preferences import PreferenceStore
from frontend.history.table import Table
from frontend.history.usage import UsageBook
from frontend.wire import Usage
from tests.browser.stack import OWNER, REGION, Stack, turn
from tests.unit.frontend.other_pages import go_to

APP = Path(frontend.__file__).with_name("app.py")
OpenPage = Callable[..., AppTest]


@pytest.fixture
def open_page(stack: Stack) -> Iterator[OpenPage]:
    """Opens the page of this name, with these query parameters."""

    def open_it(name: str = "chat", **query: str) -> AppTest:
        page = AppTest.from_file(str(APP), default_timeout=30)
        if name != "chat":
            return go_to(page, name, **query)
        for parameter, value in query.items():
            page.query_params[parameter] = value
        return page.run()

    yield open_it
    st.cache_resource.clear()
    st.cache_data.clear()


def opened_by(page: AppTest) -> list[str]:
    """The titles that the sidebar lists."""
    return [button.label for button in page.sidebar.button if str(button.key).startswith("open-")]


def captions(page: AppTest) -> list[str]:
    return [caption.value for caption in page.sidebar.caption]


def said(page: AppTest) -> str:
    kinds = ("markdown", "caption", "error", "warning", "info")
    return "\n".join(str(getattr(element, "value", "")) for kind in kinds for element in page.get(kind))


def test_conversations_stand_by_date_the_pinned_ones_first(open_page: OpenPage, stack: Stack) -> None:
    now = datetime.now(UTC)
    ages = {"now": 0, "a day ago": 1, "some days ago": 4}
    for title, days in ages.items():
        used = now - timedelta(days=days)
        stack.keep([turn(1, "q", "a")], title=title, created_at=used, updated_at=used)
    stack.keep([turn(1, "q", "a")], title="in March", updated_at=datetime(2024, 3, 5, tzinfo=UTC))
    stack.keep([turn(1, "q", "a")], title="pinned", updated_at=datetime(2024, 3, 6, tzinfo=UTC), pinned=True)

    page = open_page()

    assert opened_by(page) == ["pinned", "now", "a day ago", "some days ago", "in March"]
    assert captions(page) == ["Pinned", "Today", "Yesterday", "Last 7 days", "March 2024"]
    assert "Tháng 3 năm 2024" in captions(open_page(lang="vi"))


def test_a_menu_renames_and_pins(open_page: OpenPage, stack: Stack) -> None:
    conversation = stack.keep([turn(1, "Old", "a")])
    page = open_page()

    page.menu_button(key=f"menu-{conversation}").click("rename").run()
    page.text_input(key=f"title-{conversation}").set_value("New :red[name]")
    page.button(key="save_title").click().run()
    page.menu_button(key=f"menu-{conversation}").click("pin").run()
    assert opened_by(page) == [r"New \:red\[name\]"]
    page.menu_button(key=f"menu-{conversation}").click("rename").run()
    page.text_input(key=f"title-{conversation}").set_value("long " * 30)
    page.button(key="save_title").click().run()

    assert opened_by(page) == [f"{'long ' * 10}long…"]
    assert captions(page) == ["Pinned"]
    assert not page.text_input(key="search").value


def test_a_search_shows_why_it_found_something_and_the_rest_again_when_it_is_cleared(
    open_page: OpenPage, stack: Stack
) -> None:
    for number in range(35):
        stack.keep([turn(1, "q", f"Nothing but {'đá' if number == 7 else 'hay'}.")], title=f"chat {number}")
    stack.keep([turn(1, "q", "a")], title="Đá *and* water")
    page = open_page()
    assert len(opened_by(page)) == 30
    page.button(key="more").click().run()
    assert len(opened_by(page)) == 36

    page.text_input(key="search").set_value("da").run()
    assert opened_by(page) == [r":primary-background[Đá] \*and\* water", "chat 7"]
    assert r"Nothing but :primary-background[đá]\." in captions(page)

    page.text_input(key="search").set_value("").run()
    assert len(opened_by(page)) == 36


def test_usage_is_said_in_the_languages_own_numbers(open_page: OpenPage, stack: Stack) -> None:
    assert "Nothing was used in this period." in said(open_page("usage"))
    book = UsageBook(Table(stack.table, REGION))
    now = datetime.now(UTC)
    for cost in (Decimal("1.5"), None):
        book.add(OWNER, turn(1, "q", "a", usage=Usage(1000, 10), started_at=now, cost_usd=cost))

    english, vietnamese = open_page("usage"), open_page("usage", lang="vi")

    assert [metric.value for metric in english.metric] == ["2", "2,000", "20", "at least $1.50"]
    assert [metric.value for metric in vietnamese.metric] == ["2", "2.000", "20", "ít nhất 1,50 US$"]
    assert "paid by the hour" in said(english)
    assert len(open_page("usage", period="365").metric) == 4


def test_the_default_model_is_asked_where_nothing_else_is_said(open_page: OpenPage, stack: Stack) -> None:
    settings = open_page("settings")
    settings.selectbox(key="default_model").set_value("slow").run()
    assert settings.selectbox(key="default_model").value == "slow"

    assert open_page().selectbox(key="model").value == "slow"
    assert open_page(model="echo").selectbox(key="model").value == "echo"


def test_everything_is_deleted_only_for_the_word(open_page: OpenPage, stack: Stack) -> None:
    stack.keep([turn(1, "Gone soon", "a")])
    page = open_page("settings", lang="vi")
    assert page.button(key="erase").disabled
    page.text_input(key="erase_word").set_value(" xóa ").run()
    page.button(key="erase").click().run()

    assert "Đã xóa toàn bộ dữ liệu" in said(page)
    assert page.button(key="erase").disabled
    assert stack.items() == []


def test_a_kept_language_holds_without_one_in_the_address(open_page: OpenPage, stack: Stack) -> None:
    page = open_page("settings")
    page.selectbox(key="kept_language").set_value("vi").run()
    assert page.title[0].value == "Cài đặt"

    assert PreferenceStore(Table(stack.table, REGION)).read(OWNER).language == "vi"
    assert open_page("settings").title[0].value == "Cài đặt"
    assert open_page("settings", lang="en").title[0].value == "Settings"


def test_of_several_deployments_one_is_chosen_and_one_that_is_gone_is_said_to_be(
    open_page: OpenPage, stack: Stack
) -> None:
    others = set(list_deployments(REGION)) - {stack.deployment}  # of other tests in this process
    assert bool([box for box in open_page().selectbox if box.key == "deployment"]) == bool(others)
    ssm = stack.session.client("ssm", endpoint_url=stack.aws_url)
    described = json.loads(ssm.get_parameter(Name=f"/terrachat/{stack.deployment}/handler")["Parameter"]["Value"])
    ssm.put_parameter(
        Name="/terrachat/second/handler",
        Type="String",
        Value=json.dumps(described | {"deployment": "second", "conversation_days": 30}),
    )
    st.cache_data.clear()
    try:
        page = open_page(lang="vi", model="slow")
        assert page.selectbox(key="deployment").options == sorted({*others, "second", stack.deployment})
        page.selectbox(key="deployment").set_value("second").run()
        assert page.query_params["deployment"] in ("second", ["second"])
        assert page.selectbox(key="model").value == "echo"
        assert page.selectbox(key="deployment").label == "Bản triển khai"
        assert "removed 30 days after" in said(open_page("settings", deployment="second"))
    finally:
        ssm.delete_parameter(Name="/terrachat/second/handler")
        st.cache_resource.clear()

    gone = open_page(deployment="second")
    assert "Nothing named 'second' is deployed" in gone.error[0].value.replace("\\", "")
    next(button for button in gone.button if button.label == "Back to this page's own deployment").click().run()
    assert not gone.error
    assert gone.selectbox(key="model").value == "echo"
