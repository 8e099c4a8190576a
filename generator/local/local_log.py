"""Reading the local log while another process writes it.

In: the log's path. Out: whole lines, also over a start that began a new log.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

_TAIL_LINES = 15


class Follower:
    """Gives the lines that were written since it was last asked."""

    def __init__(self, log: Path) -> None:
        self._log = log
        self._file: BinaryIO | None = None
        self._partial = b""

    def new_lines(self) -> Iterator[str]:
        """Whole lines, without line ends; what is left of an older log comes first."""
        if self._file is None:
            self._file = self._log.open("rb")
        yield from self._rest()
        if self._log.exists() and self._log.stat().st_ino != _inode(self._file):
            self._file.close()
            self._file = self._log.open("rb")
            yield from self._rest()

    def _rest(self) -> Iterator[str]:
        assert self._file is not None  # noqa: S101 - opened by new_lines
        *lines, self._partial = (self._partial + self._file.read()).split(b"\n")
        for line in lines:
            yield line.decode("utf-8", errors="replace")


def last_lines(log: Path) -> str:
    """The end of the log, for an error message."""
    return "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-_TAIL_LINES:])


def _inode(file: BinaryIO) -> int:
    return os.fstat(file.fileno()).st_ino
