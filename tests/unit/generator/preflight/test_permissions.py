"""Whether whoever is signed in may deploy, as IAM simulates it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from generator.preflight.findings import Finding, Verdict
from generator.preflight.permission_needs import Need, needs
from generator.preflight.permissions import checks
from tests.unit.generator.aws_answers import Answer
from tests.unit.generator.preflight.played_scenes import (
    ACCOUNT,
    SELF_HOSTED,
    THIRD_PARTY,
    caller,
    finding,
    refused,
    scene,
)

ROLE = f"arn:aws:iam::{ACCOUNT}:role/teams/Deployer"
IN_S3 = {**SELF_HOSTED, "source": {"s3": "s3://bucket/weights/"}}
HOURS = {"start": "0 8 ? * MON-FRI *", "stop": "0 18 ? * MON-FRI *"}
TOKEN_ARN = f"arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret:token-a1b2c3"
SUFFIX = "-AbCdEf"
Decide = Callable[[str, Need], dict[str, Any]]


def allowed(action: str, _: Need) -> dict[str, Any]:
    return {"EvalActionName": action, "EvalDecision": "allowed"}


def denying(*actions: str, decision: str = "implicitDeny", **more: Any) -> Decide:
    def decide(action: str, need: Need) -> dict[str, Any]:
        found = allowed(action, need)
        return {**found, "EvalDecision": decision, **more} if action in actions else found

    return decide


def examined(
    decide: Decide = allowed,
    *models: dict[str, Any],
    arn: str = f"arn:aws:iam::{ACCOUNT}:user/alice",
    first: tuple[Answer, ...] = (),
    source: str = f"arn:aws:iam::{ACCOUNT}:user/alice",
    **settings: Any,
) -> Finding:
    """The finding where IAM answers each simulation that is needed by `decide`, and `first` before that."""
    wanted = needs(scene(*models, **settings).plan, ACCOUNT)
    answers = tuple(_simulated(need, decide, source) for need in wanted)
    return finding(checks, scene(*models, aws={"sts": (caller(arn),), "iam": (*first, *answers)}, **settings))


def _simulated(need: Need, decide: Decide, source: str) -> Answer:
    given = {"PolicySourceArn": source, "ActionNames": list(need.actions), "ResourceArns": [need.resource]}
    context = dict(need.context)
    if not need.actions[0].startswith("iam:"):
        context["aws:RequestedRegion"] = "us-east-1"
    entries = [
        {"ContextKeyName": key, "ContextKeyValues": [value], "ContextKeyType": "string"}
        for key, value in context.items()
    ]
    results = [decide(action, need) for action in need.actions]
    return Answer(
        "simulate_principal_policy",
        {"EvaluationResults": results, "IsTruncated": False},
        given={**given, "ContextEntries": entries},
    )


def test_who_may_do_everything_is_ok() -> None:
    found = examined()

    assert (found.id, found.verdict, found.asked) == ("permissions/deploy", Verdict.OK, "iam SimulatePrincipalPolicy")
    assert re.fullmatch(r"The user 'alice' may call all \d+ actions that the deployment takes\.", found.reason)


def test_what_is_denied_is_named_with_the_policy_to_attach() -> None:
    found = examined(denying("sagemaker:CreateEndpoint", "lambda:CreateFunction", "iam:PassRole"))

    assert found.verdict is Verdict.BLOCKED
    assert "The user 'alice' may not call 3 of the " in found.reason
    assert found.reason.endswith(": iam:PassRole, lambda:CreateFunction, sagemaker:CreateEndpoint.")
    assert "aws iam attach-user-policy --user-name alice" in found.fix
    assert f"--policy-arn arn:aws:iam::{ACCOUNT}:policy/terrachat-deploy" in found.fix
    assert statements(found) == [
        {
            "Effect": "Allow",
            "Action": ["iam:PassRole"],
            "Resource": [f"arn:aws:iam::{ACCOUNT}:role/terrachat-demo-*"],
            "Condition": {"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}},
        },
        {
            "Effect": "Allow",
            "Action": ["iam:PassRole"],
            "Resource": [f"arn:aws:iam::{ACCOUNT}:role/terrachat-demo-*"],
            "Condition": {"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}},
        },
        {
            "Effect": "Allow",
            "Action": ["lambda:CreateFunction"],
            "Resource": [f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:terrachat-demo-*"],
        },
        {
            "Effect": "Allow",
            "Action": ["sagemaker:CreateEndpoint"],
            "Resource": [
                f"arn:aws:sagemaker:us-east-1:{ACCOUNT}:endpoint-config/terrachat-demo-*",
                f"arn:aws:sagemaker:us-east-1:{ACCOUNT}:endpoint/terrachat-demo-*",
            ],
        },
    ]


def statements(found: Finding) -> list[dict[str, Any]]:
    (document,) = re.findall(r"\{.*\}", found.fix)
    policy = json.loads(document)
    assert policy["Version"] == "2012-10-17"
    return sorted(policy["Statement"], key=lambda each: json.dumps(each, sort_keys=True))


def test_whoever_may_nothing_gets_policies_that_iam_takes() -> None:
    """IAM takes 6,144 characters a policy."""
    hosted = {**IN_S3, "id": "s", "instances": {"min": 1, "max": 2}}
    hours = {**IN_S3, "id": "h", "schedule": HOURS}

    found = examined(
        lambda action, _: {"EvalActionName": action, "EvalDecision": "implicitDeny"},
        SELF_HOSTED,
        hosted,
        hours,
        huggingface={"token_secret": TOKEN_ARN},
        backend={"s3": {"bucket": "states", "kms_key_id": "1234abcd-12ab-44cd-86ef-1234567890ab"}},
        deployment="a-deployment-of-20-c",
    )

    documents = re.findall(r"^  aws iam create-policy .* '(\{.*\})'$", found.fix, re.MULTILINE)
    policies = [json.loads(document) for document in documents]
    names = {action for policy in policies for statement in policy["Statement"] for action in statement["Action"]}
    assert [len(document) <= 6144 for document in documents] == [True, True]
    assert re.findall(r"--policy-name (\S+)", found.fix) == ["terrachat-deploy", "terrachat-deploy-2"]
    # What is needed only where the account lacks something is not among them.
    assert found.value == f"{len(names)} of {len(names) + 1} denied"
    assert re.search(r": application-autoscaling:\S+, .* and \d+ more\.$", found.reason)


def test_role_of_a_session_is_simulated_with_its_path() -> None:
    role = {
        "Path": "/teams/",
        "RoleName": "Deployer",
        "RoleId": "AROA000000000000",
        "Arn": ROLE,
        "CreateDate": "2026-11-22T00:00:00Z",
    }
    looked_up = Answer("get_role", {"Role": role}, given={"RoleName": "Deployer"})
    session = f"arn:aws:sts::{ACCOUNT}:assumed-role/Deployer/ci-17"

    found = examined(denying("ssm:PutParameter"), arn=session, first=(looked_up,), source=ROLE)

    assert found.reason.startswith("The role 'Deployer' may not call 1 of the ")
    assert "aws iam attach-role-policy --role-name Deployer" in found.fix


def test_permission_set_is_mended_where_it_is_kept() -> None:
    name = "AWSReservedSSO_Power_0123456789abcdef"
    path = "/aws-reserved/sso.amazonaws.com/"
    arn = f"arn:aws:iam::{ACCOUNT}:role{path}{name}"
    role = {"Path": path, "RoleName": name, "RoleId": "AROA000000000000", "Arn": arn}
    looked_up = Answer("get_role", {"Role": {**role, "CreateDate": "2026-11-22T00:00:00Z"}}, given={"RoleName": name})
    session = f"arn:aws:sts::{ACCOUNT}:assumed-role/{name}/alice"

    found = examined(denying("ssm:PutParameter"), arn=session, first=(looked_up,), source=arn)

    assert found.fix.startswith("Have this added to the permission set 'Power' in IAM Identity Center:\n  {")


@pytest.mark.parametrize(
    ("decide", "by"),
    [
        (denying("ssm:PutParameter", decision="explicitDeny"), "a policy of its own"),
        (
            denying("ssm:PutParameter", OrganizationsDecisionDetail={"AllowedByOrganizations": False}),
            "a service control policy of its organization",
        ),
    ],
    ids=["explicitly", "by the organization"],
)
def test_what_is_forbidden_is_not_mended_by_allowing_it(decide: Decide, by: str) -> None:
    found = examined(decide)

    assert found.verdict is Verdict.BLOCKED
    assert found.reason.endswith(f"ssm:PutParameter. Forbidden by {by}, which outranks whatever is allowed.")
    assert "leave these actions out" in found.fix


def test_what_hangs_on_an_unknown_condition_is_unknown() -> None:
    found = examined(denying("ssm:PutParameter", MissingContextValues=["aws:MultiFactorAuthPresent"]))

    assert found.verdict is Verdict.UNKNOWN
    assert found.reason == (
        "Whether the user 'alice' may call ssm:PutParameter depends on aws:MultiFactorAuthPresent, which only a real "
        "request has."
    )


def test_unknown_conditions_are_also_found_with_the_resource() -> None:
    specific = [
        {
            "EvalResourceName": "arn",
            "EvalResourceDecision": "implicitDeny",
            "MissingContextValues": ["aws:SourceVpc"],
        }
    ]

    assert examined(denying("ssm:PutParameter", ResourceSpecificResults=specific)).verdict is Verdict.UNKNOWN


def test_what_the_account_may_have_already_is_no_blocker() -> None:
    scaled = {**IN_S3, "instances": {"min": 1, "max": 2}}

    found = examined(denying("iam:CreateServiceLinkedRole"), scaled)

    assert found.verdict is Verdict.WARN
    assert found.reason == (
        "The user 'alice' may not call iam:CreateServiceLinkedRole, which is needed unless the account has scaled a "
        "SageMaker endpoint before."
    )
    assert "sagemaker.application-autoscaling.amazonaws.com" in found.fix


def test_root_is_not_simulated() -> None:
    found = finding(checks, scene(aws={"sts": (caller(f"arn:aws:iam::{ACCOUNT}:root"),), "iam": ()}))

    assert (found.verdict, found.reason) == (
        Verdict.OK,
        "The root user may do everything; there is nothing to simulate.",
    )


def test_federated_session_cannot_be_simulated() -> None:
    found = finding(checks, scene(aws={"sts": (caller(f"arn:aws:sts::{ACCOUNT}:federated-user/bob"),), "iam": ()}))

    assert found.verdict is Verdict.UNKNOWN
    assert "the federated user 'bob'" in found.reason


def test_who_may_not_ask_iam_is_told_what_to_ask_for() -> None:
    aws = {"sts": (caller(),), "iam": (refused("simulate_principal_policy", "AccessDenied"),)}

    found = finding(checks, scene(aws=aws))

    assert found.verdict is Verdict.UNKNOWN
    assert found.reason.startswith("The user 'alice' may not ask IAM: SimulatePrincipalPolicy failed: AccessDenied")
    assert '"Action": ["iam:GetRole", "iam:SimulatePrincipalPolicy"]' in found.fix


def test_iam_that_is_busy_is_unknown() -> None:
    aws = {"sts": (caller(),), "iam": (refused("simulate_principal_policy", "Throttling"),)}

    found = finding(checks, scene(aws=aws))

    assert (found.verdict, found.reason) == (Verdict.UNKNOWN, "SimulatePrincipalPolicy failed: Throttling: no")


def test_more_than_a_page_of_decisions_is_read() -> None:
    wanted = needs(scene(THIRD_PARTY).plan, ACCOUNT)
    source = f"arn:aws:iam::{ACCOUNT}:user/alice"
    first, *others = (_simulated(need, allowed, source) for need in wanted)
    results = first.gives["EvaluationResults"]
    halves = (
        Answer("simulate_principal_policy", {"EvaluationResults": results[:1], "IsTruncated": True, "Marker": "2"}),
        Answer("simulate_principal_policy", {"EvaluationResults": denied(results[1:]), "IsTruncated": False}),
    )

    found = finding(checks, scene(THIRD_PARTY, aws={"sts": (caller(),), "iam": (*halves, *others)}))

    assert found.value.startswith(f"{len(results) - 1} of ")


def denied(results: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{**result, "EvalDecision": "implicitDeny"} for result in results]


def test_local_target_names_its_own_user() -> None:
    """STS calls it by an ARN that IAM has none of."""
    wanted = needs(scene(is_local=True).plan, ACCOUNT)
    decide = denying("ssm:PutParameter")
    answers = tuple(_simulated(need, decide, f"arn:aws:iam::{ACCOUNT}:user/moto") for need in wanted)
    aws = {"sts": (caller(f"arn:aws:sts::{ACCOUNT}:user/moto"),), "iam": answers}

    found = finding(checks, scene(aws=aws, is_local=True))

    assert found.verdict is Verdict.BLOCKED
    assert found.fix.startswith("Take them out of iam.denied in .terrachat/local/account.yaml. On AWS: Have what is")


def actions(*models: dict[str, Any], is_uploaded: bool = False, **settings: Any) -> dict[str, set[str]]:
    """What is needed, by resource."""
    found: dict[str, set[str]] = {}
    for need in needs(scene(*models, **settings).plan, ACCOUNT, is_uploaded=is_uploaded):
        found.setdefault(need.resource, set()).update(need.actions)
    return found


def services(found: dict[str, set[str]]) -> set[str]:
    return {action.partition(":")[0] for names in found.values() for action in names}


def test_needs_follow_what_the_catalog_has() -> None:
    """No permission is asked for that the deployment has no use for."""
    common = {"iam", "logs", "lambda", "cloudwatch", "dynamodb", "kms", "secretsmanager", "ssm"}

    assert services(actions(THIRD_PARTY)) == common
    assert services(actions(IN_S3)) == common | {"sagemaker"}
    assert services(actions({**IN_S3, "instances": {"min": 1, "max": 2}})) >= {"application-autoscaling", "cloudwatch"}
    assert "scheduler" in services(actions({**IN_S3, "schedule": HOURS}))
    assert "cloudformation" in services(actions(SELF_HOSTED, huggingface={"create_secret": True}))
    assert "s3" in services(actions(THIRD_PARTY, is_uploaded=True))
    assert "s3" in services(actions(THIRD_PARTY, backend={"s3": {"bucket": "states"}}))


def test_what_is_started_ahead_and_what_is_watched_need_permissions_of_their_own() -> None:
    aws = f"us-east-1:{ACCOUNT}"
    function, dashboard = (
        f"arn:aws:lambda:{aws}:function:terrachat-demo-handler",
        f"arn:aws:cloudwatch::{ACCOUNT}:dashboard",
    )
    plain = actions(THIRD_PARTY, monitoring={"metrics": False})
    ahead = actions(THIRD_PARTY, handler={"provisioned_concurrency": 1})

    assert "cloudwatch" not in services(plain)
    assert not {"lambda:CreateAlias", "lambda:PublishVersion"} & plain[function]
    assert {"lambda:CreateAlias", "lambda:PublishVersion"} <= ahead[function]
    assert "lambda:PutProvisionedConcurrencyConfig" in ahead[f"{function}:live"]
    assert "cloudwatch:PutDashboard" in ahead[f"{dashboard}/terrachat-demo-us-east-1"]
    assert "cloudwatch:PutMetricAlarm" in ahead[f"arn:aws:cloudwatch:{aws}:alarm:terrachat-demo-handler-errors"]


def test_stopped_entry_needs_no_endpoint() -> None:
    found = actions({**IN_S3, "stopped": True})

    assert not any(resource.endswith(":endpoint/terrachat-demo-m") for resource in found)
    assert any(":endpoint-config/" in resource for resource in found)


def test_names_are_the_deployments_own() -> None:
    hosted = {**IN_S3, "id": "M"}
    found = actions(hosted)

    aws = f"us-east-1:{ACCOUNT}"
    assert f"arn:aws:sagemaker:{aws}:endpoint/terrachat-demo-m" in found  # SageMaker's ARNs are in lower case
    assert f"arn:aws:ssm:{aws}:parameter/terrachat/demo/handler" in found
    assert f"arn:aws:secretsmanager:{aws}:secret:terrachat/demo/api-keys-AbCdEf" in found
    assert f"arn:aws:dynamodb:{aws}:table/terrachat-demo-conversations" in found
    assert f"arn:aws:iam::{ACCOUNT}:role/terrachat-demo-handler" in found


def test_secret_is_created_where_none_is_named() -> None:
    created = "secretsmanager:CreateSecret"
    keys, token = f"secret:terrachat/demo/api-keys{SUFFIX}", f"secret:terrachat/demo/huggingface-token{SUFFIX}"
    own = {"secret": TOKEN_ARN}

    assert _with(created, actions(THIRD_PARTY)) == [keys]
    assert _with(created, actions(THIRD_PARTY, api_keys=own)) == []
    assert _with(created, actions(SELF_HOSTED, api_keys=own, huggingface={"create_secret": True})) == [token]


def _with(action: str, found: dict[str, set[str]]) -> list[str]:
    """The resources that `action` is needed on, without what all ARNs of the service begin with."""
    return [resource.split(":", 5)[5] for resource, names in found.items() if action in names]


def test_secret_that_exists_is_read_by_cloudformation_in_the_callers_name() -> None:
    assert actions(SELF_HOSTED, huggingface={"token_secret": TOKEN_ARN})[TOKEN_ARN] == {"secretsmanager:GetSecretValue"}


@pytest.mark.parametrize(
    ("key", "resource"),
    [
        ("1234abcd-12ab-44cd-86ef-1234567890ab", "key/1234abcd-12ab-44cd-86ef-1234567890ab"),
        (
            f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/1234abcd-12ab-44cd-86ef-1234567890ab",
            "key/1234abcd-12ab-44cd-86ef-1234567890ab",
        ),
        ("alias/states", ""),
    ],
    ids=["id", "ARN", "alias"],
)
def test_backend_takes_its_objects_and_its_key(key: str, resource: str) -> None:
    backend = {"s3": {"bucket": "states", "key": "a.tfstate", "region": "eu-west-1", "kms_key_id": key}}

    found = actions(THIRD_PARTY, backend=backend)

    assert found["arn:aws:s3:::states"] == {"s3:ListBucket"}
    assert found["arn:aws:s3:::states/a.tfstate"] == {"s3:GetObject", "s3:PutObject"}
    assert found["arn:aws:s3:::states/a.tfstate.tflock"] == {"s3:DeleteObject", "s3:GetObject", "s3:PutObject"}
    keys = [each for each in found if ":kms:" in each]
    assert keys == ([f"arn:aws:kms:eu-west-1:{ACCOUNT}:{resource}"] if resource else [])


def test_local_target_needs_no_bucket_for_its_state() -> None:
    local = scene(THIRD_PARTY, backend={"s3": {"bucket": "states"}}, is_local=True)

    assert not any("states" in need.resource for need in needs(local.plan, ACCOUNT))


def test_zip_that_went_through_a_bucket_is_asked_about(tmp_path: Path) -> None:
    """How the last zip went is in the module's manifest."""
    manifest = {"module": {}, "archive": {"built_as": "x.zip", "upload": "s3"}, "files": {}}
    (tmp_path / ".terrachat-manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    wanted = needs(scene(THIRD_PARTY).plan, ACCOUNT, is_uploaded=True)
    source = f"arn:aws:iam::{ACCOUNT}:user/alice"
    answers = tuple(_simulated(need, denying("s3:CreateBucket"), source) for need in wanted)

    found = finding(checks, scene(THIRD_PARTY, aws={"sts": (caller(),), "iam": answers}, directory=tmp_path))

    assert found.reason.endswith(": s3:CreateBucket.")
