"""CloudFormation: what moto 5.2.5 does otherwise than AWS."""

from __future__ import annotations

import functools
import json
import re
from typing import Any

from moto.cloudformation import parsing
from moto.cloudformation.exceptions import ValidationError
from moto.cloudformation.models import CloudFormationBackend
from moto.sagemaker.models import Model
from moto.secretsmanager.exceptions import SecretsManagerClientError
from moto.secretsmanager.models import secretsmanager_backends

from generator.local.moto_amendments.replacing import replace

# docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references-secretsmanager.html: an ARN holds colons
# itself, and everything after SecretString may be left out.
_REFERENCE = re.compile(
    r"\{\{resolve:secretsmanager:(?P<secret>arn:[^:]+:secretsmanager:[^:]+:[^:]+:secret:[^:}]+|[^:}]+)"
    r"(?::SecretString(?::(?P<key>[^:}]*))?(?::(?P<stage>[^:}]*))?(?::(?P<version>[^:}]*))?)?\}\}"
)


def amend() -> None:
    _resolve_references_to_secrets()
    _name_models_as_the_template_does()
    _forget_a_stack_that_failed()


def _resolve_references_to_secrets() -> None:
    """Moto leaves `{{resolve:secretsmanager:…}}` as it is; AWS puts the secret's value into the resource.

    Into the resource only: the template, which GetTemplate shows, keeps the reference. Without it a model would get
    the reference itself for its token.
    """
    original = parsing.parse_resource_and_generate_name

    @functools.wraps(original)
    def parse(logical_id: str, resource_json: dict[str, Any], resources: Any) -> Any:
        parsed = original(logical_id, resource_json, resources)
        if not parsed:
            return parsed
        resource, document, name = parsed
        account, region = resources["AWS::AccountId"], resources["AWS::Region"]
        return resource, _resolved(document, account, region), name

    replace(parsing, "parse_resource_and_generate_name", parse)


def _resolved(value: Any, account: str, region: str) -> Any:
    if isinstance(value, dict):
        return {key: _resolved(each, account, region) for key, each in value.items()}
    if isinstance(value, list):
        return [_resolved(each, account, region) for each in value]
    if isinstance(value, str):
        return _REFERENCE.sub(lambda reference: _secret(reference, account, region), value)
    return value


def _secret(reference: re.Match[str], account: str, region: str) -> str:
    secret = reference["secret"]
    found_in = secret.split(":")[3] if secret.startswith("arn:") else region
    stage = reference["stage"] or ("" if reference["version"] else "AWSCURRENT")
    try:
        found = secretsmanager_backends[account][found_in].get_secret_value(secret, reference["version"] or "", stage)
        text = str(found["SecretString"])
        return str(json.loads(text)[reference["key"]]) if reference["key"] else text
    except (SecretsManagerClientError, KeyError, TypeError, ValueError) as exc:
        # Of what cannot be resolved, only the name: a secret that is not JSON must not end up in an error.
        raise ValidationError(message=f"Could not resolve the dynamic reference to the secret {secret!r}") from exc


def _name_models_as_the_template_does() -> None:
    """Moto makes up a name for an AWS::SageMaker::Model, whatever its ModelName says; AWS takes that."""
    replace(Model, "cloudformation_name_type", staticmethod(lambda: "ModelName"))


def _forget_a_stack_that_failed() -> None:
    """Moto refuses a stack whose resource cannot be created, and lists it all the same.

    AWS takes it, rolls it back and has it in the provider's state, so the next apply replaces it. Here the next apply
    would only hear that the stack exists, for ever.
    """
    original = CloudFormationBackend.create_stack

    @functools.wraps(original)
    def create_stack(self: CloudFormationBackend, *arguments: Any, **named: Any) -> Any:
        before = set(self.stacks)
        try:
            return original(self, *arguments, **named)
        except Exception:
            for stack in set(self.stacks) - before:
                del self.stacks[stack]
            raise

    replace(CloudFormationBackend, "create_stack", create_stack)
