"""Child processes of the local target: each on a leash, each one's output in the local log.

In: a command, its whole environment and a name for the log. Out: a `Child` that can be asked whether it is alive and
told to end. Separate from `leash.py`, which is the program that runs between us and the command.
"""

from __future__ import annotations

import logging
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from generator.local import leash

TAIL_LINES = 12
# -I and -S: the leash must not be bent by the command's environment, and starts faster without site.
_LEASH = (sys.executable, "-I", "-S", leash.__file__, "--")


class Child:
    """One running command.

    Args:
        environment: all of it; nothing is inherited.
        on_line: called with every line of output, on a thread of its own; true keeps the line out of the log.

    """

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        environment: Mapping[str, str],
        *,
        folder: Path | None = None,
        on_line: Callable[[str], bool] = lambda _: False,
    ) -> None:
        self.name = name
        self._log = logging.getLogger(name)
        self._on_line = on_line
        self._tail: deque[str] = deque(maxlen=TAIL_LINES)
        self._process = subprocess.Popen(
            [*_LEASH, *command],
            env=dict(environment),
            cwd=folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # a signal meant for the supervisor's group must not take the leash first
        )
        self._pump = threading.Thread(target=self._log_output, name=f"{name} output", daemon=True)
        self._pump.start()

    @property
    def is_alive(self) -> bool:
        return self._process.poll() is None

    @property
    def exit_code(self) -> int | None:
        """The command's exit code, None while it runs."""
        return self._process.poll()

    @property
    def tail(self) -> str:
        """The last lines of its output, complete once it has ended."""
        if not self.is_alive:
            self._pump.join(timeout=1)
        return "\n".join(self._tail)

    def wait(self) -> int:
        """Wait until it has ended by itself; return its exit code."""
        return self._process.wait()

    def let_go(self) -> None:
        """Tell it to end, without waiting."""
        if self._process.stdin is not None:
            self._process.stdin.close()

    def close(self) -> None:
        """End it and wait until it has ended, at most a little longer than the leash's own grace."""
        self.let_go()
        try:
            self._process.wait(timeout=leash.GRACE_S + 2)
        except subprocess.TimeoutExpired:
            self._log.warning("process %d did not end", self._process.pid)
        self._pump.join(timeout=1)

    def _log_output(self) -> None:
        assert self._process.stdout is not None  # noqa: S101 - Popen was given a pipe
        with self._process.stdout as output:
            for raw in output:
                line = raw.decode("utf-8", errors="replace").rstrip()
                if not self._on_line(line):
                    self._tail.append(line)
                    self._log.info("%s", line)
