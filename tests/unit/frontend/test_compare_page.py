"""The page Compare through Streamlit's test harness: what is drawn, and what a click changes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

import frontend
from tests.browser.fake_models import Script
from tests.browser.stack import Stack
from tests.unit.frontend.other_pages import go_to

APP = Path(frontend.__file__).with_name("app.py")
OpenCompare = Callable[..., AppTest]


@pytest.fixture
def compare(stack: Stack) -> Iterator[OpenCompare]:
    """Opens the page with these query parameters, on a machine where the stack is deployed."""

    def open_it(**query: str) -> AppTest:
        return go_to(AppTest.from_file(str(APP), default_timeout=30), "compare", **query)

    yield open_it
    st.cache_resource.clear()
    st.cache_data.clear()


def ask(page: AppTest, question: str) -> AppTest:
    """Ask, and draw the page again until nothing is being answered."""
    page.chat_input[0].set_value(question).run()
    deadline = time.monotonic() + 20
    while any(button.key == "stop" for button in page.button):
        assert time.monotonic() < deadline, "the answers did not end in time"
        page.run()
    return page


def said(page: AppTest) -> str:
    kinds = ("title", "header", "subheader", "markdown", "caption", "error", "warning", "info")
    return "\n".join(str(getattr(element, "value", "")) for kind in kinds for element in page.get(kind))


def keys(page: AppTest, action: str) -> list[str]:
    return [button.key or "" for button in page.button if (button.key or "").startswith(f"{action}-")]


def run_of(page: AppTest) -> str:
    value = page.query_params["run"]
    return value if isinstance(value, str) else value[0]


def test_an_answer_from_each_model_with_what_it_took_and_the_best_in_words(compare: OpenCompare, stack: Stack) -> None:
    stack.handler.told["echo"] = {"price": {"input": 1000, "output": 2000}}
    stack.handler.scripts["parrot"] = lambda asked: Script(["one ", "two ", "three"], pause_s=0.1)
    page = ask(compare(m="echo,parrot"), "Who is it?")

    assert not page.exception
    text = said(page)
    assert "You said: Who is it?" in text
    assert "one two three" in text
    assert "Tokens: 3 in, 1 out · **shortest**" in text
    assert "Tokens: 3 in, 3 out\n" in text.replace("\\", "")
    assert r"Cost: \$0\.005" in text
    assert "Cost: no price known" in text
    assert {body["model"] for body in stack.handler.requests} == {"echo", "parrot"}


def test_a_follow_up_question_goes_to_all_panes_with_what_was_said_before(compare: OpenCompare, stack: Stack) -> None:
    page = ask(ask(compare(m="echo,parrot"), "First"), "Second")

    assert [message["content"] for message in stack.handler.requests[-1]["messages"]][::2] == ["First", "Second"]
    assert sorted(body["model"] for body in stack.handler.requests) == ["echo", "echo", "parrot", "parrot"]
    assert "You said: Second" in said(page)
    assert len(keys(page, "compare_continue")) == 2


def test_settings_reach_every_model_that_takes_them(compare: OpenCompare, stack: Stack) -> None:
    stack.handler.told["parrot"] = {"unsupported_parameters": ["temperature"]}
    page = compare(m="echo,parrot")
    page.text_area(key="compare_prompt").set_value("Be brief.")
    page.number_input(key="compare_temperature").set_value(0.5)
    page.number_input(key="compare_max_tokens").set_value(7)
    ask(page.run(), "Go")

    assert "Temperature: not taken by parrot, and not sent there." in said(page)
    asked = {body["model"]: body for body in stack.handler.requests}
    assert (asked["echo"]["temperature"], asked["echo"]["max_tokens"]) == (0.5, 7)
    assert "temperature" not in asked["parrot"]
    assert all(body["messages"][0] == {"role": "system", "content": "Be brief."} for body in asked.values())

    again = compare(run=run_of(page))
    assert again.text_area(key="compare_prompt").value == "Be brief."
    again.text_area(key="compare_prompt").set_value("Be long.").run()
    ask(again, "On")
    assert stack.handler.requests[-1]["messages"][0]["content"] == "Be long."


def test_a_model_that_is_not_ready_says_so_in_its_pane_and_can_be_asked_later(
    compare: OpenCompare, stack: Stack
) -> None:
    page = compare(m="starting,echo")
    assert "The endpoint is being created" in said(page)
    page = ask(page, "Both?")

    assert "You said: Both?" in said(page)
    assert any("The endpoint is being created" in warning.value for warning in page.warning)
    assert [body["model"] for body in stack.handler.requests] == ["echo"]
    assert keys(page, "compare_retry") == []

    stack.handler.told["starting"] = {"status": "ready", "reason": None}
    st.cache_resource.clear()
    page.run()
    page.button(key=keys(page, "compare_retry")[0]).click().run()
    page.run()
    assert [body["model"] for body in stack.handler.requests] == ["echo", "starting"]


def test_the_best_answer_is_marked_and_unmarked(compare: OpenCompare) -> None:
    page = ask(compare(m="echo,parrot"), "Who?")
    first, second = keys(page, "compare_vote")
    page.button(key=second).click().run()
    assert [page.button(key=key).label for key in (first, second)] == ["Best answer?", "Best answer"]

    again = compare(run=run_of(page))
    again.button(key=first).click().run()
    assert [again.button(key=key).label for key in (first, second)] == ["Best answer", "Best answer?"]
    again.button(key=first).click().run()
    assert {again.button(key=key).label for key in (first, second)} == {"Best answer?"}


def test_a_pane_goes_on_as_a_chat_and_survives_its_comparison(compare: OpenCompare, stack: Stack) -> None:
    page = ask(compare(m="echo,parrot"), "Who?")
    run, chosen = run_of(page), keys(page, "compare_continue")[1]
    page.button(key=chosen).click().run()
    assert page.chat_message[1].markdown[0].value == "Who?"
    assert page.selectbox(key="model").value == "parrot"

    page = ask(go_to(page, "compare", run=run), "And on?")
    assert [body["model"] for body in stack.handler.requests[2:]] == ["echo"]
    assert "goes on as a chat" in said(page)
    page.button(key=f"delete-{run}").click().run()
    assert "The comparison was deleted." in said(page)
    kept = [item["sk"]["S"] for item in stack.items() if item["sk"]["S"].startswith(("conversation#", "comparison#"))]
    assert kept == [f"conversation#{chosen.removeprefix('compare_continue-')}"]


def test_earlier_comparisons_are_listed_and_opened(compare: OpenCompare) -> None:
    page = ask(compare(m="echo,parrot"), "Remember *me*")
    run = run_of(page)
    page.button(key="compare-new").click().run()
    assert page.multiselect(key="compared").value == ["echo", "parrot"]
    assert r"echo\, parrot" in said(page)

    page.button(key=f"open-{run}").click().run()
    assert "You said: Remember" in said(page)
    assert [header.value for header in page.header] == [r"Remember \*me\*"]


def test_nobody_elses_comparison_is_found(compare: OpenCompare, monkeypatch: pytest.MonkeyPatch) -> None:
    run = run_of(ask(compare(m="echo,parrot"), "Private"))
    monkeypatch.setenv("TERRACHAT_OWNER", "someone-else")
    page = compare(run=run)

    assert "There is no such comparison." in page.warning[0].value
    assert "Private" not in said(page)
    assert "run" not in page.query_params


def test_models_that_are_not_deployed_are_left_out_and_one_is_too_few(compare: OpenCompare) -> None:
    page = compare(m="echo,gone")

    assert "Not in this deployment, and left out: gone" in said(page).replace("\\", "")
    assert page.multiselect(key="compared").value == ["echo"]
    assert page.chat_input[0].disabled
    assert page.chat_input[0].placeholder == "Choose at least 2 models"


def test_more_models_than_can_be_compared_are_left_out_and_named(compare: OpenCompare) -> None:
    page = compare(m="echo,parrot,slow,held,hang,tall")

    assert page.multiselect(key="compared").value == ["echo", "parrot", "slow", "held"]
    assert r"Left out: hang\, tall." in said(page)


def test_a_table_that_is_gone_is_said_and_nothing_breaks(compare: OpenCompare, stack: Stack) -> None:
    stack.drop_table()
    page = compare(m="echo,parrot")

    assert "terrachat apply" in said(page)
    assert not page.exception


def test_the_page_speaks_vietnamese(compare: OpenCompare) -> None:
    page = ask(compare(m="echo,parrot", lang="vi"), "Xin chào")

    assert page.title[0].value == "So sánh mô hình"
    assert "Token: 2 vào, 1 ra" in said(page)
