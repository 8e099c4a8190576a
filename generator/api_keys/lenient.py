"""Names and values out of text that people meant as JSON: typographic quotes, commas too many, NAME=VALUE lines. Pure.

In: text that is not JSON. Out: what can be read of it, and from where on it cannot. Separate from shapes.py, which says
what is wrong: nothing here is ever used without somebody's consent.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field

_BLANK = "\ufeff\u200b \t\r\n"
# One line each; a line break just before the closing quote is one that was pasted with the value.
_STRING = (
    r'"(?:[^"\\\r\n]|\\.)*\s*"'
    r"|'(?:[^'\\\r\n]|\\.)*\s*'"
    r"|[“”„«»][^“”„«»\r\n]*\s*[“”„«»]"
    r"|[‘’‚][^‘’‚\r\n]*\s*[‘’‚]"
)
_BARE_NAME = r"[^\s,;{}\[\]:=\"'“”„«»‘’‚]+"
_BARE_VALUE = r"[^\s,{}\[\]\"'“”„«»‘’‚][^,\r\n{}\[\]\"'“”„«»‘’‚]*"
# Where a quote is missing, the next name's would end the value: such an entry is not read.
_END = r"(?=[\s,;}\]]|$)"
_ENTRY = re.compile(rf"\s*({_STRING}|{_BARE_NAME})\s*(?::|=>|=)\s*({_STRING}|{_BARE_VALUE}){_END}\s*")
_SEPARATORS = re.compile(r"[\s,;]*")
_LINE = re.compile(r"(?:export\s+)?([A-Za-z_][A-Za-z0-9_.-]*)\s*[=:]\s*(.*)")
_NO_TEXT = frozenset({"null", "none", "nil", "true", "false", "undefined"})


@dataclass(frozen=True)
class Reading:
    """What could be read, in its order. `pairs` have None where something stands that is no text.

    `unread_from` is the offset from which on nothing could be read; None where all was.
    """

    pairs: tuple[tuple[str, str | None], ...] = field(repr=False)
    unread_from: int | None = None


def read_lines(text: str) -> Reading | None:
    """Read lines of NAME=VALUE or NAME: VALUE, as in a shell script or an .env file; None where a line is neither."""
    pairs = []
    for line in text.strip(_BLANK).splitlines():
        bare = line.strip(_BLANK)
        if not bare or bare.startswith("#"):
            continue
        found = _LINE.fullmatch(bare)
        if found is None:
            return None
        pairs.append((found[1], _unquoted(found[2].strip())))
    return Reading(tuple(pairs)) if pairs else None


def read_object(text: str) -> Reading | None:
    """Read what an author meant as a JSON object, its braces or not; None where not one name with a value is there."""
    start = len(text) - len(text.lstrip(_BLANK))
    position = start + 1 if text[start : start + 1] == "{" else start
    pairs: list[tuple[str, str | None]] = []
    while True:
        position = _after(_SEPARATORS, text, position)
        if text[position : position + 1] == "}":
            position = _after(_SEPARATORS, text, position + 1)
            break
        found = _ENTRY.match(text, position)
        if found is None:
            break
        value = _unquoted(found[2].strip())
        is_text = found[2][0] in "\"'“”„«»‘’‚" or value.lower() not in _NO_TEXT
        pairs.append((_unquoted(found[1]), value if is_text else None))
        position = found.end()
    if not pairs:
        return None
    rest = text[position:].strip(_BLANK)
    return Reading(tuple(pairs), position if rest else None)


def _after(pattern: re.Pattern[str], text: str, position: int) -> int:
    found = pattern.match(text, position)
    return found.end() if found else position


def _unquoted(text: str) -> str:
    if not re.fullmatch(_STRING, text):
        return text
    if text[0] == '"':
        try:
            # Not strict: a line break that was pasted with the value is taken off later.
            return str(json.loads(text, strict=False))
        except ValueError:
            pass
    return text[1:-1]
