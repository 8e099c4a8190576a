"""Every visible string, in English and Vietnamese, and how a language writes numbers, money, times and plurals.

In: a language and a key such as `composer.placeholder`. Out: text. The catalogues are the files in `en/` and `vi/`, one
an area of the page; both languages have the same keys, and no key stands in two files, which tests hold. Separate so
that words can be reviewed without reading code.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

LANGUAGES: Mapping[str, str] = {"en": "English", "vi": "Tiếng Việt"}
DEFAULT = "en"
_SMALL_SUM = Decimal("0.01")


class DoubleKeyError(Exception):
    """Two catalogue files of one language have the same key."""


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

    def count(self, key: str, n: int, **variables: object) -> str:
        """The text of `key.one` or `key.other`, as the language chooses by `n`, with `{n}` written its way.

        Vietnamese has no plural: it always takes `other` (CLDR plural rules 48, 2026-11).
        """
        form = "one" if n == 1 and self.language != "vi" else "other"
        return self(f"{key}.{form}", n=self.number(n), **variables)

    def number(self, value: float | Decimal, digits: int = 0) -> str:
        """`value` with grouping and `digits` decimals, as the language writes it: 1,234.5 or 1.234,5."""
        text = f"{value:,.{digits}f}"
        return text.translate(str.maketrans(",.", ".,")) if self.language == "vi" else text

    def exactly(self, value: float) -> str:
        """A number that somebody chose, with the decimals that it has."""
        decimals = format(Decimal(str(value)), "f").partition(".")[2].rstrip("0")
        return self.number(Decimal(str(value)), len(decimals))

    def usd(self, value: Decimal) -> str:
        """A sum of US dollars: $1.25 or 1,25 US$; below a cent with as many digits as say something (at most 6)."""
        digits = 2 if value == 0 or abs(value) >= _SMALL_SUM else min(6, 2 - value.adjusted())
        return self._usd(value, max(2, digits))

    def usd_exactly(self, value: Decimal) -> str:
        """A price of US dollars, which is not to be rounded: $0.035 or 0,035 US$ (at most 6 digits)."""
        exponent = value.normalize().as_tuple().exponent
        return self._usd(value, min(6, max(2, -exponent if isinstance(exponent, int) else 2)))

    def _usd(self, value: Decimal, digits: int) -> str:
        number = self.number(value, digits)
        return f"{number} US$" if self.language == "vi" else f"${number}"

    def day(self, day: date) -> str:
        """A date: Nov 22, 2026 or 22/11/2026."""
        if self.language == "vi":
            return f"{day.day:02d}/{day.month:02d}/{day.year}"
        return f"{day:%b} {day.day}, {day.year}"

    def moment(self, moment: datetime) -> str:
        """Date and time to the minute, in the zone of `moment`."""
        return f"{self.day(moment.date())}, {moment:%H:%M}"


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
    texts: dict[str, str] = {}
    for path in sorted(Path(__file__).with_name(language).glob("*.toml")):
        for key, text in _flatten(tomllib.loads(path.read_text(encoding="utf-8"))):
            if key in texts:
                raise DoubleKeyError(f"{path}: {key} stands in another file of this language, too")
            texts[key] = text
    return Translator(language, texts)


def _flatten(table: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for name, value in table.items():
        if isinstance(value, dict):
            yield from _flatten(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", str(value)
