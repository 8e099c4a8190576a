"""local up, down, status, logs."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from generator.commands.context import (
    JsonOption,
    ModelFileOption,
    ModelUrlOption,
    print_json,
    print_table,
    running_local_target,
    shown_progress,
)
from generator.deployment.targets import LOCAL_FOLDER


def up(model_file: ModelFileOption = None, model_url: ModelUrlOption = None) -> None:
    """Start the local target in the background."""
    from generator.local import lifecycle

    with shown_progress() as progress, progress.phase("Start the local AWS and the model"):
        started = lifecycle.start(LOCAL_FOLDER, model_file=model_file, model_url=model_url, on_phase=progress.say)
    print(f"{'Running' if started.started else 'It was already running'}: {started.target.control_url}")


def down() -> None:
    """Stop the local target and forget what it held."""
    from generator.local import lifecycle

    print("Stopped." if lifecycle.stop(LOCAL_FOLDER) else "It was not running.")


def status(as_json: JsonOption = False) -> None:
    """Ask each part of it whether it answers."""
    from generator.local import lifecycle

    parts = lifecycle.part_status(running_local_target())
    if as_json:
        print_json([asdict(part) for part in parts])
    else:
        print_table(("part", "state", "detail"), [(part.part, part.state, part.detail) for part in parts])


def logs(
    follow: Annotated[bool, typer.Option("-f", "--follow", help="Go on printing until Ctrl-C.")] = False,
) -> None:
    """Print the local target's log.

    The deployed handler's own lines are in it too.
    """
    from generator.local import lifecycle

    for line in lifecycle.log_lines(LOCAL_FOLDER, follow=follow):
        print(line, flush=True)
