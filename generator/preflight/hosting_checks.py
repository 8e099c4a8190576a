"""What the chat page on AWS needs of its owner: a check for each thing that the catalog's `hosting` names.

In: a scene. Out: five checks, or none without `hosting`. On AWS a wrong one shows 20 minutes into an apply, as tasks
that do not start, or as a page that nobody can open. Separate from the modules that examine one thing each: here is
what they have in common, which is who they are, what they may not be allowed to ask, and the local target.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial

from generator.catalog import HostingSettings
from generator.errors import AwsError
from generator.preflight import (
    hosting_certificate,
    hosting_image,
    hosting_network,
    hosting_secret,
    hosting_sign_in,
)
from generator.preflight.findings import Check, Finding, Verdict
from generator.preflight.scene import Scene

_DENIED = frozenset({"AccessDenied", "AccessDeniedException", "UnauthorizedOperation"})


@dataclass(frozen=True)
class _Part:
    """One thing that the page needs: what it is called, who examines it, and what that takes in IAM's words.

    `actions` is empty where `examine` says itself what it may not ask, and where IAM has no part in it. `is_named_only`
    says that the local target has no such thing and takes it as it is named.
    """

    name: str
    subject: str
    examine: Callable[[Scene, HostingSettings, partial[Finding]], Iterator[Finding]]
    actions: str = ""
    is_cheap: bool = True
    is_named_only: bool = True

    @property
    def found(self) -> partial[Finding]:
        return partial(Finding, f"hosting/{self.name}", self.subject)


_PARTS = (
    _Part(
        "certificate",
        "the certificate of the chat page",
        hosting_certificate.examine,
        "acm:DescribeCertificate",
    ),
    _Part(
        "network",
        "the VPC and the subnets of the chat page",
        hosting_network.examine,
        "ec2:DescribeVpcs, ec2:DescribeSubnets, ec2:DescribeRouteTables and elasticloadbalancing:DescribeLoadBalancers",
    ),
    _Part(
        "image",
        "the image of the chat page",
        hosting_image.examine,
        is_named_only=False,  # of registries the local target has one: the account that it plays
    ),
    _Part(
        "secret",
        "the secret of the chat page",
        hosting_secret.examine,
        "secretsmanager:GetSecretValue, and kms:Decrypt where the secret has a key of its own",
    ),
    _Part(
        "sign-in",
        "the sign-in provider of the chat page",
        hosting_sign_in.examine,
        is_cheap=False,
    ),
)


def checks(scene: Scene) -> Iterator[Check]:
    """One check for each thing that the page needs."""
    hosting = scene.catalog.hosting
    if hosting is None:
        return
    for part in _PARTS:
        examine = partial(_examine, scene, hosting, part)
        yield Check(f"hosting/{part.name}", part.subject, examine, part.is_cheap)


def _rehearsed(finding: Finding) -> Finding:
    """What the local target does without can be missed all the same, and stops no apply to it."""
    if finding.verdict is not Verdict.BLOCKED:
        return finding
    return replace(finding, verdict=Verdict.WARN, reason=f"The local target does without. On AWS: {finding.reason}")


def _examine(scene: Scene, hosting: HostingSettings, part: _Part) -> Iterator[Finding]:
    if scene.is_local and part.is_named_only:
        # Nothing of it is emulated, no task runs, and a rehearsal needs no network: whatever an answer was, it would
        # say nothing about the thing that is named.
        reason = "The local target runs no task of the page and takes it as it is named; on AWS it is looked at."
        yield part.found(Verdict.OK, reason, value="not asked on the local target")
        return
    try:
        for finding in part.examine(scene, hosting, part.found):
            yield _rehearsed(finding) if scene.is_local else finding
    except AwsError as error:
        if error.code not in _DENIED:
            raise
        fix = f"Deploy all the same where you know it to be right. To have it checked, have {part.actions} allowed."
        yield part.found(Verdict.UNKNOWN, f"AWS does not tell: {error.message.rstrip('.')}.", fix=fix)
