"""The roles in whose name a catalog's Bedrock models are called, often of another account.

In: the scene. Out: a check for each role, `bedrock-role/<its ARN>`. Whoever runs this tries to assume it; what comes
back is thrown away. Separate from the checks of the models, which a refusal here keeps from their answers.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial

from generator.aws_calls import calling
from generator.catalog.partitions import partition_of
from generator.errors import AwsError
from generator.preflight.bedrock_control import REFUSED
from generator.preflight.bedrock_ids import bedrock_uses
from generator.preflight.findings import Check, Finding, Verdict
from generator.preflight.scene import Scene

_IMPOSSIBLE = "ValidationError"


def checks(scene: Scene) -> Iterator[Check]:
    """One for each role, whatever the number of entries that are called in its name."""
    entries: dict[str, list[str]] = {}
    for use in bedrock_uses(scene.catalog):
        if use.place.role is not None:
            entries.setdefault(use.place.role, []).append(use.entry)
    for role, models in entries.items():
        yield Check(
            f"bedrock-role/{role}", _subject(role), partial(_examine, scene, role, tuple(models)), False, tuple(models)
        )


def _examine(scene: Scene, role: str, models: tuple[str, ...]) -> Iterator[Finding]:
    sts = scene.aws.client("sts", scene.region)
    verdict, value, fix = Verdict.OK, "assumed", ""
    reason = f"Whoever runs this may assume {role}. Whether the chat handler may too, its trust policy alone decides."
    try:
        with calling(f"sts AssumeRole of {role!r}"):
            sts.assume_role(RoleArn=role, RoleSessionName="terrachat-doctor")
    except AwsError as error:
        if error.code not in REFUSED | {_IMPOSSIBLE}:
            raise
        value = error.code
        if error.code == _IMPOSSIBLE:
            verdict, reason = Verdict.BLOCKED, f"AWS says that {role!r} cannot be a role. {error.message}"
            fix = "Write the ARN of a role that there is (role_arn in the catalog)."
        else:
            # AWS answers the same whether there is no such role, no such account, or no trust in whoever asks.
            handler = _handler(scene)
            verdict = Verdict.UNKNOWN
            reason = (
                f"Whoever runs this may not assume {role}. That is as it should be where the role trusts only the chat "
                f"handler ({handler}); AWS does not say whether it does, nor whether there is such a role."
            )
            fix = f"See that the trust policy of {role} has this statement:\n{_trust(scene, handler)}"
    yield Finding(
        id=f"bedrock-role/{role}",
        subject=_subject(role),
        verdict=verdict,
        reason=reason,
        asked=f"sts AssumeRole, {scene.region}",
        value=value,
        fix=fix,
        models=models,
        blocks="answers",
    )


def _handler(scene: Scene) -> str:
    """The ARN of the handler's role, in the account that whoever runs this is signed in to."""
    sts = scene.aws.client("sts", scene.region)
    with calling("sts GetCallerIdentity"):
        account = sts.get_caller_identity()["Account"]
    return f"arn:{partition_of(scene.region)}:iam::{account}:role/terrachat-{scene.catalog.deployment}-handler"


def _trust(scene: Scene, handler: str) -> str:
    # The account is the principal and the role a condition: IAM takes no principal that is not there yet, and forgets
    # one that was deleted and made anew. Source: IAM user guide, "AWS JSON policy elements: Principal", read on
    # 2026-11-22.
    account = handler.split(":")[4]
    statement = {
        "Effect": "Allow",
        "Action": "sts:AssumeRole",
        "Principal": {"AWS": f"arn:{partition_of(scene.region)}:iam::{account}:root"},
        "Condition": {"ArnEquals": {"aws:PrincipalArn": handler}},
    }
    return json.dumps(statement, indent=2)


def _subject(role: str) -> str:
    return f"role {role}"
