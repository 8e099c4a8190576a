"""Whether whoever is signed in may do what the deployment takes, as IAM's own simulation says.

In: the deployment's plan and who is signed in. Out: one finding, with the statement to attach. IAM decides each action
again when it is called: a session's own policy and conditions on what only a real request knows are not simulated.
Separate from permission_needs.py, which knows what a deployment takes.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from generator.aws_calls import calling
from generator.deployment.targets import LOCAL_FOLDER
from generator.errors import AwsError
from generator.module_dir import uploaded
from generator.preflight.credentials import Identity, caller
from generator.preflight.findings import Check, Finding, Verdict
from generator.preflight.permission_needs import Need, needs
from generator.preflight.scene import Scene

_ID = "permissions/deploy"
_SUBJECT = "what a deployment must be allowed to do"
_ASKED = "iam SimulatePrincipalPolicy"
_NAMED = 6
_POLICY = "terrachat-deploy"
# Of a managed policy; a user's inline ones may have 2,048 in all. Source: AWS knowledge center,
# "iam-increase-policy-size", read on 2026-11-22.
_POLICY_LIMIT = 6_144
_DENIED = frozenset({"AccessDenied", "AccessDeniedException"})
_ASKING = ("iam:GetRole", "iam:SimulatePrincipalPolicy")


@dataclass(frozen=True)
class _Refusal:
    """An action that the simulation does not allow.

    `missing` are condition keys that a policy asks about and the simulation knows no value of; `by` says who forbids
    what is more than not allowed: a policy of the identity's, or one of its organization's.
    """

    need: Need
    action: str
    missing: tuple[str, ...] = ()
    by: str = ""


def checks(scene: Scene) -> Iterator[Check]:
    """One check: what is missing belongs into one policy."""
    yield Check(_ID, _SUBJECT, lambda: [_examine(scene)], is_cheap=False)


def _examine(scene: Scene) -> Finding:
    identity = caller(scene)
    if identity.kind == "root":
        return _finding(Verdict.OK, "The root user may do everything; there is nothing to simulate.", "root")
    if identity.kind == "federated":
        reason = f"IAM cannot simulate {identity.words}, whose session has a policy of its own."
        return _finding(Verdict.UNKNOWN, reason, fix="Sign in as a role or a user to have it checked.")
    wanted = needs(scene.plan, identity.account, is_uploaded=uploaded(scene.directory) == "s3")
    iam = scene.aws.client("iam", scene.region)
    try:
        source = _source(iam, identity)
        refused = [refusal for need in wanted for refusal in _simulated(iam, source, need, scene.region)]
    except AwsError as error:
        if error.code not in _DENIED:
            raise
        return _may_not_ask(identity, error)
    number = len({action for need in wanted for action in need.actions})
    found = _judged(identity, refused, number)
    if scene.is_local and found.fix:
        return replace(
            found, fix=f"Take them out of iam.denied in {LOCAL_FOLDER / 'account.yaml'}. On AWS: {found.fix}"
        )
    return found


def _may_not_ask(identity: Identity, error: AwsError) -> Finding:
    """Nothing is known to be wrong: many may deploy and not read IAM."""
    statement = _statement(_ASKING, ["*"])
    fix = f"Deploy all the same, or have this statement added to {identity.words}:\n  {json.dumps(statement)}"
    return _finding(Verdict.UNKNOWN, f"{identity.subject} may not ask IAM: {error.message.rstrip('.')}.", fix=fix)


def _source(iam: Any, identity: Identity) -> str:
    """The ARN whose policies are simulated. That of a session names its role without the role's path."""
    if identity.kind in {"role", "sso"}:
        role = identity.arn.split("/")[1]
        with calling(f"GetRole of {role!r}"):
            return str(iam.get_role(RoleName=role)["Role"]["Arn"])
    # Of a user STS and IAM say the same; the local target's is STS's.
    return identity.arn.replace(":sts:", ":iam:", 1)


def _simulated(iam: Any, source: str, need: Need, region: str) -> Iterator[_Refusal]:
    """Ask about all actions on one resource at once."""
    with calling("SimulatePrincipalPolicy"):
        pages = iam.get_paginator("simulate_principal_policy").paginate(
            PolicySourceArn=source,
            ActionNames=list(need.actions),
            ResourceArns=[need.resource],
            ContextEntries=_context(need, region),
        )
        results = [result for page in pages for result in page["EvaluationResults"]]
    for result in results:
        if result["EvalDecision"] != "allowed":
            yield _Refusal(need, result["EvalActionName"], _missing(result), _forbidden_by(result))


def _context(need: Need, region: str) -> list[dict[str, Any]]:
    # IAM is a global service: its requests come from the partition's first region, which policies leave alone.
    known = dict(need.context)
    if not any(action.startswith("iam:") for action in need.actions):
        known["aws:RequestedRegion"] = region
    return [
        {"ContextKeyName": key, "ContextKeyValues": [value], "ContextKeyType": "string"} for key, value in known.items()
    ]


