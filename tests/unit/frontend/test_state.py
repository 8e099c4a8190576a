"""What a tab remembers while several of its runs go on at once, as they do in Streamlit."""

from __future__ import annotations

import threading

from frontend.state import PageState, Wish


def test_every_click_is_a_wish_of_its_own_and_they_come_in_order() -> None:
    state = PageState({}, {})
    state.wish("ask", text="one")
    state.wish("stop", conversations=["c"])
    state.wish("ask", text="two")

    assert state.take_wish("stop") == Wish("stop", {"conversations": ["c"]})
    assert state.take_wish("stop") is None
    assert state.has_wish
    assert [state.take_wish(), state.take_wish("ask"), state.take_wish()] == [
        Wish("ask", {"text": "one"}),
        Wish("ask", {"text": "two"}),
        None,
    ]
    assert not state.has_wish


def test_a_run_waits_for_what_an_earlier_one_still_does_and_begins_with_its_end() -> None:
    session: dict[object, object] = {}
    first, second = PageState(session, {}), PageState(session, {})  # the click brings the address of before
    first.enter("chat")
    entered = threading.Event()

    def run() -> None:
        second.enter("chat")
        entered.set()

    with first.acting:
        later = threading.Thread(target=run)
        later.start()
        assert not entered.wait(0.2)
        first.open("c" * 22)
    later.join(10)

    assert entered.is_set()
    assert second.conversation_id == "c" * 22
