"""RenderedFile -> disk, without losing anything of the user's.

A module directory holds our files, the user's own files, and Terraform's (`.terraform/`, state, lock file). Ours are
listed with their hashes in a manifest; only what is listed is ever replaced or removed, and a listed file that was
edited by hand stops the whole write. All files are written beside their place first and then renamed, so that a full
disk leaves the old module intact.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from generator.errors import ModuleDirError
from generator.module_identity import MANIFEST, ModuleIdentity
from generator.rendering import RenderedFile

ARCHIVE = "chat_handler.zip"


@dataclass(frozen=True)
class ModuleDiff:
    """What a write would change, as file names."""

    directory: Path
    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    unchanged: tuple[str, ...]

    @property
    def is_empty(self) -> bool:
        return not (self.added or self.changed or self.removed)


def write(directory: Path, files: Sequence[RenderedFile], archive: Path | None, identity: ModuleIdentity) -> ModuleDiff:
    """Make `directory` hold exactly `files` and a copy of `archive` (the handler's zip) as what we own.

    The manifest says that the module is `identity`'s. Returns what changed; unchanged files are not touched. Raises
    ModuleDirError, with nothing written, where an owned file was edited, a file of the user's stands where ours
    belongs, or the directory cannot be written.
    """
    wanted = {file.name: file.text.encode("utf-8") for file in files}
    if archive is not None:
        wanted[ARCHIVE] = archive.read_bytes()
    owned = _read_manifest(directory)
    _refuse_to_lose(directory, wanted, owned)
    diff = _diff(directory, wanted, owned)
    try:
        _replace(directory, wanted, diff, identity)
    except OSError as error:
        raise ModuleDirError(
            f"{directory}: the module cannot be written: {error.strerror or error}",
            hint="What was there before is still there. Make room or choose another directory with -o.",
        ) from error
    return diff


def _read_manifest(directory: Path) -> Mapping[str, str]:
    path = directory / MANIFEST
    try:
        files = json.loads(path.read_text(encoding="utf-8"))["files"]
        return {str(name): str(digest) for name, digest in files.items() if Path(name).name == name}
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (OSError, ValueError, KeyError, AttributeError) as error:
        raise ModuleDirError(
            f"{path}: the list of generated files cannot be read: {error}",
            hint=f"Restore it, or delete the generated .tf files and {MANIFEST}, and generate again.",
        ) from error


def _refuse_to_lose(directory: Path, wanted: Mapping[str, bytes], owned: Mapping[str, str]) -> None:
    edited, foreign = [], []
    for name in sorted({*wanted, *owned}):
        path = directory / name
        if not path.exists() and not path.is_symlink():
            continue
        found = _digest(path.read_bytes()) if path.is_file() and not path.is_symlink() else None
        if found is not None and name in wanted and found == _digest(wanted[name]):
            continue  # as it shall be, whoever wrote it: us, say, in a run that was stopped before the manifest
        if name not in owned:
            foreign.append(name)
        elif found != owned[name]:
            edited.append(name)
    if edited:
        raise ModuleDirError(
            f"{directory}: generated files were edited by hand: {', '.join(edited)}",
            hint="Put your changes into files of your own, which are left alone, or delete the edited ones to have "
            "them generated again.",
        )
    if foreign:
        raise ModuleDirError(
            f"{directory}: files that Terrachat did not write stand in its way: {', '.join(foreign)}",
            hint="Move them, or choose another directory with -o.",
        )


def _diff(directory: Path, wanted: Mapping[str, bytes], owned: Mapping[str, str]) -> ModuleDiff:
    present = {name for name in {*wanted, *owned} if (directory / name).exists()}
    changed = {name for name in wanted if name in present and (directory / name).read_bytes() != wanted[name]}
    return ModuleDiff(
        directory=directory,
        added=tuple(sorted(set(wanted) - present)),
        changed=tuple(sorted(changed)),
        removed=tuple(sorted(present - set(wanted))),
        unchanged=tuple(sorted((set(wanted) & present) - changed)),
    )


def _replace(directory: Path, wanted: Mapping[str, bytes], diff: ModuleDiff, identity: ModuleIdentity) -> None:
    directory.mkdir(parents=True, exist_ok=True)
    manifest = {"module": asdict(identity), "files": {name: _digest(wanted[name]) for name in sorted(wanted)}}
    contents = {name: wanted[name] for name in (*diff.added, *diff.changed)}
    contents[MANIFEST] = (json.dumps(manifest, indent=2) + "\n").encode()
    partial = {name: directory / f".{name}.partial" for name in contents}
    try:
        for name, path in partial.items():
            path.write_bytes(contents[name])
        for name, path in partial.items():
            path.replace(directory / name)
    finally:
        for path in partial.values():
            path.unlink(missing_ok=True)
    for name in diff.removed:
        (directory / name).unlink()


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
