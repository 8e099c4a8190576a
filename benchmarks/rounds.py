"""Contenders measured in turn, round after round, and what came out as a table.

A machine's speed changes from minute to minute: figures of one table come from rounds in which every contender ran
once, so their ratio holds where the seconds do not. Processor time, of this process and of its children, tells what of
a wait was somebody else's work on a busy machine.
"""

from __future__ import annotations

import resource
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Contender:
    """What is measured. `prepare` runs before each round and is not timed. A floor is what cannot be beaten."""

    name: str
    run: Callable[[], object]
    prepare: Callable[[], object] = field(default=lambda: None)
    is_floor: bool = False


@dataclass(frozen=True)
class Median:
    """Of one contender's rounds, in seconds: until it was done, and of a processor."""

    wall_s: float
    processor_s: float


def measure(title: str, contenders: Sequence[Contender], rounds: int) -> dict[str, Median]:
    """Run all contenders once a round, print their medians, and return them by name.

    The first contender is ours; ratios are to it.
    """
    measured: dict[str, list[tuple[float, float]]] = {contender.name: [] for contender in contenders}
    for _ in range(rounds):
        for contender in contenders:
            contender.prepare()
            measured[contender.name].append(_seconds(contender.run))
    medians = {
        name: Median(statistics.median(wall for wall, _ in each), statistics.median(used for _, used in each))
        for name, each in measured.items()
    }
    print(f"\n{title}; medians of {rounds} rounds, in ms")
    print(f"  {'':44}{'time':>10}{'ratio':>9}{'processor':>12}{'ratio':>9}")
    ours = medians[contenders[0].name]
    for contender in contenders:
        _print(f"{contender.name}{' (floor)' if contender.is_floor else ''}", medians[contender.name], ours)
    return medians


def _seconds(run: Callable[[], object]) -> tuple[float, float]:
    used, start = _processor_s(), time.perf_counter()
    run()
    return time.perf_counter() - start, _processor_s() - used


def _processor_s() -> float:
    each = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in each)


def _print(name: str, median: Median, ours: Median) -> None:
    wall, used = median.wall_s / ours.wall_s, median.processor_s / max(ours.processor_s, 1e-9)
    print(f"  {name:44}{median.wall_s * 1e3:10.1f}{wall:8.2f}x{median.processor_s * 1e3:12.1f}{used:8.2f}x", flush=True)
