"""Conversations and their turns in the deployment's table.

In: an owner and values from `records.py`. Out: values; failures as `HistoryError`. All access goes by owner: another
owner's conversation is one that does not exist. Separate from `table.py` because what is asked of the table is one
thing, and how it is asked another.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from frontend.history.records import (
    ChatSettings,
    Conversation,
    Kind,
    TurnRecord,
    conversation_item,
    conversation_key,
    conversation_partition,
    read_conversation,
    read_turn,
    settings_item,
    turn_item,
    turn_key,
    write_time,
)
from frontend.history.table import HistoryError, Table

TITLE_LENGTH = 60


class TurnExistsError(Exception):
    """Another process took this number first."""


class ConversationGoneError(Exception):
    """There is no such conversation (any more)."""


class ConversationStore:
    """The conversations of every owner in one table. Thread-safe. Every method raises `HistoryError`."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def create(
        self, owner: str, question: str, kind: Kind = "chat", settings: ChatSettings | None = None
    ) -> Conversation:
        """A new conversation whose title is `question`, cut."""
        now = self._table.clock()
        conversation = Conversation(
            secrets.token_urlsafe(16), title_of(question), now, now, kind=kind, settings=settings or ChatSettings()
        )
        self._table.put(conversation_item(owner, conversation))
        return conversation

    def find(self, owner: str, conversation_id: str) -> Conversation | None:
        """The owner's conversation, None if there is none with this id."""
        item = self._table.get(conversation_key(owner, conversation_id))
        return read_conversation(item) if item is not None else None

    def list_conversations(self, owner: str) -> tuple[Conversation, ...]:
        """The owner's conversations of every kind, the one last used first."""
        found = [read_conversation(item) for item in self._table.query(owner, "conversation#")]
        return tuple(sorted(found, key=lambda each: (each.updated_at, each.id), reverse=True))

    def rename(self, owner: str, conversation_id: str, title: str) -> bool:
        """Give it a title of at most `TITLE_LENGTH` characters; False if it is gone."""
        return self._change(owner, conversation_id, {"title": title_of(title)})

    def pin(self, owner: str, conversation_id: str, pinned: bool) -> bool:
        """Keep it above the others, or not; False if it is gone."""
        return self._change(owner, conversation_id, {"pinned": pinned or None})

    def configure(self, owner: str, conversation_id: str, settings: ChatSettings) -> bool:
        """Change what its next questions are asked with; False if it is gone."""
        return self._change(owner, conversation_id, {"settings": settings_item(settings)})

    def adopt(self, owner: str, conversation_id: str) -> bool:
        """Make a chat of what was asked in a comparison; False if it is gone."""
        return self._change(owner, conversation_id, {"kind": None})

    def load_turns(self, owner: str, conversation_id: str) -> tuple[TurnRecord, ...]:
        """All turns in order; none if the conversation is not the owner's."""
        now = self._table.clock()
        found = self._table.query(conversation_partition(owner, conversation_id), "turn#")
        return tuple(read_turn(item, now) for item in found)

    def add_turn(self, owner: str, conversation_id: str, turn: TurnRecord) -> None:
        """Add a turn, and move its conversation to the top. Raises `TurnExistsError`, `ConversationGoneError`."""
        if not self._table.put(turn_item(owner, conversation_id, turn), "attribute_not_exists(pk)"):
            raise TurnExistsError
        key = turn_key(owner, conversation_id, turn.number)
        try:
            exists = self._change(owner, conversation_id, {"updated_at": write_time(self._table.clock())})
        except HistoryError:
            with suppress(HistoryError):  # it will not be asked, and must not look so
                self._table.delete([key])
            raise
        if not exists:
            # Deleted since it was looked up: what is under no conversation is never listed, and so never deleted.
            self._table.delete([key])
            raise ConversationGoneError

    def put_turn(self, owner: str, conversation_id: str, turn: TurnRecord) -> bool:
        """Rewrite a turn under its own key; False, and nothing written, if it is deleted."""
        return self._table.put(turn_item(owner, conversation_id, turn), "attribute_exists(pk)")

    def delete(self, owner: str, conversation_id: str) -> None:
        """Remove a conversation with all that is under it; one that does not exist is no error.

        The conversation's own item goes last: if this is broken off, it is still listed and can be deleted again.
        """
        within = self._table.query(conversation_partition(owner, conversation_id), "")
        self._table.delete({"pk": str(item["pk"]), "sk": str(item["sk"])} for item in within)
        self._table.delete([conversation_key(owner, conversation_id)])

    def _change(self, owner: str, conversation_id: str, changes: Mapping[str, Any]) -> bool:
        return self._table.change(conversation_key(owner, conversation_id), changes)


def title_of(question: str) -> str:
    """The first question on one line, cut at a word to at most `TITLE_LENGTH` characters."""
    line = " ".join(question.split())
    if len(line) <= TITLE_LENGTH:
        return line
    head = line[: TITLE_LENGTH - 1]
    return f"{head.rsplit(' ', 1)[0] if ' ' in head[20:] else head}…"
