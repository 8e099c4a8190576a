"""An answer in pieces that can be drawn one by one. Pure.

In: a text as it grows. Out: finished pieces, which never change again, and the rest. Separate because an answer that is
drawn whole with every word costs the square of its length: in bytes to the browser, and in Markdown that it parses.

A piece is a Markdown document of its own. A text is cut only where that makes no difference to what is seen: at an
empty line outside any block, before a line that goes on with nothing. Where that is not certain it is not cut.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from frontend.markdown_blocks import Blocks

SIZE = 2_000  # characters of a piece, at least: a few paragraphs, so that an answer has few elements

_LINE = re.compile(r"([^\r\n]*+)(?:\r\n|\n|\r(?!\Z))")
# What may go on with what stands above an empty line: the rest of a list item, or the next one.
_GOES_ON = re.compile(r"[ \t]|[-*+](?:[ \t]|$)|\d{1,9}[.)](?:[ \t]|$)")


class Segments:
    """`finished` are the pieces so far, and `tail` is what comes behind them; together they are the whole text."""

    def __init__(self) -> None:
        self.finished: list[str] = []
        self.tail = ""

    def add(self, more: str) -> None:
        """Let the text go on with `more`."""
        self.tail += more
        while len(self.tail) > SIZE:
            cut = _first_cut(self.tail)
            if cut is None:
                return
            self.finished.append(self.tail[:cut])
            self.tail = self.tail[cut:]


def segments(text: str) -> tuple[str, ...]:
    """The pieces of a whole text: those that it was drawn in while it grew."""
    pieces = Segments()
    pieces.add(text)
    return (*pieces.finished, pieces.tail)


def _first_cut(text: str) -> int | None:
    """Where the first piece of `text` ends. Only whole lines decide, so that more text changes nothing."""
    blocks = Blocks()
    after_empty = False
    for match in _whole_lines(text):
        line = match[1]
        is_certain = blocks.open is None and not blocks.in_doubt
        if after_empty and is_certain and match.start() >= SIZE and _begins_anew(line):
            return match.start()
        blocks.read(line)
        if blocks.in_doubt:
            return None
        after_empty = not line.strip()
    return None


def _whole_lines(text: str) -> Iterator[re.Match[str]]:
    """Not by `finditer`: in a last line without an end it would look again from every character on."""
    match = _LINE.match(text)
    while match is not None:
        yield match
        match = _LINE.match(text, match.end())


def _begins_anew(line: str) -> bool:
    return bool(line.strip()) and _GOES_ON.match(line) is None
