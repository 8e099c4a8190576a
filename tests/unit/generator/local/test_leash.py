from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from generator.local import leash
from tests.unit.generator.local.waiting import until

# A shell that starts a second process, writes its id to a file, and waits for it.
_PARENT_AND_CHILD = "sleep 60 & echo $! > {pid}; wait"


def start(*command: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, leash.__file__, "--", *command], stdin=subprocess.PIPE)


@pytest.mark.parametrize(
    ("script", "code"),
    [
        pytest.param("exit 7", 7, id="the command's own"),
        pytest.param("kill -KILL $$", 128 + signal.SIGKILL, id="ended by a signal"),
    ],
)
def test_the_exit_code_is_passed_on(script: str, code: int) -> None:
    assert start("sh", "-c", script).wait(timeout=10) == code


@pytest.mark.parametrize("how", ["stdin", "SIGTERM", "SIGINT"])
def test_letting_go_ends_the_whole_group(tmp_path: Path, how: str) -> None:
    file = tmp_path / "pid"
    running = start("sh", "-c", _PARENT_AND_CHILD.format(pid=file))
    until(lambda: file.exists() and file.read_text().strip())
    grandchild = int(file.read_text())

    if how == "stdin":
        assert running.stdin is not None
        running.stdin.close()
    else:
        running.send_signal(signal.Signals[how])

    assert running.wait(timeout=10) == 128 + signal.SIGTERM
    assert not _is_running(grandchild)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child that its parent was killed")
def test_a_leash_that_is_killed_takes_the_command_along(tmp_path: Path) -> None:
    file = tmp_path / "pid"
    running = start("sh", "-c", f"echo $$ > {file}; exec sleep 60")
    until(lambda: file.exists() and file.read_text().strip())

    running.kill()

    until(lambda: not _is_running(int(file.read_text())))
    assert running.wait(timeout=10) == -signal.SIGKILL


def test_a_command_that_ignores_sigterm_is_killed(tmp_path: Path) -> None:
    file = tmp_path / "ready"
    running = start("sh", "-c", f"trap '' TERM; touch {file}; while :; do sleep 0.1; done")
    until(file.exists)
    assert running.stdin is not None
    running.stdin.close()

    assert running.wait(timeout=leash.GRACE_S + 5) == 128 + signal.SIGKILL


def _is_running(pid: int) -> bool:
    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
