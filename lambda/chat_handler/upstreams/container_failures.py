"""Failures of the container behind a SageMaker endpoint (`ModelError`), as the errors of the handler.

In: botocore's exception, which carries the container's status and body. Out: a `ChatError`. The container's words are
repeated only for a 4xx, which is about the caller's request: a prompt that is too long, a parameter out of range.
"""

from __future__ import annotations

import json
import logging
from typing import Any

from chat_handler.errors import ChatError, ModelError, ThrottledError
from chat_handler.upstreams.refusals import refusal

log = logging.getLogger(__name__)


def container_failure(exc: Any, subject: str) -> ChatError:
    """The error that a `ModelError` stands for. Its log stream goes to our log, for whoever looks into it."""
    status = int(exc.response.get("OriginalStatusCode") or 0)
    log.warning("%s: its container answered HTTP %s; log stream %s", subject, status, exc.response.get("LogStreamArn"))
    if status == 429:
        return ThrottledError(f"{subject} asks to slow down; try again in a moment", retryable=True)
    if 400 <= status < 500 and status != 424:
        return _refusal(exc.response.get("OriginalMessage"), subject)
    return ModelError(
        f"{subject} failed (HTTP {status} from its container); look at the endpoint's own log", retryable=True
    )


def _refusal(original: Any, subject: str) -> ChatError:
    """What an error body says: OpenAI's `{"error": {"message"}}`, vLLM's `{"message"}`, TGI's `{"error"}`."""
    try:
        document = json.loads(original)
    except (ValueError, TypeError):
        return refusal(subject, "")
    error = document.get("error", document) if isinstance(document, dict) else document
    if not isinstance(error, dict):
        return refusal(subject, str(error or ""))
    codes = {code for name in ("code", "type") if isinstance(code := error.get(name), str)}
    return refusal(subject, str(error.get("message") or ""), codes)
