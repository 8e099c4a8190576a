"""What is in the API-keys secret (docs/contracts.md, section 4), and what is wrong with what cannot be used.

In: the secret's text, and which of its names are wanted. Out: the usable values, and for every other wanted name a
problem. Pure. Separate from `keys.py`, which has the rules of rotation. No value is ever in a message, and one bad
value harms one name.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from chat_handler.errors import MissingKeyError, SecretMalformedError


@dataclass(frozen=True)
class Wanted:
    """Which names are taken out of the secret.

    Attributes:
        names: these, whether they are there or not.
        prefixes: whatever is there and begins with one of these.
        lists: those of `names` whose value is a list for people and may hold spaces and line breaks.

    """

    names: frozenset[str] = frozenset()
    prefixes: tuple[str, ...] = ()
    lists: frozenset[str] = frozenset()

    def takes(self, name: str) -> bool:
        """Whether `name` is one of them."""
        return name in self.names or name.startswith(self.prefixes)


@dataclass(frozen=True)
class Problem:
    """Why a name has no usable value."""

    message: str
    kind: type[MissingKeyError] = MissingKeyError
    retryable: bool = False

    def error(self) -> MissingKeyError:
        """The problem as an error."""
        return self.kind(self.message, retryable=self.retryable)


@dataclass(frozen=True)
class ParsedSecret:
    """The usable values. `whole` is what is wrong with the secret as such, `problems` with single names in it."""

    wanted: Wanted
    values: Mapping[str, str] = field(default_factory=dict, repr=False)
    problems: Mapping[str, Problem] = field(default_factory=dict)
    whole: Problem | None = None

    def problem_of(self, name: str) -> Problem | None:
        """Why `name` has no value; None where it has one, and for a name that was not looked for."""
        if name in self.values or not self.wanted.takes(name):
            return None
        return self.whole or self.problems.get(name) or _absent(name)


def parse_secret(text: str | None, wanted: Wanted) -> ParsedSecret:
    """Take what is `wanted` out of the secret's text, a JSON object of strings. Values are stripped; numbers become
    strings. None: the secret is binary.
    """
    try:
        # Numbers as they are written: a key of digits stays what it is, and one too long for Python harms nobody else.
        document = None if text is None else json.loads(text, parse_int=str, parse_float=str, parse_constant=str)
    except (ValueError, RecursionError):
        return _useless(wanted, "the API-keys secret is not JSON; it must be an object, {} if empty")
    if not isinstance(document, dict):
        kind = "binary" if text is None else type(document).__name__
        return _useless(wanted, f"the API-keys secret is {kind} and not a JSON object of strings")
    problems = {
        name: problem
        for name, value in document.items()
        if wanted.takes(name) and (problem := _problem(name, value, is_list=name in wanted.lists)) is not None
    }
    values = {name: value.strip() for name, value in document.items() if wanted.takes(name) and name not in problems}
    return ParsedSecret(wanted, values, problems)


def _useless(wanted: Wanted, message: str) -> ParsedSecret:
    return ParsedSecret(wanted, whole=Problem(message, SecretMalformedError))


def _absent(name: str) -> Problem:
    return Problem(f"{name} is not in the API-keys secret; {_advice(name)}")


def _problem(name: str, value: Any, *, is_list: bool) -> Problem | None:
    if (what := _what_is_wrong(value, is_list=is_list)) is None:
        return None
    return Problem(f"{name} in the API-keys secret {what}; {_advice(name)}", SecretMalformedError)


def _what_is_wrong(value: Any, *, is_list: bool) -> str | None:
    if not isinstance(value, str):
        return f"is {type(value).__name__} and not a string"
    text = value.strip()
    if not text:
        return "is empty"
    if not is_list and (not (text.isascii() and text.isprintable()) or " " in text):
        return "holds a character that no key has (a space or line break?)"
    return None


def _advice(name: str) -> str:
    return f"set it with: terrachat secrets set {name}"
