"""One tiny request to a model, to see whether and how fast it answers.

In: a client and a model. Out: a `Trial`, which goes on in the background and can be looked at. Separate from the turns
of a conversation: nothing of it is kept, and a page that shows many models must not wait for one.
"""

from __future__ import annotations

import threading
import time
from typing import Literal

from frontend.client import ChatClient, ChatStream
from frontend.wire import ChatError, ChatRequest, Message, ModelInfo, Text

# Enough for any model to say something, and next to nothing to pay.
MOST_TOKENS = 16
LIMIT_S = 60.0
_QUESTION = "Say hi."

TrialState = Literal["running", "answered", "failed"]


class Trial:
    """One request, begun at once. `first_token_s` is None until the first word, and for an answer without any."""

    def __init__(self, client: ChatClient, model: ModelInfo, *, limit_s: float = LIMIT_S) -> None:
        self._limit_s = limit_s
        self._began_at = time.monotonic()
        self.state: TrialState = "running"
        self.first_token_s: float | None = None
        self.elapsed_s: float | None = None
        self.error: ChatError | None = None
        stream = client.stream(_request(model))
        self._timer = threading.Timer(limit_s, stream.close)
        self._timer.daemon = True
        self._timer.start()
        threading.Thread(target=self._run, args=(stream,), name="terrachat-trial", daemon=True).start()

    def _run(self, stream: ChatStream) -> None:
        try:
            with stream:
                self._read(stream)
            if self._elapsed() >= self._limit_s:
                raise ChatError("upstream_timeout", "The model did not answer in time.", stream.request_id)
        except ChatError as exc:
            self.error = exc
        except Exception:  # the thread's outermost border
            self.error = ChatError("internal", "The request could not be made.")
            raise
        finally:
            self._timer.cancel()
            self.elapsed_s = self._elapsed()
            self.state = "answered" if self.error is None else "failed"

    def _read(self, stream: ChatStream) -> None:
        for event in stream:
            if isinstance(event, Text) and self.first_token_s is None:
                self.first_token_s = self._elapsed()

    def _elapsed(self) -> float:
        return time.monotonic() - self._began_at


def _request(model: ModelInfo) -> ChatRequest:
    parameters = {"max_tokens": MOST_TOKENS} if model.takes("max_tokens") else {}
    return ChatRequest(model.id, (Message("user", _QUESTION),), parameters)
