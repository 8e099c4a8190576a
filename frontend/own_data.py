"""All that the table has of an owner: to take along, or to remove.

In: an owner's chats. Out: the content of files; or nothing left. Separate because it is the only place that must know
every kind of item there is (docs/contracts.md, section 5).
"""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import date

from frontend import export, usage_report
from frontend.chat import Chat
from frontend.export import Told
from frontend.history.comparisons import ComparisonStore
from frontend.history.preferences import PreferenceStore
from frontend.history.ratings import RatingStore
from frontend.history.records import Conversation, write_time
from frontend.history.usage import UsageBook


def told(chat: Chat, conversation: Conversation, *, with_pictures: bool) -> Told:
    """The conversation with its turns and ratings, and with its pictures where they are wanted."""
    turns = chat.read(conversation.id)
    ids = [each for turn in turns for each in turn.images] if with_pictures else []
    found = {each: chat.picture(conversation.id, each) for each in ids}
    ratings = RatingStore(chat.table).load(chat.owner, conversation.id)
    return Told(conversation, turns, {each: image for each, image in found.items() if image is not None}, ratings)


def everything(chat: Chat, untitled: str) -> bytes:
    """A zip with every conversation, comparison and count, and the preferences."""
    conversations = [told(chat, each, with_pictures=True) for each in chat.store.list_conversations(chat.owner)]
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
    for conversation in chat.store.list_conversations(chat.owner):
        chat.delete(conversation.id)
    rest = chat.table.query(chat.owner, "")
    chat.table.delete({"pk": str(item["pk"]), "sk": str(item["sk"])} for item in rest)


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
