"""The turns of one process: those being answered now, and the last ones that were.

In: what to answer, from `chat.py`. Out: `Turn`, found again by owner and conversation from any tab. Separate from
`turn.py` because one rule lives here and nowhere else: at most one live turn in a conversation, and so many in all.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import replace

from frontend.history.records import TurnRecord
from frontend.turn import Accounts, EventStream, Turn, TurnBusyError, TurnStore


class TooManyTurnsError(Exception):
    """As many turns are being answered in this process as may be."""


class TurnRegistry:
    """Thread-safe; keep one per process.

    At most one turn of a conversation is live, and at most `live` in all; `kept` of them are remembered, so that a page
    sees the end of a turn before the store does.
    """

    def __init__(self, live: int = 64, kept: int = 256) -> None:
        self._lock = threading.Lock()
        self._live = live
        self._kept = kept
        self._turns: OrderedDict[tuple[str, str], Turn] = OrderedDict()

    def find(self, owner: str, conversation_id: str) -> Turn | None:
        """The latest turn of this conversation that this process answers or has answered."""
        with self._lock:
            return self._turns.get((owner, conversation_id))

    def ensure_free(self, owner: str, conversation_id: str | None = None) -> None:
        """Raise `TurnBusyError` or `TooManyTurnsError` if no turn could start now."""
        with self._lock:
            self._ensure_free(owner, conversation_id)

    def start(
        self,
        store: TurnStore,
        owner: str,
        conversation_id: str,
        record: TurnRecord,
        stream: EventStream,
        accounts: Accounts | None = None,
    ) -> Turn:
        """Write `record` to the store as a new turn and let `stream` answer it in the background.

        Raises `TurnBusyError`, `TooManyTurnsError`, `HistoryError`; nothing is asked then.
        """
        turn = Turn(owner, conversation_id, replace(record, request_id=stream.request_id), stream, accounts)
        with self._lock:
            self._ensure_free(owner, conversation_id)
            before = self._turns.get(turn.key)
            self._turns[turn.key] = turn
            self._turns.move_to_end(turn.key)
        try:
            turn.add_to(store)
        except BaseException:
            with self._lock:
                self._turns.pop(turn.key)
                if before is not None:
                    self._turns[turn.key] = before
            raise
        turn.run(store)
        self._drop_old()
        return turn

    def forget(self, owner: str, conversation_id: str) -> None:
        """Stop what is live in a conversation that is being deleted, and remember it no more."""
        with self._lock:
            turn = self._turns.pop((owner, conversation_id), None)
        if turn is not None:
            turn.forget()
            turn.wait_until_kept(timeout=5)

    def _ensure_free(self, owner: str, conversation_id: str | None) -> None:
        live = [turn.key for turn in self._turns.values() if turn.is_live]
        if (owner, conversation_id) in live:
            raise TurnBusyError
        if len(live) >= self._live:
            raise TooManyTurnsError

    def _drop_old(self) -> None:
        with self._lock:
            ended = [turn.key for turn in self._turns.values() if not turn.is_live]
            for key in ended[: max(0, len(self._turns) - self._kept)]:
                del self._turns[key]
