"""Byte code for the files of the handler's zip, so that Lambda need not compile them at every cold start.

In: Python files by their names in the zip, and the runtime's Python version. Out: `.pyc` files by theirs. Separate from
`packaging`, because it needs another interpreter: byte code is a minor version's own. It is marked as not to be checked
against its source: in a zip, times say nothing. Importing takes half as long (docs/performance.md).

The same interpreter makes the same bytes of the same sources; another patch release may make others, so its version is
part of a zip's name.
"""

from __future__ import annotations

import json
import platform
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from uv import find_uv_bin

from generator.errors import PackagingError
from generator.packaging import compiling

_VERSION = "import platform; print(platform.python_version())"


@dataclass(frozen=True)
class Interpreter:
    """A Python that makes byte code; `version` is its full version."""

    path: Path
    version: str


def interpreter(version: str, *, may_fetch: bool) -> Interpreter:
    """A Python `version` (like `3.13`): this one, one that uv finds, or else one that uv fetches.

    Raises PackagingError where none is to be had.
    """
    if version == ".".join(platform.python_version_tuple()[:2]) and platform.python_implementation() == "CPython":
        return Interpreter(Path(sys.executable), platform.python_version())
    found = _uv("find", version)
    if found.returncode != 0 and may_fetch:
        fetched = _uv("install", version)
        found = _uv("find", version) if fetched.returncode == 0 else fetched
    if found.returncode != 0:
        raise PackagingError(
            f"byte code for the handler needs a Python {version}, and there is none:\n{found.stderr.strip()}",
            hint=f"Install one (uv python install {version}), or set handler.byte_code: false in the catalog.",
        )
    path = Path(found.stdout.strip())
    return Interpreter(path, _run([str(path), "-I", "-S", "-c", _VERSION]).stdout.strip())


def compiled(files: Mapping[str, Path], made_by: Interpreter, folder: Path) -> dict[str, Path]:
    """The byte code of the Python files among `files`, written below `folder`. A file with a mistake has none."""
    sources = {name: str(path) for name, path in sorted(files.items()) if name.endswith(".py")}
    # -S and -s: nothing of this machine is loaded; -P: nor anything of this folder.
    command = [str(made_by.path), "-S", "-s", "-P", compiling.__file__, str(folder)]
    done = _run(command, stdin=json.dumps(sources))
    if done.returncode != 0:
        raise PackagingError(f"{made_by.path} cannot compile the handler's files:\n{done.stderr.strip()}")
    names: list[str] = json.loads(done.stdout)
    return {name: folder / name for name in names}


def _uv(action: str, version: str) -> subprocess.CompletedProcess[str]:
    options = ["--no-project"] if action == "find" else ["--no-progress"]
    return _run([find_uv_bin(), "python", action, *options, f"cpython@{version}"])


def _run(command: list[str], stdin: str | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, input=stdin, capture_output=True, text=True, check=False)
