"""What the text of an API-keys secret is, what is wrong with it, and what a repair would make of it. Pure.

In: the secret's text. Out: a `Shape`, whose sentences hold names and places and never a value. Separate from the store
because whoever checks, lists and repairs must agree on it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from generator.api_keys.entries import BLANK, Entries, Number, Object, kind_of, read_entries
from generator.api_keys.json_faults import fault, place
from generator.api_keys.lenient import Reading, read_lines, read_object

_QUOTES_ONLY = frozenset({"''", '""', "``", "“”", "‘’"})
_UNSEEN = ("\ufeff", "\u200b")


@dataclass(frozen=True)
class Shape:
    """What one text is.

    Attributes:
        values: the keys that the handler can use; None where the text is no JSON object, so that it can use none.
        problems: sentences on what is wrong with the secret.
        remarks: sentences on what works, or harms one key only.
        unusable: why a key cannot be used, by its name, as the end of a sentence that begins with the name.
        repaired: what a repair would write; None where it would change nothing.
        lost: what a repair would not keep, in words.
        document: the object as it is, for whoever changes one key of it; None where none may be changed alone.

    """

    values: Mapping[str, str] | None = field(repr=False)
    problems: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    unusable: Mapping[str, str] = field(default_factory=dict)
    repaired: Mapping[str, str] | None = field(default=None, repr=False)
    lost: tuple[str, ...] = ()
    document: Mapping[str, object] | None = field(default=None, repr=False)

    @property
    def is_sound(self) -> bool:
        """Whether there is nothing to say of it."""
        return not (self.problems or self.remarks)

    @property
    def is_editable(self) -> bool:
        """Whether one key can be set or removed without losing anything else."""
        return self.document is not None

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all keys in the object, usable or not; sorted."""
        return tuple(sorted({*(self.values or {}), *self.unusable}))


def diagnose(text: str | None, *, is_binary: bool = False) -> Shape:
    """Say what the secret's `text` is: None where it has no value yet, or is binary and no text.

    `is_binary` says that it came as SecretBinary.
    """
    if is_binary:
        return _binary(text)
    bare = (text or "").strip(BLANK)
    if text is None or not bare or bare in _QUOTES_ONLY:
        what = "it has no value yet" if text is None else "it is an empty string"
        return Shape(None, (f"{what}; without keys it must be {{}}",), repaired={})
    try:
        shape = _of_document(_parsed(bare))
    except (ValueError, RecursionError) as error:
        shape = _nearly_json(text, bare, error)
    if text.startswith(_UNSEEN):
        return _as_a_whole("it begins with a character that cannot be seen (a byte order mark)", shape)
    return shape


def _parsed(text: str) -> object:
    return json.loads(
        text,
        object_pairs_hook=lambda pairs: Object(tuple(pairs)),
        parse_int=Number,
        parse_float=Number,
        parse_constant=Number,
    )


def _binary(text: str | None) -> Shape:
    problem = "it is binary (SecretBinary) and must be text (SecretString)"
    if text is None:
        return Shape(None, (problem,), repaired={}, lost=("everything: it cannot be read as text",))
    return _as_a_whole(problem, diagnose(text))


def _as_a_whole(problem: str, meant: Shape) -> Shape:
    """What nobody can use as it is, although it is clear what is meant."""
    kept = meant.repaired
    if kept is None:  # then all of it is text, as it should be
        kept = {name: str(value) for name, value in (meant.document or {}).items()}
    return Shape(None, (problem, *meant.problems), meant.remarks, repaired=kept, lost=meant.lost)


def _of_document(document: object) -> Shape:
    match document:
        case Object():
            return _of_object(document)
        case list() if document and all(isinstance(item, Object) for item in document):
            pairs = tuple(pair for item in document for pair in item.pairs)
            return _as_a_whole("it is a list of objects and not one object", _of_object(Object(pairs)))
        case str() if not isinstance(document, Number) and (inner := _encoded_twice(document)):
            return _as_a_whole("it is a JSON string that holds JSON: the object was encoded twice", _of_object(inner))
    problem = f"it is {kind_of(document)} and not a JSON object of names and values"
    return Shape(None, (problem,), repaired={}, lost=("everything: there is no name with a value in it",))


def _encoded_twice(text: str) -> Object | None:
    try:
        inner = _parsed(text.strip(BLANK))
    except (ValueError, RecursionError):
        return None
    return inner if isinstance(inner, Object) else None


def _of_object(found: Object) -> Shape:
    entries = read_entries(found.pairs)
    document = {name: _plain(value) for name, value in found.pairs}
    is_as_it_should_be = list(found.pairs) == list(entries.kept.items()) and not any(
        isinstance(value, Number) for _, value in found.pairs
    )
    return Shape(
        values=entries.values,
        unusable=entries.unusable,
        repaired=None if is_as_it_should_be else entries.kept,
        document=document if len(document) == len(found.pairs) else None,
        **_words(entries),
    )


def _words(entries: Entries) -> dict[str, tuple[str, ...]]:
    return {each: tuple(dict.fromkeys(getattr(entries, each))) for each in ("problems", "remarks", "lost")}


def _plain(value: object) -> object:
    """A part of a document as the json module writes it. A number becomes text, so that none is rounded."""
    match value:
        case Object():
            return {name: _plain(inner) for name, inner in value.pairs}
        case list():
            return [_plain(inner) for inner in value]
        case Number():
            return str(value)
    return value


def _nearly_json(text: str, bare: str, error: Exception) -> Shape:
    lines = read_lines(bare)
    reading = lines or read_object(text)
    if lines:
        problem = "it is lines of NAME=VALUE and not a JSON object"
    elif reading is None and not bare.startswith(("{", "[", '"')):
        problem = "it is neither JSON nor names with values"
    else:
        problem = f"it is not JSON: {fault(text, error, text.index(bare))}"
    if reading is None:
        return Shape(None, (problem,), repaired={}, lost=("everything: no name with a value can be read in it",))
    return _of_reading(text, problem, reading)


def _of_reading(text: str, problem: str, reading: Reading) -> Shape:
    entries = read_entries(reading.pairs)
    rest = () if reading.unread_from is None else (f"what stands from {place(text, reading.unread_from)} on",)
    words = _words(entries)
    return Shape(
        values=None,
        problems=(problem, *words["problems"]),
        remarks=words["remarks"],
        repaired=entries.kept,
        lost=(*words["lost"], *rest),
    )
