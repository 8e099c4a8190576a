"""The turns of a conversation as the one line that is shown. Pure.

In: all turns, which are a tree, since a question can be asked again or in other words, and what was chosen where there
are versions. Out: the turns from the first to the last, each with its versions. Separate because asking, showing and
exporting must agree on which turns those are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from frontend.history.records import TurnRecord


@dataclass(frozen=True)
class ShownTurn:
    """`versions` are the numbers of all turns in this place, in the order in which they were asked, this one too."""

    turn: TurnRecord
    versions: tuple[int, ...]

    @property
    def version(self) -> int:
        """Which of the versions it is, from 1."""
        return self.versions.index(self.turn.number) + 1


def line(turns: Sequence[TurnRecord], chosen: Mapping[int, int]) -> tuple[ShownTurn, ...]:
    """The turns to show: where there are versions, the one that `chosen` (parent -> number) names, else the newest."""
    followers: dict[int, list[TurnRecord]] = {}
    kept = {turn.number for turn in turns}
    for turn in turns:
        # One whose parent is gone, because turns expire, begins the line. And a turn can only follow an earlier one,
        # whatever the table says: the line must end.
        parent = turn.parent if turn.parent in kept and turn.parent < turn.number else 0
        followers.setdefault(parent, []).append(turn)
    shown: list[ShownTurn] = []
    parent = 0
    while parent in followers:
        versions = followers[parent]
        turn = next((each for each in versions if each.number == chosen.get(parent)), versions[-1])
        shown.append(ShownTurn(turn, tuple(each.number for each in versions)))
        parent = turn.number
    return tuple(shown)
