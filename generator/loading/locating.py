"""Pydantic's `loc` of an error -> the author's keys, and the class of the mapping that they lead to. Pure.

Separate from explaining.py because a `loc` also names the branches of unions (`sagemaker`, `image`), which are in no
file: they must be left out of every place, and followed to find the keys that would have been right.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, get_args, get_origin

from pydantic import Tag

from generator.catalog import Catalog, Section
from generator.catalog.conflict import Parts

KEY = "[key]"  # pydantic's mark for an error about a mapping's key


@dataclass(frozen=True)
class Located:
    """Where a `loc` leads: the author's `parts`, and the class of the innermost mapping on the way, with its parts.

    `branch` is the last branch of a union on the way, as generator.catalog calls it.
    """

    parts: Parts
    section: type[Section]
    section_parts: Parts
    branch: str | None


@dataclass(frozen=True)
class _Field:
    """What may stand at a key: mappings of `section`, or those of the union's `branches`. `is_list` wants an index."""

    section: type[Section] | None
    branches: Mapping[str, type[Section] | None]
    is_list: bool


def locate(loc: Parts) -> Located:
    """Follow `loc` from the catalog's top."""
    section: type[Section] = Catalog
    parts: Parts = ()
    section_parts: Parts = ()
    branch = None
    rest = list(loc)
    while rest:
        key = rest.pop(0)
        if key == KEY:
            continue
        parts = (*parts, key)
        field = _fields(section).get(str(key))
        if field is None:
            continue
        if field.is_list and rest:
            parts = (*parts, rest.pop(0))
        inner = field.section
        if rest and rest[0] in field.branches:
            branch = str(rest.pop(0))
            inner = field.branches[branch]
        if inner is not None:
            section, section_parts = inner, parts
    return Located(parts, section, section_parts, branch)


def field_class(section: type[Section], key: str) -> type[Section] | None:
    """The class of the mapping that stands at `key` of `section`, where that is one class."""
    field = _fields(section).get(key)
    return field.section if field else None


@cache
def _fields(section: type[Section]) -> Mapping[str, _Field]:
    return {key: _field(info.annotation) for key, info in section.model_fields.items()}


def _field(annotation: Any) -> _Field:
    branches = dict(_branches(annotation))
    sections = [] if branches else list(_sections(annotation))
    is_list = any(get_origin(part) is tuple for part in (annotation, *get_args(annotation)))
    return _Field(sections[0] if sections else None, branches, is_list)


def _branches(annotation: Any) -> Iterator[tuple[str, type[Section] | None]]:
    """The tagged branches of the union anywhere in `annotation`."""
    if get_origin(annotation) is Annotated:
        tags = [extra.tag for extra in annotation.__metadata__ if isinstance(extra, Tag)]
        if tags:
            yield tags[0], next(_sections(annotation.__origin__), None)
            return
    for part in get_args(annotation):
        yield from _branches(part)


def _sections(annotation: Any) -> Iterator[type[Section]]:
    if isinstance(annotation, type) and issubclass(annotation, Section):
        yield annotation
    for part in get_args(annotation):
        yield from _sections(part)
