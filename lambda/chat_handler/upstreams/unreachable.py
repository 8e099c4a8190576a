"""Whether a request failed because its server could not be reached at all: no name, no trust, no connection.

In: what an HTTP client raised, whichever client it was. Out: a `NetworkError`, or None for any other failure. Separate
because httpx2, urllib3 and the vendors' SDKs wrap the same few exceptions of Python's `ssl` and `socket` modules; the
chain of causes leads to those, and only what has no such cause is told by the name of the client's class.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator

from chat_handler.errors import NetworkError

# httpx's and httpx2's, urllib3's (also as botocore hands it on) and botocore's classes: connections that never were.
_NO_CONNECTION = {"ConnectTimeout", "PoolTimeout", "ConnectError", "NewConnectionError", "ConnectTimeoutError"}


def unreachable(exc: BaseException, subject: str) -> NetworkError | None:
    """The error for a server that `exc` says was not reached; None where it says something else."""
    causes = list(_chain(exc))
    if any(_is_untrusted(one) for one in causes):
        return NetworkError(
            f"the TLS connection to {subject} cannot be trusted; correct its address, or renew its certificate"
        )
    if any(isinstance(one, socket.gaierror) for one in causes):
        return NetworkError(f"the address of {subject} has a name that cannot be resolved; check it", retryable=True)
    if any(cls.__name__ in _NO_CONNECTION for one in causes for cls in type(one).__mro__):
        return NetworkError(f"{subject} could not be reached ({type(exc).__name__}); ask again", retryable=True)
    return None


def _chain(exc: BaseException) -> Iterator[BaseException]:
    seen: BaseException | None = exc
    while seen is not None:
        yield seen
        seen = seen.__cause__ or seen.__context__ or _reason(seen)


def _reason(exc: BaseException) -> BaseException | None:
    """What urllib3's MaxRetryError, and botocore's HTTPClientError, hold besides Python's own causes."""
    for value in (getattr(exc, "reason", None), getattr(exc, "kwargs", {}).get("error")):
        if isinstance(value, BaseException):
            return value
    return None


def _is_untrusted(exc: BaseException) -> bool:
    # A connection that ends while TLS is spoken is a lost connection, and no lack of trust.
    return isinstance(exc, ssl.SSLError) and not isinstance(exc, ssl.SSLEOFError | ssl.SSLZeroReturnError)
