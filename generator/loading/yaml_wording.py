"""libyaml's syntax errors -> what an author should look at. Pure, and without PyYAML itself.

Separate because it is a table that grows with every puzzled user. libyaml's own words (`did not find expected key`)
describe its grammar; what a person needs is the place and the usual cause.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from generator.catalog.echoing import odd_space

# In libyaml's words -> in ours; `{began}` is the line where the enclosing part begins. The first that fits is taken.
_WORDS: tuple[tuple[str, str], ...] = (
    ("mapping values are not allowed", "a ': ' cannot stand here; quote the text it is in, or check the indentation"),
    ("block sequence entries are not allowed", "a '- ' item cannot stand here; begin the list on a line of its own"),
    ("expected ',' or ']'", "the '[' on line {began} is not closed before this; add a ',' or a ']'"),
    ("expected ',' or '}'", "the '{{' on line {began} is not closed before this; add a ',' or a '}}'"),
    ("expected key", "expected another key of the mapping that begins on line {began}; check indentation and quotes"),
    ("expected '-' indicator", "expected another '- ' item of the list that begins on line {began}; check indentation"),
    ("could not find expected ':'", "this is neither 'key: value' nor '- item'; check the line for a missing ':'"),
    ("expected node content", "a value is missing here"),
    ("expected <document start>", "nothing may follow the end of the document"),
    ("unknown escape character", "unknown escape; write '\\\\' for a backslash, or use single quotes"),
    ("escape", "this escape is no character; write the character itself, or '\\u' and its four digits"),
    ("incompatible YAML document", "this version of YAML is not supported; remove the '%YAML' line"),
    ("end of stream", "the file ends in the middle of a value; the value begins on line {began}"),
    ("indentation indicator", "after '|' or '>' only '-', '+' or an indentation from 1 to 9 may stand"),
    ("comment or line break", "the text after '|' or '>' begins on the next line; quote a value that begins with one"),
)  # fmt: skip

# What libyaml was reading, whatever went wrong with it.
_SIGNS: tuple[tuple[str, str], ...] = (
    ("tag", "tags ('!...') are not supported; put a value that begins with '!' in quotes"),
    ("directive", "a line that begins with '%' is a directive; put the value in quotes, or remove the line"),
    ("anchor", "a value that begins with '&' or '*' must stand in quotes"),
    ("alias", "a value that begins with '&' or '*' must stand in quotes"),
)


@dataclass(frozen=True)
class SyntaxFlaw:
    """A syntax error as libyaml reports it; lines and columns from 1. `context` is what it was reading, and where."""

    problem: str
    context: str
    line: int
    column: int
    context_line: int
    context_column: int

    def explained(self, lines: Sequence[str]) -> tuple[int, int, str]:
        """Return the line, the column and the message for the file's `lines`."""
        if "end of stream" in self.problem and "quoted scalar" in self.context:
            return self.context_line, self.context_column, "the quote that opens here is never closed"
        if "could not find expected ':'" in self.problem:
            return self.context_line, self.context_column, self._words(lines)
        if self.line > len(lines):  # libyaml sees one more line after a last one that has no line break
            return len(lines), len(lines[-1]) + 1, self._words(lines)
        return self.line, self.column, self._words(lines)

    def _words(self, lines: Sequence[str]) -> str:
        line = lines[self.line - 1] if self.line <= len(lines) else ""
        return self._cause(line) + _odd_space_hint(line)

    def _cause(self, line: str) -> str:
        indentation = line[: len(line) - len(line.lstrip())]
        if "\t" in indentation or "tab" in self.problem:
            return "a tab is used for indentation; YAML wants spaces"
        if "cannot start any token" in self.problem:
            first = line[self.column - 1 : self.column]
            return "a tab cannot stand here; YAML wants spaces" if first == "\t" else _unquoted(first)
        for theirs, ours in _SIGNS:
            if theirs in self.context or theirs in self.problem:
                return ours
        for theirs, ours in _WORDS:
            if theirs in self.problem:
                return ours.format(began=self.context_line)
        return f"not valid YAML: {self.problem}"


def _unquoted(first: str) -> str:
    return f"a value cannot begin with {first!r}; put it in quotes"


def _odd_space_hint(line: str) -> str:
    odd = odd_space(line)
    return f" (the line contains {odd}, which is no ordinary space)" if odd else ""
