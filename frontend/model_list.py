"""What the page knows of the deployment's models. No Streamlit."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime

from frontend.client import ChatClient
from frontend.wire import ChatError, ModelInfo, SourceState

_FRESH_S = 10.0


@dataclass(frozen=True)
class ModelList:
    """`failure` says why the handler did not answer."""

    models: tuple[ModelInfo, ...]
    sources: tuple[SourceState, ...]
    checked_at: datetime | None
    failure: ChatError | None


class ModelWatch:
    def __init__(self, client: ChatClient) -> None:
        self._client = client
        self._known: tuple[float, ModelList] | None = None

    def current(self) -> ModelList:
        if self._known is None or time.monotonic() - self._known[0] > _FRESH_S:
            self._known = (time.monotonic(), self._look())
        return self._known[1]

    def refresh(self) -> None:
        self._known = None

    def _look(self) -> ModelList:
        try:
            listed = self._client.listed()
        except ChatError as exc:
            return ModelList((), (), datetime.now(UTC), exc)
        return ModelList(listed.models, listed.sources, datetime.now(UTC), None)
