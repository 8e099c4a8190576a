"""Path -> the text of a catalog, or a CatalogError that says why there is none.

Separate from generator.loading because it is the only part of reading a catalog that touches the disk. It never blocks
(a FIFO is refused unread) and never reads more than 5 MB.
"""

from __future__ import annotations

import codecs
import re
import stat
from pathlib import Path
from typing import NoReturn

from generator.catalog.echoing import character_name
from generator.errors import CatalogError, CatalogProblem

MAX_BYTES = 5_000_000

# What YAML takes for no character, and what it takes for a line break where an editor shows none.
_UNREADABLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff]|\r(?!\n)",
)


def read_catalog_file(path: Path) -> str:
    """Return the text of the catalog at `path`, without a byte order mark and with LF line ends.

    Raises CatalogError where the file is missing, no regular file, unreadable, too large, not UTF-8 or not text.
    """
    try:
        mode = path.stat().st_mode
        if not stat.S_ISREG(mode):
            _refuse(path, f"{_kind(mode)}, not a file; give the catalog's file with --catalog FILE")
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        _refuse(path, f"no such file{_nearby(path)}; give the catalog's file with --catalog FILE")
    except OSError as exc:
        _refuse(path, f"cannot be read: {exc.strerror or exc}")
    if len(data) > MAX_BYTES:
        _refuse(path, f"larger than {MAX_BYTES:,} bytes; split the catalog")
    return _checked(path, _decoded(path, data)).replace("\r\n", "\n")


def _decoded(path: Path, data: bytes) -> str:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or b"\x00" in data[:2]:
        _refuse(path, "the file is UTF-16; save it as UTF-8", line=1, column=1)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as exc:
        before = data[: exc.start].decode("utf-8")
        line, column = _position(before, len(before))
        _refuse(path, f"byte 0x{data[exc.start]:02X} is not UTF-8; save the file as UTF-8", line=line, column=column)
    return text.removeprefix("\ufeff")


def _checked(path: Path, text: str) -> str:
    found = _UNREADABLE.search(text)
    if found is not None:
        line, column = _position(text, found.start())
        words = f"{character_name(found[0])} cannot stand in a catalog; remove it"
        if found[0] == "\r":
            words = "a carriage return without a line feed (U+000D); save the file with LF or CRLF line ends"
        _refuse(path, words, line=line, column=column)
    return text


def _position(text: str, index: int) -> tuple[int, int]:
    return text.count("\n", 0, index) + 1, index - text.rfind("\n", 0, index)


def _kind(mode: int) -> str:
    if stat.S_ISDIR(mode):
        return "this is a directory"
    return "this is a named pipe" if stat.S_ISFIFO(mode) else "this is a device or a socket"


def _nearby(path: Path) -> str:
    """Say what else there is: the YAML files of the same folder."""
    try:
        names = sorted(other.name for other in path.parent.iterdir() if other.suffix in (".yaml", ".yml"))
    except OSError:
        return f", nor a folder {str(path.parent)!r}"
    if not names:
        return ""
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return f"; there is {', '.join(map(repr, names[:3]))}{more}"


def _refuse(path: Path, message: str, *, line: int = 0, column: int = 0) -> NoReturn:
    raise CatalogError([CatalogProblem(str(path), line, column, "", message)])
