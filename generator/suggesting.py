"""The nearest valid spelling of a word that is not valid, or None where nothing is near. Pure.

Separate because the catalog, and later the command line, ask the same question and should answer it alike.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable

_NEAR = 0.6
_LONGEST = 64  # difflib's time grows with the product of the lengths, and nobody mistypes a page


def nearest(word: str, candidates: Iterable[str]) -> str | None:
    """Return the candidate that looks most like `word`, whatever their case and their `-` or `_`."""
    if len(word) > _LONGEST:
        return None
    spellings = {_folded(candidate): candidate for candidate in candidates}
    found = difflib.get_close_matches(_folded(word), spellings, n=1, cutoff=_NEAR)
    return spellings[found[0]] if found else None


def _folded(word: str) -> str:
    return word.casefold().replace("-", "_")
