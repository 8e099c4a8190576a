"""How the command line calls AWS: clients that do not wait for ever, and botocore's exceptions as `AwsError`.

In: the AWS that the environment names (an account, or the local target through `AWS_ENDPOINT_URL`). Separate because
every question to live AWS wants the same limits and the same words when the answer is no. boto3 takes half a second to
import, so it is imported when a client is made.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from generator.errors import AwsError

SIGN_IN = "Sign in to AWS (for example: aws sso login), or use --local to work without an account."
_NOT_ALLOWED = "Let the identity that you are signed in as do this, or sign in as another."
_BUSY = "AWS asks for patience: run the same command again in a minute."
# Each service has its own names for the same.
_HINTS = {
    **dict.fromkeys(("AccessDenied", "AccessDeniedException", "UnauthorizedOperation"), _NOT_ALLOWED),
    **dict.fromkeys(("ExpiredToken", "ExpiredTokenException", "InvalidClientTokenId"), SIGN_IN),
    **dict.fromkeys(("UnrecognizedClientException", "AuthFailure"), SIGN_IN),
    **dict.fromkeys(("ThrottlingException", "Throttling", "TooManyRequestsException"), _BUSY),
    **dict.fromkeys(("RequestLimitExceeded", "SlowDown"), _BUSY),
}
# botocore's errors of somebody whose sign-in is missing, incomplete or over.
_NOT_SIGNED_IN = frozenset(
    {
        "CredentialRetrievalError",
        "NoCredentialsError",
        "PartialCredentialsError",
        "SSOTokenLoadError",
        "TokenRetrievalError",
        "UnauthorizedSSOTokenError",
    }
)
_NETWORK = "Check the network and the region, and run the same command again."


def client(service: str, region: str) -> Any:
    """A client of `service` in `region`. It gives up on a call after 70 s at most, retries included."""
    import boto3
    from botocore.config import Config

    config = Config(connect_timeout=5, read_timeout=30, retries={"total_max_attempts": 3, "mode": "standard"})
    # boto3's types name each service by a literal; the callers of this say which they ask for.
    return boto3.Session().client(service, region_name=region, config=config)  # type: ignore[call-overload]


@contextmanager
def calling(what: str) -> Iterator[None]:
    """Turn what botocore raises inside the block into AwsError: "`what` failed: <code>: <AWS's message>"."""
    from botocore.exceptions import BotoCoreError, ClientError
    from botocore.parsers import ResponseParserError

    try:
        yield
    except ClientError as error:
        code = error_code(error)
        said = error.response.get("Error", {}).get("Message", "")
        raise AwsError(f"{what} failed: {code}: {said}", hint=_HINTS.get(code), code=code) from error
    except BotoCoreError as error:
        code = type(error).__name__
        raise AwsError(f"{what} failed: {error}", hint=_hint(code), code=code) from error
    except ResponseParserError as error:  # whose words are whatever the other side sent
        raise AwsError(f"{what} failed: what answers is not AWS", hint=_NETWORK, code=type(error).__name__) from None


def _hint(code: str) -> str:
    if code == "ProfileNotFound":
        return "Set AWS_PROFILE to one that is there: aws configure list-profiles"
    return SIGN_IN if code in _NOT_SIGNED_IN else _NETWORK


def error_code(error: Exception) -> str:
    """The code of a botocore ClientError, or an empty text."""
    response = getattr(error, "response", {})
    return str(response.get("Error", {}).get("Code", ""))


def secret_command(client: Any, operation: str, secret: str, *arguments: str) -> str:
    """The command of AWS's own command line that does `operation` to `secret`, where `client` asks for secrets."""
    place = ["--region", client.meta.region_name]
    url = client.meta.endpoint_url
    if ".amazonaws." not in (urlsplit(url).hostname or ""):  # the local target, which that command line knows not of
        place += ["--endpoint-url", url]
    return shlex.join(["aws", "secretsmanager", operation, "--secret-id", secret, *place, *arguments])
