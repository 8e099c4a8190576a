"""The roles that Bedrock is called with: assumed, refused, or no roles at all."""

from __future__ import annotations

import json

import pytest

from generator.families.lambda_runtime import ON_AWS
from generator.planning import plan_deployment
from generator.preflight.bedrock_roles import checks
from generator.preflight.findings import Verdict
from tests.unit.generator.aws_answers import Answer, client
from tests.unit.generator.preflight.bedrock_scenes import ACCOUNT, ROLE, Made, entry, found, refusing_role, scene

NOVA = "amazon.nova-micro-v1:0"
PLANTED = "planted-secret-of-the-session"
HANDLER = f"arn:aws:iam::{ACCOUNT}:role/terrachat-demo-handler"
ASSUMED = Answer(
    "assume_role",
    {
        "Credentials": {
            "AccessKeyId": "ASIA0123456789012345",
            "SecretAccessKey": PLANTED,
            "SessionToken": PLANTED,
            "Expiration": "2026-11-22T00:00:00Z",
        }
    },
    given={"RoleArn": ROLE, "RoleSessionName": "terrachat-doctor"},
)
WHO = Answer("get_caller_identity", {"Account": ACCOUNT, "Arn": f"arn:aws:iam::{ACCOUNT}:user/me", "UserId": "me"})
OF_ROLE = {"role_arn": ROLE}


def test_role_that_may_be_assumed_is_ok_and_its_session_is_not_kept() -> None:
    made: Made = {("sts", "us-east-1", None): client("sts", ASSUMED)}
    finding = found(checks, scene(entry(NOVA), made=made, settings=OF_ROLE))

    assert (finding.id, finding.verdict, finding.value) == (f"bedrock-role/{ROLE}", Verdict.OK, "assumed")
    assert finding.asked == "sts AssumeRole, us-east-1"
    assert PLANTED not in str(finding)


def test_role_that_may_not_be_assumed_is_unknown_since_only_the_handler_may_be_trusted() -> None:
    finding = found(checks, scene(entry(NOVA), made=refusing_role(ROLE, WHO), settings=OF_ROLE))

    assert (finding.verdict, finding.value) == (Verdict.UNKNOWN, "AccessDenied")
    assert HANDLER in finding.reason
    head, _, statement = finding.fix.partition("\n")
    assert head == f"See that the trust policy of {ROLE} has this statement:"
    assert json.loads(statement) == {
        "Effect": "Allow",
        "Action": "sts:AssumeRole",
        "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
        "Condition": {"ArnEquals": {"aws:PrincipalArn": HANDLER}},
    }


def test_handler_is_called_as_the_deployment_makes_it() -> None:
    plan = plan_deployment(scene(entry(NOVA)).catalog, ON_AWS)

    assert HANDLER.endswith(f":role/{plan.handler.name}")


def test_what_cannot_be_a_role_blocks_answers() -> None:
    finding = found(checks, scene(entry(NOVA), made=refusing_role(code="ValidationError"), settings=OF_ROLE))

    assert (finding.verdict, finding.blocks, finding.value) == (Verdict.BLOCKED, "answers", "ValidationError")
    assert "role_arn in the catalog" in finding.fix


@pytest.mark.parametrize("code", ["ExpiredTokenException", "RegionDisabledException", "ThrottlingException"])
def test_other_failure_is_unknown_with_its_cause(code: str) -> None:
    finding = found(checks, scene(entry(NOVA), made=refusing_role(code=code), settings=OF_ROLE))

    assert finding.verdict is Verdict.UNKNOWN
    assert code in finding.reason


def test_account_that_does_not_say_who_it_is_leaves_the_role_unknown() -> None:
    denied = Answer("get_caller_identity", error=("AccessDenied", "no"))
    finding = found(checks, scene(entry(NOVA), made=refusing_role(ROLE, denied), settings=OF_ROLE))

    assert finding.verdict is Verdict.UNKNOWN
    assert "GetCallerIdentity" in finding.reason


def test_each_role_is_asked_for_once_and_names_its_entries() -> None:
    other = "arn:aws:iam::310987654321:role/other"
    of = scene(entry(NOVA, "a"), entry(NOVA, "b", role_arn=other), entry(NOVA, "c"), settings=OF_ROLE)

    assert {check.id: (check.models, check.is_cheap) for check in checks(of)} == {
        f"bedrock-role/{ROLE}": (("a", "c"), False),
        f"bedrock-role/{other}": (("b",), False),
    }


def test_catalog_without_roles_has_no_checks() -> None:
    assert list(checks(scene(entry(NOVA)))) == []
