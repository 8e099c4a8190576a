"""A bar chart as HTML.

In: bars with their labels. Out: HTML for `st.html`, which takes SVG away. Separate from the page because it is drawing
and nothing else. Not one of Streamlit's charts: those bring pandas, Altair and Vega along, two thirds of a second and
60 MB for every server.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

# One colour that stands out from the light and from the dark background, 3:1 at least (WCAG 2.2, 1.4.11).
_COLOUR = "#0d9488"
_FRAME = "display: flex; align-items: flex-end; gap: 1px; height: 10rem; border-bottom: 1px solid currentColor"
_FEET = "display: flex; justify-content: space-between; font-size: 0.875rem; padding-top: 0.25rem"


@dataclass(frozen=True)
class Bar:
    """`label` says what it stands for, `told` how much it is."""

    label: str
    amount: float
    told: str


def html(title: str, bars: Sequence[Bar]) -> str:
    """The chart; `title` is what a screen reader hears of it, the numbers are for a table beside it."""
    top = max((bar.amount for bar in bars), default=0) or 1
    drawn = "".join(
        f'<div title="{escape(f"{bar.label}: {bar.told}")}" style="flex: 1; display: flex; align-items: flex-end; '
        f'justify-content: center; height: 100%"><div style="width: 75%; max-width: 3rem; '
        f'height: {bar.amount / top * 100:.1f}%; background: {_COLOUR}; border-radius: 2px 2px 0 0"></div></div>'
        for bar in bars
    )
    ends = [bars[0].label, bars[-1].label] if len(bars) > 1 else [bar.label for bar in bars]
    feet = "".join(f"<span>{escape(label)}</span>" for label in ends)
    return (
        f'<div role="img" aria-label="{escape(title)}"><div style="{_FRAME}">{drawn}</div>'
        f'<div style="{_FEET}">{feet}</div></div>'
    )
