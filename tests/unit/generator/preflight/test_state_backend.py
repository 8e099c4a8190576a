"""Whether Terraform's state has a place to be."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from botocore.response import StreamingBody

from generator.errors import AwsError
from generator.preflight.findings import Finding, Offer, Verdict
from generator.preflight.scene import Scene
from generator.preflight.state_backend import checks
from tests.unit.generator.aws_answers import Answer
from tests.unit.generator.preflight.played_scenes import SELF_HOSTED, finding, findings, refused, scene

ID = "backend/states"
LOCK = {"ID": "1234-5678", "Operation": "OperationTypeApply", "Who": "alice@laptop", "Created": "2026-11-22T10:00:00Z"}
CLOSED = {"BlockPublicAcls": True, "IgnorePublicAcls": True, "BlockPublicPolicy": True, "RestrictPublicBuckets": True}


def there(*answers: Answer, region: str = "us-east-1", **settings: Any) -> Scene:
    backend = {"s3": {"bucket": "states", "region": region}}
    return scene(SELF_HOSTED, backend=backend, aws={("s3", region): answers}, **settings)


def examined(what: str, *answers: Answer, **settings: Any) -> tuple[Finding, ...]:
    """What the check of this name finds, with nothing else asked beside it."""
    found = there(*answers, **settings)
    return findings(lambda of: (each for each in checks(of) if each.id == f"{ID}{what}"), found)


def bucket(*answers: Answer, **settings: Any) -> Finding:
    (found,) = examined("", *answers, **settings)
    return found


def head(region: str = "us-east-1") -> Answer:
    return Answer("head_bucket", {"BucketRegion": region}, given={"Bucket": "states"})


def locked(body: bytes) -> Answer:
    content = StreamingBody(io.BytesIO(body), len(body))
    return Answer("get_object", {"Body": content}, given={"Bucket": "states", "Key": "terrachat/demo.tfstate.tflock"})


def offered(found: Finding) -> Offer:
    assert found.offer is not None
    return found.offer


def test_bucket_that_is_there_is_ok() -> None:
    found = bucket(head())

    assert (found.id, found.verdict, found.value) == (ID, Verdict.OK, "us-east-1")
    assert found.reason == "The bucket 'states' is there, in us-east-1; the state is 'terrachat/demo.tfstate' in it."
    assert found.asked == "s3 HeadBucket, us-east-1"


def test_region_is_also_read_from_the_reply_itself() -> None:
    """What S3 says in a header reaches older versions of botocore as that only."""
    metadata = {"HTTPHeaders": {"x-amz-bucket-region": "eu-west-1"}, "HTTPStatusCode": 200}

    assert bucket(Answer("head_bucket", {"ResponseMetadata": metadata})).value == "eu-west-1"


def test_bucket_in_another_region_blocks() -> None:
    found = bucket(head("eu-west-1"))

    assert (found.verdict, found.blocks) == (Verdict.BLOCKED, "deployment")
    assert found.reason == "The bucket 'states' is in eu-west-1, and Terraform would look for it in us-east-1."
    assert found.fix == "Write to the catalog, in backend.s3: region: eu-west-1"


@pytest.mark.parametrize(
    ("region", "place"),
    [("us-east-1", {}), ("eu-west-1", {"CreateBucketConfiguration": {"LocationConstraint": "eu-west-1"}})],
)
def test_bucket_that_is_missing_blocks_and_is_offered_to_be_made(region: str, place: dict[str, Any]) -> None:
    made = (
        Answer("create_bucket", given={"Bucket": "states", **place}),
        Answer("put_public_access_block", given={"Bucket": "states", "PublicAccessBlockConfiguration": CLOSED}),
        Answer("put_bucket_versioning", given={"Bucket": "states", "VersioningConfiguration": {"Status": "Enabled"}}),
    )
    of = there(refused("head_bucket", "404"), *made, head(region), region=region)

    def only_the_bucket(each: Scene) -> Any:
        return (check for check in checks(each) if check.id == ID)

    found = finding(only_the_bucket, of)
    assert (found.verdict, found.value, found.fix) == (Verdict.BLOCKED, "missing", "terrachat doctor --fix")
    assert found.reason == "There is no bucket 'states' for Terraform's state."
    assert offered(found).title == f"Create the bucket 'states' in {region}"
    assert offered(found).make({}).startswith(f"Created 'states' in {region}")
    assert finding(only_the_bucket, of).verdict is Verdict.OK


def test_bucket_that_cannot_be_made_says_why() -> None:
    found = bucket(refused("head_bucket", "404"), refused("create_bucket", "BucketAlreadyExists"))

    with pytest.raises(AwsError, match="CreateBucket of 'states' failed: BucketAlreadyExists"):
        offered(found).make({})


def test_bucket_that_s3_does_not_tell_of_is_unknown() -> None:
    found = bucket(refused("head_bucket", "403"))

    assert (found.verdict, found.value) == (Verdict.UNKNOWN, "refused")
    assert "another account's" in found.reason
    assert "s3:ListBucket on arn:aws:s3:::states" in found.fix


def test_s3_that_is_busy_is_unknown() -> None:
    assert bucket(refused("head_bucket", "SlowDown")).verdict is Verdict.UNKNOWN


@pytest.mark.parametrize("status", ["Enabled", "Suspended", None])
def test_former_versions_should_be_kept(status: str | None) -> None:
    answer = Answer("get_bucket_versioning", {"Status": status} if status else {}, given={"Bucket": "states"})
    switched_on = Answer(
        "put_bucket_versioning", given={"Bucket": "states", "VersioningConfiguration": {"Status": "Enabled"}}
    )

    (found,) = examined("/versioning", answer, *([] if status == "Enabled" else [switched_on]))

    assert found.verdict is (Verdict.OK if status == "Enabled" else Verdict.WARN)
    if status == "Enabled":
        assert found.offer is None
    else:
        assert offered(found).make({}) == "'states' keeps former versions from now on."


@pytest.mark.parametrize("algorithm", ["AES256", "aws:kms"])
def test_encryption_is_told(algorithm: str) -> None:
    rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": algorithm}}
    answer = Answer("get_bucket_encryption", {"ServerSideEncryptionConfiguration": {"Rules": [rule]}})

    (found,) = examined("/encryption", answer)

    assert (found.verdict, found.value) == (Verdict.OK, algorithm)


def test_bucket_without_encryption_of_its_own_gets_it_with_each_state() -> None:
    (found,) = examined(
        "/encryption", refused("get_bucket_encryption", "ServerSideEncryptionConfigurationNotFoundError")
    )

    assert (found.verdict, found.value) == (Verdict.OK, "by request")


def test_free_lock_is_ok() -> None:
    (found,) = examined("/lock", refused("get_object", "NoSuchKey"))

    assert (found.verdict, found.reason) == (Verdict.OK, "Nobody holds the lock of the state.")


def test_lock_that_is_held_is_a_warning_that_names_its_holder() -> None:
    (found,) = examined("/lock", locked(json.dumps(LOCK).encode()))

    assert (found.verdict, found.value) == (Verdict.WARN, "held")
    assert found.reason == (
        "The state is locked by alice@laptop since 2026-11-22T10:00:00Z (OperationTypeApply): until that ends, every "
        "apply is refused."
    )
    assert found.fix.endswith("terraform -chdir=deployments/demo force-unlock 1234-5678")


@pytest.mark.parametrize("body", [b"", b"not JSON", b"[]"])
def test_lock_that_cannot_be_read_is_held_all_the_same(body: bytes) -> None:
    (found,) = examined("/lock", locked(body))

    assert found.verdict is Verdict.WARN
    assert "by somebody" in found.reason


@pytest.mark.parametrize(
    ("what", "operation"),
    [("/versioning", "get_bucket_versioning"), ("/encryption", "get_bucket_encryption"), ("/lock", "get_object")],
)
def test_what_may_not_be_asked_is_unknown_by_itself_and_a_missing_bucket_is_told_once(
    what: str, operation: str
) -> None:
    assert [each.verdict for each in examined(what, refused(operation, "AccessDenied"))] == [Verdict.UNKNOWN]
    assert examined(what, refused(operation, "NoSuchBucket")) == ()


def test_local_target_does_without_the_bucket_and_still_shows_what_is_missing() -> None:
    missing = bucket(refused("head_bucket", "404"), is_local=True)
    found = bucket(head(), is_local=True)

    assert (missing.verdict, missing.fix) == (Verdict.WARN, "terrachat doctor --fix --local")
    assert missing.reason == (
        "The local target does without: its state is beside the module. On AWS: There is no bucket 'states' for "
        "Terraform's state."
    )
    assert missing.offer is not None
    assert found.verdict is Verdict.OK


def test_state_beside_the_module_is_ok_where_it_can_be_written(tmp_path: Path) -> None:
    found = finding(checks, scene(directory=tmp_path / "not/there/yet"))

    assert (found.id, found.verdict, found.asked) == ("backend/local", Verdict.OK, str(tmp_path))
    assert found.reason.startswith(f"It is a file in {tmp_path / 'not/there/yet'}: on this machine only")


def test_state_beside_the_module_blocks_where_nothing_can_be_written(tmp_path: Path) -> None:
    """As below a file, for anybody, root too."""
    (tmp_path / "file").touch()
    directory = tmp_path / "file/demo"

    found = finding(checks, scene(directory=directory))

    assert (found.verdict, found.blocks, found.value) == (Verdict.BLOCKED, "deployment", "read-only")
    assert (
        found.reason
        == f"{tmp_path / 'file'} cannot be written, and the module and its state are to lie in {directory}."
    )
    assert found.fix == "Make it writable, or name another directory with -o."
