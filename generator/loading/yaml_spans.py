"""Catalog text -> where each of its keys and values begins and ends, for those who change the text. Pure.

Separate from yaml_tree.py, which every command needs and which keeps beginnings only: ends cost time, and are wanted
where a file is edited. The text must be one that yaml_tree.py has no remark about.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

import yaml


@dataclass(frozen=True)
class ScalarSpan:
    """A text, a number, or nothing (`start` is `end` then)."""

    start: int
    end: int


@dataclass(frozen=True)
class ListSpan:
    """A list, in brackets if `is_flow`."""

    start: int
    end: int
    is_flow: bool
    items: tuple[ValueSpan, ...]


@dataclass(frozen=True)
class PairSpan:
    """A key with its value. `start` and `end` are the key's."""

    key: str
    start: int
    end: int
    value: ValueSpan


@dataclass(frozen=True)
class MappingSpan:
    """A mapping, in braces if `is_flow`. `column` is where the keys of one without braces begin, counted from 0."""

    start: int
    end: int
    is_flow: bool
    column: int
    pairs: tuple[PairSpan, ...]


ValueSpan = ScalarSpan | ListSpan | MappingSpan


def spans(text: str) -> ValueSpan | None:
    """The spans of `text`, whose line ends are LF, as offsets into it; None where it has no value.

    A value ends with its last character that counts: neither a comment nor an empty line after it is part of it.
    """
    node = yaml.compose(text, Loader=yaml.CSafeLoader)
    return None if node is None else _Reader(text).span(node)


class _Reader:
    def __init__(self, text: str) -> None:
        self._text = text
        self._lines = [0, *accumulate(len(line) + 1 for line in text.split("\n"))]

    def span(self, node: Any) -> ValueSpan:
        read: Callable[[Any], ValueSpan] = {
            yaml.MappingNode: self._mapping,
            yaml.SequenceNode: self._list,
        }.get(type(node), self._scalar)
        return read(node)

    def _offset(self, mark: Any) -> int:
        line, column = int(mark.line), int(mark.column)
        return min(self._lines[line] + column, len(self._text))

    def _mapping(self, node: Any) -> MappingSpan:
        pairs = tuple(
            PairSpan(key.value, self._offset(key.start_mark), self._offset(key.end_mark), self.span(value))
            for key, value in node.value
        )
        end = self._offset(node.end_mark) if node.flow_style or not pairs else pairs[-1].value.end
        return MappingSpan(self._offset(node.start_mark), end, bool(node.flow_style), node.start_mark.column, pairs)

    def _list(self, node: Any) -> ListSpan:
        items = tuple(map(self.span, node.value))
        end = self._offset(node.end_mark) if node.flow_style or not items else items[-1].end
        return ListSpan(self._offset(node.start_mark), end, bool(node.flow_style), items)

    def _scalar(self, node: Any) -> ScalarSpan:
        start, end = self._offset(node.start_mark), self._offset(node.end_mark)
        return ScalarSpan(start, self._block_end(start, end) if node.style in ("|", ">") else end)

    def _block_end(self, start: int, end: int) -> int:
        """The end of a text after `|` or `>`, for which libyaml names the beginning of what comes next."""
        header = self._text[start : self._text.find("\n", start)].split("#")[0]
        if "+" not in header:  # empty lines at the end are no part of the text
            return start + len(self._text[start:end].rstrip())
        return end - 1 if self._text[end - 1 : end] == "\n" else end
