"""How Terraform imports each kind of resource that the module has. Pure.

In: a resource's type and its planned attributes. Out: the id for an import block, or None where a second creation does
no harm (its name is generated, or the call that creates it also overwrites) or the name is not known yet. Source: the
"Import" section of each resource's page in the AWS provider's documentation, 5.100, read 2026-11-22.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_BY_ATTRIBUTE = {
    "aws_cloudformation_stack": "name",
    "aws_cloudwatch_log_group": "name",
    "aws_dynamodb_table": "name",
    "aws_iam_role": "name",
    "aws_lambda_function": "function_name",
    "aws_lambda_function_url": "function_name",
    "aws_sagemaker_endpoint": "name",
    "aws_sagemaker_endpoint_configuration": "name",
    "aws_sagemaker_model": "name",
    "aws_scheduler_schedule_group": "name",
    "aws_ssm_parameter": "name",
}
BY_ARN = ("aws_secretsmanager_secret",)
"""Imported by an ARN that only AWS knows: its last six characters are AWS's own."""


def secret_version_id(secret_arn: str, version: str) -> str:
    """The id under which a version of a secret would be imported. Its resource's attributes do not tell the version."""
    return f"{secret_arn}|{version}"


def import_id(type_: str, planned: Mapping[str, Any]) -> str | None:
    """The id under which a resource of this type and these planned attributes would be imported."""
    if type_ == "aws_scheduler_schedule" and planned.get("name"):
        return f"{planned.get('group_name') or 'default'}/{planned['name']}"
    found = planned.get(_BY_ATTRIBUTE.get(type_, ""))
    return str(found) if found else None
