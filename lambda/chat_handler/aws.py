"""boto3 clients, built when first needed.

In: a service name, a region, and a role where the call is made in another account's name. Out: a client, the same one
every time. Separate because boto3 lives here (and botocore's error types in `upstreams/aws_failures.py`): the import
costs 0.3 s and a client 0.1 s, which `GET /health` need not pay. botocore honours `AWS_ENDPOINT_URL*` by itself.
"""

from __future__ import annotations

import threading
from functools import partial
from typing import Any, Literal

from chat_handler import aws_sending

Purpose = Literal["control", "generation"]

# How long a model may be silent is decided where its answer is awaited (patience.py); this is only for a reply that
# nobody awaits any more, and Lambda's own maximum.
GENERATION_READ_TIMEOUT_S = 900
CONNECT_TIMEOUT_S = 3
# How the handler is called in another account's CloudTrail.
SESSION_NAME = "terrachat-handler"


class AwsClients:
    """The process's boto3 clients. Its methods block, and may be called from any thread."""

    def __init__(self, region: str) -> None:
        self._region = region
        self._clients: dict[tuple[str, str, Purpose, str | None], Any] = {}
        self._sessions: dict[str | None, Any] = {}
        # A boto3 session is not safe for two threads that create clients at once; the clients themselves are.
        self._lock = threading.Lock()

    def control(self, service: str, region: str | None = None) -> Any:
        """A client for short calls (SSM, Secrets Manager, DescribeEndpoint): few seconds, botocore's own retries."""
        return self._client(service, region or self._region, "control", None)

    def generation(self, service: str, region: str | None = None, role_arn: str | None = None) -> Any:
        """A client for calls that make a model answer: long reads, no retries below ours.

        With `role_arn`, calls are made in that role's name; the role is assumed by the first call, and again before
        its credentials end.
        """
        return self._client(service, region or self._region, "generation", role_arn)

    def close(self) -> None:
        """Close every client's connections."""
        with self._lock:
            for client in self._clients.values():
                client.close()
            self._clients.clear()

    def _client(self, service: str, region: str, purpose: Purpose, role_arn: str | None) -> Any:
        with self._lock:
            key = (service, region, purpose, role_arn)
            if key not in self._clients:
                client = self._session(role_arn).client(service, region_name=region, config=_config(purpose))
                if purpose == "generation":
                    aws_sending.attach(client)
                self._clients[key] = client
            return self._clients[key]

    def _session(self, role_arn: str | None) -> Any:
        import boto3.session

        if role_arn not in self._sessions:
            own = None if role_arn is None else self._session(None)
            self._sessions[role_arn] = (
                boto3.session.Session() if own is None else _assuming(str(role_arn), own, self._region)
            )
        return self._sessions[role_arn]


def _assuming(role_arn: str, own: Any, region: str) -> Any:
    """A session whose credentials are those of `role_arn`, which `own` may assume."""
    import boto3.session
    import botocore.session
    from botocore.credentials import AssumeRoleCredentialFetcher, DeferredRefreshableCredentials
    from botocore.exceptions import NoCredentialsError

    if (credentials := own.get_credentials()) is None:
        raise NoCredentialsError
    fetcher = AssumeRoleCredentialFetcher(
        partial(own.client, region_name=region, config=_config("control")),
        credentials,
        role_arn,
        extra_args={"RoleSessionName": SESSION_NAME},
    )
    session: Any = botocore.session.Session()
    # botocore makes refreshable credentials out of a profile in a file only; for a role that is known at run time this
    # attribute is the way that there is: https://github.com/boto/botocore/issues/761, read 2026-11-22.
    session._credentials = DeferredRefreshableCredentials(fetcher.fetch_credentials, "assume-role")
    return boto3.session.Session(botocore_session=session)


def _config(purpose: Purpose) -> Any:
    from botocore.config import Config

    if purpose == "control":
        return Config(connect_timeout=3, read_timeout=5, retries={"mode": "standard", "total_max_attempts": 3})
    # One retry loop with a deadline is ours (attempts.py); another one below it would multiply the attempts.
    return Config(
        connect_timeout=CONNECT_TIMEOUT_S,
        read_timeout=GENERATION_READ_TIMEOUT_S,
        retries={"mode": "standard", "total_max_attempts": 1},
        max_pool_connections=50,
    )
