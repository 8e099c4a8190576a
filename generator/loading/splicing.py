"""Catalog text + one key to set or to remove, or one item to append -> the one place where the text must change. Pure.

Separate from generator.editing, which reads, checks and writes the file: this is YAML's layout, with its two styles.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from generator.catalog.conflict import Parts
from generator.loading.yaml_spans import ListSpan, MappingSpan, PairSpan, ScalarSpan, spans


class NoPlaceError(Exception):
    """The text has no place where this could be done."""


@dataclass(frozen=True)
class Splice:
    """What stands from `start` to `end` becomes `text`. Offsets into a text whose line ends are LF."""

    start: int
    end: int
    text: str

    def applied(self, text: str) -> str:
        return text[: self.start] + self.text + text[self.end :]


def setting(text: str, parts: Parts, fragment: str, order: Sequence[str] = ()) -> Splice:
    """Make `fragment`, a value in YAML on one line, what stands at `parts`.

    `order` is that of the keys at the top, for one that is new there. Raises NoPlaceError.
    """
    node = spans(text)
    for depth, part in enumerate(parts):
        rest = _nested(parts[depth + 1 :], fragment)
        match node:
            case MappingSpan():
                pair = next((pair for pair in node.pairs if pair.key == part), None)
                if pair is None:
                    return _inserted(text, node, f"{part}: {rest}", () if depth else _before(order, str(part)))
                is_nothing = isinstance(pair.value, ScalarSpan) and _is_nothing(text, pair.value)
                if depth == len(parts) - 1 or is_nothing:
                    return _replaced(text, pair, rest)
                node = pair.value
            case ListSpan():
                node = node.items[int(part)]
            case _:
                break
    raise NoPlaceError


def removing(text: str, parts: Parts) -> Splice:
    """Remove the key at `parts`, and the mapping around it if no key is left in that. Raises NoPlaceError."""
    node, mappings = spans(text), []
    for part in parts:
        match node:
            case MappingSpan():
                mappings.append((node, _index(node, part)))
                node = node.pairs[mappings[-1][1]].value
            case ListSpan():
                mappings.clear()  # an entry is never removed with its last key
                node = node.items[int(part)]
            case _:
                raise NoPlaceError
    while len(mappings) > 1 and len(mappings[-1][0].pairs) == 1:
        mappings.pop()
    mapping, index = mappings[-1]
    return _removed_from_flow(text, mapping, index) if mapping.is_flow else _removed_from_block(text, mapping, index)


def appending(text: str, key: str, lines: Sequence[str], fragment: str) -> Splice:
    """Add an item to the end of the list at the top that is called `key`. Raises NoPlaceError.

    `lines` are the item as it stands in a list on lines of its own: comments, and what begins with `- `, in column 0.
    In a list in brackets there is no place for comments: there it is `fragment`, on one line.
    """
    node = spans(text)
    pair = next((pair for pair in node.pairs if pair.key == key), None) if isinstance(node, MappingSpan) else None
    if pair is None or not isinstance(pair.value, ListSpan) or not pair.value.items:
        raise NoPlaceError
    if pair.value.is_flow:
        return _at(pair.value.items[-1].end, f",{_gap(text, pair.value)}{fragment}")
    column = pair.value.start - text.rfind("\n", 0, pair.value.start) - 1
    indented = "\n".join(f"{' ' * column}{line}" if line else "" for line in lines)
    line_end = _after_comments(text, text.find("\n", pair.value.end), column)
    return _at(len(text), f"\n{indented}") if line_end < 0 else _at(line_end + 1, f"{indented}\n")


def _gap(text: str, items: ListSpan) -> str:
    """What stands before the last item: where each begins a line, the next does too."""
    before = text[items.items[-2].end if len(items.items) > 1 else items.start : items.items[-1].start]
    gap = before[1:] if len(items.items) == 1 else before.partition(",")[2]
    return gap if gap.startswith("\n") and not gap.strip() else " "


def _after_comments(text: str, line_end: int, column: int) -> int:
    """Where the comments end that follow an item without an empty line, and stand where its list does: its own."""
    while line_end >= 0:
        line = text[line_end + 1 :].partition("\n")[0]
        indentation = len(line) - len(line.lstrip(" "))
        if not line[indentation:].startswith("#") or indentation < max(column, 1):
            break
        line_end = text.find("\n", line_end + 1)
    return line_end


def _nested(keys: Parts, fragment: str) -> str:
    for key in reversed(keys):
        fragment = f"{{{key}: {fragment}}}"
    return fragment


def _before(order: Sequence[str], key: str) -> Sequence[str]:
    return order[: order.index(key)] if key in order else ()


def _is_nothing(text: str, span: ScalarSpan) -> bool:
    return text[span.start : span.end] in ("", "~", "null", "Null", "NULL")


def _index(mapping: MappingSpan, key: str | int) -> int:
    found = next((index for index, pair in enumerate(mapping.pairs) if pair.key == key), None)
    if found is None:
        raise NoPlaceError
    return found


def _replaced(text: str, pair: PairSpan, fragment: str) -> Splice:
    value, gap = pair.value, text[pair.end : pair.value.start]
    after_colon = pair.end + gap.find(":") + 1
    if value.start == value.end:  # nothing is there, and in braces not even a colon may be
        return Splice(after_colon, after_colon, f" {fragment}") if ":" in gap else _at(pair.end, f": {fragment}")
    if isinstance(value, ScalarSpan) or value.is_flow:
        return Splice(value.start, value.end, fragment)
    # A value on lines of its own: what stands behind the colon is a comment, and stays there.
    comment = text[after_colon : value.start].split("\n", maxsplit=1)[0].rstrip()
    return Splice(after_colon, value.end, f" {fragment}{comment}")


def _at(offset: int, text: str) -> Splice:
    return Splice(offset, offset, text)


def _inserted(text: str, mapping: MappingSpan, pair: str, before: Sequence[str]) -> Splice:
    """Insert a pair after the last of those that come `before` it, else at the end."""
    if not mapping.pairs:
        return _at(mapping.start + 1, pair)
    earlier = [other for other in mapping.pairs if other.key in before]
    end = _end_of((earlier or mapping.pairs)[-1])
    if mapping.is_flow:
        return _at(end, f", {pair}")
    line_end = text.find("\n", end)
    indent = " " * mapping.column
    return _at(len(text), f"\n{indent}{pair}") if line_end < 0 else _at(line_end + 1, f"{indent}{pair}\n")


def _end_of(pair: PairSpan) -> int:
    return max(pair.end, pair.value.end)


def _removed_from_block(text: str, mapping: MappingSpan, index: int) -> Splice:
    pair, end = mapping.pairs[index], _end_of(mapping.pairs[index])
    line_start = text.rfind("\n", 0, pair.start) + 1
    line_end = text.find("\n", end)
    line_end = len(text) if line_end < 0 else line_end
    comment = text[end:line_end].lstrip()
    if comment:
        return Splice(pair.start, line_end - len(comment), "")
    if text[line_start : pair.start].strip():  # it stands behind the '-' of its entry, where the next may follow
        following = mapping.pairs[index + 1].start if index + 1 < len(mapping.pairs) else line_end
        return Splice(pair.start, line_end if text[line_end:following].strip() else following, "")
    if line_end == len(text):
        return Splice(max(line_start - 1, 0), line_end, "")
    return Splice(line_start, line_end + 1, "")


def _removed_from_flow(text: str, mapping: MappingSpan, index: int) -> Splice:
    pair, end = mapping.pairs[index], _end_of(mapping.pairs[index])
    if index + 1 < len(mapping.pairs):
        following = mapping.pairs[index + 1].start
        if re.fullmatch(r"\s*,[ \t]*", text[end:following]):
            return Splice(pair.start, following, "")
        comma = re.match(r"\s*,", text[end:following])
        if comma is None:
            raise NoPlaceError
        return Splice(pair.start, end + comma.end(), "")
    previous = _end_of(mapping.pairs[index - 1]) if index else pair.start
    is_joined = re.fullmatch(r"\s*,\s*", text[previous : pair.start]) is not None
    return Splice(previous if is_joined else pair.start, end, "")
