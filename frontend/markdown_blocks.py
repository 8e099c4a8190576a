r"""Which lines of a Markdown text are in a block of code or of math. Pure.

In: lines, one after the other. Out: the block that each is in, and whether that is certain. Separate because two must
agree on it: what makes a text inert (`markdown_safe.py`), and what cuts it into pieces (`segments.py`).

How it can be sure without being the same parser as the browser's: it follows blocks only while nothing was seen that
two Markdown parsers could read differently. When in doubt the doubt lasts to the end of the text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_FENCE = re.compile(r"( *)(?:(?P<ticks>`{3,})[^`]*|(?P<tildes>~{3,}).*)$")
_MATH_FENCE = re.compile(r"( {0,3})(\${2,})[^$]*$")
_DOLLARS = re.compile(r"\${2,}")
_MATH_LINE = re.compile(r"^( {0,3})\\[\[\]][ \t]*$")


@dataclass(frozen=True)
class Block:
    """A fence of code or of math, `indent` columns in, closed by `mark` or longer."""

    indent: int
    mark: str

    @property
    def is_math(self) -> bool:
        return self.mark[0] == "$"

    def closes(self, line: str) -> bool:
        body = line.strip(" \t")
        return len(body) >= len(self.mark) and set(body) == {self.mark[0]} and _indent(line) <= self.indent + 3

    def is_left_by(self, line: str) -> bool:
        """Whether `line` may have ended the list or quotation that the block is in, and with it the block."""
        return bool(line.strip()) and _indent(line) < self.indent


class Blocks:
    """Reads line after line. `open` is the block that the next line is in; `in_doubt`, that nobody can be sure."""

    def __init__(self) -> None:
        self.open: Block | None = None
        self.in_doubt = False

    def read(self, line: str) -> tuple[str, Block | None]:
        r"""The line, where `\[` or `\]` alone in it is `$$`, and the block that it opens, is in, or closes."""
        if self.in_doubt:
            return line, None
        line = _MATH_LINE.sub(r"\1$$", line) if self.open is None or self.open.is_math else line
        if self.open is not None:
            return line, self._read_in(self.open, line)
        self.open = _opened_by(line)
        if self.open is None:
            self.in_doubt = _is_doubtful(line)
        return line, self.open

    def _read_in(self, block: Block, line: str) -> Block | None:
        if block.is_left_by(line) or (block.is_math and ("```" in line or "~~~" in line)):
            self.in_doubt = True
            return None
        if block.closes(line):
            self.open = None
        return block


def _opened_by(line: str) -> Block | None:
    fence = _FENCE.match(line)
    if fence is not None:
        return Block(len(fence[1]), fence["ticks"] or fence["tildes"])
    math = _MATH_FENCE.match(line)
    return None if math is None else Block(len(math[1]), math[2])


def _is_doubtful(line: str) -> bool:
    """Whether `line` could open a block in a way that is not followed here: inside a list item or a quotation, say."""
    return "```" in line or "~~~" in line or len(_DOLLARS.findall(line)) % 2 == 1


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))
