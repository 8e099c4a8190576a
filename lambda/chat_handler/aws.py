"""boto3 clients, built when first needed.

In: a service name and a region. Out: a client, the same one every time. Separate because boto3 lives here (and
botocore's error types in `upstreams/aws_failures.py`): the import costs 0.3 s and a client 0.1 s, which `GET /health`
and a deployment without AWS models need not pay. botocore honours `AWS_ENDPOINT_URL*` by itself.
"""

from __future__ import annotations

import threading
from typing import Any, Literal

Purpose = Literal["control", "generation"]

# SageMaker's container has 60 s for a plain answer; our wait must outlast it, so that its error is seen and not ours.
# https://docs.aws.amazon.com/sagemaker/latest/dg/hosting-faqs.html, read 2026-11-22.
GENERATION_READ_TIMEOUT_S = 70
CONNECT_TIMEOUT_S = 5


class AwsClients:
    """The process's boto3 clients. Its methods block, and may be called from any thread."""

    def __init__(self, region: str) -> None:
        self._region = region
        self._clients: dict[tuple[str, str, Purpose], Any] = {}
        self._session: Any = None
        # A boto3 session is not safe for two threads that create clients at once; the clients themselves are.
        self._lock = threading.Lock()

    def control(self, service: str, region: str | None = None) -> Any:
        """A client for short calls (SSM, Secrets Manager, DescribeEndpoint): few seconds, botocore's own retries."""
        return self._client(service, region or self._region, "control")

    def generation(self, service: str, region: str | None = None) -> Any:
        """A client for calls that make a model answer: long reads, no retries below ours."""
        return self._client(service, region or self._region, "generation")

    def close(self) -> None:
        """Close every client's connections."""
        with self._lock:
            for client in self._clients.values():
                client.close()
            self._clients.clear()

    def _client(self, service: str, region: str, purpose: Purpose) -> Any:
        with self._lock:
            key = (service, region, purpose)
            if key not in self._clients:
                self._clients[key] = self._created(service, region, purpose)
            return self._clients[key]

    def _created(self, service: str, region: str, purpose: Purpose) -> Any:
        import boto3.session

        if self._session is None:
            self._session = boto3.session.Session()
        return self._session.client(service, region_name=region, config=_config(purpose))


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
