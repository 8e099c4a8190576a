"""One owner's chats: what the page shows and what a click does, without Streamlit.

In: an owner, a client, a store and the registry of live turns. Out: conversations, turns, and their changes. Separate
so that everything a click sets off can be tested without a browser.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from frontend.client import ChatClient
from frontend.history import ConversationStore
from frontend.records import MAX_QUESTION_BYTES, Conversation, TurnRecord, is_conversation_id
from frontend.turn import Turn
from frontend.turns import TurnRegistry
from frontend.wire import ChatRequest, Message

# What is sent along of a conversation. Small models read 2,000 to 8,000 tokens, an English token is about four
# characters; the handler refuses nothing by length, so a long conversation would otherwise just stop working.
MAX_CONTEXT_CHARACTERS = 12_000


class QuestionTooLongError(Exception):
    """The question does not fit in the table."""


class ConversationGoneError(Exception):
    """There is no such conversation (any more)."""


@dataclass(frozen=True)
class Chat:
    """The chats of `owner`. Methods raise `HistoryError` when the table cannot be used."""

    owner: str
    client: ChatClient
    store: ConversationStore
    turns: TurnRegistry

    def ask(self, conversation_id: str | None, model: str, question: str) -> str:
        """Let `model` answer `question` in the background; the id of the conversation, a new one for None.

        Raises `QuestionTooLongError`, `ConversationGoneError`, `TurnBusyError`, `TooManyTurnsError`.
        """
        if len(question.encode()) > MAX_QUESTION_BYTES:
            raise QuestionTooLongError
        if conversation_id is not None and self.find(conversation_id) is None:
            raise ConversationGoneError  # deleted in another tab: a turn without a conversation would never be seen
        self.turns.ensure_free(self.owner, conversation_id)
        conversation_id = conversation_id or self.store.create(self.owner, question).id
        earlier = self.read(conversation_id)
        now = datetime.now(UTC)
        record = TurnRecord(len(earlier) + 1, question, model, started_at=now, heartbeat_at=now)
        stream = self.client.stream(ChatRequest(model, messages_for(earlier, question)))
        self.turns.start(self.store, self.owner, conversation_id, record, stream)
        return conversation_id

    def read(self, conversation_id: str) -> tuple[TurnRecord, ...]:
        """All turns; the one that this process knows better than the store, as this process knows it."""
        stored = self.store.load_turns(self.owner, conversation_id)
        turn = self.turns.find(self.owner, conversation_id)
        if turn is None:
            return stored
        ours = turn.snapshot()
        return tuple(ours if record.number == ours.number else record for record in stored)

    def latest(self, conversation_id: str) -> TurnRecord | None:
        """The turn that this process answers in this conversation, or has answered last."""
        turn = self.turns.find(self.owner, conversation_id)
        return turn.snapshot() if turn is not None else None

    def live(self, conversation_id: str) -> Turn | None:
        """The turn that this process is answering in this conversation."""
        turn = self.turns.find(self.owner, conversation_id)
        return turn if turn is not None and turn.is_live else None

    def is_unsaved(self, conversation_id: str, number: int) -> bool:
        """Whether the store refused the end of this turn."""
        turn = self.turns.find(self.owner, conversation_id)
        return turn is not None and turn.unsaved and turn.snapshot().number == number

    def stop(self, conversation_id: str) -> None:
        """Stop what is being answered, if anything is."""
        turn = self.live(conversation_id)
        if turn is not None:
            turn.stop()

    def find(self, conversation_id: str) -> Conversation | None:
        """The owner's conversation; None also for what cannot be an id (DynamoDB refuses keys over 1 KB)."""
        return self.store.find(self.owner, conversation_id) if is_conversation_id(conversation_id) else None

    def conversations(self, limit: int) -> tuple[Conversation, ...]:
        """The `limit` conversations last used, newest first."""
        return self.store.list_conversations(self.owner, limit)

    def delete(self, conversation_id: str) -> None:
        """Remove a conversation for good, and stop what is being answered in it."""
        self.turns.forget(self.owner, conversation_id)
        self.store.delete(self.owner, conversation_id)


def messages_for(earlier: Sequence[TurnRecord], question: str) -> tuple[Message, ...]:
    """The messages that carry `question` and as many whole earlier turns as fit, the latest first to be kept.

    Turns without an answer are left out (providers want question and answer in turn), and so are failed ones: a retry
    should not see its own failure.
    """
    room = MAX_CONTEXT_CHARACTERS - len(question)
    kept: list[Message] = []
    for turn in reversed(earlier):
        if not turn.answer or turn.status == "error":
            continue
        room -= len(turn.question) + len(turn.answer)
        if room < 0:
            break
        kept = [Message("user", turn.question), Message("assistant", turn.answer), *kept]
    return (*kept, Message("user", question))
