"""A deployed zip on disk, unpacked once per content.

In: the zip's bytes and where to put it. Out: a folder that stands for `/var/task`. Separate from the function host,
since a zip is foreign input and what is checked here (paths, links, modes) has nothing to do with processes.
"""

from __future__ import annotations

import io
import shutil
import stat
import zipfile
from pathlib import Path

_DEFAULT_MODE = 0o644


class BadCodeError(Exception):
    """The deployed zip cannot be unpacked; the text says why."""


def unpack(code: bytes, folder: Path) -> Path:
    """Unpack `code` into `folder` unless that was done before; return `folder`.

    A folder that exists is complete: unpacking happens beside it and ends with a rename. Modes are kept, as Lambda
    keeps them, so a script that is not executable here would not be there either.

    Raises:
        BadCodeError: not a zip, or an entry that is a link or lies outside the folder.

    """
    if folder.is_dir():
        return folder
    partial = folder.with_name(folder.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    try:
        with zipfile.ZipFile(io.BytesIO(code)) as archive:
            for entry in archive.infolist():
                _unpack_entry(archive, entry, partial)
    except (zipfile.BadZipFile, NotImplementedError) as exc:
        raise BadCodeError(f"the deployed code is not a zip that can be read: {exc}") from exc
    partial.rename(folder)
    return folder


def forget(folder: Path) -> None:
    """Remove what earlier lives of the local target unpacked."""
    shutil.rmtree(folder, ignore_errors=True)


def _unpack_entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, root: Path) -> None:
    path = (root / entry.filename).resolve()
    if not path.is_relative_to(root.resolve()):
        raise BadCodeError(f"the deployed zip holds {entry.filename!r}, which lies outside of it")
    mode = entry.external_attr >> 16
    if stat.S_ISLNK(mode):
        raise BadCodeError(f"the deployed zip holds the link {entry.filename!r}; only files are unpacked")
    if entry.is_dir():
        path.mkdir(parents=True, exist_ok=True)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with archive.open(entry) as source, path.open("wb") as sink:
        shutil.copyfileobj(source, sink)
    path.chmod(stat.S_IMODE(mode) or _DEFAULT_MODE)
