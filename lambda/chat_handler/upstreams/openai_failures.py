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

from chat_handler import upstream_codes
from chat_handler.errors import (
    AuthenticationFailedError,
    ChatError,
    InsufficientQuotaError,
    NoAccessError,
    ThrottledError,
    UpstreamError,
    UpstreamTimeoutError,
)
from chat_handler.redaction import redacted
from chat_handler.upstreams.refusals import LONGEST_MESSAGE, is_refusal, refusal
from chat_handler.upstreams.retry_after import retry_after_s
from chat_handler.upstreams.unreachable import unreachable

if TYPE_CHECKING:
    import httpx2

_PASSING_STATUSES = {408, 409, 425}
# Anthropic's for "overloaded": https://docs.claude.com/en/api/errors, read 2026-11-22.
_OVERLOADED = 529
# An account with nothing left. DeepSeek says it with a status, OpenAI with a 429 whose code is one of these, Anthropic
# with both. https://platform.openai.com/docs/guides/error-codes,
# https://platform.deepseek.com/api-docs/quick_start/error_codes, read 2026-11-22.
_PAYMENT_REQUIRED = 402

# OpenAI's and Azure OpenAI's (https://github.com/chatboxai/chatbox/issues/646, read 2026-11-22).
_NO_MODEL_CODES = {"model_not_found", "DeploymentNotFound"}


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


def no_access(subject: str, key_name: str | None) -> ChatError:
    """The error for a model that the provider does not have for this key; None: it was sent none."""
    whose = f"the key {key_name}" if key_name else "a request without a key"
    return NoAccessError(f"{subject} does not exist, or {whose} has no access to it")


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
    codes = _codes(error)
    if status == 401:
        return authentication_failed(subject, key_name)
    if status == _PAYMENT_REQUIRED or upstream_codes.USED_UP.intersection(codes):
        return InsufficientQuotaError(f"the account behind {subject} has used up its quota; check its plan and billing")
    if status in (429, _OVERLOADED):
        return ThrottledError(
            f"{subject} asks to slow down; try again in a moment", retryable=True, retry_after_s=retry_after_s(headers)
        )
    if status == 403 or (status == 404 and _NO_MODEL_CODES.intersection(codes)):
        return no_access(subject, key_name)
    # Before anything is cut off: half a key is no longer found.
    param, message = (redacted(_text(error.get(name)), secrets) for name in ("param", "message"))
    is_theirs = status == 404 or status < 400 or status >= 500 or status in _PASSING_STATUSES
    if is_theirs and not is_refusal(codes):
        return _upstream_failure(status, headers, subject, message[:LONGEST_MESSAGE])
    return refusal(subject, message or f"HTTP {status} without a reason", codes, param or None)


def transport_failure(exc: httpx2.HTTPError, subject: str) -> ChatError:
    """The error that an httpx2 exception stands for."""
    import httpx2

    if (error := unreachable(exc, subject)) is not None:
        return error
    name = type(exc).__name__
    if isinstance(exc, httpx2.TimeoutException):
        return UpstreamTimeoutError(f"{subject} sent nothing for too long ({name}); ask again", retryable=True)
    # A connection that was idle while Lambda froze the process is dead; a new one works, and at once.
    return UpstreamError(f"the connection to {subject} failed ({name}); ask again", retryable=True, retry_after_s=0.0)


def _upstream_failure(status: int, headers: Mapping[str, str], subject: str, message: str) -> UpstreamError:
    if status == 404 or status < 400:
        return UpstreamError(f"{subject} has no chat completions at this base URL (HTTP {status})")
    if status == 501:
        said = message or "it gave no reason"
        return UpstreamError(f"{subject} does not take such requests (HTTP 501): {said}")
    return UpstreamError(
        f"{subject} failed (HTTP {status}); ask again", retryable=True, retry_after_s=retry_after_s(headers)
    )


def _codes(error: dict[str, Any]) -> set[str]:
    inner = error.get("innererror")  # Azure OpenAI's
    named = (error.get("code"), error.get("type"), inner.get("code") if isinstance(inner, dict) else None)
    return {code for code in named if isinstance(code, str)}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _error_fields(body: bytes) -> dict[str, Any]:
    try:
        document = json.loads(body)
    except ValueError:
        return {}
    error = document.get("error") if isinstance(document, dict) else None
    return error if isinstance(error, dict) else {}
