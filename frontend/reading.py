"""What a tab remembers of the conversation that is open in it, and forgets with it. No Streamlit.

In: the tab's `PageState`. Out: `Reading`: which turns are shown and where, which panel is open, what is attached to the
next question. Separate from `state.py`, which is about the whole page.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from frontend.history.ratings import Rating
from frontend.history.records import ChatSettings
from frontend.state import PAGE_OF_TURNS, PageState
from frontend.wire import Image

Panel = Literal["edit", "details", "bad"]
_MOST_AT_ONCE = 3 * PAGE_OF_TURNS


@dataclass(frozen=True)
class Copying:
    """The answer of the turn `number` is wanted in the clipboard; `count` tells one click from the next."""

    number: int
    count: int


@dataclass(frozen=True)
class Reading:
    state: PageState

    @property
    def _kept(self) -> MutableMapping[str, Any]:
        kept: MutableMapping[str, Any] = self.state.session.setdefault("reading", {})
        if kept.get("conversation") != self.state.conversation_id:
            kept.clear()
            kept["conversation"] = self.state.conversation_id
        return kept

    def pages(self, count: int) -> tuple[tuple[int, int], ...]:
        """Which of `count` turns are shown, the latest page first, each from one turn up to another.

        The first page begins where it began when the conversation was opened: if it moved with every question, all that
        is shown would have to be drawn again.
        """
        first: int = self._kept.get("first", -1)
        if not 0 <= first < max(count, 1) or count - first > _MOST_AT_ONCE:
            first = self._kept["first"] = max(0, count - PAGE_OF_TURNS)
        found = [(first, count)]
        for _ in range(self.state.turns_shown // PAGE_OF_TURNS - 1):
            end = found[-1][0]
            found.append((max(0, end - PAGE_OF_TURNS), end))
        return tuple(page for page in found if page[0] < page[1])

    def side(self, position: int, number: int) -> int:
        """0 or 1, the other one each time another turn is shown at `position` than in the run before."""
        sides: dict[int, tuple[int, int]] = self._kept.setdefault("sides", {})
        before, side = sides.get(position, (number, 0))
        sides[position] = (number, side if before == number else 1 - side)
        return sides[position][1]

    def leave_behind(self, count: int) -> int:
        """How many turns were shown in the run before, beyond the `count` that are shown now."""
        sides: dict[int, tuple[int, int]] = self._kept.setdefault("sides", {})
        gone = [position for position in sides if position >= count]
        for position in gone:
            del sides[position]
        return len(gone)

    def open_panel(self, panel: Panel, number: int) -> None:
        """Open this panel of the turn `number`, and close any other; close it if it is open."""
        self._kept["panel"] = None if self.has_open(panel, number) else (panel, number)

    def has_open(self, panel: Panel, number: int) -> bool:
        return bool(self._kept.get("panel") == (panel, number))

    def close_panel(self) -> None:
        self._kept["panel"] = None

    def copy(self, number: int) -> None:
        """Let the page put the answer of the turn `number` into the clipboard, once."""
        count = self.state.session.get("copied", 0) + 1
        self.state.session["copied"] = count
        self._kept["copying"] = Copying(number, count)

    def take_copy(self, number: int) -> Copying | None:
        copying: Copying | None = self._kept.get("copying")
        return self._kept.pop("copying") if copying is not None and copying.number == number else None

    @property
    def attached(self) -> Sequence[Image]:
        """Pictures of a question that could not be asked: they go with the next one."""
        kept: Sequence[Image] = self._kept.get("attached", ())
        return kept

    def attach(self, images: Sequence[Image]) -> None:
        self._kept["attached"] = tuple(images)

    @property
    def settings(self) -> ChatSettings | None:
        """Settings that were chosen and are not kept yet: there is no conversation, or no run since."""
        kept: ChatSettings | None = self._kept.get("settings")
        return kept

    def choose(self, settings: ChatSettings | None) -> None:
        self._kept["settings"] = settings

    def ratings(self, load: Callable[[], Mapping[int, Rating]]) -> Mapping[int, Rating]:
        """The conversation's ratings, from `load` the first time."""
        if "ratings" not in self._kept:
            self._kept["ratings"] = load()
        kept: Mapping[int, Rating] = self._kept["ratings"]
        return kept

    def forget_ratings(self) -> None:
        self._kept.pop("ratings", None)
