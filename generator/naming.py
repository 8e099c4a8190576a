"""Model ids and deployments -> the names that AWS and Terraform accept, and the ids that these cannot tell apart.

Pure. Separate because planning names things with it, the catalog refuses ids by it and checks look for what it names:
they must never disagree.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

DEPLOYMENT_TAG = "terrachat:deployment"
"""The tag of everything that a deployment creates; its value is the deployment's name."""

MODEL_ID = re.compile(r"[A-Za-z](?:[A-Za-z0-9._-]{0,30}[A-Za-z0-9])?")
"""At most 32 characters: with a deployment's 20, every SageMaker name then stays within its 63."""

_NOT_IN_AWS_NAMES = re.compile(r"[^A-Za-z0-9]+")
_NOT_IN_TERRAFORM_NAMES = re.compile(r"[^a-z0-9_]")


def aws_name(model_id: str) -> str:
    """The part of a SageMaker name that stands for `model_id`: letters, digits and single hyphens, case kept.

    SageMaker's names match `[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}` (botocore 1.44.5, sagemaker, EndpointName).
    """
    return _NOT_IN_AWS_NAMES.sub("-", model_id)


def huggingface_secret_name(deployment: str) -> str:
    """What the secret of `deployment` is called that Terraform creates for its Hugging Face token."""
    return f"terrachat/{deployment}/huggingface-token"


# The labels of what a module has once: its own IAM roles, policies and log groups (terraform_templates/).
_TAKEN_LABELS = frozenset(
    {
        "chat_page",
        "chat_page_processor",
        "chat_page_requests",
        "chat_page_start",
        "handler",
        "handler_bedrock",
        "handler_crashes",
        "handler_errors",
        "handler_first_token",
        "handler_sagemaker",
        "handler_throttles",
        "scheduler",
    }
)


def terraform_name(model_id: str) -> str:
    """The label of `model_id`'s Terraform resources: lower-case letters, digits and underscores."""
    label = _NOT_IN_TERRAFORM_NAMES.sub("_", model_id.lower())
    return f"{label}_model" if label in _TAKEN_LABELS else label


@dataclass(frozen=True)
class Collision:
    """Two ids of one catalog, by position, that cannot both be deployed. `name` is what both would be called."""

    index: int
    earlier: int
    name: str


def collisions(ids: Iterable[str | None]) -> Iterator[Collision]:
    """Yield each id that an earlier one is equal to, or is indistinguishable from once both are named.

    AWS lower-cases endpoint names in ARNs, so names that differ only in case count as equal. None stands for an entry
    without a usable id and collides with nothing.
    """
    seen: dict[str, int] = {}
    for index, model_id in enumerate(ids):
        if model_id is None:
            continue
        names = (f"aws {aws_name(model_id).casefold()}", f"terraform {terraform_name(model_id)}")
        clash = next((name for name in names if name in seen), None)
        if clash is not None:
            yield Collision(index, seen[clash], clash.split(" ")[1])
        for name in names:
            seen.setdefault(name, index)
