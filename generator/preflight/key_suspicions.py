"""What was pasted around a key, or instead of one. Pure.

In: a value of the API-keys secret. Out: what is odd about it, in words without the value, and the key that was meant
where that is plain. Separate from generator.api_keys, which knows what the handler can send: most of these it sends,
and the provider refuses them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from generator.api_keys.names import value_problem
from generator.families.azure_openai import part_name, part_problem

_QUOTES = "\"'`"
_LONGEST_PLACEHOLDER = 100
_SCHEME = re.compile(r"bearer\s+(?P<key>\S+)", re.IGNORECASE)
_ASSIGNMENT = re.compile(r"[A-Za-z0-9_]*(?:KEY|TOKEN)[A-Za-z0-9_.-]*=(?P<key>\S+)")
# What documentation has in the place of a key, the replaced product's too: "xxxxx", "sk-xxxx", "sk-...", "<your key>",
# "$OPENAI_API_KEY", "{{key}}", "your-api-key", "changeme". The words only without a digit, which a random key has.
_PLACEHOLDER = re.compile(
    r"(?:[A-Za-z]{1,6}[-_])*[xX*.]{3,}"
    r"|<.*>|\{.*\}|\$.*|%.*%"
    r"|[^0-9]*(?:your|change|insert|replace)[-_]?(?:[A-Za-z]+[-_])*(?:api|me|key|token|here)[^0-9]*"
    r"|todo|tbd|none|null",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Suspicion:
    """Why a provider will refuse a value, as the end of a sentence that begins with its name.

    `meant` is the key in it; None where only its owner knows it.
    """

    reason: str
    meant: str | None = field(default=None, repr=False)


def suspicion_of(value: str) -> Suspicion | None:
    """What is odd about `value`, which has no spaces around it; None where nothing is."""
    if found := _SCHEME.fullmatch(value):
        return Suspicion("begins with 'Bearer', which the handler adds by itself", _key_in(found["key"]))
    if found := _ASSIGNMENT.fullmatch(value):
        return Suspicion("holds a name and a '=' before the key, which are sent along", _key_in(found["key"]))
    if value.strip(_QUOTES) != value:
        return Suspicion("has quotes around its value, which are sent along", _key_in(value))
    return Suspicion("holds a placeholder and no key") if _is_placeholder(value) else None


def key_problem(name: str, value: str) -> str | None:
    """What is wrong with a value for the key `name`, as the end of a sentence; None where nothing is."""
    suspicion = suspicion_of(value.strip())
    return suspicion.reason if suspicion else value_problem(name, value)


def azure_problem(part: str, identifier: str, value: str) -> str | None:
    """The same for one of the five keys of an Azure OpenAI model."""
    problem = part_problem(part, value)
    return problem or (key_problem(part_name(part, identifier), value) if part == "KEY" else None)


def _key_in(text: str) -> str | None:
    bare = text.strip(_QUOTES).strip()
    is_key = bare and bare.isascii() and bare.isprintable() and " " not in bare and not _is_placeholder(bare)
    return bare if is_key else None


def _is_placeholder(text: str) -> bool:
    return len(text) <= _LONGEST_PLACEHOLDER and _PLACEHOLDER.fullmatch(text) is not None
