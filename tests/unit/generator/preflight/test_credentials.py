"""Who is signed in, and whether the account has the region."""

from __future__ import annotations

import pytest

from generator.preflight.credentials import checks
from generator.preflight.findings import Finding, Verdict
from tests.unit.generator.aws_answers import Answer
from tests.unit.generator.preflight.played_scenes import ACCOUNT, caller, finding, refused, scene

WHO, REGION = "credentials/identity", "credentials/region"
STS = f"arn:aws:sts::{ACCOUNT}"


def identity(*answers: Answer, is_local: bool = False) -> Finding:
    """Both checks ask STS in the same region here, side by side: one is made to ask alone."""
    found = scene(aws={"sts": answers}, is_local=is_local)
    return finding(lambda of: iter([next(iter(checks(of)))]), found)


def region_of(*answers: Answer, home: tuple[Answer, ...] = (), regions: tuple[Answer, ...] = ()) -> Finding:
    aws = {"sts": answers, ("sts", "us-east-1"): home, ("ec2", "us-east-1"): regions}
    found = scene(aws=aws, region="ap-east-1")
    return finding(lambda of: iter([list(checks(of))[1]]), found)


@pytest.mark.parametrize(
    ("arn", "words"),
    [
        (f"arn:aws:iam::{ACCOUNT}:user/team/alice", "the user 'alice'"),
        (f"{STS}:assumed-role/Deployer/ci-17", "the role 'Deployer'"),
        (f"{STS}:assumed-role/AWSReservedSSO_Power_User_0123456789abcdef/alice", "the permission set 'Power_User'"),
        (f"{STS}:federated-user/alice", "the federated user 'alice'"),
    ],
    ids=["user", "role", "sso", "federated"],
)
def test_who_is_signed_in_is_told_with_the_account(arn: str, words: str) -> None:
    found = identity(caller(arn))

    assert (found.id, found.verdict, found.value) == (WHO, Verdict.OK, arn)
    assert found.reason == f"You are {words} of the account {ACCOUNT}."
    assert found.asked == "sts GetCallerIdentity, us-east-1"


def test_root_is_warned_of() -> None:
    found = identity(caller(f"arn:aws:iam::{ACCOUNT}:root"))

    assert found.verdict is Verdict.WARN
    assert found.reason == f"You are the root user of the account {ACCOUNT}, whom no policy restrains."
    assert "AWS_PROFILE" in found.fix


def test_the_local_targets_account_is_its_own() -> None:
    found = identity(caller(f"{STS}:user/moto"), is_local=True)

    assert found.verdict is Verdict.OK
    assert found.reason == f"This is the local target's own account, {ACCOUNT}; no account of AWS is used."


@pytest.mark.parametrize("code", ["ExpiredToken", "InvalidClientTokenId"])
def test_a_sign_in_that_is_no_good_is_unknown_and_says_how_to_sign_in(code: str) -> None:
    found = identity(refused("get_caller_identity", code))

    assert (found.verdict, found.reason) == (Verdict.UNKNOWN, f"GetCallerIdentity failed: {code}: no")
    assert "aws sso login" in found.fix


def test_who_is_signed_in_is_told_also_where_the_region_does_not_know() -> None:
    aws = {"sts": (refused("get_caller_identity", "InvalidClientTokenId"),), ("sts", "us-east-1"): (caller(),)}
    there = scene(aws=aws, region="ap-east-1")

    assert finding(lambda of: iter([next(iter(checks(of)))]), there).verdict is Verdict.OK


def test_nobody_signed_in_is_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, "/dev/null")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")

    found = finding(checks, scene(), WHO)

    assert (found.verdict, found.reason) == (Verdict.UNKNOWN, "nobody is signed in to AWS")
    assert "aws sso login" in found.fix


def test_region_that_takes_the_credentials_is_ok() -> None:
    found = region_of(caller())

    assert (found.id, found.verdict) == (REGION, Verdict.OK)
    assert found.reason == f"ap-east-1 takes the credentials of the account {ACCOUNT}."


def test_region_that_is_not_enabled_is_blocked() -> None:
    """STS there knows none of the account's credentials."""
    regions = Answer(
        "describe_regions",
        {"Regions": [{"RegionName": "ap-east-1", "OptInStatus": "not-opted-in"}]},
        given={"RegionNames": ["ap-east-1"], "AllRegions": True},
    )

    found = region_of(refused("get_caller_identity", "InvalidClientTokenId"), home=(caller(),), regions=(regions,))

    assert (found.verdict, found.blocks, found.value) == (Verdict.BLOCKED, "deployment", "not-opted-in")
    assert found.reason == f"The account {ACCOUNT} has not enabled the region ap-east-1."
    assert "aws account enable-region --region-name ap-east-1" in found.fix


@pytest.mark.parametrize(
    "regions",
    [
        Answer("describe_regions", {"Regions": [{"RegionName": "ap-east-1", "OptInStatus": "opted-in"}]}),
        refused("describe_regions", "UnauthorizedOperation"),
    ],
    ids=["it is enabled", "nobody may ask"],
)
def test_region_that_refuses_what_another_takes_is_blocked(regions: Answer) -> None:
    """As where a session token of STS's global endpoint is used in a region that takes none of these."""
    found = region_of(refused("get_caller_identity", "InvalidClientTokenId"), home=(caller(),), regions=(regions,))

    assert found.verdict is Verdict.BLOCKED
    assert found.reason.startswith("ap-east-1 refuses credentials that us-east-1 takes")
    assert "AWS_STS_REGIONAL_ENDPOINTS=regional" in found.fix


def test_credentials_that_no_region_takes_do_not_blame_the_region() -> None:
    bad = refused("get_caller_identity", "InvalidClientTokenId")

    assert region_of(bad, home=(bad,)).verdict is Verdict.UNKNOWN
