"""The theme's colours can be told apart (WCAG 2.2, 1.4.3: 4.5 to 1 for text)."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

import frontend

THEME = tomllib.loads(Path(frontend.__file__).with_name(".streamlit").joinpath("config.toml").read_text())["theme"]
Colour = tuple[float, float, float]


def colour(text: str) -> Colour:
    red, green, blue = (int(text[start : start + 2], 16) / 255 for start in (1, 3, 5))
    return red, green, blue


def over(front: Colour, back: Colour, share: float) -> Colour:
    red, green, blue = (f * share + b * (1 - share) for f, b in zip(front, back, strict=True))
    return red, green, blue


def contrast(one: Colour, other: Colour) -> float:
    def luminance(of: Colour) -> float:
        red, green, blue = (v / 12.92 if v <= 0.03928 else ((v + 0.055) / 1.055) ** 2.4 for v in of)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_captions_and_what_is_chosen_can_be_read(mode: str) -> None:
    theme = THEME[mode]
    text, primary = colour(theme["textColor"]), colour(theme["primaryColor"])
    places = [colour(theme["backgroundColor"]), colour(theme["sidebar"]["backgroundColor"])]

    for place in places:
        # Streamlit 1.67 writes captions in 60 % of the text's colour, and lays 10 % of the primary colour under what
        # is chosen, 20 % while the mouse is on it.
        assert contrast(over(text, place, 0.6), place) >= 4.5
        assert contrast(primary, over(primary, place, 0.1)) >= 4.5
        assert contrast(primary, over(primary, place, 0.2)) >= 4.5
