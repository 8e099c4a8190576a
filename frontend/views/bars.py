"""A bar chart as inline SVG.

In: bars with their labels. Out: HTML for `st.html`. Separate from the page because it is drawing and nothing else. Not
one of Streamlit's charts: those bring pandas, Altair and Vega along, two thirds of a second and 60 MB for every server.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

_WIDTH, _HEIGHT, _FOOT = 720, 150, 22
_GAP = 0.25
# One colour that stands out from the light and from the dark background, 3:1 at least (WCAG 2.2, 1.4.11).
_COLOUR = "#0d9488"


@dataclass(frozen=True)
class Bar:
    """`label` says what it stands for, `told` how much it is."""

    label: str
    amount: float
    told: str


def html(title: str, bars: Sequence[Bar]) -> str:
    """The chart; `title` is what a screen reader hears of it, the numbers are for a table beside it."""
    top = max((bar.amount for bar in bars), default=0) or 1
    step = _WIDTH / max(1, len(bars))
    drawn = "".join(
        f'<rect x="{index * step + step * _GAP / 2:.1f}" y="{_HEIGHT - height:.1f}" width="{step * (1 - _GAP):.1f}" '
        f'height="{height:.1f}" rx="2" fill="{_COLOUR}"><title>{escape(f"{bar.label}: {bar.told}")}</title></rect>'
        for index, bar in enumerate(bars)
        for height in [bar.amount / top * (_HEIGHT - 10)]
    )
    return (
        f'<svg role="img" aria-label="{escape(title)}" viewBox="0 0 {_WIDTH} {_HEIGHT + _FOOT}" width="100%" '
        f'style="max-height: 14rem" font-size="12" fill="currentColor">{drawn}'
        f'<line x1="0" x2="{_WIDTH}" y1="{_HEIGHT}" y2="{_HEIGHT}" stroke="currentColor" stroke-opacity="0.5"/>'
        f"{_feet(bars, step)}</svg>"
    )


def _feet(bars: Sequence[Bar], step: float) -> str:
    """The labels of the first, the middle and the last bar: more would not fit on a phone."""
    if not bars:
        return ""
    places = {0: "start", len(bars) // 2: "middle", len(bars) - 1: "end"}
    return "".join(
        f'<text x="{_foot(index, step, anchor):.1f}" y="{_HEIGHT + 16}" text-anchor="{anchor}">'
        f"{escape(bars[index].label)}</text>"
        for index, anchor in places.items()
    )


def _foot(index: int, step: float, anchor: str) -> float:
    return {"start": index * step, "middle": (index + 0.5) * step, "end": (index + 1) * step}[anchor]
