"""Every error that a caller of the handler can get, as docs/contracts.md section 3 lists them.

    ChatError
    ├── InvalidRequestError           invalid_request         400  the body is not what the API or the model takes
    │   ├── ContextLengthError        context_length_exceeded 400  the messages are more than the model can read
    │   ├── ContentFilterError        content_filter          400  the provider's filter refused the prompt
    │   └── RequestTooLargeError      request_too_large       413  the body is larger than Lambda takes
    ├── ModelNotFoundError            model_not_found         404  no deployed model has this id
    ├── MissingKeyError               missing_key             503  the provider's key is not in the secret
    │   ├── SecretUnreadableError     secret_unavailable      503  the secret cannot be read
    │   └── SecretMalformedError      secret_malformed        503  the secret, or one value in it, cannot be used
    ├── ProviderNotInstalledError     provider_not_installed  503  the function's zip lacks the provider's packages
    ├── ModelNotReadyError            model_not_ready         503  the model is deployed and does not serve yet
    │   ├── EndpointFailedError       endpoint_failed         503  its endpoint could not be created
    │   └── EndpointMissingError      endpoint_missing        503  its endpoint does not exist
    ├── CircuitOpenError              circuit_open            503  the model failed too often and is left alone
    ├── NoAccessError                 no_access               403  AWS or the provider refused access to the model
    ├── AuthenticationFailedError     authentication_failed   502  the provider refused the key
    ├── ThrottledError                throttled               429  the upstream asks to slow down
    │   └── InsufficientQuotaError    insufficient_quota      429  the account has nothing left to spend
    ├── UpstreamError                 upstream_error          502  the upstream failed
    │   ├── ModelError                model_error             502  the endpoint's container failed
    │   ├── NetworkError              network_error           502  the upstream cannot be reached
    │   ├── BadUpstreamResponseError  bad_upstream_response   502  what it answered is no answer
    │   ├── ResponseTooLargeError     response_too_large      502  its answer is too large for one reply
    │   └── AllFallbacksFailedError   all_fallbacks_failed    502  neither the model nor its fallbacks answered
    ├── UpstreamTimeoutError          upstream_timeout        504  the upstream did not answer in time
    │   └── DeadlineExceededError     deadline_exceeded       504  the handler's own time was over
    ├── StreamTruncatedError          stream_truncated        502  the upstream's stream ended without a finish
    └── InternalError                 internal                500  a defect of ours

A message says what happened, where, and what to do; it never holds a key, a prompt or an answer. Vendor errors are
translated at the upstream that got them, by their code and never by their text. `error_object` is the one place that
turns an error into what goes over the wire; `status` is its HTTP status where no byte has been sent yet. What each
class means for another attempt, a fallback and the circuit breaker is here too, so that a new class has to say it.
"""

from __future__ import annotations

import math
from typing import Any, ClassVar


