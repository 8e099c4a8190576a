"""Failures of servers that speak OpenAI's API, as the errors of the handler.

In: a reply whose status is no success, or an httpx2 exception. Out: a `ChatError`. Decided by status and by OpenAI's
`code`, never by text. The server's own words are repeated only where they are about the caller's request (501, and 4xx
other than 401, 403 and 429), and never with a key in them. Separate from `openai.py` because every server that speaks
this API fails like this.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from chat_handler.errors import (
    AuthenticationFailedError,
    ChatError,
    InvalidRequestError,
    NoAccessError,
    ThrottledError,
    UpstreamError,
    UpstreamTimeoutError,
)
from chat_handler.redaction import redacted
from chat_handler.upstreams.retry_after import retry_after_s

if TYPE_CHECKING:
    import httpx2

LONGEST_MESSAGE = 1000
_PASSING_STATUSES = {408, 409, 425}
# Codes of a 429 that waiting does not mend. https://platform.openai.com/docs/guides/error-codes, read 2026-11-22.
_USED_UP_CODES = {"insufficient_quota", "billing_hard_limit_reached"}


def authentication_failed(subject: str, key_name: str | None) -> ChatError:
    """The error for a key that `subject` refuses also after the secret was read again; None: it was sent none."""
    if key_name is None:
        return AuthenticationFailedError(
            f"{subject} wants a key, and the catalog says that it takes none; name it with key_name, and apply"
        )
    return AuthenticationFailedError(
        f"{subject} refused the key {key_name} of the API-keys secret's current version; "
        f"set a valid one with: terrachat secrets set {key_name}"
    )


def invalid_address(subject: str) -> ChatError:
    """The error for a URL that nothing can be sent to."""
    return UpstreamError(f"{subject} has an address that is no URL; correct it in the catalog or the API-keys secret")


def reply_failure(
    status: int,
    headers: Mapping[str, str],
    body: bytes,
    *,
    subject: str,
    key_name: str | None,
    secrets: Iterable[str],
) -> ChatError:
    """The error that a reply with `status` (300 or more) stands for, without any of `secrets` in it.

    `headers` have lower-case names.
    """
    error = _error_fields(body)
    if status == 401:
        return authentication_failed(subject, key_name)
    if status == 429:
        return _throttled(error, headers, subject)
    if status == 403 or (status == 404 and error.get("code") == "model_not_found"):
        whose = f"the key {key_name}" if key_name else "a request without a key"
        return NoAccessError(f"{subject} does not exist, or {whose} has no access to it")
    # Before anything is cut off: half a key is no longer found.
    param, message = (redacted(_text(error.get(name)), secrets) for name in ("param", "message"))
    message = message[:LONGEST_MESSAGE] or f"HTTP {status} without a reason"
    if status == 404 or status < 400 or status >= 500 or status in _PASSING_STATUSES:
        return _upstream_failure(status, subject, message)
    return InvalidRequestError(f"{subject} refused the request: {message}", param=param or None)


def transport_failure(exc: httpx2.HTTPError, subject: str) -> ChatError:
    """The error that an httpx2 exception stands for."""
    import httpx2

    name = type(exc).__name__
    if isinstance(exc, httpx2.ConnectTimeout | httpx2.PoolTimeout):
        return UpstreamError(f"{subject} could not be reached in time ({name}); ask again", retryable=True)
    if isinstance(exc, httpx2.TimeoutException):
        return UpstreamTimeoutError(f"{subject} sent nothing for too long ({name}); ask again")
    # A connection that was idle while Lambda froze the process is dead; a new one works.
    return UpstreamError(f"the connection to {subject} failed ({name}); ask again", retryable=True)


def _upstream_failure(status: int, subject: str, message: str) -> UpstreamError:
    if status == 404 or status < 400:
        return UpstreamError(f"{subject} has no chat completions at this base URL (HTTP {status})")
    if status == 501:
        return UpstreamError(f"{subject} does not take such requests (HTTP 501): {message}")
    return UpstreamError(f"{subject} failed (HTTP {status}); ask again", retryable=True)


def _throttled(error: dict[str, Any], headers: Mapping[str, str], subject: str) -> ChatError:
    if error.get("code") in _USED_UP_CODES:
        return ThrottledError(f"the account behind {subject} has used up its quota; check its plan and billing")
    return ThrottledError(
        f"{subject} asks to slow down; try again in a moment", retryable=True, retry_after_s=retry_after_s(headers)
    )


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _error_fields(body: bytes) -> dict[str, Any]:
    try:
        document = json.loads(body)
    except ValueError:
        return {}
    error = document.get("error") if isinstance(document, dict) else None
    return error if isinstance(error, dict) else {}
