"""A program for the interpreter whose byte code is wanted: it compiles files and uses nothing but its own library.

In: a folder as argument, and on stdin a JSON object of names in the zip and the files behind them. Out: `.pyc` files
in the folder, under their names in the zip, and on stdout a JSON array of these names. Separate because another Python
runs it, one that has none of our packages.
"""

from __future__ import annotations

import json
import py_compile
import sys
from importlib.util import cache_from_source
from pathlib import Path

UNCHECKED = py_compile.PycInvalidationMode.UNCHECKED_HASH


def main() -> None:
    """Compile what stdin names, in its order."""
    folder = Path(sys.argv[1])
    names: list[str] = []
    for name, source in json.load(sys.stdin).items():
        target = cache_from_source(name, optimization="")
        try:
            py_compile.compile(
                source, cfile=str(folder / target), dfile=name, doraise=True, invalidation_mode=UNCHECKED
            )
        except py_compile.PyCompileError:
            continue  # not for this Python: importing it would fail as well
        names.append(target)
    json.dump(names, sys.stdout)


if __name__ == "__main__":
    main()
