"""One turn that is being answered, owned by its own threads and not by a page.

In: a stream of events and a store. Out: text as it grows, and the record in the store. A page only looks on: reload,
another click or a second tab change nothing, and Stop frees the page although the upstream still blocks.
Separate because Streamlit reruns scripts at will, and an answer must not care.

Each turn has a reader, which waits on the upstream, and a keeper, which writes to the store about once a second. One
thread could not do both: an upstream that is silent for a minute would look like a process that died.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Protocol

from frontend.history.conversations import TurnExistsError
from frontend.history.records import MAX_ANSWER_BYTES, TurnRecord
from frontend.history.table import HistoryError
from frontend.wire import AnsweredBy, ChatError, Event, Finish, Text, Usage, Warned

log = logging.getLogger(__name__)

HEARTBEAT_S = 5.0  # well below the 30 s after which a turn reads as interrupted
_IDLE_S = 1.0
_LAST_SAVES = 3
_NUMBERS_TO_TRY = 10


class TurnBusyError(Exception):
    """The conversation is still being answered."""


@dataclass(frozen=True)
class Accounts:
    """What is made of a turn that has ended: `settle` completes its record, `book` counts it once it is kept."""

    settle: Callable[[TurnRecord], TurnRecord] = lambda turn: turn
    book: Callable[[TurnRecord], None] = lambda turn: None


class EventStream(AbstractContextManager["EventStream"], Iterable[Event], Protocol):
    """What `ChatClient.stream` returns: `close` may be called from any thread and ends the iteration."""

    request_id: str

    def close(self) -> None: ...


class TurnStore(Protocol):
    """The part of `ConversationStore` that turns need."""

    def add_turn(self, owner: str, conversation_id: str, turn: TurnRecord) -> None: ...
    def put_turn(self, owner: str, conversation_id: str, turn: TurnRecord) -> bool: ...


class Turn:
    """One question being answered. Every method may be called from any thread."""

    def __init__(
        self,
        owner: str,
        conversation_id: str,
        record: TurnRecord,
        stream: EventStream,
        accounts: Accounts | None = None,
    ) -> None:
        self._accounts = accounts or Accounts()
        self.key = (owner, conversation_id)
        self._changed = threading.Condition()
        self._record = record
        self._text = ""
        self._bytes = 0
        self._stream: EventStream | None = stream
        self._began = time.monotonic()
        self._kept = threading.Event()
        self._forgotten = False
        self.unsaved = False

    @property
    def is_live(self) -> bool:
        return self._record.is_live

    def snapshot(self) -> TurnRecord:
        """The turn as it is at this moment."""
        with self._changed:
            return replace(self._record, answer=self._text)

    def stop(self) -> None:
        """End the turn and keep its text. Returns at once, whatever the upstream does."""
        self._end("stopped")
        self._break_off()

    def forget(self) -> None:
        """End the turn and write it no more: its conversation is being deleted."""
        self._forgotten = True
        self.stop()

    def wait_until_kept(self, timeout: float) -> bool:
        """Wait until the ended turn is in the store, or given up; False after `timeout` seconds."""
        return self._kept.wait(timeout)

    def deltas(self, every: float = 0.1) -> Iterator[str]:
        """The text in pieces, from its beginning until the turn ends: at most one piece per `every` seconds.

        The longer the text the longer the pause, because a page that cannot keep up dies silently (Streamlit drops the
        session when 500 messages wait; measured with 1.67). Without news there is an empty piece about every second, so
        that a page that nobody looks at any more can notice.
        """
        seen = 0
        while True:
            text, live = self._wait_for_more(seen)
            yield text[seen:]
            seen = len(text)
            if not live:
                return
            self._waits_while_live(max(every, seen / 200_000))

    def _wait_for_more(self, seen: int) -> tuple[str, bool]:
        with self._changed:
            self._changed.wait_for(lambda: len(self._text) > seen or not self.is_live, timeout=_IDLE_S)
            return self._text, self.is_live

    def add_to(self, store: TurnStore) -> None:
        """Write the turn under the first free number. Raises `HistoryError`."""
        for _ in range(_NUMBERS_TO_TRY):
            try:
                store.add_turn(*self.key, self._record)
            except TurnExistsError:  # another process answers in this conversation, too
                self._record = replace(self._record, number=self._record.number + 1)
            else:
                return
        raise TurnBusyError

    def run(self, store: TurnStore) -> None:
        """Start answering, in the background."""
        threading.Thread(target=self._read, args=(self._stream,), name="turn-reader", daemon=True).start()
        threading.Thread(target=self._keep, args=(store,), name="turn-keeper", daemon=True).start()

    def _break_off(self) -> None:
        stream = self._stream
        if stream is not None:
            stream.close()

    def _read(self, stream: EventStream) -> None:
        try:
            with stream as events:
                for event in events:
                    self._take(event)
            self._end("done")
        except ChatError as exc:
            self._end("error", exc.code, exc.message, retryable=exc.retryable)
        except Exception:
            log.exception("turn with request %s failed", stream.request_id)
            self._end("error", "internal", "The page's server could not read the answer.")
        finally:
            self._stream = None  # an ended turn is remembered for a while, and its connection would be, too

    def _take(self, event: Event) -> None:
        with self._changed:
            if not self.is_live:
                return
            match event:
                case Text(text):
                    self._append(text)
                case Usage():
                    self._record = replace(self._record, usage=event)
                case Warned(warnings):
                    self._record = replace(self._record, warnings=warnings)
                case AnsweredBy(model):
                    self._record = replace(self._record, answered_by=model)
                case Finish(reason):
                    self._record = replace(self._record, finish_reason=reason)
            self._changed.notify_all()
        if self._bytes > MAX_ANSWER_BYTES:
            self._end("error", "answer_too_long", f"The answer is longer than {MAX_ANSWER_BYTES:,} bytes.")
            self._break_off()

    def _append(self, text: str) -> None:
        if self._record.first_token_ms is None:
            self._record = replace(self._record, first_token_ms=self._age_ms())
        self._text += text
        self._bytes += len(text.encode())

    def _end(self, status: str, code: str | None = None, message: str | None = None, *, retryable: bool = True) -> None:
        """The first end counts: what a stopped upstream still says changes nothing."""
        with self._changed:
            if self.is_live:
                ended = replace(
                    self._record,
                    answer=self._text,
                    status=status,
                    error_code=code,
                    error_message=message,
                    retryable=retryable,
                    elapsed_ms=self._age_ms(),
                )
                self._record = self._accounts.settle(ended)
                self._changed.notify_all()

    def _age_ms(self) -> int:
        return round((time.monotonic() - self._began) * 1000)

    def _keep(self, store: TurnStore) -> None:
        length, saved_at = 0, time.monotonic()
        while self._waits_while_live(max(1.0, min(10.0, length / 20_000))):
            now = time.monotonic()
            if len(self._text) > length or now - saved_at > HEARTBEAT_S:
                length, saved_at = len(self._text), now
                self._save(store)
        self.unsaved = not any(self._save(store) for _ in range(_LAST_SAVES))
        self._book()
        self._kept.set()

    def _book(self) -> None:
        """Count the turn once. A count that the table refuses is lost: a second try might count it twice."""
        if self._forgotten:
            return
        try:
            self._accounts.book(self.snapshot())
        except HistoryError as exc:
            log.warning("turn %d was not counted: %s", self._record.number, exc)

    def _waits_while_live(self, seconds: float) -> bool:
        with self._changed:
            return not self._changed.wait_for(lambda: not self.is_live, timeout=seconds)

    def _save(self, store: TurnStore) -> bool:
        """Whether the store now has the turn, or has no place for it any more."""
        if self._forgotten:
            return True
        record = replace(self.snapshot(), heartbeat_at=datetime.now(UTC))
        try:
            if not store.put_turn(*self.key, record):
                self.forget()
        except HistoryError as exc:
            log.warning("turn %d was not saved: %s", record.number, exc)
            return False
        return True
