"""What the page costs beside a plain st.write_stream app, on the same Streamlit, upstream, theme and machine.

    .venv/bin/python -m benchmarks.frontend [--parts load token answer soak] [--rounds 5] [--sessions 20] [--minutes 5]

Parts: `load` (a page with an empty cache, and again), `token` (from Enter to the first token), `answer` (150 kB in
6,000 pieces: seconds, bytes, and how the composer takes keys), `soak` (sessions that ask for minutes, and what
is left when they are gone). Rounds are interleaved; the figures are medians. It needs a Chromium and prints the tables
of docs/performance.md; a quarter of an hour, on a machine with nothing else to do.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import platform
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import streamlit
from playwright.sync_api import Browser, sync_playwright

from benchmarks import frontend_servers as servers
from benchmarks.frontend_soak import Soak, soak
from benchmarks.frontend_stack import TALKER
from benchmarks.frontend_tab import Answer, Tab
from benchmarks.handler_servers import Running
from benchmarks.machine import processor_name
from tests.browser.chromium import find_chromium

COLD_GOAL_S, WARM_GOAL_S, FIRST_TOKEN_GOAL_S = 5.0, 1.5, 1.0
BYTES_GOAL, TYPING_GOAL_MS = 10_000_000, 200.0
_PROMPT_S = 0.3  # what the model `prompt` takes for its first word
_END = "The very end."


@dataclass(frozen=True)
class Contender:
    name: str
    running: Running

    def url(self, model: str = "prompt") -> str:
        return f"http://127.0.0.1:{self.running.server.port}/?model={model}"


def main() -> None:
    options = _options()
    print(
        f"{processor_name()}, {os.cpu_count()} processors, {platform.system()}, Python {platform.python_version()}, "
        f"Streamlit {streamlit.__version__}",
        flush=True,
    )
    with _contenders() as contenders:
        if set(options.parts) - {"soak"}:
            _in_browser(contenders, options.parts, options.rounds)
        if "soak" in options.parts:
            _print_soaks(contenders, options.sessions, options.minutes)


def _in_browser(contenders: Sequence[Contender], parts: Sequence[str], rounds: int) -> None:
    with _browser() as browser:
        for contender in contenders:
            _warmed(browser, contender)
        if "load" in parts:
            _print_loads(browser, contenders, rounds)
        if "token" in parts:
            _print_first_tokens(browser, contenders, rounds)
        if "answer" in parts:
            _print_answers(browser, contenders, min(rounds, 3))


@contextlib.contextmanager
def _contenders() -> Iterator[list[Contender]]:
    """Both are up during the whole run, and are asked in turn. Ours is the first; ratios are to it."""
    with contextlib.ExitStack() as stack:
        parent = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        behind = stack.enter_context(servers.running_stack())
        found = []
        for make in (servers.ours, servers.plain):
            server = make(behind, Path(tempfile.mkdtemp(dir=parent)))
            running = stack.enter_context(server.running(None))
            running.until_up()
            found.append(Contender(server.name, running))
        yield found


@contextlib.contextmanager
def _browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        path = find_chromium(playwright)
        with playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"]) as browser:
            yield browser


def _warmed(browser: Browser, contender: Contender) -> None:
    """The first question of a process pays for what is only loaded then, which is no part of any figure."""
    with browser.new_context() as window:
        Tab.opened(window, contender.url()).first_token_s("Warm up", "Here")


def _rounds(contenders: Sequence[Contender], rounds: int, measure: Callable[[Contender], float]) -> list[list[float]]:
    """For each contender its figures: all of them are measured once in each round."""
    found: list[list[float]] = [[] for _ in contenders]
    for _ in range(rounds):
        for number, contender in enumerate(contenders):
            found[number].append(measure(contender))
    return found


def _print_loads(browser: Browser, contenders: Sequence[Contender], rounds: int) -> None:
    warm: dict[str, list[float]] = {contender.name: [] for contender in contenders}

    def cold(contender: Contender) -> float:
        with browser.new_context() as window:
            began = time.perf_counter()
            tab = Tab.opened(window, contender.url())
            seconds = time.perf_counter() - began
            began = time.perf_counter()
            tab.page.reload()
            tab.until_usable()
            warm[contender.name].append(time.perf_counter() - began)
            return seconds

    medians = [statistics.median(each) for each in _rounds(contenders, rounds, cold)]
    _table("Until the page can be used, in s", contenders, {
        "empty cache": medians,
        "reload": [statistics.median(warm[contender.name]) for contender in contenders],
    })  # fmt: skip
    _judge("an empty cache", medians[0], COLD_GOAL_S, "s")
    _judge("a reload", statistics.median(warm[contenders[0].name]), WARM_GOAL_S, "s")


def _print_first_tokens(browser: Browser, contenders: Sequence[Contender], rounds: int) -> None:
    with contextlib.ExitStack() as stack:
        tabs = {
            contender.name: Tab.opened(stack.enter_context(browser.new_context()), contender.url())
            for contender in contenders
        }
        seen = _rounds(contenders, rounds, lambda each: tabs[each.name].first_token_s("Hello", "Here"))
    medians = [statistics.median(each) for each in seen]
    title = f"From Enter to the first token, in s, of a model that takes {_PROMPT_S} s for it"
    _table(title, contenders, {"median": medians, "slowest": [max(each) for each in seen]})
    _judge("the first token", medians[0], FIRST_TOKEN_GOAL_S, "s")


def _print_answers(browser: Browser, contenders: Sequence[Contender], rounds: int) -> None:
    seen: dict[str, list[Answer]] = {contender.name: [] for contender in contenders}

    def answered(contender: Contender) -> float:
        with browser.new_context() as window:
            seen[contender.name].append(Tab.opened(window, contender.url("fast")).long_answer("Write a book", _END))
        return seen[contender.name][-1].seconds

    medians = [statistics.median(each) for each in _rounds(contenders, rounds, answered)]
    mine = [seen[contender.name] for contender in contenders]
    _table("An answer of 150 kB in 6,000 pieces", contenders, {
        "came whole, of all rounds": [sum(one.whole for one in each) / len(each) for each in mine],
        "s until it ended, or froze": medians,
        "characters on the page": [statistics.median(one.characters for one in each) for each in mine],
        "MB received": [statistics.median(one.received_bytes for one in each) / 1e6 for each in mine],
        "ms from a key to its frame, median": [statistics.median(one.typing_p50_ms for one in each) for each in mine],
        "ms, slowest": [max(max(one.typing_ms) for one in each) for each in mine],
    })  # fmt: skip
    _judge(
        "the bytes of 150 kB", statistics.median(one.received_bytes for one in mine[0]) / 1e6, BYTES_GOAL / 1e6, "MB"
    )
    _judge("typing meanwhile", statistics.median(one.typing_p50_ms for one in mine[0]), TYPING_GOAL_MS, "ms")


def _print_soaks(contenders: Sequence[Contender], sessions: int, minutes: float) -> None:
    seen: list[Soak] = []
    for contender in contenders:
        seen.append(soak(contender.running, contender.url(TALKER), sessions, minutes))
    _table(f"{sessions} sessions that ask for {minutes:g} minutes", contenders, {
        "answers": [each.answers for each in seen],
        "sessions that died": [each.dead for each in seen],
        "MB received for an answer": [each.megabytes / max(1, each.answers) for each in seen],
        "MiB before": [each.baseline.memory_mib for each in seen],
        "MiB early": [each.first.memory_mib for each in seen],
        "MiB at the end": [each.last.memory_mib for each in seen],
        "MiB when all have gone": [each.after.memory_mib for each in seen],
        "threads before": [each.baseline.threads for each in seen],
        "threads at the end": [each.last.threads for each in seen],
        "threads when all have gone": [each.after.threads for each in seen],
    })  # fmt: skip
    print(f"\nMemory and threads are back where they began: {'yes' if seen[0].is_back else 'NO'}.", flush=True)


def _table(title: str, contenders: Sequence[Contender], rows: dict[str, Sequence[float]]) -> None:
    print(f"\n## {title}\n\n| | " + " | ".join(contender.name for contender in contenders) + " | ratio |")
    print("|---|" + "---|" * (len(contenders) + 1))
    for name, values in rows.items():
        ratio = f"{values[1] / values[0]:.2f}" if values[0] else ""
        print(f"| {name} | " + " | ".join(map(_figure, values)) + f" | {ratio} |", flush=True)


def _figure(value: float) -> str:
    """Three digits that say something, and no more."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _judge(what: str, value: float, goal: float, unit: str) -> None:
    print(f"The goal for {what} is {goal:g} {unit}: {'met' if value <= goal else 'MISSED'}.", flush=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parts = ["load", "token", "answer", "soak"]
    parser.add_argument("--parts", nargs="+", choices=parts, default=parts)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--sessions", type=int, default=20)
    parser.add_argument("--minutes", type=float, default=5)
    return parser.parse_args()


if __name__ == "__main__":
    main()
