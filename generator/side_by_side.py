"""One question about many things, asked of several at once, by threads that nobody waits for at the end.

In: a function and what to call it with. Out: the answers as they come. Separate from concurrent.futures, whose threads
a program waits for before it ends, and with them for a server that never answers.
"""

from __future__ import annotations

import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from typing import TypeVar

_Item = TypeVar("_Item")
_Answer = TypeVar("_Answer")


def side_by_side(
    ask: Callable[[_Item], _Answer], items: Sequence[_Item], at_once: int, patience_s: float | None = None
) -> Iterator[tuple[int, _Answer]]:
    """Yield the index of each item and what `ask` says of it, in the caller's thread, as the answers come.

    Ends after `patience_s` seconds, whatever has come by then. What `ask` raises is raised here. Once this has ended,
    nothing more is begun.
    """
    todo = deque(enumerate(items))
    done: queue.SimpleQueue[tuple[int, Future[_Answer]]] = queue.SimpleQueue()

    def work() -> None:
        while True:
            try:
                index, item = todo.popleft()
            except IndexError:
                return
            done.put((index, _outcome(ask, item)))

    for _ in range(min(at_once, len(items))):
        threading.Thread(target=work, name="side-by-side", daemon=True).start()
    deadline = None if patience_s is None else time.monotonic() + patience_s
    try:
        for _ in items:
            try:
                index, answer = done.get(timeout=None if deadline is None else max(0.0, deadline - time.monotonic()))
            except queue.Empty:
                return
            yield index, answer.result()
    finally:
        todo.clear()


def _outcome(ask: Callable[[_Item], _Answer], item: _Item) -> Future[_Answer]:
    outcome: Future[_Answer] = Future()
    try:
        outcome.set_result(ask(item))
    except BaseException as error:  # noqa: BLE001 - it is raised where the answer is waited for
        outcome.set_exception(error)
    return outcome
