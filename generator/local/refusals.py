"""Services that refuse whatever they are asked, as the account file says under `refusals`.

In: a WSGI application and the account file. Out: the application behind a gate, which answers in AWS's codes and words
of that service, waits a minute where it is `slow`, and tells whoever asks where a broken file is broken. Separate from
the amendments: it needs nothing of moto, and holds for services that are emulated whole.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from http import HTTPStatus

from generator.local.account.account import Refusal
from generator.local.account.account_file import AccountFile, BrokenAccountError
from generator.local.aws_errors import Call, Environ, Shape, StartResponse, WsgiApp, call_of, refuse

SLOW_S = 60.0
BROKEN_FILE = "BrokenAccountFile"
_POLL_S = 0.1
_THROTTLED = "Rate exceeded"
_EXPIRED = "The security token included in the request is expired"
# What each family of protocols answers; read on 2026-11-22: "Common errors" of AWS's API references, "Error codes for
# the Amazon EC2 API", and S3's "Error responses".
_DENIED: dict[Shape, tuple[HTTPStatus, str]] = {
    "json": (HTTPStatus.BAD_REQUEST, "AccessDeniedException"),
    "query": (HTTPStatus.FORBIDDEN, "AccessDenied"),
    "ec2": (HTTPStatus.FORBIDDEN, "UnauthorizedOperation"),
    "s3": (HTTPStatus.FORBIDDEN, "AccessDenied"),
}
_OTHER: dict[tuple[Refusal, Shape], tuple[HTTPStatus, str, str]] = {
    ("ThrottlingException", "json"): (HTTPStatus.BAD_REQUEST, "ThrottlingException", _THROTTLED),
    ("ThrottlingException", "query"): (HTTPStatus.BAD_REQUEST, "Throttling", _THROTTLED),
    ("ThrottlingException", "ec2"): (
        HTTPStatus.SERVICE_UNAVAILABLE,
        "RequestLimitExceeded",
        "Request limit exceeded.",
    ),
    ("ThrottlingException", "s3"): (HTTPStatus.SERVICE_UNAVAILABLE, "SlowDown", "Please reduce your request rate."),
    ("ExpiredTokenException", "json"): (HTTPStatus.BAD_REQUEST, "ExpiredTokenException", _EXPIRED),
    ("ExpiredTokenException", "query"): (HTTPStatus.FORBIDDEN, "ExpiredToken", _EXPIRED),
    ("ExpiredTokenException", "ec2"): (HTTPStatus.BAD_REQUEST, "RequestExpired", "Request has expired."),
    ("ExpiredTokenException", "s3"): (HTTPStatus.BAD_REQUEST, "ExpiredToken", "The provided token has expired."),
}


class RefusalGate:
    """The application, as far as the file lets anybody reach it.

    `user` is the ARN of whoever calls; `slow_s` is how long a slow service takes.
    """

    def __init__(self, application: WsgiApp, account: AccountFile, user: str, slow_s: float = SLOW_S) -> None:
        self._application = application
        self._account = account
        self._user = user
        self._slow_s = slow_s

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        call = call_of(environ)
        if not call.service:
            return self._application(environ, start_response)  # of the emulator itself: is it alive
        try:
            refusal = self._refusal_after_waiting(call.service)
        except BrokenAccountError as broken:
            # 400 and an unknown code: nothing that an SDK or Terraform would try again.
            return refuse(call, start_response, HTTPStatus.BAD_REQUEST, BROKEN_FILE, str(broken))
        if refusal is None:
            return self._application(environ, start_response)
        if refusal == "AccessDeniedException":
            status, code = _DENIED[call.shape]
            return refuse(call, start_response, status, code, self._denial(call))
        return refuse(call, start_response, *_OTHER[refusal, call.shape])

    def _refusal_after_waiting(self, service: str) -> Refusal | None:
        """How the service refuses. A slow one does not: it answers when its time has come, or the file says so."""
        deadline = time.monotonic() + self._slow_s
        while (refusal := self._account.read().refusal(service)) == "slow":
            if time.monotonic() > deadline:
                return None
            time.sleep(_POLL_S)
        return refusal

    def _denial(self, call: Call) -> str:
        action = f"{call.service}:{call.action or '*'}"
        return (
            f"User: {self._user} is not authorized to perform: {action} because no identity-based policy allows the "
            f"{action} action"
        )
