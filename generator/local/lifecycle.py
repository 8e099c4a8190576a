"""Starting and stopping the local target: the door that the command line uses.

In: a folder that holds the state of one local target (`target.json`, `local.log`, the unpacked functions). Out: a
running target, which belongs to nobody (detached) or to the caller (leashed: it ends with the caller, however that
one ends). The target itself is another process, `serve.py`.
"""

from __future__ import annotations

import fcntl
import http.client
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from generator.errors import LocalTargetError
from generator.local.local_log import Follower, last_lines
from generator.local.target import LocalTarget, find, holder, model_base, withdraw

READY_WITHIN_S = 90.0
STOPPED_WITHIN_S = 12.0
LOG = "local.log"
_ANSWER_WITHIN_S = 3.0
_POLL_S = 0.05
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # loopback goes through no proxy


@dataclass(frozen=True)
class Started:
    """A running target. `started` is false when it ran already; then `close` leaves it alone."""

    target: LocalTarget
    started: bool
    _supervisor: subprocess.Popen[bytes] | None = None

    def close(self) -> None:
        """End a leashed target and wait until it has ended. A detached one goes on."""
        supervisor = self._supervisor
        if supervisor is not None and supervisor.stdin is not None:
            _end(supervisor)


@dataclass(frozen=True)
class PartStatus:
    """One part of a local target: `state` is `running` or `down`, `detail` its address and, if down, why."""

    part: str
    state: Literal["running", "down"]
    detail: str


def start(
    folder: Path,
    *,
    model_file: Path | None = None,
    model_url: str | None = None,
    leashed: bool = False,
    on_phase: Callable[[str], None] = lambda _: None,
) -> Started:
    """Start the local target of `folder` and wait until it is ready, or find the one that runs.

    Args:
        folder: created when it does not exist, readable by the owner only.
        model_file: a GGUF file instead of the small model that comes along.
        model_url: an OpenAI-compatible server instead of a model of ours.
        leashed: end it when the caller ends or closes what is returned.
        on_phase: called with each line of the log that says what is being started.

    Raises:
        LocalTargetError: it ended before it was ready, or was not ready in time; the model cannot be had, or another
            one is running.

    """
    _check_model(model_file, model_url)
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    with _one_at_a_time(folder):
        running = find(folder)
        if running is not None:
            _check_no_model_is_asked_for(model_file, model_url)
            return Started(running, started=False)
        withdraw(folder)  # left behind by a target that was killed
        supervisor = _spawn(folder, model_file, model_url, leashed)
        try:
            target = _until_ready(folder, supervisor, on_phase)
        except BaseException:  # Ctrl-C too: whoever asked has no handle to end it with
            _end(supervisor)
            raise
    return Started(target, started=True, _supervisor=supervisor)


def stop(folder: Path) -> bool:
    """End the local target of `folder` and wait until it has ended; false if none ran."""
    pid = holder(folder)
    if pid is None:
        withdraw(folder)
        return False
    _signal(pid, signal.SIGTERM)
    if not _until_gone(folder, STOPPED_WITHIN_S):
        _signal_group(pid, signal.SIGKILL)  # its children are on leashes of their own and follow
        _until_gone(folder, STOPPED_WITHIN_S)
    withdraw(folder)
    return True


def part_status(target: LocalTarget) -> list[PartStatus]:
    """Ask every part of `target` whether it answers, in the order in which they are started."""
    return [
        _ask("model server", f"{target.model_url}/v1/models"),
        # Not data.json: it asks every backend for all it holds, and those of Lambda and Batch ask Docker first.
        _ask("control plane", f"{target.control_url}/moto-api/config"),
        _ask("data plane", f"{target.data_url}/health"),
    ]


def log_lines(folder: Path, *, follow: bool = False) -> Iterator[str]:
    """The lines of the local log, without line ends; with `follow`, on and on as they are written.

    Raises:
        LocalTargetError: no local target was ever started in `folder`.

    """
    log = folder / LOG
    if not log.exists():
        raise LocalTargetError(f"there is no log in {str(folder)!r}", hint="start it: terrachat local up")
    follower = Follower(log)
    yield from follower.new_lines()
    while follow:
        time.sleep(_POLL_S * 4)
        yield from follower.new_lines()


def _check_model(file: Path | None, url: str | None) -> None:
    """Say what is wrong with a model now, and not when it is first asked, half a minute later."""
    if file is not None and url is not None:
        raise LocalTargetError("--model-file and --model-url exclude each other", hint="choose one of them")
    if file is not None and not file.is_file():
        raise LocalTargetError(f"there is no model file {str(file)!r}", hint="name a GGUF file with --model-file")
    if url is not None:
        _check_reachable(url)


