"""Calls and streams at each server in turn, round after round.

In: servers that run, the first of which is the upstream itself, asked directly. Out: what all rounds saw. A machine's
speed changes from minute to minute, so each round asks every server once for everything, and ratios hold where the
milliseconds do not.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from benchmarks.handler_load import Timings, plain_calls, streams
from benchmarks.handler_servers import Running
from benchmarks.handler_upstream import HASTY

STEADY_TOKENS = 60
HASTY_TOKENS = 200
_WARM_UP = 4


@dataclass(frozen=True)
class Load:
    """One kind of traffic. `calls` is how many of it make a round."""

    name: str
    calls: Callable[[int], int]
    run: Callable[[int, int, int], Coroutine[Any, Any, Timings]]


CALLS = Load("calls", lambda at_once: max(300, 12 * at_once), plain_calls)
STEADY_STREAMS = Load(
    "steady streams",
    lambda at_once: max(4, at_once),
    lambda port, calls, at_once: streams(port, calls, at_once, STEADY_TOKENS),
)
HASTY_STREAMS = Load(
    "hasty streams",
    lambda at_once: max(6, at_once),
    lambda port, calls, at_once: streams(port, calls, at_once, HASTY_TOKENS, HASTY),
)


@dataclass
class Seen:
    """What one server did under one load. `processor_s` is the server's own time."""

    timings: Timings = field(default_factory=Timings)
    processor_s: float = 0.0


@dataclass
class Figures:
    """`seen[server, load, at once]`; the names of the servers, the direct calls' first, and their memory at the end."""

    names: Sequence[str]
    seen: Mapping[tuple[str, str, int], Seen]
    memory_mib: Mapping[str, float]


def measure(running: Sequence[Running], at_once: Sequence[int], rounds: int) -> Figures:
    """Ask all of them in turn, `rounds` times."""
    seen: defaultdict[tuple[str, str, int], Seen] = defaultdict(Seen)
    for number in range(rounds):
        print(f"round {number + 1} of {rounds} ...", flush=True)
        for load in (CALLS, STEADY_STREAMS, HASTY_STREAMS):
            for many in at_once:
                for each in running:
                    _ask(each, load, many, seen[each.server.name, load.name, many])
    return Figures(
        [each.server.name for each in running], seen, {each.server.name: each.memory_mib() for each in running}
    )


def _ask(running: Running, load: Load, at_once: int, seen: Seen) -> None:
    port = running.server.port
    # Connections, and code that has not run for a while.
    asyncio.run(plain_calls(port, _WARM_UP * at_once, at_once))
    asyncio.run(streams(port, _WARM_UP * at_once, at_once, _WARM_UP, HASTY))
    used = running.processor_s()
    seen.timings.add(asyncio.run(load.run(port, load.calls(at_once), at_once)))
    seen.processor_s += running.processor_s() - used
