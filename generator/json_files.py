"""Small JSON files that are written whole or not at all.

Separate because whoever remembers an answer of AWS's between runs wants the same: a file that a crash, a full disk or
a second run at the same time cannot leave half written.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path


def write_json(file: Path, content: object) -> None:
    """Write `content` to `file`, keys sorted, making its folder. Raises OSError, with the old file still there."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(
        "w", dir=file.parent, prefix=f".{file.name}.", delete=False, encoding="utf-8"
    ) as stream:
        beside = Path(stream.name)
        try:
            json.dump(content, stream, indent=2, sort_keys=True, ensure_ascii=False)
            stream.write("\n")
        except BaseException:
            beside.unlink(missing_ok=True)
            raise
    beside.replace(file)
