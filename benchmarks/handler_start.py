"""From a process's start to its first answers, in a process that is new each time.

The files are in the system's cache, as they are for all but a machine's first start. A health check answers first,
then what waits for all that is loaded ahead of time, then a chat request, which for ours reads its models and its key
from AWS too. Without byte code Python compiles what it imports, at every start, as a function's folder is read-only.
"""

from __future__ import annotations

import dataclasses
import statistics
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks import handler_servers as servers
from benchmarks.handler_servers import Server

HEALTH_GOAL_S, CHAT_GOAL_S = 0.1, 0.6
Steps = tuple[float, ...]


def print_starts(rounds: int, folder: Callable[[], Path]) -> None:
    """Start each in turn, `rounds` times, and print the medians."""
    with servers.upstream(folder()).running(None) as upstream:
        upstream.until_chat()
        port = upstream.server.port
        started = [
            _named(servers.ours(port, folder()), "terrachat, with byte code"),
            _without_byte_code(servers.ours(port, folder())),
            servers.sdk_app(port, folder()),
            servers.litellm(port, folder()),
        ]
        print(f"\nstarting each {rounds} times ...", flush=True)
        seen: list[list[Steps]] = [[_steps(each) for each in started] for _ in range(rounds)]
    print("\n## Start, in ms\n")
    print("| | health check | all is loaded | first answer | ratio of the first answer |")
    print("|---|---|---|---|---|")
    medians = [_medians([each[number] for each in seen]) for number in range(len(started))]
    for server, (health, ready, chat) in zip(started, medians, strict=True):
        cells = " | ".join(f"{step * 1e3:,.0f}" for step in (health, ready, chat))
        print(f"| {server.name} | {cells} | {chat / medians[0][2]:.2f} |")
    health, _, chat = medians[0]
    for what, value, goal in (("health check", health, HEALTH_GOAL_S), ("first answer", chat, CHAT_GOAL_S)):
        print(f"- {what}: {value:.2f} s, goal {goal} s: {'met' if value <= goal else 'MISSED'}")


def _steps(server: Server) -> Steps:
    with server.running(None) as running:
        return running.until_up(), running.until_ready(), running.until_chat()


def _medians(rounds: Sequence[Steps]) -> Steps:
    return tuple(statistics.median(step) for step in zip(*rounds, strict=True))


def _named(server: Server, name: str) -> Server:
    return dataclasses.replace(server, name=name)


def _without_byte_code(server: Server) -> Server:
    for compiled in server.folder.rglob("*.pyc"):
        compiled.unlink()
    return _named(server, "terrachat, without byte code")
