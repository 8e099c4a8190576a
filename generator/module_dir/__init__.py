"""RenderedFile -> disk, without losing anything of the user's.

A module directory holds our files, the user's own files, and Terraform's (`.terraform/`, state, lock file). Ours are
listed with their hashes in a manifest; only what is listed is ever replaced or removed, and a listed file that was
edited by hand stops the whole write. All files are written beside their place first and then renamed, so that a full
disk leaves the old module intact.
"""

from __future__ import annotations

import difflib
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from generator.errors import ModuleDirError
from generator.module_dir.identity import MANIFEST, ModuleIdentity
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


@dataclass(frozen=True)
class Archive:
    """The handler's zip. `built_as` names its contents without reading it: the same name, the same bytes.

    `path` is None where it was not built, which is enough to compare. `upload` is how it reaches Lambda.
    """

    built_as: str
    upload: str
    path: Path | None = None


def write(directory: Path, files: Sequence[RenderedFile], archive: Archive, identity: ModuleIdentity) -> ModuleDiff:
    """Make `directory` hold exactly `files` and a copy of `archive` as what we own.

    The manifest says that the module is `identity`'s. Returns what changed; unchanged files are not touched. Raises
    ModuleDirError, with nothing written, where an owned file was edited, a file of the user's stands where ours
    belongs, or the directory cannot be written.
    """
    wanted = {file.name: file.text.encode("utf-8") for file in files}
    if archive.path is not None:
        wanted[ARCHIVE] = archive.path.read_bytes()
    digests = {name: _digest(content) for name, content in wanted.items()}
    owned = _read_manifest(directory).files
    present = _present(directory, {*wanted, *owned})
    _refuse_to_lose(directory, digests, owned, present)
    diff = _diff(directory, digests, owned, present)
    manifest = {
        "module": asdict(identity),
        "archive": {"built_as": archive.built_as, "upload": archive.upload},
        "files": {name: digests[name] for name in sorted(digests)},
    }
    try:
        _replace(directory, wanted, diff, manifest)
    except OSError as error:
        raise ModuleDirError(
            f"{directory}: the module cannot be written: {error.strerror or error}",
            hint="What was there before is still there. Make room or choose another directory with -o.",
        ) from error
    return diff


def compare(directory: Path, files: Sequence[RenderedFile], archive: Archive) -> ModuleDiff:
    """What `write` would change, edited files included. Reads only, and needs no zip: neither built nor in place."""
    manifest = _read_manifest(directory)
    digests = {file.name: _digest(file.text.encode("utf-8")) for file in files}
    names = {*digests, *manifest.files} - {ARCHIVE}
    diff = _diff(directory, digests, names, _present(directory, names))
    same = manifest.built_as == archive.built_as
    return replace(
        diff,
        changed=diff.changed if same else tuple(sorted((*diff.changed, ARCHIVE))),
        unchanged=tuple(sorted((*diff.unchanged, ARCHIVE))) if same else diff.unchanged,
    )


def unified_diff(directory: Path, files: Sequence[RenderedFile]) -> str:
    """The difference between the text files in `directory` and `files`, as `diff -u` and git would write it."""
    wanted = {file.name: file.text for file in files}
    names = sorted({*wanted, *_read_manifest(directory).files} - {ARCHIVE})
    return "".join(_file_diff(directory / name, wanted.get(name, "")) for name in names)


def uploaded(directory: Path) -> str:
    """How the zip of the module in `directory` reaches Lambda, as it was written last; `direct` where none was."""
    return _read_manifest(directory).upload


def _file_diff(path: Path, wanted: str) -> str:
    found = path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""
    return "".join(
        difflib.unified_diff(
            found.splitlines(keepends=True), wanted.splitlines(keepends=True), f"a/{path.name}", f"b/{path.name}"
        )
    )


@dataclass(frozen=True)
class _Manifest:
    """What we wrote last: the digests of files, what the zip was built as, and how it is uploaded."""

    files: Mapping[str, str]
    built_as: str = ""
    upload: str = "direct"


def _read_manifest(directory: Path) -> _Manifest:
    path = directory / MANIFEST
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        files = {str(name): str(digest) for name, digest in document["files"].items() if Path(name).name == name}
        return _Manifest(files, **document.get("archive", {}))
    except (FileNotFoundError, NotADirectoryError):
        return _Manifest({})
    except (OSError, ValueError, KeyError, AttributeError, TypeError) as error:
        raise ModuleDirError(
            f"{path}: the list of generated files cannot be read: {error}",
            hint=f"Restore it, or delete the generated .tf files and {MANIFEST}, and generate again.",
        ) from error


def _present(directory: Path, names: Iterable[str]) -> Mapping[str, str]:
    """The digest of each of these that is there; empty for what is no plain file."""
    found = {}
    for name in names:
        path = directory / name
        if path.is_file() and not path.is_symlink():
            found[name] = _digest(path.read_bytes())
        elif path.exists() or path.is_symlink():
            found[name] = ""
    return found


def _refuse_to_lose(
    directory: Path, wanted: Mapping[str, str], owned: Mapping[str, str], present: Mapping[str, str]
) -> None:
    # What is as it shall be may stay, whoever wrote it: us, say, in a run that was stopped before the manifest.
    others = [name for name in sorted(present) if present[name] != wanted.get(name)]
    edited = [name for name in others if name in owned and present[name] != owned[name]]
    foreign = [name for name in others if name not in owned]
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


def _diff(directory: Path, wanted: Mapping[str, str], owned: Iterable[str], present: Mapping[str, str]) -> ModuleDiff:
    return ModuleDiff(
        directory=directory,
        added=tuple(sorted(wanted.keys() - present.keys())),
        changed=tuple(sorted(name for name in wanted.keys() & present.keys() if present[name] != wanted[name])),
        removed=tuple(sorted((set(owned) & present.keys()) - wanted.keys())),
        unchanged=tuple(sorted(name for name in wanted.keys() & present.keys() if present[name] == wanted[name])),
    )


def _replace(directory: Path, wanted: Mapping[str, bytes], diff: ModuleDiff, manifest: Mapping[str, object]) -> None:
    directory.mkdir(parents=True, exist_ok=True)
    contents = {name: wanted[name] for name in (*diff.added, *diff.changed)}
    listing = (json.dumps(manifest, indent=2) + "\n").encode()
    if not (directory / MANIFEST).is_file() or (directory / MANIFEST).read_bytes() != listing:
        contents[MANIFEST] = listing
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
