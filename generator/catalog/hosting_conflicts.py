"""The keys of `hosting` that cannot stand together. Pure.

Separate from conflicts.py because these are Fargate's rules. Where its certificate and its secret must be is in
region_conflicts.py.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from generator.catalog.conflict import Conflict, mapping, whole
from generator.catalog.hosting_types import fargate_memories

_CPU, _MEMORY_MIB = 512, 1024


def hosting_conflicts(document: Mapping[str, Any]) -> Iterator[Conflict]:
    """Yield the conflicts about the tasks that run the page."""
    tasks = mapping(mapping(document.get("hosting")).get("tasks"))
    yield from _size(tasks)
    yield from _number(tasks)


def _size(tasks: Mapping[str, Any]) -> Iterator[Conflict]:
    cpu, memory = whole(tasks.get("cpu", _CPU)), whole(tasks.get("memory_mib", _MEMORY_MIB))
    allowed = fargate_memories(cpu or 0)
    if allowed and memory is not None and memory not in allowed:
        nearest = min(allowed, key=lambda each: abs(each - memory))
        words = f"Fargate has no task of {cpu} units of a processor with {memory} MiB; write memory_mib: {nearest}"
        yield Conflict(("hosting", "tasks", "memory_mib" if "memory_mib" in tasks else "cpu"), words)


def _number(tasks: Mapping[str, Any]) -> Iterator[Conflict]:
    least, most = whole(tasks.get("min", 1)), whole(tasks.get("max"))
    if least is not None and most is not None and most < least:
        words = f"the most tasks, {most}, are fewer than the least, {least}; raise 'max' or lower 'min'"
        yield Conflict(("hosting", "tasks", "max"), words)
