"""The local target as a process: started, watched, crashed and stopped, with the real model behind it."""

from __future__ import annotations

import os
import re
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from generator.errors import LocalTargetError
from generator.local import lifecycle
from generator.local.lifecycle import PartStatus, Started
from generator.local.target import LocalTarget, find
from tests.unit.generator.local.fake_model import FakeModel
from tests.unit.generator.local.waiting import until


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "local"
    lifecycle.stop(tmp_path / "local")


def test_a_target_is_started_once_asked_and_stopped(folder: Path) -> None:
    phases: list[str] = []
    first = lifecycle.start(folder, on_phase=phases.append)
    family = processes_of(folder)
    second = lifecycle.start(folder)
    status = lifecycle.part_status(first.target)
    stopped = [lifecycle.stop(folder), lifecycle.stop(folder)]

    assert (second, first.started) == (Started(first.target, started=False), True)
    assert [re.sub(r"http://[\d.:]+", "URL", phase) for phase in phases] == [
        "starting the model server",
        "starting the control plane and the data plane",
        "ready: URL, URL, URL",
    ]
    assert status == [
        PartStatus("model server", "running", first.target.model_url),
        PartStatus("control plane", "running", first.target.control_url),
        PartStatus("data plane", "running", first.target.data_url),
    ]
    assert stopped == [True, False]
    until(lambda: not any(is_running(each) for each in family), seconds=1)
    assert find(folder) is None
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert [part.state for part in lifecycle.part_status(first.target)] == ["down", "down", "down"]


def test_a_model_server_that_dies_is_started_again_at_its_address(folder: Path) -> None:
    target = lifecycle.start(folder).target
    [server] = [each for each in processes_of(folder) if is_model_server(each)]

    server.kill()

    until(lambda: logged(folder, f"model server: runs again at {target.model_url}"))
    assert logged(folder, "model server: ended with exit code 137; starting it again")
    assert [part.state for part in lifecycle.part_status(target)] == ["running"] * 3


def test_a_killed_supervisor_leaves_no_process_and_no_target(folder: Path) -> None:
    started = lifecycle.start(folder)
    family = processes_of(folder)
    assert any(is_model_server(each) for each in family)

    os.kill(started.target.pid, signal.SIGKILL)

    until(lambda: not any(is_running(each) for each in family))
    assert find(folder) is None


@pytest.fixture
def model() -> Iterator[FakeModel]:
    with FakeModel().running() as running:
        yield running


def test_a_leashed_target_ends_with_whoever_started_it(folder: Path, model: FakeModel) -> None:
    script = (
        "import os, pathlib, signal\n"
        "from generator.local import lifecycle\n"
        f"lifecycle.start(pathlib.Path({str(folder)!r}), model_url={model.url!r}, leashed=True)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )

    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == -signal.SIGKILL

    until(lambda: not processes_of(folder))
    assert find(folder) is None


def test_closing_a_leashed_target_ends_it(folder: Path, model: FakeModel) -> None:
    started = lifecycle.start(folder, model_url=f"{model.url}/v1", leashed=True)
    expected = LocalTarget(**{**started.target.__dict__, "model_url": model.url})

    started.close()

    assert (started.target, find(folder), processes_of(folder)) == (expected, None, [])


def test_giving_up_while_it_starts_leaves_nothing_running(folder: Path) -> None:
    family: list[psutil.Process] = []

    def give_up(phase: str) -> None:
        if "control plane" in phase:
            family.extend(processes_of(folder))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        lifecycle.start(folder, on_phase=give_up)

    assert len(family) > 1
    assert not [each for each in family if is_running(each)]
    assert find(folder) is None


def test_a_users_file_does_not_stand_in_for_a_module(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "uuid.py").write_text("raise SystemExit('the file of the user')")
    monkeypatch.chdir(tmp_path)

    started = lifecycle.start(folder, leashed=True)
    started.close()

    assert started.started


def test_a_file_that_is_no_model_is_said_with_the_last_words(folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "model.gguf"
    file.write_text("not a model")

    with pytest.raises(LocalTargetError, match="Is it a whole GGUF file, of a language model") as caught:
        lifecycle.start(folder, model_file=file)

    assert "Traceback" not in caught.value.message
    assert caught.value.hint == f"the whole log is in {folder / 'local.log'}"
    assert (find(folder), processes_of(folder)) == (None, [])


def test_a_model_file_that_does_not_exist_is_said_before_anything_is_started(folder: Path) -> None:
    with pytest.raises(LocalTargetError, match=r"there is no model file 'gone\.gguf'"):
        lifecycle.start(folder, model_file=Path("gone.gguf"))

    assert not folder.exists()


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/v1", "127.0.0.1:8080", "ftp://127.0.0.1", "http://", "http://a:b"])
def test_a_model_server_that_does_not_answer_is_said_before_anything_is_started(folder: Path, url: str) -> None:
    with pytest.raises(LocalTargetError, match=re.escape(f"no model server answers at {url!r}: ")):
        lifecycle.start(folder, model_url=url)

    assert not folder.exists()


def test_two_models_are_one_too_many(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(LocalTargetError, match="exclude each other"):
        lifecycle.start(folder, model_file=tmp_path / "any.gguf", model_url="http://127.0.0.1:9")


def test_a_model_for_a_target_that_runs_with_another_is_refused(folder: Path, model: FakeModel) -> None:
    started = lifecycle.start(folder, model_url=model.url, leashed=True)

    with pytest.raises(LocalTargetError, match="runs already"):
        lifecycle.start(folder, model_url=model.url)

    assert find(folder) == started.target
    started.close()


def test_asking_for_the_log_of_nothing_says_so(folder: Path) -> None:
    with pytest.raises(LocalTargetError, match="there is no log in"):
        next(lifecycle.log_lines(folder))


def logged(folder: Path, text: str) -> bool:
    return any(line.endswith(text) for line in lifecycle.log_lines(folder))


def processes_of(folder: Path) -> list[psutil.Process]:
    """The supervisor of `folder` and everything below it."""
    supervisors = [
        each for each in psutil.process_iter() if str(folder) in command_of(each) and "serve" in command_of(each)
    ]
    return [*supervisors, *(child for each in supervisors for child in each.children(recursive=True))]


def is_model_server(process: psutil.Process) -> bool:
    command = command_of(process)
    return "generator.local.model_server" in command and not any("leash" in part for part in command)


def command_of(process: psutil.Process) -> list[str]:
    try:
        command = process.cmdline()
    except (psutil.NoSuchProcess, psutil.ZombieProcess):
        return []
    return [*command, *(part.rpartition(".")[2] for part in command)]


def is_running(process: psutil.Process) -> bool:
    return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
