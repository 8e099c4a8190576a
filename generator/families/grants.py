"""How it is written down what IAM must allow whoever deploys: actions on resources.

Data and its short forms. Separate because deploy_actions.py and hosting_actions.py are tables of them.
"""

from __future__ import annotations

from dataclasses import dataclass

ANY = "*"
"""The resource of actions that IAM ties to none."""


@dataclass(frozen=True)
class Grant:
    """Actions on one resource.

    Attributes:
        resource: its ARN, with `{partition}`, `{region}` and `{account}` and what else the type is named by; or ANY.
        actions: what IAM must allow, `service:Action` each.
        context: the request's condition keys that policies often ask for here, and their values.
        unless: what may already be there, so that the actions are not needed; empty where they always are.

    """

    resource: str
    actions: tuple[str, ...]
    context: tuple[tuple[str, str], ...] = ()
    unless: str = ""


def grant(resource: str, service: str, actions: str) -> Grant:
    """`actions` of `service`, with spaces between them."""
    return Grant(resource, tuple(f"{service}:{action}" for action in actions.split()))


def pass_role(service: str) -> Grant:
    """A role of the deployment is handed to `service`."""
    return Grant(ROLE, ("iam:PassRole",), (("iam:PassedToService", f"{service}.amazonaws.com"),))


def linked_role(service: str, name: str, unless: str) -> Grant:
    """AWS makes the role of a service's own at its first use in an account, if whoever uses it may."""
    resource = f"arn:{{partition}}:iam::{{account}}:role/aws-service-role/{service}.amazonaws.com/{name}"
    return Grant(
        resource, ("iam:CreateServiceLinkedRole",), (("iam:AWSServiceName", f"{service}.amazonaws.com"),), unless
    )


def arn(service: str, resource: str) -> str:
    """An ARN in the deployment's partition, region and account."""
    return f"arn:{{partition}}:{service}:{{region}}:{{account}}:{resource}"


ROLE = "arn:{partition}:iam::{account}:role/{role}"
