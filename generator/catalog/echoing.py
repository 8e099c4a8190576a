"""What of a user's own text may be repeated in a message, and how. Pure.

Separate because it is a rule about safety: every message that shows a value from the catalog goes through here, so
that a key that was pasted into the wrong place never reaches a terminal, a log or a bug report.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping

_LONGEST_SHOWN = 60

# The published prefixes of the keys that people paste into catalogs. Checked against each provider's own documents on
# 2026-11-22. The lookbehind keeps ordinary names such as `risk-model` out.
_SHAPES: tuple[tuple[str, str], ...] = (
    ("an Anthropic API key", r"(?<![A-Za-z0-9])sk-ant-[A-Za-z0-9_-]{8,}"),
    ("an OpenAI API key", r"(?<![A-Za-z0-9])sk-[A-Za-z0-9_-]{10,}"),
    ("a Hugging Face token", r"(?<![A-Za-z0-9])hf_[A-Za-z0-9]{16,}"),
    ("an AWS access key", r"(?<![A-Za-z0-9])A(?:KIA|SIA)[A-Z0-9]{12,}"),
    ("a Google API key", r"(?<![A-Za-z0-9])AIza[A-Za-z0-9_-]{20,}"),
    ("a GitHub token", r"(?<![A-Za-z0-9])(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,})"),
    ("a private key", r"-----BEGIN [A-Z ]*PRIVATE KEY-----"),
)
_KINDS = tuple((kind, re.compile(shape)) for kind, shape in _SHAPES)
# Each shape has one of these in it, and looking for them takes a tenth of the time: most texts have none.
_SIGNS = ("sk-", "hf_", "AKIA", "ASIA", "AIza", "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "PRIVATE KEY")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f]")


def secret_kind(text: str) -> str | None:
    """Say what secret `text` looks like (`an OpenAI API key`), or None."""
    if not any(sign in text for sign in _SIGNS):
        return None
    return next((kind for kind, shape in _KINDS if shape.search(text)), None)


def without_secrets(text: str) -> str:
    """Return `text` of somebody else's, such as a line of a log, with what looks like a secret left out."""
    if secret_kind(text):
        for kind, shape in _KINDS:
            text = shape.sub(f"({kind}, hidden)", text)
    return text


def quoted(text: str) -> str:
    """Return `text` for a message: quoted, escaped, shortened, and left out where it looks like a secret."""
    if secret_kind(text):
        return "(hidden: it looks like a secret)"
    return repr(text) if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]!r}... ({len(text)} characters)"


def listed(names: Iterable[str]) -> str:
    """Return names that are ours for a message: quoted, in their given order."""
    return ", ".join(map(repr, names))


def kind_of(value: object) -> str:
    """Say what a value from the catalog is, with as much of it as may be shown: `text 'two'`, `a list`, `nothing`."""
    match value:
        case None:
            return "nothing"
        case str():
            return f"text {quoted(value)}"
        case Mapping():
            return "a mapping"
        case list() | tuple():
            return "a list"
    return repr(value)


def control_character(text: str) -> str | None:
    """Name the first control character in `text` that is neither a tab nor a line break, or None."""
    found = _CONTROL.search(text)
    return character_name(found[0]) if found else None


def character_name(character: str) -> str:
    """Name a character that cannot be seen: `NO-BREAK SPACE (U+00A0)`."""
    name = unicodedata.name(character, "control character" if unicodedata.category(character) == "Cc" else "character")
    return f"{name} (U+{ord(character):04X})"


def odd_space(text: str) -> str | None:
    """Name the first character in `text` that looks like a space, or like nothing, and is no space; or None."""
    if text.isascii():
        return None
    for character in text:
        is_blank = unicodedata.category(character) in ("Zs", "Zl", "Zp") or character in "\u200b\ufeff"
        if is_blank and character != " ":
            return character_name(character)
    return None