class ChatError(Exception):
    """Base of everything that is told to the caller.

    Attributes:
        retryable: the same request may well succeed a moment later.
        retry_after_s: how long the upstream asks to wait, in seconds.
        falls_back: whether another model may answer instead: not where the request itself is wrong.
        is_outage: whether it counts for the circuit breaker: it says that the model's upstream does not work.

    """

    code: ClassVar[str]
    type: ClassVar[str] = "server_error"
    falls_back: ClassVar[bool] = True
    is_outage: ClassVar[bool] = False
    status: int
    retryable: bool = False

    def __init__(
        self,
        message: str,
        *,
        param: str | None = None,
        status: int | None = None,
        retryable: bool | None = None,
        retry_after_s: float | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.param = param
        self.retry_after_s = retry_after_s
        if retryable is not None:
            self.retryable = retryable
        if status is not None:
            self.status = status


class InvalidRequestError(ChatError):
    """The request is not what the API takes; `param` names the field. 404 and 405 are special cases of it."""

    code = "invalid_request"
    type = "invalid_request_error"
    falls_back = False
    status = 400


class ContextLengthError(InvalidRequestError):
    """The messages and the answer that is asked for are more than the model can read; a larger window may take them."""

    code = "context_length_exceeded"


class ContentFilterError(InvalidRequestError):
    """The provider's content filter refused the prompt. Nothing is asked of a fallback: that would go around it."""

    code = "content_filter"


class RequestTooLargeError(InvalidRequestError):
    """The request's body is larger than a Lambda function takes."""

    code = "request_too_large"
    status = 413


class ModelNotFoundError(ChatError):
    """No deployed model has the id that the request names."""

    code = "model_not_found"
    type = "invalid_request_error"
    falls_back = False
    status = 404


class MissingKeyError(ChatError):
    """The provider's key is not in the API-keys secret."""

    code = "missing_key"
    status = 503


class SecretUnreadableError(MissingKeyError):
    """The API-keys secret cannot be read; the message says which of the reasons it is."""

    code = "secret_unavailable"


class SecretMalformedError(MissingKeyError):
    """The API-keys secret is no JSON object, or the value that is needed is none that can be used."""

    code = "secret_malformed"


class ProviderNotInstalledError(ChatError):
    """The function's zip was made without the packages that the provider needs."""

    code = "provider_not_installed"
    status = 503


class ModelNotReadyError(ChatError):
    """The model is deployed, and its endpoint does not serve (yet)."""

    code = "model_not_ready"
    status = 503


class EndpointFailedError(ModelNotReadyError):
    """The model's endpoint could not be created or updated; only an apply mends it."""

    code = "endpoint_failed"


class EndpointMissingError(ModelNotReadyError):
    """The model's endpoint does not exist."""

    code = "endpoint_missing"


class CircuitOpenError(ChatError):
    """The model failed so often that it is left alone for a while; the upstream was not asked."""

    code = "circuit_open"
    status = 503
    retryable = True


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
    """The upstream asks to slow down."""

    code = "throttled"
    type = "rate_limit_error"
    status = 429


class InsufficientQuotaError(ThrottledError):
    """The account has nothing left to spend; waiting does not mend it."""

    code = "insufficient_quota"


class UpstreamError(ChatError):
    """The upstream failed."""

    code = "upstream_error"
    is_outage = True
    status = 502


class ModelError(UpstreamError):
    """The container behind an endpoint failed."""

    code = "model_error"


class NetworkError(UpstreamError):
    """The upstream cannot be reached: its name, its certificate, or the connection itself."""

    code = "network_error"


class BadUpstreamResponseError(UpstreamError):
    """The upstream said that it succeeded, and what it sent is no answer."""

    code = "bad_upstream_response"


class ResponseTooLargeError(UpstreamError):
    """The answer is larger than one reply may be; another model's would be too."""

    code = "response_too_large"
    falls_back = False
    is_outage = False


class AllFallbacksFailedError(UpstreamError):
    """Neither the model nor any of its fallbacks answered; the message lists each attempt."""

    code = "all_fallbacks_failed"
    is_outage = False


class UpstreamTimeoutError(ChatError):
    """The upstream did not answer in time."""

    code = "upstream_timeout"
    is_outage = True
    status = 504


class DeadlineExceededError(UpstreamTimeoutError):
    """The handler's own time was over: a moment later Lambda would have killed it."""

    code = "deadline_exceeded"
    falls_back = False
    is_outage = False


class StreamTruncatedError(ChatError):
    """The upstream's stream ended without saying that it had finished."""

    code = "stream_truncated"
    is_outage = True
    status = 502
    retryable = True


class InternalError(ChatError):
    """A defect of ours. The log has the place; the caller gets the request id."""

    code = "internal"
    falls_back = False
    status = 500


def error_object(error: ChatError, request_id: str | None = None) -> dict[str, Any]:
    """The OpenAI error object of `error`, with two fields of our own: `retryable`, and the id that the log has."""
    return {
        "error": {
            "message": error.message,
            "type": error.type,
            "param": error.param,
            "code": error.code,
            "retryable": error.retryable,
            "request_id": request_id,
        },
    }


def error_headers(error: ChatError) -> dict[str, str]:
    """What the HTTP headers say about `error`.

    OpenAI's clients retry every 5xx unless `x-should-retry` forbids it; a missing key stays missing, and they would
    make the user wait for nothing. A request that took all the time that there was would take it again, twice.
    https://github.com/openai/openai-python, _base_client.py, read 2026-11-22.
    """
    is_worth_it = error.retryable and not isinstance(error, UpstreamTimeoutError)
    headers = {} if is_worth_it else {"x-should-retry": "false"}
    if error.retry_after_s:
        headers["retry-after"] = str(max(1, math.ceil(round(error.retry_after_s, 3))))
    return headers
