"""Signs requests to a Lambda function URL of type `AWS_IAM`.

In: an `httpx2` request. Out: the same request with SigV4 headers for the service `lambda`. Separate because it is the
only place where the HTTP client and botocore meet.
"""

from __future__ import annotations

from collections.abc import Generator

import boto3
import httpx2
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest


class MissingCredentialsError(Exception):
    """There is nothing to sign with."""


class LambdaUrlAuth(httpx2.Auth):
    """SigV4 with the session's credentials, read for every request because they may be short-lived."""

    requires_request_body = True

    def __init__(self, session: boto3.Session, region: str) -> None:
        self._session = session
        self._region = region

    def auth_flow(self, request: httpx2.Request) -> Generator[httpx2.Request, httpx2.Response, None]:
        credentials = self._session.get_credentials()
        if credentials is None:
            raise MissingCredentialsError
        # Only what is signed is handed over: proxies may change the other headers without breaking the signature.
        headers = {"host": request.url.netloc.decode("ascii")}
        if "content-type" in request.headers:
            headers["content-type"] = request.headers["content-type"]
        signed = AWSRequest(request.method, str(request.url), headers=headers, data=request.content)
        SigV4Auth(credentials.get_frozen_credentials(), "lambda", self._region).add_auth(signed)
        # `Authorization` replaces the OpenAI client's bearer token, which the handler has no use for.
        request.headers.update(dict(signed.headers.items()))
        yield request
