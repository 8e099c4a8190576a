"""Who is signed in, to which account, and whether that account has the deployment's region.

In: STS, and EC2 where the region refuses. Out: findings; who signed in also for permissions.py, as `Identity`.
A missing, wrong or expired sign-in is `unknown`: nothing else can be asked then, and nothing is known to be wrong.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from generator.aws_calls import calling
from generator.catalog.partitions import Arn, parsed_arn, partition_of
from generator.errors import AwsError
from generator.preflight.findings import Check, Finding, Verdict
from generator.preflight.scene import Scene

IdentityKind = Literal["root", "user", "role", "sso", "federated"]

# The region of each partition that every account has. Source: AWS Account Management reference, "Enable or disable AWS
# Regions in your account" (regions from before March 2019 cannot be disabled), read on 2026-11-22.
_HOMES = {"aws": "us-east-1", "aws-cn": "cn-north-1", "aws-us-gov": "us-gov-west-1"}

# What STS answers in a region that the account has not enabled, and to a session token that is not valid there.
# Sources: segmentio/aws-okta issue 225, boto/boto3 issue 3975, Versent/saml2aws issue 928, hashicorp/
# terraform-provider-aws issue 9234; read on 2026-11-22.
_NOT_TAKEN_HERE = frozenset({"InvalidClientTokenId", "UnrecognizedClientException", "AuthFailure"})


@dataclass(frozen=True)
class Identity:
    """Who is signed in.

    `name` is the user's, the role's or the permission set's; `arn` is what STS says, which for a role names a session.
    """

    kind: IdentityKind
    name: str
    account: str
    arn: str

    @property
    def words(self) -> str:
        """The same for people."""
        what = {"user": "the user", "role": "the role", "sso": "the permission set", "federated": "the federated user"}
        return f"{what[self.kind]} {self.name!r}" if self.kind in what else "the root user"

    @property
    def subject(self) -> str:
        """The same at the beginning of a sentence."""
        return f"{self.words[0].upper()}{self.words[1:]}"


def caller(scene: Scene) -> Identity:
    """Who is signed in, also where the deployment's region does not know them. Raises AwsError."""
    try:
        return _caller_in(scene, scene.region)
    except AwsError as error:
        if error.code not in _NOT_TAKEN_HERE or scene.region == _home(scene.region):
            raise
        return _caller_in(scene, _home(scene.region))


def _caller_in(scene: Scene, region: str) -> Identity:
    sts = scene.aws.client("sts", region)
    with calling("GetCallerIdentity"):
        found = sts.get_caller_identity()
    return _identity(found["Arn"], found["Account"])


def _identity(text: str, account: str) -> Identity:
    arn = parsed_arn(text) or Arn("aws", "sts", "", account, text)
    kind, _, rest = arn.resource.partition("/")
    name = rest.partition("/")[0]
    if arn.resource == "root":
        return Identity("root", "root", account, text)
    if kind == "assumed-role" and name.startswith("AWSReservedSSO_"):
        # AWSReservedSSO_<permission set>_<16 hexadecimal digits>
        return Identity("sso", name.removeprefix("AWSReservedSSO_").rpartition("_")[0], account, text)
    if kind == "assumed-role":
        return Identity("role", name, account, text)
    if kind == "federated-user":
        return Identity("federated", name, account, text)
    return Identity("user", rest.rpartition("/")[2], account, text)


def checks(scene: Scene) -> Iterator[Check]:
    """Who is signed in, and whether the region is there."""
    yield Check("credentials/identity", "who is signed in to AWS", lambda: [_who(scene)])
    yield Check("credentials/region", f"the region {scene.region}", lambda: [_region(scene)])


def _who(scene: Scene) -> Finding:
    identity = caller(scene)
    subject, asked = "who is signed in to AWS", f"sts GetCallerIdentity, {scene.region}"
    if scene.is_local:
        reason = f"This is the local target's own account, {identity.account}; no account of AWS is used."
        return Finding("credentials/identity", subject, Verdict.OK, reason, asked, identity.arn)
    if identity.kind == "root":
        reason = f"You are the root user of the account {identity.account}, whom no policy restrains."
        fix = (
            "Sign in as a role or a user with only what a deployment takes: make one in the IAM console, then for "
            "example aws sso login, or set AWS_PROFILE."
        )
        return Finding("credentials/identity", subject, Verdict.WARN, reason, asked, identity.arn, fix)
    reason = f"You are {identity.words} of the account {identity.account}."
    return Finding("credentials/identity", subject, Verdict.OK, reason, asked, identity.arn)


def _region(scene: Scene) -> Finding:
    region, home = scene.region, _home(scene.region)
    subject, asked = f"the region {region}", f"sts GetCallerIdentity, {region}"
    try:
        identity = _caller_in(scene, region)
    except AwsError as error:
        if error.code not in _NOT_TAKEN_HERE or region == home:
            raise
        identity = _caller_in(scene, home)  # raises where the credentials are not valid anywhere
        return _refusing_region(scene, identity, asked)
    reason = f"{region} takes the credentials of the account {identity.account}."
    return Finding("credentials/region", subject, Verdict.OK, reason, asked, "enabled")


def _refusing_region(scene: Scene, identity: Identity, asked: str) -> Finding:
    """The same credentials are taken elsewhere: the region is not enabled, or takes no tokens of the first version."""
    region, home = scene.region, _home(scene.region)
    status = _opt_in_status(scene)
    asked = f"{asked}; ec2 DescribeRegions, {home}"
    if status == "not-opted-in":
        reason = f"The account {identity.account} has not enabled the region {region}."
        fix = (
            f"Enable it: aws account enable-region --region-name {region}, or in the console under Account, AWS "
            "Regions. Or choose another region in the catalog."
        )
    else:
        # AWS IAM API reference, SetSecurityTokenServicePreferences, read on 2026-11-22: tokens of version 1 are valid
        # only in the regions that are enabled by default.
        reason = (
            f"{region} refuses credentials that {home} takes: it is not enabled for the account {identity.account}, or "
            "they come from STS's global endpoint, whose tokens newer regions may not take."
        )
        fix = f"Sign in again with AWS_STS_REGIONAL_ENDPOINTS=regional and AWS_REGION={region} set, then try again."
    return Finding(
        "credentials/region", f"the region {region}", Verdict.BLOCKED, reason, asked, status or "refused", fix
    )


def _opt_in_status(scene: Scene) -> str:
    """Whether the account has enabled the region; empty where that may not be asked."""
    ec2 = scene.aws.client("ec2", _home(scene.region))
    try:
        with calling("DescribeRegions"):
            found = ec2.describe_regions(RegionNames=[scene.region], AllRegions=True)["Regions"]
    except AwsError:
        return ""
    return str(found[0].get("OptInStatus", "")) if found else ""


def _home(region: str) -> str:
    return _HOMES.get(partition_of(region), region)
