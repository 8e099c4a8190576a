"""A catalog's file as it will be: one key or one entry is changed, and every other byte of it stays. Pure.

In: what the file holds, and the change. Out: another draft. The text is cut open at the one place instead of being
written anew from its data: no YAML writer leaves every byte as it was. What comes out is read again, so that a change
which does not fit is refused. Separate from generator.editing, which reads and writes the file, because several
changes may make one catalog, and somebody may want to see it first.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NoReturn

from generator.catalog import Catalog
from generator.catalog.conflict import Parts
from generator.errors import CatalogError, CatalogProblem
from generator.loading import parse_catalog
from generator.loading.splicing import NoPlaceError, Splice, appending, removing, setting
from generator.loading.yaml_nodes import key_path, plain_data
from generator.loading.yaml_tree import compose

Scalar = str | int | bool | None
Value = Scalar | Mapping[str, "Value"]

# What every reader of YAML takes for the same text without quotes; a number, say, it is not.
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9._/+=@-]*(?::[A-Za-z0-9._/+=@-]+)*")
_NOT_TEXT = frozenset({"true", "false", "yes", "no", "on", "off", "y", "n", "null"})
_WIDTH = 110
_MARK = "\ufeff"


@dataclass(frozen=True)
class Draft:
    """A catalog at `path`. `content` is the file's own text, with its line ends and its byte order mark.

    `former` is what it was read as. All methods raise CatalogError where a change has no place.
    """

    path: Path
    former: str
    content: str

    @property
    def text(self) -> str:
        """The content with LF line ends and without a byte order mark, as the loader reads it."""
        return self.content.removeprefix(_MARK).replace("\r\n", "\n")

    def checked(self) -> Catalog:
        """The catalog that this is. Raises CatalogError, with all problems, where it is none."""
        return parse_catalog(self.text, self.path)

    def with_key(self, parts: Parts, value: Value) -> Draft:
        """Make `value` what stands at `parts`; mappings on the way that are missing are written."""
        fragment = flow(value)
        order = tuple(Catalog.model_fields)
        new = plain_data(_root(f"a: {fragment}"))["a"]
        return self._changed(
            parts, lambda text: setting(text, parts, fragment, order), lambda data: _put(data, parts, new)
        )

    def without_key(self, parts: Parts) -> Draft:
        """Remove the key at `parts`, and the mapping around it if no key is left in that. A comment behind it stays."""
        return self._changed(parts, lambda text: removing(text, parts), lambda data: _drop(data, parts))

    def with_entry(self, entry: Mapping[str, Value], comments: Sequence[str] = ()) -> Draft:
        """Append `entry` to the models, after an empty line and `comments` if there are any (without their `#`)."""
        fragment = flow(entry)
        new = plain_data(_root(fragment))
        lines = [*([""] if comments else []), *item_lines(entry, comments)]
        return self._changed(
            ("models",),
            lambda text: appending(text, "models", lines, fragment),
            lambda data: {**data, "models": [*data["models"], new]},
        )

    def _changed(self, parts: Parts, change: Callable[[str], Splice], expect: Callable[[Any], Any]) -> Draft:
        try:
            splice = change(self.text)
        except NoPlaceError:
            refuse(self.path, parts, "there is no place for this change; make it by hand")
        tree = compose(splice.applied(self.text))
        if tree.root is None or tree.remarks or plain_data(tree.root) != expect(plain_data(_root(self.text))):
            refuse(self.path, parts, "this change would alter more than the key; make it by hand")
        return replace(self, content=_spliced(self.content, splice))


def item_lines(entry: Mapping[str, Value], comments: Sequence[str] = ()) -> list[str]:
    """`entry` as an item of a list on lines of its own, in column 0: on one line if it is short and flat."""
    head = [f"# {comment}" for comment in comments]
    line = f"- {flow(entry)}"
    if len(line) <= _WIDTH and not any(isinstance(value, Mapping) for value in entry.values()):
        return [*head, line]
    pairs = [f"{key}: {flow(value)}" for key, value in entry.items()]
    return [*head, *(f"{'  ' if index else '- '}{pair}" for index, pair in enumerate(pairs))]


def flow(value: Value) -> str:
    """`value` in YAML, on one line."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case str():
            is_plain = _PLAIN.fullmatch(value) and value.casefold() not in _NOT_TEXT
            return value if is_plain else json.dumps(value, ensure_ascii=False)
    return f"{{{', '.join(f'{key}: {flow(inner)}' for key, inner in value.items())}}}"


def refuse(path: Path, parts: Parts, message: str) -> NoReturn:
    """Raise a CatalogError with this one problem."""
    raise CatalogError([CatalogProblem(str(path), 0, 0, key_path(parts), message)])


def _root(text: str) -> Any:
    return compose(text).root


def _spliced(content: str, splice: Splice) -> str:
    """Apply `splice`, whose offsets count every line end as one character, to a file's own text."""
    mark = _MARK if content.startswith(_MARK) else ""
    body = content.removeprefix(_MARK)
    ends = [found.start() - before for before, found in enumerate(re.finditer("\r\n", body))]
    start, end = (offset + bisect_left(ends, offset) for offset in (splice.start, splice.end))
    line_end = "\r\n" if body.find("\r\n") == body.find("\n") - 1 >= 0 else "\n"
    return mark + body[:start] + splice.text.replace("\n", line_end) + body[end:]


def _put(data: Any, parts: Parts, value: Any) -> Any:
    data = deepcopy(data)
    node = data
    for part in parts[:-1]:
        if isinstance(node, dict) and node.get(str(part)) is None:
            node[str(part)] = {}
        node = node[part]
    node[parts[-1]] = value
    return data


def _drop(data: Any, parts: Parts) -> Any:
    data = deepcopy(data)
    node, trail = data, []
    for part in parts:
        trail.append((node, part))
        node = node[part]
    while trail:
        node, part = trail.pop()
        del node[part]
        if node or not trail or isinstance(trail[-1][0], list):
            break
    return data
