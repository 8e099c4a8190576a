"""Every visible string, in English and Vietnamese.

In: a language and a key such as `composer.placeholder`. Out: text. The catalogues are `en.toml` and `vi.toml` beside
this file; their keys are the same, which a test holds. Separate so that words can be reviewed without reading code.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

LANGUAGES: Mapping[str, str] = {"en": "English", "vi": "Tiếng Việt"}
DEFAULT = "en"


@dataclass(frozen=True)
class Translator:
    """Turns keys into the text of one language."""

    language: str
    texts: Mapping[str, str]

    def __call__(self, key: str, **variables: object) -> str:
        """The text of `key`, with `{name}` replaced from `variables`. A key that does not exist is a `KeyError`."""
        return self.texts[key].format(**variables)

    def has(self, key: str) -> bool:
        return key in self.texts

    def number(self, value: float, digits: int = 0) -> str:
        """`value` with grouping and `digits` decimals, as the language writes it: 1,234.5 or 1.234,5."""
        text = f"{value:,.{digits}f}"
        return text.translate(str.maketrans(",.", ".,")) if self.language == "vi" else text


def choose(*wishes: str | None) -> str:
    """The first of `wishes` (`vi`, `vi-VN`, ...) that there is a catalogue for, else English."""
    for wish in wishes:
        language = (wish or "").replace("_", "-").split("-")[0].lower()
        if language in LANGUAGES:
            return language
    return DEFAULT


@cache
def translator(language: str) -> Translator:
    """The translator for one of `LANGUAGES`."""
    path = Path(__file__).with_name(f"{language}.toml")
    return Translator(language, dict(_flatten(tomllib.loads(path.read_text(encoding="utf-8")))))


def _flatten(table: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for name, value in table.items():
        if isinstance(value, dict):
            yield from _flatten(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", str(value)
