"""Scenes with models of the Hugging Face Hub: a catalog, an AWS and a Hub that say what a test wants."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from generator.aws_clients import AwsClients
from generator.catalog import Catalog
from generator.deployment.targets import Target
from generator.local.target import LocalTarget
from generator.preflight.findings import Check, Finding
from generator.preflight.scene import Scene
from tests.unit.generator.aws_answers import Answer, client

TOKEN = "hf_planted3f9a"
REGION = "us-east-1"
ARN = f"arn:aws:secretsmanager:{REGION}:123456789012:secret:team/hub-a1b2c3"
NAME = "mistralai/Mistral-7B-Instruct-v0.3"
MODEL: dict[str, Any] = {
    "id": "mistral",
    "provider": "sagemaker",
    "source": {"huggingface": NAME},
    "instance_type": "ml.g5.xlarge",
}
NAMED = {"token_secret": ARN}
CREATED = {"create_secret": True}
LOCAL = Target(LocalTarget("life", 1, "", "http://127.0.0.1:1", "http://127.0.0.1:2", "http://127.0.0.1:3"))


def scene(
    huggingface: dict[str, Any] | None,
    *answers: Answer,
    models: Iterable[dict[str, Any]] = (MODEL,),
    account: str = "123456789012",
    target: Target = Target(),  # noqa: B008 - frozen
) -> Scene:
    """A scene whose Secrets Manager expects these calls, in this order, and no others."""
    catalog = {"version": 1, "deployment": "demo", "region": REGION, "models": list(models), "huggingface": huggingface}
    identity = {"UserId": "U", "Account": account, "Arn": f"arn:aws:iam::{account}:user/alice"}
    made: dict[tuple[str, str, str | None], Any] = {
        ("secretsmanager", REGION, None): client("secretsmanager", *answers),
        ("sts", REGION, None): client("sts", *[Answer("get_caller_identity", identity)] * 4, may_be_left=True),
    }
    return Scene(Catalog.model_validate(catalog), target, Path(), AwsClients(made))


def holds(text: str) -> Answer:
    """The secret holds `text`."""
    return Answer("get_secret_value", {"ARN": ARN, "Name": "team/hub", "SecretString": text})


def refuses(code: str, message: str = "no") -> Answer:
    """The secret is not read."""
    return Answer("get_secret_value", error=(code, message))


MISSING = refuses("ResourceNotFoundException", "Secrets Manager can't find the specified secret.")


def examined(checks: Iterable[Check], id_: str) -> tuple[Finding, ...]:
    """What the check of that id finds."""
    return tuple(next(check for check in checks if check.id == id_).examine())


def holds_no_secret(*findings: Finding) -> bool:
    """Whether the token is nowhere in what is shown."""
    return "planted" not in repr(findings) and all("planted" not in str(each.document()) for each in findings)
