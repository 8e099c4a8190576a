"""Failures of the SDKs under LangChain, as the errors of the handler.

In: an exception of a vendor's SDK, of httpx, or of httpx2. Out: a `ChatError`, decided by the HTTP status that is in it
somewhere, and by the names of httpx's classes, which both of its versions share; never by text. Separate from
`langchain.py` because every SDK puts the reply elsewhere: Anthropic's `status_code` and `body`, Cohere's `status_code`,
`headers` and `body`, Google's `code`, `details` and `response`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from chat_handler import streaming
from chat_handler.errors import BadUpstreamResponseError, ChatError, UpstreamError, UpstreamTimeoutError
from chat_handler.upstreams import openai_failures
from chat_handler.upstreams.unreachable import unreachable

# Google's word for a key that it does not know, in an answer whose status is 400: gemini-cli #25198, read 2026-11-22.
_WRONG_KEY_REASON = "API_KEY_INVALID"


def translated(exc: Exception, *, subject: str, key_name: str, secrets: Iterable[str]) -> ChatError:
    """The error that `exc` stands for, without any of `secrets`. `subject` names the model for the message."""
    for one in _chain(exc):
        status = _status(one)
        if status is None:
            continue
        body = _body(one)
        if status < 300 and not body:
            return BadUpstreamResponseError(f"{subject} answered something that its SDK cannot read", retryable=True)
        if status < 300:  # an error inside a stream
            return streaming.error_in_stream(body if "error" in body else {"error": body})
        if _is_wrong_key(body):
            return openai_failures.authentication_failed(subject, key_name)
        if status == 404:  # the SDKs' paths are right, so it is the model that is not there
            return openai_failures.no_access(subject, key_name)
        document = json.dumps(_as_openai(body)).encode()
        return openai_failures.reply_failure(
            status, _headers(one), document, subject=subject, key_name=key_name, secrets=secrets
        )
    return _transport_failure(exc, subject)


def _chain(exc: BaseException) -> Iterator[BaseException]:
    """`exc` and what it came from: LangChain wraps some SDKs' exceptions in its own."""
    seen: BaseException | None = exc
    while seen is not None:
        yield seen
        seen = seen.__cause__ or seen.__context__


def _status(exc: BaseException) -> int | None:
    for name in ("status_code", "code"):
        value = getattr(exc, name, None)
        if isinstance(value, int) and not isinstance(value, bool):
            return value
    return None


def _body(exc: BaseException) -> dict[str, Any]:
    for name in ("body", "details"):
        value = getattr(exc, name, None)
        if isinstance(value, list) and len(value) == 1:
            value = value[0]
        if isinstance(value, dict):
            return value
    return {}


def _headers(exc: BaseException) -> Mapping[str, str]:
    headers = getattr(exc, "headers", None) or getattr(getattr(exc, "response", None), "headers", None) or {}
    return {name.lower(): value for name, value in headers.items()}


def _as_openai(body: dict[str, Any]) -> dict[str, Any]:
    """Cohere says `{"message": …}` where the others have an `error` object."""
    return body if isinstance(body.get("error"), dict) else {"error": body}


def _is_wrong_key(body: dict[str, Any]) -> bool:
    details = body.get("error", body).get("details") if isinstance(body.get("error", body), dict) else None
    return any(isinstance(one, dict) and one.get("reason") == _WRONG_KEY_REASON for one in details or ())


def _transport_failure(exc: BaseException, subject: str) -> ChatError:
    if (error := unreachable(exc, subject)) is not None:
        return error
    names = {cls.__name__ for one in _chain(exc) for cls in type(one).__mro__}
    name = type(exc).__name__
    if "TimeoutException" in names:
        return UpstreamTimeoutError(f"{subject} sent nothing for too long ({name}); ask again", retryable=True)
    if "SSEError" in names:  # of Cohere's SDK: the reply is no stream of events
        return BadUpstreamResponseError(f"{subject} answered something that is no stream ({name})", retryable=True)
    if "TransportError" in names:
        # A connection that was idle while Lambda froze the process is dead; a new one works, and at once.
        return UpstreamError(
            f"the connection to {subject} failed ({name}); ask again", retryable=True, retry_after_s=0.0
        )
    return UpstreamError(f"the call to {subject} failed ({name})")
