"""The names and values of an API-keys secret, one by one: which can be used, and why the others cannot. Pure.

In: pairs, as they stand in an object. Out: `Entries`, whose sentences hold names and never a value. Separate from
shapes.py, which is about the text as a whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from generator.api_keys.names import NAME_FORM, value_problem
from generator.catalog.echoing import quoted

BLANK = "\ufeff\u200b\u00a0 \t\r\n"
"""What is pasted around a text without being seen."""

_LONGEST_NAME = 128


class Number(str):
    """A JSON number as it is written."""

    __slots__ = ()


@dataclass(frozen=True)
class Object:
    """A JSON object with all of its pairs: two of one name are two."""

    pairs: tuple[tuple[str, object], ...] = field(repr=False)


@dataclass
class Entries:
    """What the pairs are.

    `values` are the keys that the handler can use, `kept` what a repair would write, `lost` what it would not. See
    `shapes.Shape` for the others.
    """

    values: dict[str, str] = field(default_factory=dict, repr=False)
    kept: dict[str, str] = field(default_factory=dict, repr=False)
    problems: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    unusable: dict[str, str] = field(default_factory=dict)
    lost: list[str] = field(default_factory=list)


def read_entries(pairs: Iterable[tuple[str, object]]) -> Entries:
    """Look at every pair; of two with one name, the last one counts."""
    found = Entries()
    for name, value in pairs:
        clean = name.strip(BLANK)
        _name(found, name, clean, value)
        if not clean:
            found.lost.append("a value without a name")
        elif isinstance(value, str):
            _text(found, name, clean, value)
        else:
            _no_text(found, name, clean, kind_of(value))
    return found


def kind_of(value: object) -> str:
    """What a part of a JSON document is, for people."""
    match value:
        case None:
            return "null"
        case bool():
            return "true or false"
        case Number():
            return "a number"
        case str():
            return "a string"
        case list():
            return "a list"
    return "an object"


def shown_name(name: str) -> str:
    """A name for people: left out where it may be a value in the wrong place."""
    if len(name) > _LONGEST_NAME:
        return f"(hidden: a name of {len(name)} characters)"
    return quoted(re.sub(r"\s+", " ", name))


def plain_name(name: str) -> str:
    """A name for a table: as it is where it is one that a key can have, else as in a message."""
    shown = shown_name(name)
    return name if shown == f"'{name}'" and NAME_FORM.fullmatch(name) else shown


def _name(found: Entries, name: str, clean: str, value: object) -> None:
    shown = shown_name(clean)
    if clean != name:
        found.problems.append(f"the name {shown} has a space or line break around it, so that it is not found")
    if not NAME_FORM.fullmatch(clean):
        found.remarks.append(f"{shown} is no name of a key: letters, digits, '_', '.' and '-', first no digit")
    if clean in found.kept or clean in found.unusable:
        found.problems.append(f"{shown} is there twice; the last one counts")
        if found.kept.get(clean, value) != value:
            found.lost.append(f"the first value of {shown}")


def _text(found: Entries, name: str, clean: str, value: str) -> None:
    shown, text = shown_name(clean), value.strip(BLANK)
    if isinstance(value, Number):
        found.remarks.append(f"{shown} is a number; a key is text, in quotes")
    if value != text:
        found.remarks.append(f"{shown} has a space or line break around its value, which the handler leaves out")
    found.kept[clean] = str(text)
    found.unusable.pop(name, None)
    problem = value_problem(clean, text)
    if problem is None:
        found.values[name] = str(text)
        return
    found.values.pop(name, None)
    found.unusable[name] = problem
    found.remarks.append(f"{shown} {problem}")


def _no_text(found: Entries, name: str, clean: str, kind: str) -> None:
    shown = shown_name(clean)
    found.values.pop(name, None)
    found.kept.pop(clean, None)
    found.unusable[name] = f"is {kind} and not a string"
    found.problems.append(f"{shown} is {kind} and not a string")
    found.lost.append(f"{shown}, which is {kind}")
