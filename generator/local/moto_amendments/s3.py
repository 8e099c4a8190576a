"""S3: what moto 5.2.5 does otherwise than AWS."""

from __future__ import annotations

from typing import Any

from moto.iam.access_control import PermissionResult
from moto.s3.models import FakeBucket

from generator.local.moto_amendments.replacing import replace


def amend() -> None:
    _let_bucket_policies_be()


def _let_bucket_policies_be() -> None:
    """Moto enforces a bucket's policy, and takes a Deny whose Condition is not met for one that is.

    So the usual statement that denies plain HTTP (`aws:SecureTransport` false) denies everything: PutObject answers
    403. Here no policy of any service is enforced, and everything is on loopback.
    """

    def get_permission(_self: FakeBucket, _action: str, _resource: str) -> Any:
        return PermissionResult.NEUTRAL

    replace(FakeBucket, "get_permission", get_permission)
