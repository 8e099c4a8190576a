"""Changes one key of the user's catalog file and nothing else: comments, order, quotes and line ends stay.

In: a path, the keys that lead to the place, a value. Out: the file, replaced in one step, and the text that it had. The
text is cut open at the one place instead of being written anew from its data: no YAML writer leaves every byte as it
was. What comes out is read again before it is written, so that a change which does not fit is refused.

Separate from generator.loading, which never writes.
"""

from __future__ import annotations

import json
import os
import re
import tempfile
from bisect import bisect_left
from collections.abc import Callable, Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any, NoReturn

from generator.catalog import Catalog, SageMakerEntry
from generator.catalog.conflict import Parts
from generator.errors import CatalogError, CatalogProblem
from generator.loading import parse_catalog
from generator.loading.catalog_file import read_catalog_file
from generator.loading.splicing import NoPlaceError, Splice, removing, setting
from generator.loading.yaml_nodes import key_path, plain_data
from generator.loading.yaml_tree import compose
from generator.suggesting import nearest

Scalar = str | int | bool | None
Value = Scalar | Mapping[str, Scalar]

# What every reader of YAML takes for the same text without quotes; a number, say, it is not.
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9._/+=@-]*(?::[A-Za-z0-9._/+=@-]+)*")
_NOT_TEXT = frozenset({"true", "false", "yes", "no", "on", "off", "y", "n", "null"})


def set_stopped(path: Path, model_id: str, stopped: bool) -> str:
    """Write `stopped: true` into the entry `model_id` of the catalog at `path`, or remove the key.

    Returns the text that the file had; it is left alone where there is nothing to change. Raises CatalogError where the
    file is no catalog, has no such entry, or would be none afterwards (an entry without an endpoint of its own, say).
    """
    catalog = parse_catalog(read_catalog_file(path), path)
    ids = [entry.id for entry in catalog.models]
    if model_id not in ids:
        near = nearest(model_id, ids)
        known = f"did you mean {near!r}?" if near else f"known: {', '.join(map(repr, ids[:5]))}"
        _refuse(path, (), f"no entry has the id {model_id!r}; {known}")
    index = ids.index(model_id)
    entry = catalog.models[index]
    if not isinstance(entry, SageMakerEntry):
        _refuse(path, ("models", index), f"{model_id!r} has no endpoint of its own that could be stopped or started")
    if entry.stopped == stopped:
        return _content(path)
    parts: Parts = ("models", index, "stopped")
    if entry.schedule is not None:
        _refuse(path, parts, f"the schedule of {model_id!r} creates and deletes its endpoint; change that instead")
    return set_key(path, parts, value=True) if stopped else remove_key(path, parts)


def set_key(path: Path, parts: Parts, value: Value) -> str:
    """Make `value` what stands at `parts` of the catalog at `path`; mappings on the way that are missing are written.

    `parts` are keys and, for an entry, its index: `("huggingface", "token_secret")`, `("models", 2, "stopped")`.
    Returns the text that the file had. Raises CatalogError where the file is no catalog, before or after.
    """
    fragment = _fragment(value)
    order = tuple(Catalog.model_fields)
    new = plain_data(_root(f"a: {fragment}"))["a"]
    return _edit(path, parts, lambda text: setting(text, parts, fragment, order), lambda data: _put(data, parts, new))


def remove_key(path: Path, parts: Parts) -> str:
    """Remove the key at `parts` of the catalog at `path`, and the mapping around it if no key is left in that.

    A comment behind the key stays. Returns and raises as `set_key` does; a key that is not there is refused.
    """
    return _edit(path, parts, lambda text: removing(text, parts), lambda data: _drop(data, parts))


def restore(path: Path, content: str) -> None:
    """Give the file at `path` the `content` that another function here returned. Raises CatalogError."""
    target = path.resolve()  # a link stays a link
    try:
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content.encode())
                file.flush()
                os.fsync(file.fileno())
            Path(name).chmod(target.stat().st_mode & 0o7777)
            Path(name).replace(target)
        except OSError:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as exc:
        problem = CatalogProblem(str(path), 0, 0, "", f"cannot be written: {exc.strerror or exc}; nothing was changed")
        raise CatalogError([problem]) from exc


def _edit(path: Path, parts: Parts, change: Callable[[str], Splice], expect: Callable[[Any], Any]) -> str:
    text = read_catalog_file(path)
    parse_catalog(text, path)
    try:
        splice = change(text)
    except NoPlaceError:
        _refuse(path, parts, "there is no place for this change; make it by hand")
    edited = splice.applied(text)
    expected = expect(plain_data(_root(text)))
    tree = compose(edited)
    if tree.root is None or tree.remarks or plain_data(tree.root) != expected:
        _refuse(path, parts, "this change would alter more than the key; make it by hand")
    parse_catalog(edited, path)
    content = _content(path)
    restore(path, _spliced(content, splice))
    return content


def _root(text: str) -> Any:
    return compose(text).root


def _content(path: Path) -> str:
    """The file's own text, with its line ends and its byte order mark. It has been read before, as a catalog."""
    return path.read_bytes().decode("utf-8")


def _spliced(content: str, splice: Splice) -> str:
    """Apply `splice`, whose offsets count every line end as one character, to a file's own text."""
    mark = "\ufeff" if content.startswith("\ufeff") else ""
    body = content.removeprefix("\ufeff")
    ends = [found.start() - before for before, found in enumerate(re.finditer("\r\n", body))]
    start, end = (offset + bisect_left(ends, offset) for offset in (splice.start, splice.end))
    line_end = "\r\n" if body.find("\r\n") == body.find("\n") - 1 >= 0 else "\n"
    return mark + body[:start] + splice.text.replace("\n", line_end) + body[end:]


def _fragment(value: Value) -> str:
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
    return f"{{{', '.join(f'{key}: {_fragment(inner)}' for key, inner in value.items())}}}"


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


def _refuse(path: Path, parts: Parts, message: str) -> NoReturn:
    raise CatalogError([CatalogProblem(str(path), 0, 0, key_path(parts), message)])
