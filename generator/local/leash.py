"""Run a command so that it cannot outlive whoever started it.

    python leash.py -- COMMAND...

The command runs in a process group of its own. The whole group ends (SIGTERM, three seconds later SIGKILL) when the
leash's standard input reaches its end, or when the leash gets SIGTERM or SIGINT. The starter keeps the other end of
that pipe open and need not do anything: when it dies, however it dies, the kernel closes the pipe. If the leash itself
is killed, the kernel kills the command, on Linux; macOS has nothing for that.

The exit code is the command's own, or 128 plus the signal that ended it. Only the standard library is used and
nothing of ours is imported, since the leash must start in milliseconds and under any environment.
"""

from __future__ import annotations

import ctypes
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence

GRACE_S = 3.0
_STDIN = 0
_POLL_S = 0.02
_PR_SET_PDEATHSIG = 1  # linux/prctl.h


def run(command: Sequence[str]) -> int:
    """Run `command` until it ends or the leash is let go; return its exit code."""
    wakeup = _wake_up_on(signal.SIGTERM, signal.SIGINT, signal.SIGCHLD)
    child = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        process_group=0,
        preexec_fn=_end_with_parent(),  # noqa: PLW1509 - unsafe beside other threads, and there are none
    )
    while child.poll() is None and not _is_let_go(wakeup):
        pass
    _end_group(child)
    return child.returncode if child.returncode >= 0 else 128 - child.returncode


def _end_with_parent() -> Callable[[], object] | None:
    """What a child calls to be killed when its parent has died, where there is such a thing."""
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None).prctl
    return lambda: prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _wake_up_on(*signals: signal.Signals) -> int:
    """Make `signals` readable as bytes from the returned descriptor, so that one `select` waits for everything."""
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    signal.set_wakeup_fd(writing)
    for number in signals:
        signal.signal(number, lambda *_: None)
    return reading


def _is_let_go(wakeup: int) -> bool:
    ready, _, _ = select.select([_STDIN, wakeup], [], [])
    if _STDIN in ready and not os.read(_STDIN, 4096):
        return True
    return wakeup in ready and bool(set(os.read(wakeup, 64)) & {signal.SIGTERM, signal.SIGINT})


def _end_group(child: subprocess.Popen[bytes]) -> None:
    """End what is left of the group: the command itself, or what it started and left behind."""
    deadline = time.monotonic() + GRACE_S
    remains = _signal_group(child.pid, signal.SIGTERM)
    while remains:
        child.poll()  # reaps the command, which would otherwise count as a member of the group
        time.sleep(_POLL_S)
        remains = _signal_group(child.pid, signal.SIGKILL if time.monotonic() > deadline else 0)
    child.wait()


def _signal_group(group: int, number: int) -> bool:
    try:
        os.killpg(group, number)
    except ProcessLookupError:
        return False
    except PermissionError:  # macOS answers so for a group in which only zombies are left
        return False
    return True


if __name__ == "__main__":
    sys.exit(run(sys.argv[sys.argv.index("--") + 1 :]))
