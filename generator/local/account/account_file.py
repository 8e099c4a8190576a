"""`account.yaml`: read again whenever somebody asks, and written back with its comments.

In: the file's path. Out: `Account` as the file is now, or BrokenAccountError with file, line and what is wrong there;
a broken file is never written to. Nothing is kept but what was read last, so that an editor and the played services
can change the file in turns.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Sequence
from importlib import resources
from pathlib import Path

from generator.local.account.account import Account
from generator.local.account.edits import Edit

NAME = "account.yaml"
_LOG = logging.getLogger("account")
_TRIES = 5
_STEP_NS = 100_000_000  # the files' clock moves in steps of some milliseconds


class BrokenAccountError(Exception):
    """The file is not what it should be. Its text names file, line and what is wrong, and holds no other value."""


class _ChangedMeanwhileError(Exception):
    """Somebody else wrote the file between our reading and our writing."""


_Seen = tuple[int, int, int] | None


class AccountFile:
    """The file. May be used from any thread."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.RLock()
        self._seen: _Seen | str = ""  # neither a file nor the lack of one
        self._last: Account | BrokenAccountError = Account()

    def create(self) -> None:
        """Write the commented default where there is no file."""
        with self._lock:
            if not self.path.exists():
                self._write(default_text())

    def read(self) -> Account:
        """How the account stands now. Without a file, everything is as it should be. Raises BrokenAccountError."""
        with self._lock:
            seen = _look(self.path)
            if seen != self._seen or _is_fresh(seen):
                self._load(seen)
                self._seen = seen
            if isinstance(self._last, BrokenAccountError):
                raise self._last
            return self._last

    def change(self, *edits: Edit) -> None:
        """Make all `edits` in one writing. Raises BrokenAccountError, and then has changed nothing."""
        with self._lock:
            for _ in range(_TRIES):
                try:
                    self._change(edits)
                except _ChangedMeanwhileError:
                    continue
                return
            raise BrokenAccountError(f"{self.path}: it is changed again and again while it is to be written")

    def _change(self, edits: Sequence[Edit]) -> None:
        from generator.local.account.document import changed

        seen = _look(self.path)
        self.read()
        written = changed(self._text() if seen else default_text(), edits)
        if _look(self.path) != seen:
            raise _ChangedMeanwhileError
        self._write(written)

    def _load(self, seen: _Seen) -> None:
        before = str(self._last)
        try:
            self._last = Account() if seen is None else self._parse(self._text())
        except BrokenAccountError as broken:
            self._last = broken
            if str(broken) != before:  # whoever asks hears it every time; the log needs it once
                _LOG.error("%s", broken)

    def _text(self) -> str:
        try:
            return self.path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as exc:
            raise BrokenAccountError(f"{self.path}: it cannot be read: {exc}") from exc

    def _parse(self, text: str) -> Account:
        from generator.local.account.document import InvalidTextError, parse

        try:
            return parse(text)
        except InvalidTextError as exc:
            raise BrokenAccountError("\n".join(f"{self.path}:{line}" for line in str(exc).splitlines())) from exc

    def _write(self, text: str) -> None:
        """Replace the file in one step, so that nobody reads a part of it and a crash loses none of it."""
        path = self.path.resolve()  # a link stays one
        partial = path.with_name(f"{path.name}.partial")
        mode = path.stat().st_mode & 0o777 if path.exists() else 0o600
        partial.write_text(text, encoding="utf-8")
        partial.chmod(mode)
        partial.replace(path)


def default_text() -> str:
    """The file as it is for a new local target: every key, explained."""
    return resources.files(__package__).joinpath("default.yaml").read_text(encoding="utf-8")


def _look(path: Path) -> _Seen:
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    except OSError:
        return (0, 0, 0)  # it is there; reading it will say what is the matter
    return (found.st_mtime_ns, found.st_size, found.st_ino)


def _is_fresh(seen: _Seen) -> bool:
    """Whether the file could be written once more and look the same."""
    return seen is not None and time.time_ns() - seen[0] < _STEP_NS