def _check_reachable(url: str) -> None:
    try:
        with _DIRECT.open(f"{model_base(url)}/v1/models", timeout=_ANSWER_WITHIN_S):
            return
    except urllib.error.HTTPError:
        return  # it is there; not every server lists its models
    except (OSError, ValueError, http.client.HTTPException) as exc:
        reason = getattr(exc, "reason", None) or exc
        raise LocalTargetError(
            f"no model server answers at {url!r}: {reason}",
            hint="give --model-url the address of an OpenAI-compatible server that runs, as in http://127.0.0.1:8080",
        ) from exc


def _check_no_model_is_asked_for(file: Path | None, url: str | None) -> None:
    if file is not None or url is not None:
        raise LocalTargetError(
            "the local target runs already, with the model that it was started with",
            hint="stop it first: terrachat local down",
        )


def _ask(part: str, url: str) -> PartStatus:
    address = "/".join(url.split("/")[:3])
    try:
        with _DIRECT.open(url, timeout=_ANSWER_WITHIN_S):
            return PartStatus(part, "running", address)
    except OSError as exc:  # includes URLError, HTTPError and timeouts
        return PartStatus(part, "down", f"{address} does not answer: {exc}")


@contextmanager
def _one_at_a_time(folder: Path) -> Iterator[None]:
    """Two starts in one folder would publish over each other: the second waits, then finds what the first started."""
    with (folder / "start.lock").open("a", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _spawn(folder: Path, model_file: Path | None, model_url: str | None, leashed: bool) -> subprocess.Popen[bytes]:
    # -P: modules are ours and Python's, never those of the folder that the user is in.
    command = [sys.executable, "-P", "-m", "generator.local.serve", "--folder", str(folder.absolute())]
    command += ["--model-file", str(model_file.absolute())] if model_file else []
    command += ["--model-url", model_url] if model_url else []
    command += ["--leashed"] if leashed else []
    log = folder / LOG
    if log.exists():
        log.replace(folder / f"{LOG}.1")
    with os.fdopen(os.open(log, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600), "wb") as output:
        return subprocess.Popen(
            command,
            stdin=subprocess.PIPE if leashed else subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C in the terminal is the command line's to handle
        )


def _until_ready(folder: Path, supervisor: subprocess.Popen[bytes], on_phase: Callable[[str], None]) -> LocalTarget:
    log = Follower(folder / LOG)
    deadline = time.monotonic() + READY_WITHIN_S
    while True:
        target = find(folder)  # first: what was logged before it was published is then read below
        for line in log.new_lines():
            _report(line, on_phase)
        if target is not None and target.pid == supervisor.pid:
            return target
        if supervisor.poll() is not None:
            raise _failure(folder, f"the local target ended with exit code {supervisor.returncode}")
        if time.monotonic() > deadline:
            raise _failure(folder, f"the local target was not ready within {READY_WITHIN_S:.0f} s")
        time.sleep(_POLL_S)


def _end(supervisor: subprocess.Popen[bytes]) -> None:
    """End a supervisor of ours and wait until it has ended, and everything that it started."""
    supervisor.terminate()
    if supervisor.stdin is not None:
        supervisor.stdin.close()
    try:
        supervisor.wait(timeout=STOPPED_WITHIN_S)
    except subprocess.TimeoutExpired:
        os.killpg(supervisor.pid, signal.SIGKILL)
        supervisor.wait()


def _report(line: str, on_phase: Callable[[str], None]) -> None:
    _, mark, phase = line.partition(" local target: ")
    if mark:
        on_phase(phase)


def _failure(folder: Path, what: str) -> LocalTargetError:
    return LocalTargetError(
        f"{what}; its last words:\n{last_lines(folder / LOG)}", hint=f"the whole log is in {folder / LOG}"
    )


def _until_gone(folder: Path, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while holder(folder) is not None:
        if time.monotonic() > deadline:
            return False
        time.sleep(_POLL_S)
    return True


def _signal(pid: int, number: signal.Signals) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return  # it ended in the meantime, which is what was wanted


def _signal_group(pid: int, number: signal.Signals) -> None:
    """Signal the supervisor's group, or only the supervisor if someone started it in a group of their own."""
    try:
        if os.getpgid(pid) == pid:
            os.killpg(pid, number)
        else:
            os.kill(pid, number)
    except ProcessLookupError:
        return
