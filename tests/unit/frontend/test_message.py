"""What is said under an answer, and what can be done with it, through Streamlit's own test harness."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

import frontend
from frontend.history.records import ChatSettings
from tests.browser.stack import Stack, turn

APP = Path(frontend.__file__).with_name("app.py")
OpenChat = Callable[..., AppTest]


@pytest.fixture
def open_chat(stack: Stack) -> Iterator[OpenChat]:
    """Opens a conversation that has these turns."""

    def open_it(*turns: object, **query: str) -> AppTest:
        page = AppTest.from_file(str(APP), default_timeout=30)
        page.query_params["chat"] = stack.keep(list(turns))  # type: ignore[arg-type]
        for name, value in query.items():
            page.query_params[name] = value
        return page.run()

    yield open_it
    st.cache_resource.clear()
    st.cache_data.clear()


def texts(page: AppTest) -> str:
    return "\n".join(
        str(getattr(element, "value", "")) for kind in ("markdown", "caption", "warning") for element in page.get(kind)
    )


def test_only_the_last_turn_has_buttons_of_its_own(open_chat: OpenChat) -> None:
    page = open_chat(turn(1, "One", "First"), turn(2, "Two", "Second"))

    keys = {str(button.key) for button in page.button}
    assert {"edit-2", "copy-2", "details-2"} <= keys
    assert not keys & {"edit-1", "copy-1", "details-1", "retry-2", "continue-2"}


def test_a_rating_is_kept_changed_and_taken_back(open_chat: OpenChat, stack: Stack) -> None:
    page = open_chat(turn(1, "One", "First"))

    def rated() -> list[dict[str, object]]:
        return [item for item in stack.items() if item["sk"]["S"] == "rating#000001"]

    page.pills(key="rating-1").set_value("good").run()
    assert "rated good" in texts(page)
    assert rated()[0]["is_good"] == {"BOOL": True}

    page.pills(key="rating-1").set_value("bad").run()
    page.pills(key="bad-1-reason").set_value("incomplete")
    page.text_area(key="bad-1-comment").set_value("Half of it is missing.")
    next(button for button in page.button if button.label == "Save").click().run()
    assert "rated bad" in texts(page)
    assert rated()[0]["reason"] == {"S": "incomplete"}
    assert rated()[0]["comment"] == {"S": "Half of it is missing."}

    page.pills(key="rating-1").set_value(None).run()
    assert "rated" not in texts(page)
    assert rated() == []
    assert not page.exception


def test_details_say_what_was_asked_with(open_chat: OpenChat) -> None:
    settings = ChatSettings("Be brief.", {"temperature": 0.4})
    page = open_chat(
        turn(1, "One", "First", request_id="abc123", warnings=("`seed` was left out.",), settings=settings, left_out=2)
    )
    assert "2 earlier questions were not sent" in texts(page)

    page.button(key="details-1").click().run()

    told = texts(page).replace("\\", "")
    for part in ("Request id: abc123", "Region: us-east-1", "Temperature: 0.4", "Be brief.", "`seed` was left out."):
        assert part in told
    page.button(key="details-1").click().run()
    assert "abc123" not in texts(page)


def test_a_clipped_answer_can_go_on(open_chat: OpenChat, stack: Stack) -> None:
    page = open_chat(turn(1, "More?", "You said", finish_reason="length", model="clipped"), model="clipped")
    page.button(key="continue-1").click().run()

    assert [message["content"] for message in stack.handler.requests[-1]["messages"]] == [
        "More?",
        "You said",
        "Please continue exactly where you stopped.",
    ]


@pytest.mark.parametrize(("code", "offered"), [("missing_key", True), ("no_access", True), ("content_filter", False)])
def test_what_can_be_mended_elsewhere_can_be_tried_again(open_chat: OpenChat, code: str, offered: bool) -> None:
    page = open_chat(turn(1, "One", status="error", error_code=code, retryable=False, usage=None, finish_reason=None))

    assert ("retry-1" in {str(button.key) for button in page.button}) is offered


def test_a_failure_without_an_answer_has_nothing_to_copy(open_chat: OpenChat) -> None:
    failed = turn(1, "One", status="error", error_code="no_access", retryable=False, usage=None, finish_reason=None)
    page = open_chat(failed)

    keys = {str(button.key) for button in page.button}
    assert "copy-1" not in keys
    assert "that your account may use this model" in page.error[0].value


def test_settings_wait_for_the_first_question(stack: Stack, open_chat: OpenChat) -> None:
    page = AppTest.from_file(str(APP), default_timeout=30).run()
    page.text_area(key="settings-new-system").set_value("Answer in rhymes.").run()
    page.number_input(key="settings-new-temperature").set_value(0.3).run()
    page.chat_input[0].set_value("What rhymes?").run()

    sent = stack.handler.requests[-1]
    assert sent["temperature"] == 0.3
    assert sent["messages"][0] == {"role": "system", "content": "Answer in rhymes."}
    assert not page.exception


def test_reset_takes_all_settings_back(open_chat: OpenChat, stack: Stack) -> None:
    page = open_chat(turn(1, "One", "First"))
    chat_id = next(str(item["sk"]["S"]) for item in stack.items()).removeprefix("conversation#")
    page.number_input(key=f"settings-{chat_id}-seed").set_value(7).run()
    assert any(item.get("settings") for item in stack.items())

    page.button(key=f"settings-{chat_id}-reset").click().run()

    assert page.number_input(key=f"settings-{chat_id}-seed").value is None
    assert not any(item.get("settings") for item in stack.items())
    assert not page.exception
