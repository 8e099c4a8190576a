"""Whose module a directory holds: of which deployment, in which region, for which target.

Separate from the writing of files because it is about what Terraform's state stands for. A state belongs to
one region of one target: a module for another, written beside it, would make Terraform lose sight of endpoints that
go on costing money, or take a real state for a rehearsal's.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path

from generator.errors import ModuleDirError

MANIFEST = ".terrachat-manifest.json"
_STATE = "terraform.tfstate"
_BACKEND = re.compile(r"^\s*(backend\s+\"|cloud\s*\{)", re.MULTILINE)


@dataclass(frozen=True)
class ModuleIdentity:
    """What a module is for; `target` is `aws` or `local`, `form` is `root` or `module` (called by another)."""

    deployment: str
    region: str
    target: str
    form: str = "root"

    def __str__(self) -> str:
        remarks = [remark for remark in ("local", "module") if remark in (self.target, self.form)]
        told = f" ({', '.join(remarks)})" if remarks else ""
        return f"the deployment {self.deployment!r} in {self.region}{told}"


def read_identity(directory: Path) -> ModuleIdentity | None:
    """What the module in `directory` is for, or None where Terrachat did not write one (or its list is unreadable)."""
    try:
        found = json.loads((directory / MANIFEST).read_text(encoding="utf-8"))["module"]
        return ModuleIdentity(**found)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def refuse_another(directory: Path, wanted: ModuleIdentity) -> None:
    """Raise ModuleDirError where `directory` may hold the state of something else than `wanted`."""
    found = read_identity(directory)
    if found == wanted or not may_be_deployed(directory):
        return
    if found is not None:
        raise ModuleDirError(
            f"{directory}: this module is of {found}, which may be deployed; the catalog now says {wanted}",
            hint="Destroy that first, with the catalog as it was, or choose another directory with -o.",
        )
    if wanted.target == "local":
        raise ModuleDirError(
            f"{directory}: there is a Terraform state here that is not the local target's",
            hint="Choose another directory with -o, or leave -o out.",
        )


def may_be_deployed(directory: Path) -> bool:
    """Whether there is a state that holds something, or a backend of the user's, which only Terraform can look into."""
    return (
        _holds_resources(directory / _STATE)
        or (directory / ".terraform" / _STATE).exists()  # where Terraform remembers a backend
        or any(_BACKEND.search(_text(path)) for path in directory.glob("*.tf"))
    )


def _holds_resources(state: Path) -> bool:
    if not state.exists():
        return False
    try:
        return bool(json.loads(_text(state))["resources"])
    except (ValueError, KeyError, TypeError):
        return True  # unreadable, so nothing is known but that there is one


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""
