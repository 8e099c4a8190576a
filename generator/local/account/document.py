"""`account.yaml` as YAML: its text read into an `Account`, or changed in some keys with all comments kept. Pure.

In: a text. Out: `Account`, or InvalidTextError with each place and what is wrong there; or another text. Separate from
account_file.py, which is read at every question and imported at every start: ruamel.yaml takes a tenth of a second.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from io import SEEK_END, StringIO
from typing import Any

from pydantic import ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from generator.local.account.account import Account
from generator.local.account.edits import Edit, Put
from generator.local.account.problems import place_of, words_of

_UNWRAPPED = 4096  # columns: a line stays as long as whoever wrote it made it


class InvalidTextError(Exception):
    """What is wrong, as `line:column: words`, one a line; a text that is no YAML at all may have no place."""


def parse(text: str) -> Account:
    """The account that `text` describes. Raises InvalidTextError."""
    document = _load(text)
    if document is None:
        return Account()
    if not isinstance(document, CommentedMap):
        raise InvalidTextError("1:1: it should hold keys and values, as in quotas: {default: 100}")
    try:
        # As JSON, whose strict reading takes a list for a tuple, and still no text for a number.
        return Account.model_validate_json(json.dumps(_plain(document), default=str))
    except ValidationError as exc:
        problems = [(place_of(document, error["loc"]), words_of(error)) for error in exc.errors()]
        lines = (f"{line}:{column}: {said}" for (line, column), said in sorted(problems))
        raise InvalidTextError("\n".join(lines)) from exc


def changed(text: str, edits: Sequence[Edit]) -> str:
    """`text`, which can be parsed, with all `edits` made."""
    document = _load(text)
    # What ruamel takes for nothing may be full of comments.
    written = StringIO(_comments(text) if document is None else "")
    written.seek(0, SEEK_END)
    document = CommentedMap() if document is None else document
    for edit in edits:
        _make(document, edit)
    _yaml().dump(document, written)
    return written.getvalue()


def _comments(text: str) -> str:
    return "".join(f"{line}\n" for line in text.splitlines() if not line.strip() or line.lstrip().startswith("#"))


def _load(text: str) -> Any:
    try:
        return _yaml().load(text)
    except MarkedYAMLError as exc:
        mark = exc.problem_mark or exc.context_mark
        place = f"{mark.line + 1}:{mark.column + 1}: " if mark else ""
        # ruamel tells the values of a key that stands twice: they are nobody else's business.
        said = (exc.problem or "it is no YAML").splitlines()[0].partition(" with value ")[0]
        raise InvalidTextError(f"{place}{said}") from exc
    except YAMLError as exc:
        raise InvalidTextError(f"it is no YAML: {str(exc).splitlines()[0]}") from exc


def _yaml() -> YAML:
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = _UNWRAPPED
    yaml.indent(mapping=2, sequence=4, offset=2)
    return yaml


def _plain(value: Any) -> Any:
    """The document without what YAML adds, and without keys that hold nothing: they are as good as absent."""
    if isinstance(value, dict):
        return {str(key): _plain(each) for key, each in value.items() if each is not None}
    return [_plain(each) for each in value] if isinstance(value, list) else value


def _make(document: CommentedMap, edit: Edit) -> None:
    node = document
    for key in edit.keys[:-1]:
        if node.get(key) is None:
            _set(node, key, {})
        node = node[key]
    last = edit.keys[-1]
    if isinstance(edit, Put):
        _set(node, last, edit.value)
        return
    if node.get(last) is None:
        _set(node, last, [])
    if not node[last]:
        node[last].fa.set_flow_style()
    node[last].insert(0, _in_flow(edit.value))


def _set(node: CommentedMap, key: str, value: Any) -> None:
    """Set a key where its comments stay in place: ruamel keeps those below a mapping with its last key, so a new key
    goes first; and it puts a block below the comments that follow a key, so what is new is in flow style.
    """
    if key in node:
        node[key] = _in_flow(value)
        return
    if not node:
        node.fa.set_flow_style()
    node.insert(0, key, _in_flow(value))


def _in_flow(value: Any) -> Any:
    if isinstance(value, dict):
        made: Any = CommentedMap({key: _in_flow(each) for key, each in value.items()})
    elif isinstance(value, list):
        made = CommentedSeq([_in_flow(each) for each in value])
    else:
        return value
    made.fa.set_flow_style()
    return made
