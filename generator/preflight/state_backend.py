"""Whether Terraform's state has a place to be: a bucket that exists and is fit for it, or a folder that can be written.

In: S3, or the file system. Out: findings, and offers to create the bucket and to have it keep former versions. Whether
the state may be written is among what permissions.py asks IAM: trying would leave an object behind.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from generator.aws_calls import calling
from generator.errors import AwsError
from generator.planning import BackendPlan
from generator.preflight.findings import Check, Finding, Verdict
from generator.preflight.scene import Scene
from generator.preflight.state_buckets import create_bucket, keep_versions

_ABSENT = frozenset({"404", "NoSuchBucket", "NotFound"})
_FORBIDDEN = frozenset({"403", "AccessDenied", "Forbidden"})
_NO_ENCRYPTION = "ServerSideEncryptionConfigurationNotFoundError"
_UNUSED_HERE = "The local target does without: its state is beside the module. On AWS: "

_Examine = Callable[[Scene, BackendPlan], Iterator[Finding]]


def checks(scene: Scene) -> Iterator[Check]:
    """The bucket, and each thing about it that can be asked by itself; or the folder."""
    if scene.catalog.backend is None:
        yield Check("backend/local", "the state of Terraform", lambda: [_local(scene)])
        return
    bucket = scene.catalog.backend.s3.bucket
    for id_, what, examine in (
        (f"backend/{bucket}", "", _bucket),
        (f"backend/{bucket}/versioning", ", its former versions", _versioning),
        (f"backend/{bucket}/encryption", ", its encryption", _encryption),
        (f"backend/{bucket}/lock", ", the lock of the state", _lock),
    ):
        yield Check(id_, f"the bucket {bucket!r}{what}", partial(_examine, scene, examine))


def _examine(scene: Scene, examine: _Examine) -> Iterator[Finding]:
    backend = scene.plan.backend
    assert backend is not None  # noqa: S101 - checks() asks for one
    for finding in examine(scene, backend):
        # A deployment to the local target needs no bucket; that it is missing can be rehearsed all the same.
        is_theirs = scene.is_local and finding.verdict is Verdict.BLOCKED
        yield replace(finding, verdict=Verdict.WARN, reason=_UNUSED_HERE + finding.reason) if is_theirs else finding


def _local(scene: Scene) -> Finding:
    folder = next(each for each in (scene.directory.absolute(), *scene.directory.absolute().parents) if each.exists())
    subject = "the state of Terraform"
    if not folder.is_dir() or not os.access(folder, os.W_OK | os.X_OK):
        reason = f"{folder} cannot be written, and the module and its state are to lie in {scene.directory}."
        fix = "Make it writable, or name another directory with -o."
        return Finding("backend/local", subject, Verdict.BLOCKED, reason, str(folder), "read-only", fix)
    reason = (
        f"It is a file in {scene.directory}: on this machine only, and without a lock against others. 'backend' in the "
        "catalog keeps it in S3."
    )
    return Finding("backend/local", subject, Verdict.OK, reason, str(folder), "local")


def _bucket(scene: Scene, backend: BackendPlan) -> Iterator[Finding]:
    id_, subject = f"backend/{backend.bucket}", f"the bucket {backend.bucket!r}"
    asked = f"s3 HeadBucket, {backend.region}"
    try:
        region = _region(_s3(scene, backend), backend)
    except AwsError as error:
        if error.code in _ABSENT:
            reason = f"There is no bucket {backend.bucket!r} for Terraform's state."
            offer = create_bucket(scene, backend)
            fix = f"terrachat doctor --fix{scene.option}"
            yield Finding(id_, subject, Verdict.BLOCKED, reason, asked, "missing", fix, offer=offer)
            return
        if error.code in _FORBIDDEN:
            reason = (
                f"S3 refuses to tell of the bucket {backend.bucket!r}: it is another account's, or may not be listed."
            )
            fix = f"Have s3:ListBucket on arn:aws:s3:::{backend.bucket} allowed, or name a bucket of your own."
            yield Finding(id_, subject, Verdict.UNKNOWN, reason, asked, "refused", fix)
            return
        raise
    if region != backend.region:
        reason = f"The bucket {backend.bucket!r} is in {region}, and Terraform would look for it in {backend.region}."
        fix = f"Write to the catalog, in backend.s3: region: {region}"
        yield Finding(id_, subject, Verdict.BLOCKED, reason, asked, region, fix)
        return
    reason = f"The bucket {backend.bucket!r} is there, in {region}; the state is {backend.key!r} in it."
    yield Finding(id_, subject, Verdict.OK, reason, asked, region)


def _region(s3: Any, backend: BackendPlan) -> str:
    """Where the bucket is. boto3 follows S3 to that region by itself."""
    with calling(f"HeadBucket of {backend.bucket!r}"):
        found = s3.head_bucket(Bucket=backend.bucket)
    headers = found.get("ResponseMetadata", {}).get("HTTPHeaders", {})
    return str(found.get("BucketRegion") or headers.get("x-amz-bucket-region") or backend.region)


def _versioning(scene: Scene, backend: BackendPlan) -> Iterator[Finding]:
    found = _asked_of_bucket(lambda s3: s3.get_bucket_versioning(Bucket=backend.bucket), scene, backend, "Versioning")
    if found is None:
        return
    status = found.get("Status", "never switched on")
    id_, subject = f"backend/{backend.bucket}/versioning", f"the bucket {backend.bucket!r}, its former versions"
    asked = f"s3 GetBucketVersioning, {backend.region}"
    if status == "Enabled":
        reason = "The bucket keeps former versions: a state that is lost or broken can be taken back."
        yield Finding(id_, subject, Verdict.OK, reason, asked, status)
        return
    # Terraform's page of its S3 backend, read on 2026-11-22: it is "highly recommended" to switch this on.
    reason = (
        "The bucket keeps no former versions: a state that is deleted or broken is lost, and what it lists with it."
    )
    fix = f"terrachat doctor --fix{scene.option}"
    yield Finding(id_, subject, Verdict.WARN, reason, asked, status, fix, offer=keep_versions(scene, backend))


def _encryption(scene: Scene, backend: BackendPlan) -> Iterator[Finding]:
    id_, subject = f"backend/{backend.bucket}/encryption", f"the bucket {backend.bucket!r}, its encryption"
    asked = f"s3 GetBucketEncryption, {backend.region}"
    try:
        found = _asked_of_bucket(
            lambda s3: s3.get_bucket_encryption(Bucket=backend.bucket), scene, backend, "Encryption"
        )
    except AwsError as error:
        if error.code != _NO_ENCRYPTION:
            raise
        # The module's own `encrypt = true` asks for it with every state that is written.
        reason = "The bucket has no encryption of its own; Terraform asks for it with each state that it writes."
        yield Finding(id_, subject, Verdict.OK, reason, asked, "by request")
        return
    if found is None:
        return
    rules = found["ServerSideEncryptionConfiguration"]["Rules"]
    default = rules[0].get("ApplyServerSideEncryptionByDefault", {}) if rules else {}
    algorithm = default.get("SSEAlgorithm", "AES256")
    reason = f"The bucket encrypts what it keeps, with {algorithm}."
    yield Finding(id_, subject, Verdict.OK, reason, asked, algorithm)


def _lock(scene: Scene, backend: BackendPlan) -> Iterator[Finding]:
    """A lock is there while Terraform works, and when it was killed at it."""
    id_, subject = f"backend/{backend.bucket}/lock", f"the bucket {backend.bucket!r}, the lock of the state"
    key, asked = f"{backend.key}.tflock", f"s3 GetObject, {backend.region}"
    try:
        with calling(f"GetObject of {key!r}"):
            body = _s3(scene, backend).get_object(Bucket=backend.bucket, Key=key)["Body"].read()
    except AwsError as error:
        if error.code in _ABSENT:  # no bucket: that is said where the bucket is asked for
            return
        if error.code != "NoSuchKey":
            raise
        yield Finding(id_, subject, Verdict.OK, "Nobody holds the lock of the state.", asked, "free")
        return
    lock = _lock_of(body)
    reason = (
        f"The state is locked by {lock.get('Who', 'somebody')} since {lock.get('Created', 'an unknown time')} "
        f"({lock.get('Operation', 'an unknown operation')}): until that ends, every apply is refused."
    )
    fix = (
        "Wait for it. If nobody is at work, because that Terraform was killed: terraform "
        f"-chdir={scene.directory} force-unlock {lock.get('ID', 'ID')}"
    )
    yield Finding(id_, subject, Verdict.WARN, reason, asked, "held", fix)


def _lock_of(body: bytes) -> Mapping[str, Any]:
    """What Terraform writes into the lock: who holds it. Nothing of the state."""
    try:
        found = json.loads(body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _asked_of_bucket(
    ask: Callable[[Any], Mapping[str, Any]], scene: Scene, backend: BackendPlan, what: str
) -> Mapping[str, Any] | None:
    """What the bucket says, or None where there is none, which is said where the bucket is asked for."""
    try:
        with calling(f"GetBucket{what} of {backend.bucket!r}"):
            return ask(_s3(scene, backend))
    except AwsError as error:
        if error.code in _ABSENT:
            return None
        raise


def _s3(scene: Scene, backend: BackendPlan) -> Any:
    return scene.aws.client("s3", backend.region)
