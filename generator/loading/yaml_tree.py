"""Catalog text -> a tree of its values in which everything knows its line and column. Pure; with yaml_spans.py the
only user of PyYAML.

Stricter than YAML: no tags, anchors, aliases, merge keys or second document, no key twice. What is not allowed is
reported and stepped over, so that the rest of the file is still judged; a syntax error ends the tree.

Built from the parser's events instead of its composed nodes: those nest on the C stack, where a file of brackets
overflows it, and they resolve aliases before anyone can refuse them. Events are quicker too (30 ms of 105 ms for
1,000 models).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NoReturn

import yaml

from generator.catalog.conflicts import Parts
from generator.catalog.echoing import odd_space, quoted, secret_kind
from generator.catalog.fields import Plain
from generator.loading.yaml_nodes import Listing, Node, Place, Remark, Scalar, Table, Tree
from generator.loading.yaml_wording import SyntaxFlaw

MAX_DEPTH = 32
MAX_NODES = 200_000
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})


class _Stop(Exception):  # noqa: N818 - ends the reading, and is no error to anyone outside
    """The rest of the text cannot be judged."""


def compose(text: str) -> Tree:
    """Build the tree of `text`, which must be free of control characters."""
    builder = _Builder()
    try:
        for event in yaml.parse(text, Loader=yaml.CSafeLoader):
            builder.take(event)
    except _Stop:
        builder.tree.root = None
    except yaml.YAMLError as exc:
        builder.tree.root = None
        builder.tree.remarks.append(_syntax_remark(exc, text))
    return builder.tree


def _syntax_remark(exc: yaml.YAMLError, text: str) -> Remark:
    """PyYAML's error as a remark: it says what the parser wanted, not what the author should write."""
    mark, context_mark = getattr(exc, "problem_mark", None), getattr(exc, "context_mark", None)
    flaw = SyntaxFlaw(
        problem=str(getattr(exc, "problem", None) or exc),
        context=getattr(exc, "context", None) or "",
        line=mark.line + 1 if mark else 1,
        column=mark.column + 1 if mark else 1,
        context_line=context_mark.line + 1 if context_mark else 1,
        context_column=context_mark.column + 1 if context_mark else 1,
    )
    line, column, message = flaw.explained(text.split("\n"))
    return Remark(Place(line, column), (), message)


class _Builder:
    """Takes the parser's events in turn. `_open` are the lists and mappings still to end, each with its parts."""

    def __init__(self) -> None:
        self.tree = Tree()
        self._open: list[tuple[Listing | Table, Parts]] = []
        self._documents = 0
        self._nodes = 0
        self._handlers: Mapping[type, Callable[[Any], None]] = {
            yaml.DocumentStartEvent: self._document,
            yaml.ScalarEvent: self._scalar,
            yaml.AliasEvent: self._alias,
            yaml.SequenceStartEvent: lambda event: self._begin(Listing(self._place(event))),
            yaml.MappingStartEvent: lambda event: self._begin(Table(self._place(event))),
            yaml.SequenceEndEvent: self._end,
            yaml.MappingEndEvent: self._end,
        }

    def take(self, event: Any) -> None:
        handler = self._handlers.get(type(event))
        if handler:
            handler(event)

    def _document(self, event: Any) -> None:
        self._documents += 1
        if self._documents > 1:
            self._stop(_start(event), "a second document begins here; a catalog is one document: remove this '---'")

    def _scalar(self, event: Any) -> None:
        place = self._place(event)
        table = self._table_without_key()
        if table is not None:
            self._key(table, event.value, place)
        elif event.style:
            self._add(Scalar(place, event.value))
        else:
            self._add(Scalar(place, None if event.value in _NULLS else Plain(event.value)))

    def _key(self, table: Table, key: str, place: Place) -> None:
        table.pending = key
        if key in table.keys:
            first = table.keys[key].line
            self._remark(place, f"duplicate key {quoted(key)}, already on line {first}; remove one of them")
            return
        table.keys[key] = place
        flaw = "merge keys ('<<') are not supported; write the keys out" if key == "<<" else None
        if odd := odd_space(key.lstrip("-")[:1]):
            flaw = f"the key begins with {odd}; use ordinary spaces"
        if flaw:
            self._remark(place, flaw)
            self.tree.spoiled.add(place)

    def _alias(self, event: Any) -> None:
        place = _start(event)
        if self._table_without_key() is not None:
            self._stop(place, _KEY_MUST_BE_TEXT)
        if self._parts()[-1:] != ("<<",):
            self._remark(place, f"aliases ({_shown('*' + event.anchor)}) are not supported; write the value out")
        self.tree.spoiled.add(place)
        self._add(Scalar(place, None))

    def _begin(self, node: Listing | Table) -> None:
        if self._table_without_key() is not None:
            self._stop(node.place, _KEY_MUST_BE_TEXT)
        parts = self._parts()
        self._add(node)
        self._open.append((node, parts))
        if len(self._open) > MAX_DEPTH:
            self._stop(node.place, f"nested more than {MAX_DEPTH} deep; a catalog needs 5")

    def _end(self, _event: Any) -> None:
        self._open.pop()

    def _add(self, node: Node) -> None:
        if not self._open:
            self.tree.root = node
            return
        parent, _ = self._open[-1]
        if isinstance(parent, Listing):
            parent.items.append(node)
        elif parent.pending is not None:
            parent.values.setdefault(parent.pending, node)
            parent.pending = None

    def _table_without_key(self) -> Table | None:
        """The mapping whose next scalar is a key, if that is what comes next."""
        node = self._open[-1][0] if self._open else None
        return node if isinstance(node, Table) and node.pending is None else None

    def _parts(self) -> Parts:
        """The parts that lead to what comes next."""
        if not self._open:
            return ()
        parent, parts = self._open[-1]
        if isinstance(parent, Listing):
            return (*parts, len(parent.items))
        return parts if parent.pending is None else (*parts, parent.pending)

    def _place(self, event: Any) -> Place:
        """Where the event begins, after a look at its number and at what may decorate a value of any kind."""
        place = _start(event)
        self._nodes += 1
        if self._nodes > MAX_NODES:
            self._stop(place, f"more than {MAX_NODES:,} keys and values; split the catalog")
        if event.tag is not None:
            tag = _shown(event.tag.replace("tag:yaml.org,2002:", "!!"))
            self._remark(place, f"tags ({tag}) are not supported; write the value without one")
            if isinstance(event, yaml.ScalarEvent):
                self.tree.spoiled.add(place)
        if event.anchor is not None:
            self._remark(place, f"anchors ({_shown('&' + event.anchor)}) are not supported; remove it")
        return place

    def _remark(self, place: Place, message: str) -> None:
        self.tree.remarks.append(Remark(place, self._parts(), message))

    def _stop(self, place: Place, message: str) -> NoReturn:
        self._remark(place, message)
        raise _Stop


_KEY_MUST_BE_TEXT = (
    "a key must be text, not a list, a mapping or an alias; put a value that begins with '{', '[' or '*' in quotes "
    "(a catalog is no template, so '{{ }}' has no meaning in it)"
)


def _start(event: Any) -> Place:
    return Place(event.start_mark.line + 1, event.start_mark.column + 1)


def _shown(name: str) -> str:
    return "'...'" if secret_kind(name) else repr(name[:40])
