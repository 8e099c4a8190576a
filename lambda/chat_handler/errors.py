"""Every error that a caller of the handler can get, as docs/contracts.md section 3 lists them.

    ChatError
    ├── InvalidRequestError        invalid_request       400   the body is not what the API takes
    ├── ModelNotFoundError         model_not_found       404   no deployed model has this id
    ├── MissingKeyError            missing_key           503   the provider's key cannot be had from the secret
    ├── ModelNotReadyError         model_not_ready       503   the model is deployed and does not serve yet
    ├── NoAccessError              no_access             403   AWS or the provider refused access to the model
    ├── AuthenticationFailedError  authentication_failed 502   the provider refused the key
    ├── ThrottledError             throttled             429   the upstream asks to slow down
    ├── UpstreamError              upstream_error        502   the upstream failed
    ├── UpstreamTimeoutError       upstream_timeout      504   the upstream did not answer in time
    ├── StreamTruncatedError       stream_truncated      502   the upstream's stream ended without a finish
    └── InternalError              internal              500   a defect of ours

A message says what happened, where, and what to do; it never holds a key, a prompt or an answer. Vendor errors are
translated at the upstream that got them, by their code and never by their text. `error_object` is the one place that
turns an error into what goes over the wire; `status` is its HTTP status where no byte has been sent yet.
"""

from __future__ import annotations

from typing import Any, ClassVar


class ChatError(Exception):
    """Base of everything that is told to the caller.

    `retryable` says that the same request may well succeed a moment later and that nothing of an answer was sent.
    `retry_after_s` is how long the upstream asks to wait, in seconds.
    """

    code: ClassVar[str]
    type: ClassVar[str] = "server_error"
    status: int

    def __init__(
        self,
        message: str,
        *,
        param: str | None = None,
        status: int | None = None,
        retryable: bool = False,
        retry_after_s: float | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.param = param
        self.retryable = retryable
        self.retry_after_s = retry_after_s
        if status is not None:
            self.status = status


class InvalidRequestError(ChatError):
    """The request is not what the API takes; `param` names the field. 404, 405 and 413 are special cases of it."""

    code = "invalid_request"
    type = "invalid_request_error"
    status = 400


class ModelNotFoundError(ChatError):
    """No deployed model has the id that the request names."""

    code = "model_not_found"
    type = "invalid_request_error"
    status = 404


class MissingKeyError(ChatError):
    """The provider's key is not in the API-keys secret, or the secret cannot be used."""

    code = "missing_key"
    status = 503


class ModelNotReadyError(ChatError):
    """The model is deployed, and its endpoint does not serve (yet)."""

    code = "model_not_ready"
    status = 503


class NoAccessError(ChatError):
    """AWS or the provider refused access to the model."""

    code = "no_access"
    type = "permission_error"
    status = 403


class AuthenticationFailedError(ChatError):
    """The provider refused the key."""

    code = "authentication_failed"
    status = 502


class ThrottledError(ChatError):
    """The upstream asks to slow down, or the account's quota is used up."""

    code = "throttled"
    type = "rate_limit_error"
    status = 429


class UpstreamError(ChatError):
    """The upstream failed, or answered something that is no answer."""

    code = "upstream_error"
    status = 502


class UpstreamTimeoutError(ChatError):
    """The upstream did not answer in time."""

    code = "upstream_timeout"
    status = 504


class StreamTruncatedError(ChatError):
    """The upstream's stream ended without saying that it had finished."""

    code = "stream_truncated"
    status = 502


class InternalError(ChatError):
    """A defect of ours. The log has the place; the caller gets the request id."""

    code = "internal"
    status = 500


def error_object(error: ChatError) -> dict[str, Any]:
    """The OpenAI error object of `error`: `{"error": {"message", "type", "param", "code"}}`."""
    return {
        "error": {"message": error.message, "type": error.type, "param": error.param, "code": error.code},
    }


def error_headers(error: ChatError) -> dict[str, str]:
    """What the HTTP headers say about `error`.

    OpenAI's clients retry every 5xx unless `x-should-retry` forbids it; a missing key stays missing, and they would
    make the user wait for nothing. https://github.com/openai/openai-python, _base_client.py, read 2026-11-22.
    """
    headers = {} if error.retryable else {"x-should-retry": "false"}
    if error.retry_after_s is not None:
        headers["retry-after"] = str(max(1, round(error.retry_after_s)))
    return headers
