"""One question of several threads is asked once, and all of them get its answer."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from generator.errors import AwsError
from generator.shared_answers import SharedAnswers


def test_all_who_ask_at_once_get_the_answer_of_the_first() -> None:
    shared, everybody = SharedAnswers(), threading.Barrier(8, timeout=30)
    asked: list[int] = []

    def ask(number: int) -> int:
        everybody.wait()
        return shared.once("key", lambda: asked.append(number) or number)  # type: ignore[func-returns-value]

    with ThreadPoolExecutor(8) as pool:
        answers = set(pool.map(ask, range(8)))

    assert answers == set(asked)
    assert len(asked) == 1


def test_error_is_everybody_s_and_is_not_asked_for_again() -> None:
    shared = SharedAnswers()
    asked: list[str] = []

    def refuse() -> None:
        asked.append("asked")
        raise AwsError("no", code="AccessDenied")

    for _ in range(2):
        with pytest.raises(AwsError, match="no"):
            shared.once("key", refuse)

    assert asked == ["asked"]


def test_one_answer_may_need_another() -> None:
    shared = SharedAnswers()

    assert shared.once("a", lambda: shared.once("b", lambda: 1) + 1) == 2
    assert shared.once("b", lambda: 5) == 1
