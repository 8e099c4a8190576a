"""What the handler adds to a call, to a first token and to every token, beside what else one could put in its place.

    .venv/bin/python -m benchmarks.handler [--parts traffic start size] [--at-once 1 16 64] [--rounds 5]

Parts: `traffic` (calls and streams of a pass-through model), `start` (from a process to its first answer, with byte
code and without), `size` (of what is deployed). It prints the tables of docs/performance.md, which says how to
read them. Ten minutes, most of it for LiteLLM; a machine with something else to do gives other figures.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import platform
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks import handler_servers as servers
from benchmarks.handler_size import print_sizes
from benchmarks.handler_start import print_starts
from benchmarks.handler_tables import print_tables
from benchmarks.handler_traffic import Figures, measure
from benchmarks.machine import processor_name

CONTENDERS = (servers.ours, servers.sdk_app, servers.litellm, servers.byte_relay)


def main() -> None:
    options = _options()
    print(f"{processor_name()}, {os.cpu_count()} processors, {platform.system()}, Python {platform.python_version()}")
    if "traffic" in options.parts:
        traffic(options.at_once, options.rounds)
    if "start" in options.parts:
        with _folders() as folder:
            print_starts(options.rounds, folder)
    if "size" in options.parts:
        print_sizes()


def traffic(at_once: list[int], rounds: int) -> None:
    """All contenders are up during the whole run, and are asked in turn."""
    alone, compared = (0, 1) if (os.cpu_count() or 1) > 1 else (None, None)
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(_folders())
        upstream = stack.enter_context(servers.upstream(folder()).running(alone))
        upstream.until_chat()
        running = [upstream]
        for contender in CONTENDERS:
            running.append(stack.enter_context(contender(upstream.server.port, folder()).running(compared)))
            running[-1].until_chat()
        if alone is not None:
            stack.callback(os.sched_setaffinity, 0, os.sched_getaffinity(0))
            os.sched_setaffinity(0, {alone})
        figures: Figures = measure(running, at_once, rounds)
    print_tables(figures, at_once)


@contextlib.contextmanager
def _folders() -> Iterator[Callable[[], Path]]:
    """Gives an empty folder for each call."""
    with tempfile.TemporaryDirectory() as parent:
        yield lambda: Path(tempfile.mkdtemp(dir=parent))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parts = ["traffic", "start", "size"]
    parser.add_argument("--parts", nargs="+", choices=parts, default=parts)
    parser.add_argument("--at-once", type=int, nargs="+", default=[1, 16, 64])
    parser.add_argument("--rounds", type=int, default=5)
    return parser.parse_args()


if __name__ == "__main__":
    main()
