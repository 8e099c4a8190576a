"""Byte code in the handler's zip: whose it is, who makes it, and that Python believes it."""

from __future__ import annotations

import importlib.util
import platform
import subprocess
import sys
from pathlib import Path

import pytest

from generator import packaging
from generator.errors import PackagingError
from generator.families.lambda_runtime import ON_AWS, on_this_machine
from generator.packaging import byte_code
from generator.packaging.byte_code import Interpreter, compiled, interpreter

THIS = Interpreter(Path(sys.executable), platform.python_version())
NOTHING = frozenset[str]()


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    """A package by its names in the zip: a module, one that no Python takes, and what is no Python at all."""
    contents = {"words/__init__.py": "SAID = 'hello'\n", "words/broken.py": "def (:\n", "run.sh": "#!/bin/sh\n"}
    for name, text in contents.items():
        (tmp_path / "source" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "source" / name).write_text(text, encoding="utf-8")
    return {name: tmp_path / "source" / name for name in contents}


def scripted_uv(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> Path:
    """A program in the place of uv; its arguments go to the file that is returned."""
    asked = folder / "asked"
    program = folder / "uv"
    program.write_text(f'#!/bin/sh\necho "$@" >> {asked}\n{script}\n', encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setattr(byte_code, "find_uv_bin", lambda: str(program))
    return asked


def test_every_file_that_python_takes_is_compiled(files: dict[str, Path], tmp_path: Path) -> None:
    made = compiled(files, THIS, tmp_path / "made")

    tag = sys.implementation.cache_tag
    assert list(made) == [f"words/__pycache__/__init__.{tag}.pyc"]
    assert made[f"words/__pycache__/__init__.{tag}.pyc"].is_file()


def test_the_same_files_give_the_same_bytes(
    files: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bytes_of = []
    for seed in ("1", "2"):
        monkeypatch.setenv("PYTHONHASHSEED", seed)
        files["words/__init__.py"].touch()
        made = compiled(files, THIS, tmp_path / f"made {seed}")
        bytes_of.append([path.read_bytes() for path in made.values()])

    assert bytes_of[0] == bytes_of[1]
    assert bytes_of[0][0].startswith(
        importlib.util.MAGIC_NUMBER + (1).to_bytes(4, "little")
    )  # hashed, not to be checked
    assert str(tmp_path).encode() not in bytes_of[0][0]


def test_python_believes_it_without_looking_at_the_source(files: dict[str, Path], tmp_path: Path) -> None:
    made = compiled(files, THIS, tmp_path / "made")
    for name, path in made.items():
        (tmp_path / "source" / name).parent.mkdir(exist_ok=True)
        path.rename(tmp_path / "source" / name)
    files["words/__init__.py"].write_text("raise SystemExit('compiled anew')\n", encoding="utf-8")

    done = subprocess.run(
        [sys.executable, "-c", "import words; print(words.SAID)"],
        cwd=tmp_path / "source",
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.stdout, done.stderr) == ("hello\n", "")


def test_this_machines_own_interpreter_always_has_byte_code(tmp_path: Path) -> None:
    runtime = on_this_machine()

    paths = {packaging.archive_path(runtime, tmp_path, NOTHING, byte_code=wanted) for wanted in (False, True)}

    assert len(paths) == 1


def test_a_zip_with_byte_code_is_another_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scripted_uv(tmp_path, monkeypatch, f"echo {sys.executable}")

    paths = {packaging.archive_path(ON_AWS, tmp_path, NOTHING, byte_code=wanted) for wanted in (False, True)}

    assert len(paths) == 2


def test_the_interpreter_is_this_one_where_it_has_the_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = scripted_uv(tmp_path, monkeypatch, "exit 1")

    assert interpreter(on_this_machine().python_version, may_fetch=True) == THIS
    assert not asked.exists()


def test_another_version_is_found_by_uv(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = scripted_uv(tmp_path, monkeypatch, f"echo {sys.executable}")

    assert interpreter("3.99", may_fetch=True) == THIS
    assert asked.read_text(encoding="utf-8") == "python find --no-project cpython@3.99\n"


def test_a_version_that_is_not_there_is_fetched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    there = tmp_path / "there"
    asked = scripted_uv(
        tmp_path,
        monkeypatch,
        f'[ "$2" = install ] && touch {there} && exit 0\n[ -e {there} ] && echo {sys.executable} || exit 1',
    )

    assert interpreter("3.99", may_fetch=True) == THIS
    assert [line.split()[1] for line in asked.read_text(encoding="utf-8").splitlines()] == ["find", "install", "find"]


@pytest.mark.parametrize("may_fetch", [True, False])
def test_without_an_interpreter_the_error_says_what_to_do(
    may_fetch: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # uv itself, where it finds no Python and may not fetch one.
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("UV_PYTHON_INSTALL_DIR", str(tmp_path / "pythons"))
    monkeypatch.setenv("UV_PYTHON_DOWNLOADS", "never")

    with pytest.raises(PackagingError) as caught:
        interpreter("3.99", may_fetch=may_fetch)

    assert caught.value.message.startswith("byte code for the handler needs a Python 3.99, and there is none:\n")
    assert len(caught.value.message.splitlines()[1]) > 20  # in uv's words
    assert caught.value.hint == (
        "Install one (uv python install 3.99), or set handler.byte_code: false in the catalog."
    )


def test_an_interpreter_that_fails_is_named(files: dict[str, Path], tmp_path: Path) -> None:
    failing = tmp_path / "python"
    failing.write_text("#!/bin/sh\necho 'no memory' >&2\nexit 1\n", encoding="utf-8")
    failing.chmod(0o755)

    with pytest.raises(PackagingError, match=r"/python cannot compile the handler's files:\nno memory"):
        compiled(files, Interpreter(failing, "3.99.0"), tmp_path / "made")
