"""Where in `account.yaml` something is wrong, and in which words. Pure.

In: the document with its positions, and pydantic's error. Out: line and column from 1, and a sentence. Separate from
account_file.py: this is ruamel's positions and pydantic's paths, and no file.
"""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel
from pydantic_core import ErrorDetails
from ruamel.yaml.comments import CommentedMap, CommentedSeq

from generator.local.account.account import Account, BedrockModel, HubModel, QuotaRequest
from generator.suggesting import nearest

_Path = tuple[int | str, ...]
# What pydantic says of JSON, in YAML's words.
_IN_YAML = {
    "should be an object": "should hold keys and values",
    "should be a valid array": "should be a list",
    "should be a valid boolean": "should be true or false",
    "should be a valid string": "should be a text",
    "should be a valid number": "should be a number",
    "Field required": "is missing",
}


def place_of(document: Any, path: _Path) -> tuple[int, int]:
    """Line and column of what `path` leads to, as far as it leads: a part that pydantic adds leads nowhere."""
    node, line, column = document, 0, 0
    for part in path:
        if isinstance(node, CommentedMap) and part in node:
            line, column = node.lc.key(part)
        elif isinstance(node, CommentedSeq) and isinstance(part, int) and part < len(node):
            line, column = node.lc.item(part)
        else:
            continue
        node = node[part]
    return line + 1, column + 1


def words_of(error: ErrorDetails) -> str:
    """`key.path: what is wrong`. Of the value only what pydantic asks for: it may be a token."""
    path = error["loc"]
    key = ".".join(str(part) for part in path if part != "[key]")
    if error["type"] == "extra_forbidden":
        near = nearest(str(path[-1]), _keys_at(path[:-1]))
        return f"{key}: there is no such key" + (f"; do you mean {near}?" if near else "")
    said = error["msg"].removeprefix("Value error, ").removeprefix("Input ")
    said = _IN_YAML.get(said, said)
    return f"{key}: it {said.replace('False', 'false').replace('True', 'true')}"


def _keys_at(path: _Path) -> tuple[str, ...]:
    """The keys that `path` may hold: all known keys where it leads through names of a person's own."""
    model: type[BaseModel] = Account
    for part in path:
        field = model.model_fields.get(str(part))
        kind = field.annotation if field else None
        if not (isinstance(kind, type) and issubclass(kind, BaseModel)):
            return _all_keys()
        model = kind
    return tuple(model.model_fields)


def _all_keys() -> tuple[str, ...]:
    return tuple({key for model in (BedrockModel, HubModel, QuotaRequest) for key in model.model_fields})
