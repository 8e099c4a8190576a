"""One Terrachat at a time in a module directory.

The lock is the kernel's, on the directory itself: it ends with the process, however that ends, and leaves no file that
somebody would have to delete. Separate from Terraform's own lock, which guards the state and not the module's files.
"""

from __future__ import annotations

import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from generator.errors import ModuleDirError

_TAKEN = {errno.EAGAIN, errno.EACCES}


@contextmanager
def locked(directory: Path) -> Iterator[None]:
    """Hold `directory`, which is made where there is none, until the block ends.

    Raises ModuleDirError where another process holds it, or it cannot be made. On a file system without locks (some
    network shares) the block runs unguarded.
    """
    try:
        directory.mkdir(parents=True, exist_ok=True)
        handle = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    except OSError as error:
        raise ModuleDirError(
            f"{directory}: the module directory cannot be opened: {error.strerror}",
            hint="Choose another directory with -o.",
        ) from error
    try:
        _take(handle, directory)
        yield
    finally:
        os.close(handle)


def _take(handle: int, directory: Path) -> None:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in _TAKEN:
            raise ModuleDirError(
                f"{directory}: another terrachat is at work in this directory",
                hint="Wait for it to end and run the same command again, or choose another directory with -o.",
            ) from error
