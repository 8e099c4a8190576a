"""What `--fix` can do about the bucket of Terraform's state: create it, and have it keep former versions.

Separate from state_backend.py because that only asks. The bucket is nobody's but its owner's: no deployment contains
it, since Terraform reads its state before it makes anything, and destroying one leaves it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from generator.aws_calls import calling
from generator.planning import BackendPlan
from generator.preflight.findings import Offer
from generator.preflight.scene import Scene

# Where S3 creates a bucket when it is told no region. Source: botocore 1.44.5, s3, CreateBucketConfiguration.
_WITHOUT_LOCATION = "us-east-1"


def create_bucket(scene: Scene, backend: BackendPlan) -> Offer:
    """Create the bucket, closed to the public and keeping former versions."""

    def make(_: Mapping[str, str]) -> str:
        s3 = scene.aws.client("s3", backend.region)
        place = {} if backend.region == _WITHOUT_LOCATION else {"LocationConstraint": backend.region}
        arguments: dict[str, Any] = {"CreateBucketConfiguration": place} if place else {}
        with calling(f"CreateBucket of {backend.bucket!r}"):
            s3.create_bucket(Bucket=backend.bucket, **arguments)
        with calling(f"PutPublicAccessBlock of {backend.bucket!r}"):
            s3.put_public_access_block(
                Bucket=backend.bucket,
                PublicAccessBlockConfiguration={
                    "BlockPublicAcls": True,
                    "IgnorePublicAcls": True,
                    "BlockPublicPolicy": True,
                    "RestrictPublicBuckets": True,
                },
            )
        _switch_on_versions(s3, backend.bucket)
        return f"Created {backend.bucket!r} in {backend.region}, closed to the public and keeping former versions."

    return Offer(
        f"Create the bucket {backend.bucket!r} in {backend.region}",
        "It is closed to the public, encrypted with S3's own key, and keeps former versions. It costs as much as the "
        "state is large, which is next to nothing, and stays when the deployment is destroyed.",
        make,
    )


def keep_versions(scene: Scene, backend: BackendPlan) -> Offer:
    """Switch on versioning."""

    def make(_: Mapping[str, str]) -> str:
        _switch_on_versions(scene.aws.client("s3", backend.region), backend.bucket)
        return f"{backend.bucket!r} keeps former versions from now on."

    return Offer(
        f"Have the bucket {backend.bucket!r} keep former versions",
        "That holds for everything in the bucket: what is overwritten or deleted stays, and is paid for, until it is "
        "removed for good.",
        make,
    )


def _switch_on_versions(s3: Any, bucket: str) -> None:
    with calling(f"PutBucketVersioning of {bucket!r}"):
        s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
