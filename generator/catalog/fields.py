"""The kinds of value that a catalog's keys take: the rules behind the types in generator.catalog, each in its own
words.

In: one value, as a YAML file or a Python caller gives it. Out: the same value checked, or a PydanticCustomError whose
message is meant for the catalog's author. Separate from generator.catalog so that there a key reads as one line.

A scalar without quotes arrives as `Plain`, text that has not been judged: only the key it belongs to knows whether
`1.10` is a number or a revision. So a text keeps every character of what was written, and a number is read only where
one is due.

Each rule also carries its JSON Schema, for generator.catalog_schema.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import AfterValidator, BeforeValidator, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError

from generator.catalog.echoing import character_name, control_character, kind_of, quoted

RULE = "catalog_rule"  # the error's message is ours and complete
CHOICE = "catalog_choice"  # the message still lacks the nearest spelling, which costs too much to look up each time

_WHOLE = re.compile(r"[-+]?(0|[1-9][0-9]{0,17})")
_LEADING_ZERO = re.compile(r"[-+]?0[0-9]{1,17}")
_NUMBER = re.compile(r"[-+]?([0-9]{1,18}(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]{1,3})?")
_WORDS_READ_AS_BOOLEANS = frozenset({"true", "false", "yes", "no", "on", "off", "y", "n"})


class Plain(str):
    """A scalar that stands in the file without quotes."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class ValueRule(BeforeValidator):
    """A rule on the value as it was given. `schema` says the same to an editor, as far as JSON Schema can."""

    schema: Mapping[str, Any] = field(default_factory=dict, compare=False)

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """Pydantic's door for what a type's JSON Schema is."""
        return {**handler(core), **self.schema}


@dataclass(frozen=True, slots=True)
class TextRule(AfterValidator):
    """A rule on a text. `schema` as in ValueRule."""

    schema: Mapping[str, Any] = field(default_factory=dict, compare=False)

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """Pydantic's door for what a type's JSON Schema is."""
        return {**handler(core), **self.schema}


def broken_rule(words: str) -> PydanticCustomError:
    """The error for a value that breaks a rule, said in `words`."""
    # The words may hold a user's braces, so they must not be the template.
    return PydanticCustomError(RULE, "{words}", {"words": words})


def whole_number(low: int, high: int, unit: str = "") -> ValueRule:
    """Accept whole numbers from `low` to `high`, in `unit`; a quoted number is text and is refused."""
    due = f"expected a whole number from {low} to {high}{unit and f' {unit}'}"

    def check(value: object) -> object:
        if isinstance(value, Plain) and _WHOLE.fullmatch(value):
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int):
            raise broken_rule(f"{due}, got {_not_a_number(value)}")
        if not low <= value <= high:
            raise broken_rule(f"{due}, got {value}")
        return value

    return ValueRule(check, schema={"type": "integer", "minimum": low, "maximum": high})


def number(low: float, high: float, *, above_low: bool = False) -> ValueRule:
    """Accept numbers from `low` (or only above it) to `high`."""
    due = f"expected a number {f'above {low:g} and at most' if above_low else f'from {low:g} to'} {high:g}"

    def check(value: object) -> object:
        if isinstance(value, Plain) and _NUMBER.fullmatch(value):
            value = float(value)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise broken_rule(f"{due}, got {_not_a_number(value)}")
        if not low <= value <= high or (above_low and value == low):
            raise broken_rule(f"{due}, got {value:g}")
        return value

    least = "exclusiveMinimum" if above_low else "minimum"
    return ValueRule(check, schema={"type": "number", least: low, "maximum": high})


def _not_a_number(value: object) -> str:
    if isinstance(value, Plain) and _LEADING_ZERO.fullmatch(value):
        return f"{value}, which is octal to some YAML readers; remove the leading 0"
    if isinstance(value, Plain):
        return quoted(value).strip("'") if _NUMBER.fullmatch(value) else kind_of(value)
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        return f'the quoted text "{value}"; remove the quotes'
    return kind_of(value)


def _refuse_bare_boolean(value: object) -> object:
    if isinstance(value, Plain) and value.lower() in _WORDS_READ_AS_BOOLEANS:
        raise broken_rule(f'{value} without quotes is a boolean to many YAML readers; write "{value}"')
    return value


NOT_A_BARE_BOOLEAN = BeforeValidator(_refuse_bare_boolean)


def pattern(
    shape: str, due: str, *, suggest: Callable[[str], str | None] | None = None, or_number: bool = False
) -> TextRule:
    """Accept text that the regular expression `shape` matches whole; `due` says in words what that is.

    `suggest` makes an acceptable text of one that is not, where it can. `or_number` tells editors that the text may
    look like a number, which their YAML readers take it for.
    """
    compiled = re.compile(shape)

    def check(value: str) -> str:
        if compiled.fullmatch(value):
            return value
        better = suggest(value) if suggest and value.isascii() else None
        hint = f"; write {better!r}" if better and compiled.fullmatch(better) else _look_alike(value)
        raise broken_rule(f"expected {due}, got {quoted(value) if value else 'an empty text'}{hint}")

    return TextRule(
        check, schema={"type": ["string", "number"] if or_number else "string", "pattern": f"^(?:{shape})$"}
    )


def _look_alike(value: str) -> str:
    """Name the first character beyond ASCII, which may look just like one of the expected ones."""
    odd = next((character for character in value if not character.isascii()), None)
    return f", where {odd!r} is {character_name(odd)}" if odd else ""


def free_text(at_most: int, *, at_least: int = 0) -> TextRule:
    """Accept any text of `at_least` to `at_most` characters without control characters."""

    def check(value: str) -> str:
        if not at_least <= len(value) <= at_most:
            raise broken_rule(f"expected {at_least} to {at_most} characters, got {len(value)}")
        if control := control_character(value):
            raise broken_rule(f"{control} cannot be part of a text; remove it")
        return value

    # To an editor's YAML reader `8192` and `true` are no texts; here they are what was written.
    schema = {"type": ["string", "number", "boolean"], "minLength": at_least, "maxLength": at_most}
    return TextRule(check, schema=schema)


def one_of(what: str, choices: Sequence[str], *, example: str, refused: Mapping[str, str] | None = None) -> ValueRule:
    """Accept one of `choices`, which are of the kind `what`; `refused` says why others that exist are not taken."""
    known = frozenset(choices)
    context = {"what": what, "choices": tuple(choices), "example": example, "refused": dict(refused or {})}

    def check(value: object) -> object:
        if isinstance(value, str) and value in known:
            return value
        raise PydanticCustomError(CHOICE, "unknown {what}", context)

    return ValueRule(check, schema={"type": "string", "enum": list(choices)})


def _as_flag(value: object) -> object:
    if isinstance(value, Plain) and value in ("true", "false"):
        return value == "true"
    if isinstance(value, bool):
        return value
    raise broken_rule(f"expected true or false, got {kind_of(value)}")


FLAG = ValueRule(_as_flag, schema={"type": "boolean"})
"""True or false, in YAML 1.2's spelling: `yes` and `on` are booleans to some readers and texts to others."""
