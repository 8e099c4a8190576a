"""Finding words in titles and messages, whatever their case and marks. Pure.

In: what the user typed, and texts. Out: whether and where they match. Separate because the same rule finds a
conversation and shows why it was found.

Vietnamese is often typed without its marks, and a text may have them composed or not (NFC, NFD): `đà nẵng`, `Đà Nẵng`
and `da nang` are the same here.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

_EXCERPT = 80
_BEFORE = 24
# Letters that are one character without a mark to take off.
_PLAIN = str.maketrans({"đ": "d", "ð": "d", "ø": "o", "ł": "l", "ı": "i"})


@dataclass(frozen=True)
class Piece:
    """A stretch of a text; `is_match` where it is one of the words that were looked for."""

    text: str
    is_match: bool = False


@dataclass(frozen=True)
class Query:
    """The words to find, folded. An empty one matches nothing."""

    words: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.words)

    def matches(self, *texts: str) -> bool:
        """Whether every word is in one of `texts`."""
        folded = [fold(text) for text in texts]
        return bool(self.words) and all(any(word in text for text in folded) for word in self.words)

    def narrows(self, other: Query) -> bool:
        """Whether nothing can match this that `other` does not match: a word was added, or grew."""
        return bool(other.words) and all(any(word in grown for grown in self.words) for word in other.words)

    def mark(self, text: str) -> tuple[Piece, ...]:
        """`text`, NFC, in pieces, with what matches marked."""
        shown, spans = self._spans(text)
        pieces, done = [], 0
        for begin, end in spans:
            pieces += [Piece(shown[done:begin]), Piece(shown[begin:end], is_match=True)]
            done = end
        return tuple(piece for piece in (*pieces, Piece(shown[done:])) if piece.text)

    def excerpt(self, text: str) -> tuple[Piece, ...]:
        """The neighbourhood of the first match, on one line; `()` without one."""
        # Line by line, because finding out where a match stands takes longer than that there is one.
        lines = (line for line in text.splitlines() if any(word in fold(line) for word in self.words))
        line = " ".join(unicodedata.normalize("NFC", next(lines, "")).split())
        _, spans = self._spans(line)
        if not spans:
            return ()
        begin = max(0, spans[0][0] - _BEFORE)
        begin = line.rfind(" ", 0, begin) + 1 if begin else 0
        cut = line[begin : begin + _EXCERPT]
        return self.mark(f"{'…' if begin else ''}{cut}{'…' if begin + _EXCERPT < len(line) else ''}")

    def _spans(self, text: str) -> tuple[str, list[tuple[int, int]]]:
        """`text` in NFC, and where in it a word stands: in order, none overlapping another."""
        shown = unicodedata.normalize("NFC", text)
        pieces = [fold(letter) for letter in shown]
        folded = "".join(pieces)
        owner = [index for index, piece in enumerate(pieces) for _ in piece]
        found: list[tuple[int, int]] = []
        for word in self.words:
            at = folded.find(word)
            while at >= 0:
                found.append((owner[at], owner[at + len(word) - 1] + 1))
                at = folded.find(word, at + len(word))
        return shown, _merged(found)


def query(typed: str) -> Query:
    """What to look for; every word once."""
    return Query(tuple(dict.fromkeys(filter(None, (fold(word) for word in typed.split())))))


def fold(text: str) -> str:
    """`text` without case and without marks."""
    letters = unicodedata.normalize("NFD", text.casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter)).translate(_PLAIN)


def _merged(spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for begin, end in sorted(spans):
        if merged and begin <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((begin, end))
    return merged
