"""A model's text on the page: whole, or as it grows.

In: a container of its own, and text. Out: elements in it, one for each piece (`segments.py`), of which only the last is
sent again. Separate because the pages Chat and Compare show the same.
"""

from __future__ import annotations

import time

from streamlit.delta_generator import DeltaGenerator

from frontend.markdown_safe import inert
from frontend.segments import Segments, segments

# What one growing text may send: a piece that cannot be cut, such as one long block of code, comes less often the
# longer it is.
_CHARACTERS_PER_S = 40_000


def draw(place: DeltaGenerator, text: str) -> None:
    """A whole text, in the pieces in which it grew: nothing moves when it ends."""
    for piece in segments(text):
        _draw(place, piece)


class Growing:
    """Draws a growing text into `place`."""

    def __init__(self, place: DeltaGenerator) -> None:
        self._place = place
        self._last = place.empty()
        self._pieces = Segments()
        self._seen = 0
        self._next_at = 0.0

    def wait(self, sentence: str) -> None:
        """Say that there is no text yet."""
        self._last.caption(sentence)

    def show(self, text: str) -> None:
        """Draw `text`, which begins with what it was before; a long last piece not every time."""
        finished = len(self._pieces.finished)
        self._pieces.add(text[self._seen :])
        self._seen = len(text)
        for piece in self._pieces.finished[finished:]:
            _draw(self._last, piece)
            self._last = self._place.empty()
        now, tail = time.monotonic(), self._pieces.tail
        if now >= self._next_at or len(self._pieces.finished) > finished:
            _draw(self._last, tail)
            self._next_at = now + len(tail) / _CHARACTERS_PER_S


def _draw(place: DeltaGenerator, piece: str) -> None:
    place.markdown(inert(piece), anchors=False)
