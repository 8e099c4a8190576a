"""The page's flows through Streamlit's own test harness: what is drawn, and what a click changes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

import frontend
from tests.browser.fake_handler import FakeHandler
from tests.browser.stack import Stack

APP = Path(frontend.__file__).with_name("app.py")
OpenPage = Callable[..., AppTest]


@pytest.fixture
def open_page(stack: Stack) -> Iterator[OpenPage]:
    """Opens a page with these query parameters, on a machine where the stack is deployed."""

    def open_it(**query: str) -> AppTest:
        page = AppTest.from_file(str(APP), default_timeout=30)
        for name, value in query.items():
            page.query_params[name] = value
        return page.run()

    yield open_it
    st.cache_resource.clear()
    st.cache_data.clear()


def texts(page: AppTest) -> str:
    """Everything that is said on the page."""
    kinds = ("markdown", "caption", "error", "warning", "info", "header")
    return "\n".join(str(getattr(element, "value", "")) for kind in kinds for element in page.get(kind))


def chat_of(page: AppTest) -> str:
    """The id of the open conversation; the harness gives a list for what came with the URL, else text."""
    value = page.query_params["chat"]
    return value if isinstance(value, str) else value[0]


def ask(page: AppTest, question: str) -> AppTest:
    return page.chat_input[0].set_value(question).run()


def until_answered(page: AppTest) -> AppTest:
    """Draw the page again until nothing is being answered; the harness may end a run before its own rerun."""
    deadline = time.monotonic() + 20
    while any(button.key == "stop" for button in page.button):
        assert time.monotonic() < deadline, "the answer did not end in time"
        page.run()
    return page


def test_an_empty_page_invites_to_ask(open_page: OpenPage) -> None:
    page = open_page()

    assert [element.value for element in page.header] == ["What would you like to know?"]
    assert page.selectbox[0].value == "echo"
    assert not page.chat_input[0].disabled
    assert len([button for button in page.button if str(button.key).startswith("start-")]) == 4
    assert not page.exception


def test_a_question_is_answered_and_the_footer_counts(open_page: OpenPage) -> None:
    page = until_answered(ask(open_page(), "Hello *there*"))

    assert [message.name for message in page.chat_message] == ["user", "assistant"]
    assert page.chat_message[0].markdown[0].value == r"Hello \*there\*"
    assert page.chat_message[1].markdown[0].value == "You said: Hello *there*"
    footer = page.chat_message[1].caption[0].value
    assert footer.startswith("echo · 2 tokens in · 1 out · no price · first token 0")


def test_a_starter_asks_its_question(open_page: OpenPage, stack: Stack) -> None:
    page = open_page()
    page.button(key="start-question_4").click().run()

    until_answered(page)
    assert [body["messages"][-1]["content"] for body in stack.handler.requests] == [
        "Suggest five names for a small coffee roastery."
    ]


def test_the_conversation_is_there_after_a_reload(open_page: OpenPage) -> None:
    first = until_answered(ask(open_page(), "Remember me"))
    chat_id = chat_of(first)

    again = open_page(chat=chat_id)

    assert again.chat_message[1].markdown[0].value == "You said: Remember me"
    assert again.button(key=f"open-{chat_id}").label == "**Remember me**"


def test_a_past_conversation_is_opened_and_a_new_one_begun(open_page: OpenPage) -> None:
    chat_id = chat_of(until_answered(ask(open_page(), "First")))
    page = open_page()
    assert not page.chat_message

    page.button(key=f"open-{chat_id}").click().run()
    assert page.chat_message[1].markdown[0].value == "You said: First"

    next(button for button in page.button if button.label == "New chat").click().run()
    assert not page.chat_message
    assert "chat" not in page.query_params


def test_a_failure_stays_in_its_bubble_with_the_partial_text(open_page: OpenPage, stack: Stack) -> None:
    page = until_answered(ask(open_page(model="broken"), "Why?"))

    bubble = page.chat_message[1]
    assert bubble.markdown[0].value.startswith("part0 part1")
    assert "the upstream failed" in bubble.error[0].value
    assert stack.handler.request_ids[-1] in bubble.error[0].value
    assert not page.exception
    assert page.button(key="retry-1").label == "Try again"


def test_a_retry_asks_again(open_page: OpenPage, stack: Stack) -> None:
    page = until_answered(ask(open_page(model="broken"), "Why?"))
    page.selectbox[0].set_value("echo").run()
    until_answered(page.button(key="retry-1").click().run())

    assert [message.name for message in page.chat_message] == ["user", "assistant"]
    assert page.chat_message[1].markdown[0].value == "You said: Why?"
    assert [body["model"] for body in stack.handler.requests] == ["broken", "echo"]


def test_a_model_that_is_not_ready_is_seen_with_its_reason_and_not_asked(open_page: OpenPage) -> None:
    page = open_page(model="starting")

    assert page.selectbox[0].value == "starting"
    assert "The endpoint is being created" in page.warning[0].value
    assert page.chat_input[0].disabled
    assert all(button.disabled for button in page.button if str(button.key).startswith("start-"))


def test_a_model_with_a_fallback_is_asked_and_the_footer_names_who_answered(open_page: OpenPage) -> None:
    page = open_page(model="away")
    assert "It is night" in page.warning[0].value
    assert "answered by its fallback in the meantime: echo" in page.warning[0].value

    page = until_answered(ask(page, "Who?"))

    assert page.chat_message[1].markdown[0].value == "You said: Who?"
    assert page.chat_message[1].caption[0].value.startswith("echo instead of away · ")


def test_an_answer_that_ran_out_of_tokens_says_so(open_page: OpenPage) -> None:
    page = until_answered(ask(open_page(model="clipped"), "More?"))

    assert any("Ended at the limit of tokens" in part.value for part in page.chat_message[1].markdown)


def test_an_unknown_model_falls_back_with_a_notice(open_page: OpenPage) -> None:
    page = open_page(model="gone")

    assert page.selectbox[0].value == "echo"
    assert page.warning[0].value == "There is no model “gone” in this deployment; “echo” is chosen instead."


def test_someone_elses_conversation_is_not_found(open_page: OpenPage, monkeypatch: pytest.MonkeyPatch) -> None:
    chat_id = chat_of(until_answered(ask(open_page(), "Private")))
    monkeypatch.setenv("TERRACHAT_OWNER", "someone-else")

    page = open_page(chat=chat_id)

    assert "There is no such conversation." in page.warning[0].value
    assert "Private" not in texts(page)
    assert "chat" not in page.query_params


def test_a_conversation_is_deleted_after_a_yes(open_page: OpenPage) -> None:
    page = until_answered(ask(open_page(), "Gone soon"))
    chat_id = chat_of(page)
    page.menu_button(key=f"menu-{chat_id}").click("delete").run()
    page.button(key=f"delete-{chat_id}").click().run()

    assert page.warning[0].value == "The conversation was deleted."
    assert "Gone soon" not in texts(page)
    assert not page.chat_message


def test_the_page_speaks_vietnamese(open_page: OpenPage) -> None:
    page = open_page(lang="vi")

    assert [element.value for element in page.header] == ["Bạn muốn biết điều gì?"]


def test_without_a_deployment_the_page_says_what_to_do(open_page: OpenPage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERRACHAT_DEPLOYMENT", "other")

    page = open_page()

    assert "terrachat apply" in page.error[0].value
    assert "Nothing named 'other' is deployed" in page.error[0].value.replace("\\", "")
    assert not page.exception


def test_without_a_name_the_page_lists_what_is_deployed(
    open_page: OpenPage, stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TERRACHAT_DEPLOYMENT")

    assert stack.deployment in open_page().info[0].value.replace("\\", "")


def test_a_handler_that_is_gone_leaves_the_conversations_readable(open_page: OpenPage, stack: Stack) -> None:
    chat_id = chat_of(until_answered(ask(open_page(), "Still here")))
    stack.handler.stop()
    st.cache_resource.clear()

    page = open_page(chat=chat_id)

    assert "The connection to the handler failed" in texts(page)
    assert page.chat_message[1].markdown[0].value == "You said: Still here"
    assert not page.exception


def test_a_handler_that_moved_is_found_again(open_page: OpenPage, stack: Stack) -> None:
    page = open_page()
    stack.handler.stop()
    moved = FakeHandler(models=("echo",)).start()
    try:
        stack.publish(moved.url)
        st.cache_resource.clear()
        stack.handler.requests.clear()
        next(button for button in page.button if button.label == "Refresh").click().run()

        until_answered(ask(page, "Where are you?"))

        assert page.chat_message[1].markdown[0].value == "You said: Where are you?"
        assert [len(moved.requests), len(stack.handler.requests)] == [1, 0]
    finally:
        moved.stop()
