"""botocore's exceptions, as the errors of the handler.

In: what boto3 raised while it called a runtime. Out: the `ChatError` that says it. Decided by code, never by text: AWS
changes its wording, and one text stands for several causes. Event streams report the same failures inside the stream,
with a small first letter (`throttlingException`), so codes are compared without case.

Codes: botocore 1.44.5, models of sagemaker-runtime and bedrock-runtime, read 2026-11-22.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from chat_handler.errors import (
    ChatError,
    InsufficientQuotaError,
    ModelError,
    ModelNotReadyError,
    NoAccessError,
    ThrottledError,
    UpstreamError,
    UpstreamTimeoutError,
)
from chat_handler.upstreams.refusals import refusal
from chat_handler.upstreams.retry_after import retry_after_s
from chat_handler.upstreams.unreachable import unreachable

Translation = Callable[[str, str], ChatError]


def client_error_code(exc: Exception) -> str:
    """The code of a botocore `ClientError`, in lower case; empty for any other exception."""
    response = getattr(exc, "response", None)
    return str(response.get("Error", {}).get("Code", "")).lower() if isinstance(response, dict) else ""


def botocore_errors() -> tuple[type[Exception], ...]:
    """Every exception that boto3 lets out; a function, so that an `except` clause imports botocore when it needs it.

    An event stream is read straight from urllib3, whose errors botocore leaves as they are; replies that botocore
    cannot parse raise errors that have no base of botocore's.
    """
    from botocore.eventstream import ParserError
    from botocore.exceptions import BotoCoreError, ClientError
    from botocore.parsers import ResponseParserError
    from urllib3.exceptions import HTTPError

    return (BotoCoreError, ClientError, HTTPError, ParserError, ResponseParserError)


def translated(exc: Exception, subject: str) -> ChatError:
    """The error that `exc`, one of `botocore_errors`, stands for. `subject` names the model for the message."""
    from botocore import exceptions as botocore
    from urllib3 import exceptions as urllib3

    name = type(exc).__name__
    if isinstance(exc, botocore.ClientError):
        return _client_error(exc, subject)
    if (error := unreachable(exc, subject)) is not None:
        return error
    if isinstance(exc, botocore.ReadTimeoutError | urllib3.ReadTimeoutError):
        return UpstreamTimeoutError(f"{subject} sent nothing for too long ({name}); ask again", retryable=True)
    if isinstance(exc, botocore.NoCredentialsError):
        return NoAccessError(f"the handler has no AWS credentials to call {subject} with")
    if isinstance(exc, botocore.HTTPClientError | urllib3.HTTPError):
        # A connection that was idle while Lambda froze the process is dead; a new one works, and at once.
        return UpstreamError(
            f"the connection to {subject} failed ({name}); ask again", retryable=True, retry_after_s=0.0
        )
    return UpstreamError(f"the call to {subject} failed ({name})")


def _client_error(exc: Any, subject: str) -> ChatError:
    code = client_error_code(exc)
    if (translation := _BY_CODE.get(code)) is not None:
        error = translation(subject, str(exc.response.get("Error", {}).get("Message", "")))
    else:
        status = exc.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        error = UpstreamError(f"{subject} failed with {code!r} (HTTP {status})", retryable=status >= 500)
    if error.retryable:
        error.retry_after_s = retry_after_s(_headers(exc))
    return error


def _headers(exc: Any) -> Mapping[str, str]:
    headers: Mapping[str, str] = exc.response.get("ResponseMetadata", {}).get("HTTPHeaders", {})
    return headers


def _throttled(subject: str, _: str) -> ChatError:
    return ThrottledError(f"{subject} asks to slow down; try again in a moment", retryable=True)


def _used_up(subject: str, _: str) -> ChatError:
    return InsufficientQuotaError(f"the account's quota for {subject} is used up; ask AWS for a higher one")


def _no_access(subject: str, _: str) -> ChatError:
    return NoAccessError(
        f"AWS refused access to {subject}; check the account's access to it in this region and the handler's role"
    )


def _no_use_case_form(subject: str, _: str) -> ChatError:
    return NoAccessError(
        f"{subject} wants Anthropic's use-case form, which this account has not sent; fill it in once in the Bedrock "
        "console, in the model catalog"
    )


def _invalid(subject: str, message: str) -> ChatError:
    # Bedrock has one code for every fault of a request, and this one is the deployment's: only the sentence tells.
    # https://github.com/terricain/aioboto3/issues/352, https://github.com/konveyor/kai/issues/411, read 2026-11-22.
    if "on-demand throughput" in message:
        return NoAccessError(
            f"{subject} is only offered through an inference profile; put the profile's id into the catalog as its "
            "model (us.… in the United States, eu.… in Europe), and apply"
        )
    # AWS's own words are about the caller's request and name no secret; without them nobody could mend it.
    return refusal(subject, message)


def _not_found(subject: str, _: str) -> ChatError:
    return NoAccessError(f"{subject} does not exist in this region, or this account may not use it")


def _not_ready(subject: str, _: str) -> ChatError:
    return ModelNotReadyError(f"{subject} is still loading; try again in a minute", retryable=True)


def _timed_out(subject: str, _: str) -> ChatError:
    return UpstreamTimeoutError(f"{subject} did not finish in time; ask for a shorter answer", retryable=True)


def _model_failed(subject: str, _: str) -> ChatError:
    return ModelError(f"{subject} failed while it answered; ask again", retryable=True)


def _failed(subject: str, _: str) -> ChatError:
    return UpstreamError(f"{subject} failed on AWS's side; ask again", retryable=True)


def _broken(subject: str, _: str) -> ChatError:
    return UpstreamError(f"{subject} broke off in the middle of the answer; ask again", retryable=True)


def _expired(subject: str, _: str) -> ChatError:
    return NoAccessError(f"AWS refused the handler's credentials for {subject}")


_BY_CODE: dict[str, Translation] = {
    "throttlingexception": _throttled,
    "throttledexception": _throttled,
    "toomanyrequestsexception": _throttled,
    "servicequotaexceededexception": _used_up,
    "429": _throttled,  # a 429 without a body has its status for a code
    "accessdeniedexception": _no_access,
    "accessdenied": _no_access,
    "ftuformnotfilled": _no_use_case_form,
    "expiredtoken": _expired,
    "expiredtokenexception": _expired,
    "unrecognizedclientexception": _expired,
    "invalidsignatureexception": _expired,
    "validationexception": _invalid,
    "validationerror": _invalid,
    "resourcenotfoundexception": _not_found,
    "modelnotreadyexception": _not_ready,
    "modeltimeoutexception": _timed_out,
    "modelerrorexception": _model_failed,
    "internalserverexception": _failed,
    "serviceunavailableexception": _failed,
    "internalfailure": _failed,
    "serviceunavailable": _failed,
    "internaldependencyexception": _failed,
    "modelstreamerrorexception": _broken,
    # StreamBroken or ModelInvocationTimeExceeded: botocore 1.44.5 drops the ErrorCode that says which.
    "modelstreamerror": _broken,
    "internalstreamfailure": _broken,
}
