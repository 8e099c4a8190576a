"""What the page knows of the deployment's models, whoever of those that know them answers. No Streamlit.

In: a client of the handler, and a function that finds what is deployed. Out: a `ModelList`, at most 10 s old where that
can be had. Separate so that no page ever waits for a source that hangs: sources are asked in the background, for all
sessions at once, and what is known is shown with its age and with what is wrong. Where the handler does not answer, the
records in SSM still say which models there are.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Generic, TypeVar

from frontend.client import ChatClient
from frontend.discovery import DiscoveryError, ModelRecord
from frontend.wire import ChatError, Listed, ModelInfo, SourceState

log = logging.getLogger(__name__)

T = TypeVar("T")

FRESH_S = 10.0
# What was told so long ago is not shown before it was looked at again: nobody had a page open since.
OLD_S = 60.0
# How long a page that knows nothing yet, or only what is old, or was told to look again, waits at most.
WAIT_S = 4.0
# After this the records in SSM are read as well.
HANDLER_LIMIT_S = 3.0
# The same where something is known: the handler waits up to 3 s for its models and up to 3 s for their statuses, and
# what was known must not be called unknown for as long as that.
KNOWN_LIMIT_S = 8.0

HANDLER = "handler"
RECORDS = "models"


@dataclass(frozen=True)
class Deployed:
    """What SSM says: where the handler is, and the models' records."""

    handler_url: str
    records: tuple[ModelRecord, ...]


@dataclass(frozen=True)
class ModelList:
    """The models, and how well they are known.

    Attributes:
        checked_at: when the handler last told them; None: it never has.
        failure: why the handler does not tell them now; statuses are then `unknown`.
        moved: the handler has another URL than the one that was asked: look the deployment up again.

    """

    models: tuple[ModelInfo, ...]
    sources: tuple[SourceState, ...]
    checked_at: datetime | None
    failure: ChatError | None = None
    moved: bool = False

    @property
    def failing(self) -> tuple[SourceState, ...]:
        return tuple(source for source in self.sources if not source.ok)


class ModelWatch:
    """The list of one deployment, for all sessions. `find` asks SSM, and raises `DiscoveryError`."""

    def __init__(
        self,
        client: ChatClient,
        find: Callable[[], Deployed],
        handler_url: str,
        *,
        now: Callable[[], float] = time.monotonic,
        wait_s: float = WAIT_S,
        handler_limit_s: float = HANDLER_LIMIT_S,
        known_limit_s: float = KNOWN_LIMIT_S,
    ) -> None:
        self._client = client
        self._find = find
        self._handler_url = handler_url
        self._now = now
        self._wait_s = wait_s
        self._handler_limit_s = handler_limit_s
        self._known_limit_s = known_limit_s
        self._lock = threading.Lock()
        self._told: ModelList | None = None
        self._told_at = float("-inf")
        self._has_told = threading.Event()
        self._known: tuple[ModelInfo, ...] = ()
        self._known_at: datetime | None = None
        self._asked_at = float("-inf")
        self._look: _Background[None] | None = None

    def current(self, *, waits: bool = True) -> ModelList:
        """What is known now. Where it is older than 10 s, it is looked at again behind the caller, who waits only where
        nothing is known yet, or nothing since a minute; for the latter only if the caller `waits`.
        """
        look = self._begun(FRESH_S)
        is_told = self._has_told.wait(self._wait_s)
        if waits and is_told and look is not None and self._now() - self._told_at >= OLD_S:
            look.wait(self._wait_s)
        return self._told or _NOTHING

    def refresh(self) -> None:
        """Look again now, and wait a moment for what is found."""
        look = self._begun(0.0)
        if look is not None:
            look.wait(self._wait_s)

    def _begun(self, max_age_s: float) -> _Background[None] | None:
        """The look that is under way, or one begun now where the last is older than this."""
        with self._lock:
            if self._look is None and self._now() - self._asked_at >= max_age_s:
                self._asked_at = self._now()
                self._look = _Background(self._looked)
            return self._look

    def _looked(self) -> None:
        """One look; what is known so far is told as soon as the handler has been silent for too long."""
        try:
            asked = _Background(self._client.listed)
            if not asked.wait(self._handler_limit_s if self._known_at is None else self._known_limit_s):
                self._tell(self._without_handler(_SILENT))
            try:
                listed = asked.result()
            except ChatError as exc:
                self._tell(self._without_handler(exc))
            else:
                self._tell(self._from_handler(listed))
        except Exception:  # the thread's outermost border: without a word here nobody would ever hear of it
            log.exception("the models cannot be listed")
            raise
        finally:
            with self._lock:
                self._look = None

    def _tell(self, told: ModelList) -> None:
        self._told, self._told_at = told, self._now()
        self._has_told.set()

    def _from_handler(self, listed: Listed) -> ModelList:
        now = datetime.now(UTC)
        by_id = {model.id: model for model in listed.models}  # an id twice would be two widgets with one key
        self._known, self._known_at = tuple(by_id.values()), now
        handler = SourceState(source=HANDLER, checked_at=now)
        return ModelList(self._known, (handler, *listed.sources), now)

    def _without_handler(self, failure: ChatError) -> ModelList:
        handler = SourceState(source=HANDLER, ok=False, reason=failure.message, checked_at=self._known_at)
        try:
            found = self._find()
        except DiscoveryError as exc:
            records = SourceState(source=RECORDS, ok=False, reason=exc.message)
            models = tuple(map(_unknown, self._known))
            return ModelList(models, (handler, records), self._known_at, failure)
        known = {model.id: model for model in self._known}
        models = tuple(_unknown(known.get(record.id) or _info(record)) for record in found.records)
        records = SourceState(source=RECORDS, checked_at=datetime.now(UTC))
        moved = found.handler_url != self._handler_url
        return ModelList(models, (handler, records), self._known_at, failure, moved)


_SILENT = ChatError("handler_timeout", "The handler has not answered yet.")
_NOTHING = ModelList((), (SourceState(source=HANDLER, ok=False, reason=_SILENT.message),), None, _SILENT)


def _unknown(model: ModelInfo) -> ModelInfo:
    """The model without what only the handler could say of it now."""
    gone = {"status": "unknown", "reason": None, "until": None, "startable": False}
    return model.model_copy(update=gone)


def _info(record: ModelRecord) -> ModelInfo:
    return ModelInfo(id=record.id, provider=record.provider, region=record.region, fallback=record.fallback)


class _Background(Generic[T]):
    """A call in a thread of its own, which ends with the process: nobody waits at its exit for a host that hangs."""

    def __init__(self, function: Callable[[], T]) -> None:
        self._function = function
        self._ended = threading.Event()
        self._result: list[T] = []
        self._error: Exception | None = None
        threading.Thread(target=self._run, name="terrachat-models", daemon=True).start()

    def wait(self, timeout_s: float) -> bool:
        """Whether it ended within this time."""
        return self._ended.wait(timeout_s)

    def result(self) -> T:
        """What the function returned; raises what it raised."""
        self._ended.wait()
        if self._error is not None:
            raise self._error
        return self._result[0]

    def _run(self) -> None:
        try:
            self._result.append(self._function())
        except Exception as exc:  # noqa: BLE001 - the thread's outermost border: `result` raises it again
            self._error = exc
        finally:
            self._ended.set()
