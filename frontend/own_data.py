"""All that the table has of an owner: to take along, or to remove.

In: an owner's chats. Out: the content of files; or nothing left. Separate because it is the only place that must know
every kind of item there is (docs/contracts.md, section 5).
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict
from datetime import date
from functools import partial
from typing import TypeVar

from frontend import export, usage_report
from frontend.chat import Chat
from frontend.export import Told
from frontend.history.comparisons import ComparisonStore
from frontend.history.pictures import pictures_in
from frontend.history.preferences import PreferenceStore
from frontend.history.ratings import ratings_in
from frontend.history.records import Conversation, conversation_partition, read_turn, write_time
from frontend.history.usage import UsageBook

_AT_ONCE = 8
In = TypeVar("In")
Out = TypeVar("Out")


def told(chat: Chat, conversation: Conversation) -> Told:
    """The conversation with its turns, pictures and ratings: one query has them all."""
    now = chat.table.clock()
    within = chat.table.query(conversation_partition(chat.owner, conversation.id), "")
    turns = tuple(read_turn(item, now) for item in within if item["sk"].startswith("turn#"))
    return Told(conversation, chat.as_known(conversation.id, turns), pictures_in(within), ratings_in(within))


def everything(chat: Chat, untitled: str) -> bytes:
    """A zip with every conversation, comparison and count, and the preferences.

    The conversations are read several at a time, and written one by one: only a few of them are in memory at once.
    """
    conversations = _ahead(partial(told, chat), chat.store.list_conversations(chat.owner))
    used = UsageBook(chat.table).read(chat.owner, date.min, date.max)
    others = {
        "comparisons.json": _json(_comparisons(chat)),
        "preferences.json": _json(asdict(PreferenceStore(chat.table).read(chat.owner))),
        "usage.csv": usage_report.to_csv(used),
    }
    return export.to_zip(untitled, conversations, others)


def erase(chat: Chat) -> None:
    """Stop what is being answered and remove every item of the owner.

    The conversations go first, each with what is under it: what is left after a failure is still listed.
    """
    while ids := [each.id for each in chat.store.list_conversations(chat.owner)]:  # another tab may begin one meanwhile
        for _ in _ahead(chat.delete, ids):
            pass
    rest = chat.table.query(chat.owner, "")
    chat.table.delete({"pk": str(item["pk"]), "sk": str(item["sk"])} for item in rest)


def _ahead(do: Callable[[In], Out], each: Iterable[In]) -> Iterator[Out]:
    """What `do` makes of each, in order, `_AT_ONCE` of them at a time and no further ahead.

    Every request waits for the network: one after the other, thousands of conversations would take minutes.
    """
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        begun: deque[Future[Out]] = deque()
        try:
            for one in each:
                if len(begun) == _AT_ONCE:
                    yield begun.popleft().result()
                begun.append(pool.submit(do, one))
            while begun:
                yield begun.popleft().result()
        finally:
            for future in begun:
                future.cancel()


def _comparisons(chat: Chat) -> list[dict[str, object]]:
    """What was compared; the answers are in the conversations of the kind `compare`."""
    found = ComparisonStore(chat.table).list_comparisons(chat.owner)
    return [
        {
            "title": each.title,
            "created_at": write_time(each.created_at),
            "models": [pane.model for pane in each.panes],
            "best": next((pane.model for pane in each.panes if pane.conversation_id == each.best), None),
        }
        for each in found
    ]


def _json(document: object) -> bytes:
    return (json.dumps(document, ensure_ascii=False, indent=2) + "\n").encode()
