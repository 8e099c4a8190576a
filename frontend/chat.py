"""One owner's chats: what the page shows and what a click does, without Streamlit.

In: an owner, a client, the table and the registry of live turns. Out: conversations, turns, and their changes. Separate
so that everything a click sets off can be tested without a browser.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial

from frontend import branches
from frontend.branches import ShownTurn
from frontend.client import ChatClient
from frontend.context import Context, context_for, room
from frontend.costs import settled
from frontend.history.conversations import ConversationGoneError, ConversationStore
from frontend.history.pictures import PictureStore
from frontend.history.records import (
    MAX_QUESTION_BYTES,
    ChatSettings,
    Conversation,
    Kind,
    TurnRecord,
    is_conversation_id,
)
from frontend.history.table import HistoryError, Table
from frontend.history.usage import UsageBook
from frontend.turn import Accounts, Turn
from frontend.turns import TurnRegistry
from frontend.wire import ChatRequest, Image, Message, ModelInfo


class QuestionTooLongError(Exception):
    """The question does not fit in the table."""


class TurnGoneError(Exception):
    """There is no turn (any more) that this could be another version of."""


@dataclass(frozen=True)
class Question:
    """What is asked, and where.

    `text` None asks what the turn `instead_of` was asked, whose place and pictures the new one has. Without
    `instead_of`, `parent` is the number of the turn that it follows, 0 for none, None for the last of those that
    `versions` (parent -> number) shows. `settings` are those of a conversation that begins with it, and `kind` is that
    of the conversation.
    """

    text: str | None
    parent: int | None = None
    images: tuple[Image, ...] = ()
    instead_of: int | None = None
    versions: Mapping[int, int] = field(default_factory=dict)
    settings: ChatSettings | None = None
    kind: Kind = "chat"


@dataclass(frozen=True)
class Chat:
    """The chats of `owner`. Methods raise `HistoryError` when the table cannot be used."""

    owner: str
    client: ChatClient
    table: Table
    turns: TurnRegistry

    @property
    def store(self) -> ConversationStore:
        return ConversationStore(self.table)

    @property
    def pictures(self) -> PictureStore:
        return PictureStore(self.table)

    def ask(self, conversation_id: str | None, model: ModelInfo, question: Question) -> str:
        """Let `model` answer in the background; the id of the conversation, a new one for None.

        Raises `QuestionTooLongError`, `ConversationGoneError`, `TurnGoneError`, `TurnBusyError`, `TooManyTurnsError`.
        """
        if len((question.text or "").encode()) > MAX_QUESTION_BYTES:
            raise QuestionTooLongError
        conversation = self._conversation(conversation_id, question)
        if conversation_id is not None:
            self._ask_in(conversation, self.read(conversation_id), model, question)
            return conversation_id
        try:
            self._ask_in(conversation, (), model, question)
        except Exception:
            with suppress(HistoryError):  # nothing was asked in it, and the question will be asked again
                self.store.delete(self.owner, conversation.id)
            raise
        return conversation.id

    def read(self, conversation_id: str) -> tuple[TurnRecord, ...]:
        """All turns."""
        return self.as_known(conversation_id, self.store.load_turns(self.owner, conversation_id))

    def as_known(self, conversation_id: str, stored: tuple[TurnRecord, ...]) -> tuple[TurnRecord, ...]:
        """The turns; the one that this process knows better than the store, as this process knows it."""
        turn = self.turns.find(self.owner, conversation_id)
        if turn is None:
            return stored
        ours = turn.snapshot()
        return tuple(ours if record.number == ours.number else record for record in stored)

    def line(self, conversation_id: str, chosen: Mapping[int, int]) -> tuple[ShownTurn, ...]:
        """The turns that are shown, where `chosen` says which versions (parent -> number)."""
        return branches.line(self.read(conversation_id), chosen)

    def picture(self, conversation_id: str, image_id: str) -> Image | None:
        return self.pictures.find(self.owner, conversation_id, image_id)

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

    def conversations(self) -> tuple[Conversation, ...]:
        """The owner's chats, the pinned ones first, then the one last used; panes of comparisons are not among them."""
        found = [each for each in self.store.list_conversations(self.owner) if each.kind == "chat"]
        return tuple(sorted(found, key=lambda each: not each.pinned))

    def delete(self, conversation_id: str) -> None:
        """Remove a conversation for good, and stop what is being answered in it."""
        self.turns.forget(self.owner, conversation_id)
        self.store.delete(self.owner, conversation_id)

    def _conversation(self, conversation_id: str | None, question: Question) -> Conversation:
        self.turns.ensure_free(self.owner, conversation_id)
        if conversation_id is None:
            return self.store.create(self.owner, question.text or "", question.kind, question.settings)
        found = self.find(conversation_id)
        # Deleted in another tab: a turn without a conversation would never be seen. Or of another kind: a pane goes on
        # where it is compared, and nowhere else, until it has become a chat.
        if found is None or found.kind != question.kind:
            raise ConversationGoneError
        return found

    def _ask_in(
        self, conversation: Conversation, turns: tuple[TurnRecord, ...], model: ModelInfo, question: Question
    ) -> None:
        before = _turn(turns, question.instead_of) if question.instead_of is not None else None
        number = max((turn.number for turn in turns), default=0) + 1
        kept = before.images if before is not None else ()
        now = self.table.clock()
        settings = _carried(conversation.settings, model)
        record = TurnRecord(
            number,
            before.question if before is not None and question.text is None else question.text or "",
            model.id,
            started_at=now,
            heartbeat_at=now,
            parent=before.parent if before is not None else _parent(turns, question),
            images=(*kept, *(self.pictures.add(self.owner, conversation.id, image) for image in question.images)),
            settings=settings,
        )
        context = self._context(conversation.id, turns, record, model)
        record = replace(record, left_out=context.left_out)
        stream = self.client.stream(ChatRequest(model.id, context.messages, settings.parameters))
        accounts = Accounts(
            settle=partial(settled, price=model.price, sent_characters=context.characters),
            book=partial(UsageBook(self.table).add, self.owner),
        )
        self.turns.start(self.store, self.owner, conversation.id, record, stream, accounts)

    def _context(
        self, conversation_id: str, turns: tuple[TurnRecord, ...], record: TurnRecord, model: ModelInfo
    ) -> Context:
        """What the model is sent: the turns above the question, and the question."""
        above = _above(turns, record.parent)
        read = partial(self.picture, conversation_id)
        images = tuple(filter(None, map(read, record.images))) if model.takes_images else ()
        max_tokens = record.settings.parameters.get("max_tokens")
        return context_for(
            above,
            Message("user", record.question, images),
            record.settings.system_prompt,
            room(model.context_tokens, int(max_tokens) if max_tokens else None),
            read if model.takes_images else lambda _: None,
        )


def _turn(turns: tuple[TurnRecord, ...], number: int) -> TurnRecord:
    found = next((turn for turn in turns if turn.number == number), None)
    if found is None:
        raise TurnGoneError
    return found


def _parent(turns: tuple[TurnRecord, ...], question: Question) -> int:
    """The number of the turn that the question follows."""
    if question.parent is not None:
        return question.parent
    line = branches.line(turns, question.versions)
    return line[-1].turn.number if line else 0


def _above(turns: tuple[TurnRecord, ...], parent: int) -> tuple[TurnRecord, ...]:
    """The turns that lead to the one with the number `parent`, that one included."""
    by_number = {turn.number: turn for turn in turns}
    found: list[TurnRecord] = []
    while parent in by_number:
        turn = by_number[parent]
        found.append(turn)
        parent = min(turn.parent, turn.number - 1)
    return tuple(reversed(found))


def _carried(settings: ChatSettings, model: ModelInfo) -> ChatSettings:
    """The settings without the parameters that `model` does not take: they were chosen for another model."""
    taken = {name: value for name, value in settings.parameters.items() if model.takes(name)}
    return ChatSettings(settings.system_prompt, taken)
