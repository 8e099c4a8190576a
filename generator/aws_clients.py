"""boto3 clients that checks running side by side share: each service and region once, with little patience.

In: the AWS that the environment names. Out: clients; AwsError where nobody is signed in, said once and at once
instead of after every service's own search for credentials. Separate from aws_calls.py, whose clients are for work
that should rather wait than fail.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

from generator.aws_calls import SIGN_IN, calling
from generator.errors import AwsError
from generator.shared_answers import SharedAnswers


class AwsClients:
    """Clients by service, region and role, for any thread.

    `made` are clients by service, region and role (None: one's own) that are used instead of new ones, for services
    that are played.
    """

    def __init__(self, made: Mapping[tuple[str, str, str | None], Any] | None = None) -> None:
        self._made = dict(made or {})
        # boto3's sessions may not make two clients at once.
        self._lock = threading.Lock()
        self._session: Any = None
        self._assumed = SharedAnswers()

    def client(self, service: str, region: str, role: str | None = None) -> Any:
        """The client of `service` in `region`, signed in as whoever runs this, or as `role` (its ARN).

        Raises AwsError where nobody is signed in, or the role may not be assumed.
        """
        key = (service, region, role)
        with self._lock:
            if key in self._made:
                return self._made[key]
        # Without the lock, and once for all regions: nobody else waits for STS, and a refusal is not asked for again.
        assumed = role and self._assumed.once(role, lambda: self._assume(role, region))
        with self._lock:
            if key not in self._made:
                self._made[key] = _client(assumed or self._signed_in(), service, region)
            return self._made[key]

    def _assume(self, role: str, region: str) -> Any:
        sts = self.client("sts", region)
        with calling(f"AssumeRole of {role!r}"):
            found = sts.assume_role(RoleArn=role, RoleSessionName="terrachat-doctor")["Credentials"]
        import boto3

        return boto3.Session(found["AccessKeyId"], found["SecretAccessKey"], found["SessionToken"])

    def _signed_in(self) -> Any:
        if self._session is None:
            import boto3  # half a second; most commands do without

            with calling("Looking for AWS credentials"):
                session = boto3.Session()
                found = session.get_credentials()
            if found is None:
                # Kept: looking again takes seconds where there is no instance metadata to ask.
                self._session = AwsError("nobody is signed in to AWS", hint=SIGN_IN, code="NoCredentialsError")
            else:
                self._session = session
        if isinstance(self._session, AwsError):
            raise self._session
        return self._session


def _client(session: Any, service: str, region: str) -> Any:
    from botocore.config import Config

    # An answer comes within a second or not at all: 22 s at most with both attempts.
    config = Config(
        connect_timeout=3,
        read_timeout=8,
        retries={"total_max_attempts": 2, "mode": "standard"},
        max_pool_connections=32,
    )
    return session.client(service, region_name=region, config=config)
