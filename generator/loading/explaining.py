"""One of pydantic's errors about a catalog -> where it belongs and what to write instead. Pure.

Separate from generator.catalog because the words need what no single rule knows: the neighbouring keys, the keys of
other providers, the nearest spelling. Only errors that are shown are explained, since looking for a spelling takes
time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pydantic_core import ErrorDetails

from generator.catalog.conflict import Parts
from generator.catalog.echoing import kind_of, listed, quoted
from generator.catalog.entries import PROVIDER_NAMES
from generator.catalog.fields import CHOICE, RULE
from generator.catalog.value_types import REFUSED_PROVIDERS
from generator.loading.locating import KEY, locate
from generator.loading.wrong_keys import unknown_key
from generator.suggesting import nearest

_EXAMPLE = "- {id: gpt, provider: openai, model: gpt-4o}"
_FREE_TEXT = frozenset({"tags", "environment"})
_UNION_KEYS: Mapping[str, tuple[str, ...]] = {
    "source": ("huggingface", "jumpstart", "s3"),
    "huggingface": ("token_secret", "create_secret"),
}
_UNION_EXAMPLES = {
    "source": "{huggingface: HuggingFaceTB/SmolLM2-135M-Instruct}",
    "huggingface": "{create_secret: true}",
}


# What people call providers whose names here are others; the nearest spelling would be another company's service.
_OTHER_NAMES: Mapping[str, str] = {
    "amazon": "bedrock",
    "aws": "bedrock",
    "azure": "azure_openai",
    "claude": "anthropic",
    "gemini": "google_genai",
}


def parts_of(error: ErrorDetails) -> Parts:
    """The keys and indexes that lead to what the error is about; for a missing key, to the mapping that lacks it."""
    parts = locate(error["loc"]).parts
    if error["type"] == "missing":
        return parts[:-1]
    return (*parts, "provider") if error["type"] == "union_tag_invalid" else parts


def is_about_key(error: ErrorDetails) -> bool:
    """Whether the place to show is the key's instead of the value's."""
    return error["type"] in ("missing", "extra_forbidden", "union_tag_not_found") or error["loc"][-1:] == (KEY,)


def explain(error: ErrorDetails, document: object = None) -> str:
    """Say what is wrong and what to write instead. `document` is the whole catalog, as plain data."""
    if error["type"] == RULE:
        return error["msg"]
    if error["type"] == "extra_forbidden":
        return unknown_key(error["loc"], document)
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
    keys = listed(locate(error["loc"]).section.model_fields)
    return f"expected a mapping with keys such as {keys}; got {kind_of(error['input'])}{_remedy(error)}"


def _remedy(error: ErrorDetails) -> str:
    return "; give it a value, or remove the key" if error["input"] is None else ""


def _missing(error: ErrorDetails) -> str:
    section, key = locate(error["loc"][:-1]).section, str(error["loc"][-1])
    field = section.model_fields[key]
    example = f", e.g. {key}: {field.examples[0]}" if field.examples else ""
    return f"missing key {key!r}: {field.description}{example}"


def _no_branch(error: ErrorDetails) -> str:
    """Explain that pydantic could not tell which branch of a union is meant."""
    key = error["loc"][-1]
    if key not in _UNION_KEYS:
        return _missing_provider(error)
    keys, given = _UNION_KEYS[str(key)], error["input"]
    got = _given_keys(given, keys) if isinstance(given, Mapping) else f"{kind_of(given)}{_remedy(error)}"
    return f"expected a mapping with the key {_or(keys)}, e.g. {_UNION_EXAMPLES[str(key)]}; got {got}"


def _given_keys(given: Mapping[Any, Any], keys: tuple[str, ...]) -> str:
    if not given:
        return "an empty mapping"
    for wrong in given:
        if right := nearest(str(wrong), keys):
            return f"the key {quoted(str(wrong))}; did you mean {right!r}?"
    return f"the key{'s' if len(given) > 1 else ''} {', '.join(quoted(str(wrong)) for wrong in list(given)[:3])}"


def _or(names: tuple[str, ...]) -> str:
    return f"{listed(names[:-1])} or {names[-1]!r}"


def _missing_provider(error: ErrorDetails) -> str:
    if not isinstance(error["input"], Mapping):
        return _not_an_entry(error)
    misspelt = nearest("provider", error["input"])
    hint = f" (is {quoted(misspelt)} meant to be it?)" if misspelt else ""
    return f"missing key 'provider': who serves the model, 'sagemaker', 'bedrock', 'openai' or another{hint}"


def _unknown_provider(error: ErrorDetails) -> str:
    value = error["input"]["provider"]
    if isinstance(value, str) and (right := _OTHER_NAMES.get(value.casefold())):
        return f"unknown provider {quoted(value)}; did you mean {right!r}?"
    words = _say_choice(value, "provider", PROVIDER_NAMES, "openai", REFUSED_PROVIDERS)
    # Nothing is near: then the author does not know the names, and there is no shorter way to say them.
    return words.replace("one is 'openai'", f"known: {listed(PROVIDER_NAMES)}") if isinstance(value, str) else words


def _choice(error: ErrorDetails) -> str:
    return _say_choice(error["input"], **error["ctx"])


def _say_choice(value: object, what: str, choices: tuple[str, ...], example: str, refused: Mapping[str, str]) -> str:
    known = f"known: {listed(choices)}" if len(choices) <= 5 else f"one is {example!r}"
    if not isinstance(value, str):
        return f"expected the name of {_article(what)} {what}, got {kind_of(value)}; {known}"
    if value in refused:
        return f"the {what} {quoted(value)} {refused[value]}" + ("" if ";" in refused[value] else f"; {known}")
    near = nearest(value, choices)
    return f"unknown {what} {quoted(value)}; {f'did you mean {near!r}?' if near else known}"


def _article(noun: str) -> str:
    return "an" if noun[0].lower() in "aeiou" else "a"


_WORDS: Mapping[str, Callable[[ErrorDetails], str]] = {
    CHOICE: _choice,
    "missing": _missing,
    "union_tag_not_found": _no_branch,
    "union_tag_invalid": _unknown_provider,
    "string_type": _not_text,
    "dict_type": _not_names,
    "tuple_type": _not_a_list,
    "model_attributes_type": _not_an_entry,
}
