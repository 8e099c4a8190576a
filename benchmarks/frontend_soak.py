"""Many sessions for many minutes, each with one question after another, and what the server keeps of them.

In: a running page. Out: memory and threads before, at most, and when everybody has gone. Separate because it takes
minutes where everything else takes seconds.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

import psutil
from playwright.sync_api import Browser

from benchmarks.frontend_servers import SESSION_TTL_S
from benchmarks.frontend_tab import Tab
from benchmarks.handler_servers import Running

_LOOK_S = 0.5
# For sessions to be given up, and for threads that wait for something to notice it.
_GONE_WITHIN_S = SESSION_TTL_S + 60.0
# Above the baseline: what an allocator may keep (a third, or 30 MiB), and threads of a pool.
_MORE_MEMORY, _MORE_MIB, _MORE_THREADS = 1.33, 30.0, 4


@dataclass(frozen=True)
class Moment:
    memory_mib: float
    threads: int


@dataclass(frozen=True)
class Soak:
    """`first` is after a tenth of the time, `last` at its end. `dead` sessions had stopped growing for good."""

    answers: int
    dead: int
    baseline: Moment
    first: Moment
    last: Moment
    after: Moment

    @property
    def is_back(self) -> bool:
        most = max(self.baseline.memory_mib * _MORE_MEMORY, self.baseline.memory_mib + _MORE_MIB)
        return self.after.memory_mib <= most and self.after.threads <= self.baseline.threads + _MORE_THREADS


def soak(browser: Browser, running: Running, url: str, sessions: int, minutes: float) -> Soak:
    """Let `sessions` tabs ask, wait for the answer, and ask again, for so many minutes; then close them all."""
    process = psutil.Process(running.process.pid)
    _one_answer(browser, url)  # what is only loaded with the first question is no leak
    _until_gone(process, None)
    baseline = _moment(process)
    with browser.new_context() as window:
        tabs = [Tab.opened(window, url) for _ in range(sessions)]
        began = time.monotonic()
        first, answers, lost = None, 0, dict.fromkeys(range(sessions), 0.0)
        while time.monotonic() - began < minutes * 60:
            for number, tab in enumerate(tabs):
                if tab.is_at_rest():
                    tab.ask(f"Question {answers} of session {number}")
                    answers, lost[number] = answers + 1, time.monotonic()
            if first is None and time.monotonic() - began > minutes * 6:
                first = _moment(process)
            time.sleep(_LOOK_S)
        last = _moment(process)
        dead = _dead(tabs, lost)
    _until_gone(process, baseline)
    return Soak(answers, dead, baseline, first or last, last, _moment(process))


def _one_answer(browser: Browser, url: str) -> None:
    with browser.new_context() as window:
        tab = Tab.opened(window, url)
        tab.ask("Warm up")
        tab.page.get_by_text("word3 ").first.wait_for(timeout=60_000)
        tab.until_usable()


def _dead(tabs: Sequence[Tab], asked_at: dict[int, float]) -> int:
    """Tabs whose last question is older than three answers take, and which are not at rest."""
    return sum(time.monotonic() - asked_at[number] > 90 and not tab.is_at_rest() for number, tab in enumerate(tabs))


def _until_gone(process: psutil.Process, baseline: Moment | None) -> None:
    """Wait until the threads of the sessions have ended, but not for ever."""
    deadline = time.monotonic() + _GONE_WITHIN_S
    time.sleep(SESSION_TTL_S + 2)
    while baseline is not None and time.monotonic() < deadline:
        if process.num_threads() <= baseline.threads:
            return
        time.sleep(_LOOK_S)


def _moment(process: psutil.Process) -> Moment:
    return Moment(process.memory_info().rss / 2**20, process.num_threads())