def _missing(result: Mapping[str, Any]) -> tuple[str, ...]:
    specific = [each.get("MissingContextValues", []) for each in result.get("ResourceSpecificResults", [])]
    return tuple(dict.fromkeys(key for keys in (result.get("MissingContextValues", []), *specific) for key in keys))


def _forbidden_by(result: Mapping[str, Any]) -> str:
    if result.get("OrganizationsDecisionDetail", {}).get("AllowedByOrganizations") is False:
        return "a service control policy of its organization"
    return "a policy of its own" if result["EvalDecision"] == "explicitDeny" else ""


def _judged(identity: Identity, refused: Sequence[_Refusal], number: int) -> Finding:
    denied = [each for each in refused if not each.missing and not each.need.unless]
    if denied:
        return _denied(identity, denied, number)
    open_ = [each for each in refused if each.missing]
    if open_:
        keys = ", ".join(sorted({key for each in open_ for key in each.missing}))
        reason = f"Whether {identity.words} may call {_names(open_)} depends on {keys}, which only a real request has."
        return _finding(Verdict.UNKNOWN, reason, f"{len(open_)} of {number} open")
    if refused:
        reason = f"{identity.subject} may not call {_names(refused)}, which is needed unless "
        fix = _attach(identity, refused)
        return _finding(Verdict.WARN, f"{reason}{refused[0].need.unless}.", f"{len(refused)} of {number} denied", fix)
    reason = f"{identity.subject} may call all {number} actions that the deployment takes."
    return _finding(Verdict.OK, reason, f"{number} allowed")


def _denied(identity: Identity, denied: Sequence[_Refusal], number: int) -> Finding:
    count = len({each.action for each in denied})
    reason = f"{identity.subject} may not call {count} of the {number} actions that the deployment takes: "
    reason += _names(denied)
    forbidden = sorted({each.by for each in denied if each.by})
    value = f"{count} of {number} denied"
    if forbidden:
        reason += f". Forbidden by {' and '.join(forbidden)}, which outranks whatever is allowed."
        fix = "Have whoever owns that policy leave these actions out of it, or sign in as another identity."
        return _finding(Verdict.BLOCKED, reason, value, fix)
    return _finding(Verdict.BLOCKED, f"{reason}.", value, _attach(identity, denied))


def _names(refused: Iterable[_Refusal]) -> str:
    names = sorted({each.action for each in refused})
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return f"{', '.join(names[:_NAMED])}{more}"


def _attach(identity: Identity, refused: Iterable[_Refusal]) -> str:
    statements = _statements(refused)
    if identity.kind == "sso":
        return (
            f"Have this added to the permission set {identity.name!r} in IAM Identity Center:\n  {_policy(statements)}"
        )
    commands = (
        f"\n  {command}"
        for number, part in enumerate(_in_parts(statements), 1)
        for command in _commands(identity, f"{_POLICY}-{number}" if number > 1 else _POLICY, _policy(part))
    )
    return f"Have what is missing attached:{''.join(commands)}"


def _commands(identity: Identity, name: str, policy: str) -> Iterator[str]:
    kind, partition = identity.kind, identity.arn.split(":")[1]
    yield f"aws iam create-policy --policy-name {name} --policy-document {shlex.quote(policy)}"
    arn = f"arn:{partition}:iam::{identity.account}:policy/{name}"
    yield f"aws iam attach-{kind}-policy --{kind}-name {shlex.quote(identity.name)} --policy-arn {arn}"


def _in_parts(statements: Iterable[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """As few policies as IAM takes the statements in, in their order."""
    parts: list[list[dict[str, Any]]] = []
    for statement in statements:
        if parts and len(_policy([*parts[-1], statement])) <= _POLICY_LIMIT:
            parts[-1].append(statement)
        else:
            parts.append([statement])
    return parts


def _policy(statements: Sequence[dict[str, Any]]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements}, separators=(",", ":"))


def _statements(refused: Iterable[_Refusal]) -> list[dict[str, Any]]:
    """A statement for each set of resources; what asks for a condition has one to itself."""
    resources: dict[tuple[str, tuple[tuple[str, str], ...]], set[str]] = {}
    for each in refused:
        resources.setdefault((each.action, each.need.context), set()).add(each.need.pattern)
    actions: dict[tuple[tuple[str, ...], tuple[tuple[str, str], ...]], list[str]] = {}
    for (action, context), patterns in sorted(resources.items()):
        actions.setdefault((tuple(sorted(patterns)), context), []).append(action)
    return [_statement(names, patterns, context) for (patterns, context), names in actions.items()]


def _statement(
    actions: Iterable[str], resources: Iterable[str], context: Iterable[tuple[str, str]] = ()
) -> dict[str, Any]:
    statement: dict[str, Any] = {"Effect": "Allow", "Action": list(actions), "Resource": list(resources)}
    conditions = dict(context)
    return {**statement, "Condition": {"StringEquals": conditions}} if conditions else statement


def _finding(verdict: Verdict, reason: str, value: str = "", fix: str = "") -> Finding:
    return Finding(_ID, _SUBJECT, verdict, reason, _ASKED, value, fix)
