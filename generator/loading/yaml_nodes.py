"""The values of a YAML file, each with its line and column: what yaml_tree.py builds and generator.loading looks things
up in.

Separate because looking up needs neither PyYAML nor the rules for building.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from generator.catalog.conflicts import Parts
from generator.catalog.echoing import quoted, secret_kind

_LONGEST_KEY = 64  # in a path; longer ones are shortened


class Place(NamedTuple):
    """Line and column, both from 1."""

    line: int
    column: int


@dataclass(slots=True)
class Scalar:
    """A text, `Plain` where it stands without quotes, or None."""

    place: Place
    value: str | None


@dataclass(slots=True)
class Listing:
    """A list."""

    place: Place
    items: list[Node] = field(default_factory=list)


@dataclass(slots=True)
class Table:
    """A mapping. `keys` are the places of the keys, `pending` the key whose value is read next."""

    place: Place
    values: dict[str, Node] = field(default_factory=dict)
    keys: dict[str, Place] = field(default_factory=dict)
    pending: str | None = None


Node = Scalar | Listing | Table


@dataclass(frozen=True)
class Remark:
    """Something that the tree does not allow. `parts` are the keys and indexes that lead to it."""

    place: Place
    parts: Parts
    message: str


@dataclass
class Tree:
    """The outcome. `root` is None where the text has no value or its syntax is broken.

    `spoiled` are the places of values that a remark already refuses: what else is wrong with them is not news.
    """

    root: Node | None = None
    remarks: list[Remark] = field(default_factory=list)
    spoiled: set[Place] = field(default_factory=set)


def plain_data(node: Node) -> Any:
    """The values of `node` without their places."""
    match node:
        case Scalar(value=value):
            return value
        case Listing(items=items):
            return [plain_data(item) for item in items]
    return {key: plain_data(value) for key, value in node.values.items()}


def key_path(parts: Sequence[str | int]) -> str:
    """Write `parts` as an author would: `models[2].environment.HF_HOME`."""
    text = ""
    for part in parts:
        if isinstance(part, int):
            text += f"[{part}]"
        elif len(part) <= _LONGEST_KEY and part.replace("-", "_").isidentifier() and not secret_kind(part):
            text += f".{part}"
        else:
            text += f"[{quoted(part)}]"
    return text.removeprefix(".")


def scalars(node: Node, parts: Parts = ()) -> Iterator[tuple[Place, Parts, str]]:
    """Yield every text below `node`, keys included, with its place and the parts that lead to it."""
    match node:
        case Scalar():
            yield node.place, parts, node.value or ""
        case Listing():
            for index, item in enumerate(node.items):
                yield from scalars(item, (*parts, index))
        case Table():
            for key, value in node.values.items():
                yield node.keys[key], (*parts, key), key
                yield from scalars(value, (*parts, key))


def _walk(root: Node, parts: Parts) -> tuple[Node, Place | None]:
    """The node that `parts` lead to, or the last one on the way, and the place of its key if it has one."""
    node: Node = root
    place: Place | None = None
    for part in parts:
        if isinstance(node, Listing) and isinstance(part, int):
            node, place = node.items[part], None
        elif isinstance(node, Table) and isinstance(part, str) and part in node.values:
            place = node.keys[part]
            node = node.values[part]
        else:
            break
    return node, place


def value_place(root: Node, parts: Parts) -> Place:
    """Where the value at `parts` begins, or the nearest value around it that exists."""
    return _walk(root, parts)[0].place


def key_place(root: Node, parts: Parts) -> Place:
    """Where the key at `parts` stands; for an item of a list, which has none, where the item begins."""
    node, place = _walk(root, parts)
    return place or node.place
