"""Questions that several threads have at once and that are asked once: the first asks, the others wait for its answer.

In: a key and a way to ask. Out: the answer, or the error that the asking raised, to each of them. Nothing is forgotten:
make a new one to ask again.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from typing import Any, TypeVar

_Answer = TypeVar("_Answer")


class SharedAnswers:
    """Answers by key, for any thread. What is asked for may itself ask for the answer of another key."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._answers: dict[Hashable, Future[Any]] = {}

    def once(self, key: Hashable, ask: Callable[[], _Answer]) -> _Answer:
        """What `ask` answers, or raises, for whoever asks for `key` first."""
        with self._lock:
            is_first = key not in self._answers
            answer: Future[_Answer] = self._answers.setdefault(key, Future())
        if is_first:
            try:
                answer.set_result(ask())
            except BaseException as error:  # noqa: BLE001 - whoever waits must not wait for ever
                answer.set_exception(error)
        return answer.result()
