"""One of pydantic's errors about a catalog -> where it belongs and what to write instead. Pure.

Separate from generator.catalog because the words need what no single rule knows: the neighbouring keys, the keys of
other providers, the nearest spelling. Only errors that are shown are explained, since looking for a spelling takes
time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, get_args

from pydantic_core import ErrorDetails

from generator.catalog import (
    ENTRY_CLASSES,
    LATER_PROVIDERS,
    BedrockSettings,
    Catalog,
    Defaults,
    HandlerSettings,
    HuggingFaceSource,
    Instances,
    Section,
)
from generator.catalog.conflicts import Parts
from generator.catalog.echoing import kind_of, listed, quoted
from generator.catalog.fields import CHOICE, RULE
from generator.suggesting import nearest

_EXAMPLE = "- {id: gpt, provider: openai, model: gpt-4o}"
KEY = "[key]"  # pydantic's mark for an error about a mapping's key

_HOMES: tuple[tuple[type[Section], str], ...] = (
    (HandlerSettings, "handler"),
    (Defaults, "defaults"),
    (HuggingFaceSource, "source"),
    (Instances, "instances"),
    (BedrockSettings, "bedrock"),
)


_FREE_TEXT = frozenset({"tags", "environment"})


def parts_of(error: ErrorDetails) -> Parts:
    """The keys and indexes that lead to what the error is about; for a missing key, to the mapping that lacks it."""
    loc = error["loc"]
    if loc[:1] == ("models",):
        loc = loc[:2] + loc[3:]  # the third is the provider by which pydantic chose the entry's class
    match error["type"]:
        case "missing":
            return loc[:-1]
        case "union_tag_invalid":
            return (*loc, "provider")
    return loc[:-1] if loc[-1:] == (KEY,) else loc


def is_about_key(error: ErrorDetails) -> bool:
    """Whether the place to show is the key's instead of the value's."""
    return error["type"] in ("missing", "extra_forbidden", "union_tag_not_found") or error["loc"][-1:] == (KEY,)


def explain(error: ErrorDetails) -> str:
    """Say what is wrong and what to write instead."""
    if error["type"] == RULE:
        return error["msg"]
    words = _WORDS.get(error["type"], _not_a_section)
    return words(error)


def _not_text(error: ErrorDetails) -> str:
    may_be_empty = error["input"] is None and not _FREE_TEXT.isdisjoint(error["loc"])
    remedy = '; write "" for an empty text' if may_be_empty else ""
    return f"expected text, got {kind_of(error['input'])}{remedy}"


def _not_names(error: ErrorDetails) -> str:
    return f"expected a mapping of names to texts, got {kind_of(error['input'])}{_remedy(error)}"


def _not_a_list(error: ErrorDetails) -> str:
    return f"expected a list of entries, each beginning with '- id:', got {kind_of(error['input'])}{_remedy(error)}"


def _not_an_entry(error: ErrorDetails) -> str:
    return f"expected an entry such as '{_EXAMPLE}', got {kind_of(error['input'])}"


def _not_a_section(error: ErrorDetails) -> str:
    keys = listed(_section_at(error["loc"]).model_fields)
    return f"expected a mapping with keys such as {keys}; got {kind_of(error['input'])}{_remedy(error)}"


def _remedy(error: ErrorDetails) -> str:
    return "; give it a value, or remove the key" if error["input"] is None else ""


def _section_at(loc: Parts) -> type[Section]:
    """The class of the mapping at pydantic's `loc`."""
    section: type[Section] = Catalog
    if loc[:1] == ("models",) and len(loc) > 2:
        section, loc = ENTRY_CLASSES[str(loc[2])], loc[3:]
    for part in loc:
        if part in section.model_fields:
            section = next(_sections_in(section.model_fields[str(part)].annotation), section)
    return section


def _sections_in(annotation: Any) -> Iterator[type[Section]]:
    for candidate in (annotation, *get_args(annotation)):
        if isinstance(candidate, type) and issubclass(candidate, Section):
            yield candidate


def _missing(error: ErrorDetails) -> str:
    section, key = _section_at(error["loc"][:-1]), str(error["loc"][-1])
    field = section.model_fields[key]
    example = f", e.g. {key}: {field.examples[0]}" if field.examples else ""
    return f"missing key {key!r}: {field.description}{example}"


def _unknown_key(error: ErrorDetails) -> str:
    section, key = _section_at(error["loc"][:-1]), str(error["loc"][-1])
    shown = quoted(key)
    if key in section.later:
        return f"{shown} is not supported yet; remove it"
    near = nearest(key, section.model_fields)
    if near:
        return f"unknown key {shown}; did you mean {near!r}?"
    if elsewhere := _elsewhere(section, key):
        return elsewhere
    return f"unknown key {shown}; known keys: {listed(section.model_fields)}"


def _elsewhere(section: type[Section], key: str) -> str | None:
    """Say where a key belongs that is right by itself and stands in the wrong place."""
    owners = [provider for provider, entry in ENTRY_CLASSES.items() if key in entry.model_fields]
    for provider, entry in ENTRY_CLASSES.items():
        if entry is section and owners:
            return f"{key!r} is a key of {' and '.join(owners)} entries, and this entry's provider is {provider!r}"
    home = next((name for other, name in _HOMES if other is not section and key in other.model_fields), None)
    return f"{key!r} belongs under {home!r}" if home else None


def _missing_provider(error: ErrorDetails) -> str:
    if not isinstance(error["input"], Mapping):
        return _not_an_entry(error)
    misspelt = nearest("provider", error["input"])
    hint = f" (is {quoted(misspelt)} meant to be it?)" if misspelt else ""
    return f"missing key 'provider': who serves the model, one of {listed(ENTRY_CLASSES)}{hint}"


def _unknown_provider(error: ErrorDetails) -> str:
    later = dict.fromkeys(LATER_PROVIDERS, "is not supported yet")
    return _say_choice(error["input"]["provider"], "provider", tuple(ENTRY_CLASSES), "openai", later)


def _choice(error: ErrorDetails) -> str:
    return _say_choice(error["input"], **error["ctx"])


def _say_choice(value: object, what: str, choices: tuple[str, ...], example: str, refused: Mapping[str, str]) -> str:
    known = f"known: {listed(choices)}" if len(choices) <= 5 else f"one is {example!r}"
    if not isinstance(value, str):
        return f"expected the name of {_article(what)} {what}, got {kind_of(value)}; {known}"
    if value in refused:
        return f"the {what} {quoted(value)} {refused[value]}; {known}"
    near = nearest(value, choices)
    return f"unknown {what} {quoted(value)}; {f'did you mean {near!r}?' if near else known}"


def _article(noun: str) -> str:
    return "an" if noun[0].lower() in "aeiou" else "a"


_WORDS: Mapping[str, Callable[[ErrorDetails], str]] = {
    CHOICE: _choice,
    "missing": _missing,
    "extra_forbidden": _unknown_key,
    "union_tag_not_found": _missing_provider,
    "union_tag_invalid": _unknown_provider,
    "string_type": _not_text,
    "dict_type": _not_names,
    "tuple_type": _not_a_list,
    "model_attributes_type": _not_an_entry,
}
