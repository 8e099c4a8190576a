"""Failures of the container behind a SageMaker endpoint (`ModelError`), as the errors of the handler.

In: botocore's exception, which carries the container's status and body. Out: a `ChatError`. The container's words are
repeated only for a 4xx, which is about the caller's request: a prompt that is too long, a parameter out of range.
"""

from __future__ import annotations

import json
import logging
from typing import Any

from chat_handler.errors import ChatError, InvalidRequestError, ThrottledError, UpstreamError

log = logging.getLogger(__name__)

LONGEST_MESSAGE = 1000


def container_failure(exc: Any, subject: str) -> ChatError:
    """The error that a `ModelError` stands for. Its log stream goes to our log, for whoever looks into it."""
    status = int(exc.response.get("OriginalStatusCode") or 0)
    log.warning("%s: its container answered HTTP %s; log stream %s", subject, status, exc.response.get("LogStreamArn"))
    if status == 429:
        return ThrottledError(f"{subject} asks to slow down; try again in a moment", retryable=True)
    if 400 <= status < 500 and status != 424:
        message = _message(exc.response.get("OriginalMessage"))
        return InvalidRequestError(f"{subject} refused the request: {message}")
    return UpstreamError(
        f"{subject} failed (HTTP {status} from its container); look at the endpoint's own log", retryable=True
    )


def _message(original: Any) -> str:
    """The sentence in an error body: OpenAI's `{"error": {"message"}}`, vLLM's `{"message"}`, TGI's `{"error"}`."""
    try:
        document = json.loads(original)
    except (ValueError, TypeError):
        return "it gave no reason"
    error = document.get("error", document) if isinstance(document, dict) else document
    message = error.get("message") if isinstance(error, dict) else error
    return str(message or "it gave no reason")[:LONGEST_MESSAGE]
