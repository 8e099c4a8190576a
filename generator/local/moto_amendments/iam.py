"""Who one is and what one may do: IAM's simulator and roles to assume, as the account file says.

Moto 5.2.5 has no SimulatePrincipalPolicy, and lets anybody assume any role. GetRole and GetUser are moto's.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from typing import Any

from moto.core.responses import ActionResult
from moto.iam.exceptions import IAMException
from moto.iam.responses import IamResponse
from moto.sts.exceptions import STSClientError
from moto.sts.models import STSBackend
from moto.sts.responses import TokenResponse

from generator.local.account.account_file import AccountFile
from generator.local.moto_amendments.replacing import replace

USER = "moto"
_PAGE = 100


def amend(account: AccountFile) -> None:
    _simulate_policies(account)
    _refuse_roles(account)
    _be_a_user_of_iam()


def user_arn(partition: str, account_id: str) -> str:
    """Who calls, unless a role was assumed."""
    return f"arn:{partition}:iam::{account_id}:user/{USER}"


def _denial(action: str, resource: str, response: IamResponse | TokenResponse) -> str:
    user = user_arn(response.partition, response.current_account)
    return f"User: {user} is not authorized to perform: {action} on resource: {resource}"


def _simulate_policies(account: AccountFile) -> None:
    """Moto has no simulator. AWS evaluates each action with each resource, and answers in pages."""

    def simulate_principal_policy(self: IamResponse) -> ActionResult:
        played = account.read().iam
        if not played.simulation:
            source = str(self._get_param("PolicySourceArn"))
            raise IAMException("AccessDenied", _denial("iam:SimulatePrincipalPolicy", source, self))
        pairs = list(_pairs(self._get_param("ActionNames", []), self._get_param("ResourceArns") or ["*"]))
        start, count = int(self._get_param("Marker") or 0), int(self._get_param("MaxItems") or _PAGE)
        results = [_evaluated(action, resource, played.allows(action)) for action, resource in pairs]
        answer: dict[str, Any] = {
            "EvaluationResults": results[start : start + count],
            "IsTruncated": start + count < len(results),
        }
        if answer["IsTruncated"]:
            answer["Marker"] = str(start + count)
        return ActionResult(answer)

    replace(IamResponse, "simulate_principal_policy", simulate_principal_policy)


def _pairs(actions: Sequence[str], resources: Sequence[str]) -> Iterator[tuple[str, str]]:
    return ((action, resource) for action in actions for resource in resources)


def _evaluated(action: str, resource: str, is_allowed: bool) -> dict[str, Any]:
    return {
        "EvalActionName": action,
        "EvalResourceName": resource,
        "EvalDecision": "allowed" if is_allowed else "implicitDeny",
        "MatchedStatements": [],
        "MissingContextValues": [],
    }


def _refuse_roles(account: AccountFile) -> None:
    original = TokenResponse.assume_role

    @functools.wraps(original)
    def assume_role(self: TokenResponse) -> ActionResult:
        role = str(self._get_param("RoleArn"))
        if not account.read().bedrock.roles.may_be_assumed(role):
            raise STSClientError("AccessDenied", _denial("sts:AssumeRole", role, self))
        answer: ActionResult = original(self)
        return answer

    replace(TokenResponse, "assume_role", assume_role)


def _be_a_user_of_iam() -> None:
    """Moto says of whoever calls that it is `arn:aws:sts::…:user/moto`, an ARN that AWS does not have.

    Who takes a user's policies from that ARN asks IAM about a principal that cannot be.
    """
    original = STSBackend.get_caller_identity

    @functools.wraps(original)
    def get_caller_identity(self: STSBackend, access_key_id: str, region: str) -> tuple[str, str, str]:
        user_id, arn, account_id = original(self, access_key_id, region)
        if arn.endswith(f":sts::{account_id}:user/{USER}"):
            arn = user_arn(self.partition, account_id)
        return user_id, arn, account_id

    replace(STSBackend, "get_caller_identity", get_caller_identity)
