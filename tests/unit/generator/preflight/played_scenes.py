"""A catalog before its deployment, on an AWS whose answers are prepared: what the checks of AWS are shown with."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from generator.aws_clients import AwsClients
from generator.catalog import Catalog
from generator.deployment.targets import Target
from generator.local.target import LocalTarget
from generator.preflight.findings import Check, Finding
from generator.preflight.scene import Scene
from tests.unit.generator.aws_answers import Answer, client
from tests.unit.generator.preflight.examined import examine

REGION = "us-east-1"
ACCOUNT = "123456789012"
LOCAL = LocalTarget("life", 1, "2026-11-22T10:00:00Z", "http://127.0.0.1:1", "http://127.0.0.1:2", "http://127.0.0.1:3")
SELF_HOSTED: dict[str, Any] = {
    "id": "m",
    "provider": "sagemaker",
    "source": {"huggingface": "org/m"},
    "instance_type": "ml.g5.xlarge",
}
THIRD_PARTY = {"id": "g", "provider": "openai", "model": "gpt-4o"}


def catalog(*models: dict[str, Any], **settings: Any) -> Catalog:
    document = {"version": 1, "deployment": "demo", "region": REGION, "models": models or (SELF_HOSTED,), **settings}
    return Catalog.model_validate(document)


def scene(
    *models: dict[str, Any],
    aws: Mapping[Any, tuple[Answer, ...]] | None = None,
    is_local: bool = False,
    directory: Path = Path("deployments/demo"),
    **settings: Any,
) -> Scene:
    """A scene whose services give these answers, by service or by service and region, and no others."""
    found = catalog(*models, **settings)
    made: dict[tuple[str, str, str | None], Any] = {
        (*_place(key, found.region), None): client(_place(key, found.region)[0], *answers)
        for key, answers in (aws or {}).items()
    }
    return Scene(found, Target(LOCAL if is_local else None), directory, AwsClients(made))


def _place(key: str | tuple[str, str], region: str) -> tuple[str, str]:
    return key if isinstance(key, tuple) else (key, region)


def findings(checks: Callable[[Scene], Iterator[Check]], of: Scene) -> tuple[Finding, ...]:
    return examine(tuple(checks(of))).findings


def finding(checks: Callable[[Scene], Iterator[Check]], of: Scene, id_: str = "") -> Finding:
    """The finding of this id, or the only one."""
    (found,) = (each for each in findings(checks, of) if id_ in {"", each.id})
    return found


def caller(arn: str = f"arn:aws:iam::{ACCOUNT}:user/alice") -> Answer:
    """STS says that this is who is signed in."""
    return Answer("get_caller_identity", {"Arn": arn, "Account": ACCOUNT, "UserId": "AIDA"})


def refused(operation: str, code: str = "AccessDeniedException") -> Answer:
    return Answer(operation, error=(code, "no"))
