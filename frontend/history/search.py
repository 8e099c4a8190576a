"""Finding conversations by the words in their messages.

In: an owner's conversations, the newest first, and a query. Out: hits. Separate from `search.py` because here every
conversation costs a read of the table, so that only the most recent ones are searched, several at a time.
"""

from __future__ import annotations

from collections.abc import Callable, MutableMapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime

from frontend.history.records import Conversation, TurnRecord
from frontend.search import Piece, Query

SEARCHED = 40
_AT_ONCE = 8
_Key = tuple[str, datetime]


@dataclass(frozen=True)
class Hit:
    """`excerpt` is the place in a message that matched, `()` where the title did."""

    conversation: Conversation
    excerpt: tuple[Piece, ...] = ()


@dataclass(frozen=True)
class Remembered:
    """What was found for one query, so that a page that is drawn again does not read it all again."""

    query: Query
    excerpts: MutableMapping[_Key, tuple[Piece, ...]]

    def narrowed(self, query: Query) -> Remembered:
        """What of it holds for `query`: while somebody types, what did not match need not be read again."""
        holds = query.narrows(self.query)
        return Remembered(query, {key: () for key, excerpt in self.excerpts.items() if holds and not excerpt})


def by_title(conversations: Sequence[Conversation], query: Query) -> tuple[Hit, ...]:
    return tuple(Hit(each) for each in conversations if query.matches(each.title))


def by_message(
    conversations: Sequence[Conversation],
    query: Query,
    read: Callable[[str], Sequence[TurnRecord]],
    remembered: Remembered,
) -> tuple[Hit, ...]:
    """Those of the first `SEARCHED` whose title does not match and one of whose turns does, its title counted in.

    `read` gives the turns of a conversation, and may be called from several threads. Raises what it raises.
    """
    asked = [each for each in conversations[:SEARCHED] if not query.matches(each.title)]
    new = [each for each in asked if _key(each) not in remembered.excerpts]
    found = dict(remembered.excerpts)
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        turns = list(pool.map(lambda each: read(each.id), new))
    for conversation, told in zip(new, turns, strict=True):
        found[_key(conversation)] = _excerpt(conversation, told, query)
        if not any(turn.is_live for turn in told):
            remembered.excerpts[_key(conversation)] = found[_key(conversation)]
    return tuple(Hit(each, found[_key(each)]) for each in asked if found[_key(each)])


def _excerpt(conversation: Conversation, turns: Sequence[TurnRecord], query: Query) -> tuple[Piece, ...]:
    for turn in turns:
        if query.matches(conversation.title, turn.question, turn.answer):
            return next(filter(None, map(query.excerpt, (turn.question, turn.answer))), ())
    return ()


def _key(conversation: Conversation) -> _Key:
    return conversation.id, conversation.updated_at
